"""Verbs that commands carry out: the same as in the chat, decided at once by who sits at the machine, and audited."""

from collections.abc import Mapping
from typing import Any

from bot.app.wiring import OpenShop
from bot.rendering.proposal import render_missing, render_not_possible
from domain.confirmations import Done, Missing, NotPossible, Proposal
from domain.errors import UserCanFix
from domain.people import Role

CHAT = "command line"  # where the audit says that it was decided


def decided(shop: OpenShop, verb: str, arguments: Mapping[str, Any]) -> Done:
    """What was done. Raises UserCanFix with the sentence that the chat would say."""
    desk = shop.dispatcher.acting.desk
    speaker: dict[str, Any] = {"actor": Role.OWNER.value, "role": Role.OWNER, "chat": CHAT, "at": shop.now(),
                               "shops": None}
    language = shop.settings.language
    outcome: object = desk.propose(verb, arguments, language=language, **speaker)
    if isinstance(outcome, Proposal):
        outcome = desk.confirm(outcome.code, **speaker)
    match outcome:
        case Done():
            return outcome
        case NotPossible():
            raise UserCanFix(render_not_possible(outcome, language, shop.calendar.zone).text)
        case Missing():
            raise UserCanFix(render_missing(outcome, language).text)
    raise AssertionError("nothing changed between the two, in one breath")
