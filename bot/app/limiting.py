"""`staff shops` and `chat-group shops`: the same verbs as in the chat, decided at once by who sits at the machine."""

from collections.abc import Sequence
from typing import Any

from bot.app.wiring import OpenShop
from bot.rendering.proposal import render_not_possible
from domain.confirmations import Done, NotPossible, Proposal
from domain.errors import UserCanFix
from domain.people import Role

CHAT = "command line"  # where the audit says that it was decided


def limit(shop: OpenShop, who: str, shops: Sequence[str]) -> str:
    """Limit a person or a group to the shops, or with none let them see all; what is so now, as one sentence."""
    verb, arguments = ("limit_shops", {"who": who, "shops": list(shops)}) if shops else ("unlimit_shops", {"who": who})
    desk = shop.dispatcher.acting.desk
    speaker: dict[str, Any] = {"actor": Role.OWNER.value, "role": Role.OWNER, "chat": CHAT, "at": shop.now(),
                               "shops": None}
    outcome: object = desk.propose(verb, arguments, language="en", **speaker)
    if isinstance(outcome, Proposal):
        outcome = desk.confirm(outcome.code, **speaker)
    if isinstance(outcome, NotPossible):
        raise UserCanFix(render_not_possible(outcome, "en", shop.calendar.zone).text)
    assert isinstance(outcome, Done), "everything it takes was given"
    fact = outcome.facts[0]
    return f"{fact.subject} sees {fact.after if shops else 'all shops'}"
