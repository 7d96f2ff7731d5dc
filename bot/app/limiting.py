"""`staff shops` and `chat-group shops`: limit a person or a group to shops, or let them see all."""

from collections.abc import Sequence

from bot.app.deciding import decided
from bot.app.wiring import OpenShop
from bot.rendering.messages import say


def limit(shop: OpenShop, who: str, shops: Sequence[str]) -> str:
    """To these, or with none to no limit; what is so now, as one sentence."""
    done = decided(shop, "limit_shops" if shops else "unlimit_shops", {"who": who, **(
        {"shops": list(shops)} if shops else {})})
    return say("command.sees_shops" if shops else "command.sees_all_shops", shop.settings.language,
               who=done.facts[0].subject, shops=done.facts[0].after)
