"""The way from a shop to its platform: its keys from the database, the platform's connector, the address in use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.rendering.messages import say
from domain.writebacks.telling import Teller
from integrations.platforms import connectable, open_teller
from integrations.platforms.account import Account
from storage.people.roster import SECRETS, Roster, ShopListed


@dataclass(frozen=True, slots=True)
class ShopTellers:
    """Meets `domain.writebacks.telling.Tellers`. `gateways` are addresses of the environment, by platform."""

    roster: Roster
    clock: Callable[[], datetime]
    gateways: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, shop: str, /) -> Teller | None:
        keys = self.roster.keys(int(shop))
        if keys is None or keys.platform not in connectable():
            return None
        account = Account(keys.app_key, keys.app_secret, keys.token, self.clock)
        return open_teller(keys.platform, account, keys.gateway or self.gateways.get(keys.platform))


def connection_state(shop: ShopListed, language: str) -> str:
    """Whether shipments of the shop are told to its platform, and what is missing."""
    if shop.platform not in connectable():
        return say("command.not_connectable", language, platform=shop.platform)
    if len(shop.missing) == len(SECRETS):
        return say("command.no_keys", language)
    if shop.missing:
        return say("command.keys_missing", language, keys=", ".join(key.replace("_", " ") for key in shop.missing))
    return say("command.connected", language)
