"""What people want done: proposed, confirmed, cancelled, undone; the effect is the desk's, the words are ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from bot.rendering.limits import covers
from bot.rendering.order_lists import render_divided, render_mergeable
from bot.rendering.proposal import render_done, render_missing, render_not_possible, render_proposal
from bot.rendering.reply import Reply
from bot.rendering.talk import render_not_allowed, render_refused
from bot.turn import Turn
from bot.understanding.readings import Act, Command, Refused, Unclear
from domain.actions import actions
from domain.confirmations import Done, Missing, NotPossible, Proposal
from domain.errors import NotAllowed
from domain.orders.card import DividedOrder
from domain.people import Permission, Role, Shops
from domain.reports import NEEDS


class Desk(Protocol):
    """Where actions are carried out (storage.actions.desk.ActionDesk)."""

    def propose(self, name: str, arguments: Mapping[str, Any], *, actor: str, role: Role, chat: str, at: datetime,
                language: str, shops: Shops) -> Proposal | Missing | NotPossible: ...

    def confirm(self, code: str | None, *, actor: str, role: Role, chat: str, at: datetime,
                shops: Shops) -> Done | Proposal | NotPossible: ...

    def cancel(self, code: str | None, *, actor: str, role: Role, chat: str, at: datetime,
               shops: Shops) -> Done | NotPossible: ...

    def undo(self, code: str | None, *, actor: str, role: Role, chat: str, at: datetime,
             shops: Shops) -> Done | NotPossible: ...

    def mergeable(self, shops: Shops) -> list[list[str]]: ...

    def divided(self, shops: Shops) -> Sequence[DividedOrder]: ...


@dataclass(frozen=True, slots=True)
class Acting:
    """Between a turn of the conversation and the desk."""

    desk: Desk
    zone: ZoneInfo

    def propose(self, act: Act, turn: Turn) -> Reply:
        refusal = self.refusal(act, turn)
        if refusal is not None and (refusal.is_private_matter or turn.person.shops is not None):
            return refusal
        outcome = self.desk.propose(act.action, act.arguments, actor=turn.person.name, role=turn.person.acting_role,
                                    chat=turn.chat, at=turn.at, language=turn.language,
                                    shops=turn.person.shops)
        if isinstance(outcome, Missing):
            turn.context.pending = Unclear(f"ask.{outcome.parameter.name}", pending=act,
                                           missing=outcome.parameter.name)
        return self._say(outcome, turn)

    def command(self, command: Command, turn: Turn) -> Reply:
        """confirm, cancel or undo, with the code it names or the only one there is."""
        if command.name in {"mergeable", "divided"}:
            return self._listed(command.name, turn)
        decide = {"confirm": self.desk.confirm, "cancel": self.desk.cancel, "undo": self.desk.undo}.get(command.name)
        if decide is None:
            return render_refused(Refused("not_understood"), turn.language)
        outcome = decide(command.argument or None, actor=turn.person.name, role=turn.person.acting_role,
                         chat=turn.chat, at=turn.at, shops=turn.person.shops)
        return self._say(outcome, turn)

    def _listed(self, name: str, turn: Turn) -> Reply:
        """Orders that could leave in one parcel, or cannot leave in one."""
        turn.person.require(Permission.FULFILMENT)
        if name == "mergeable":
            reply = render_mergeable(self.desk.mergeable(turn.person.shops), turn.language)
        else:
            reply = render_divided(self.desk.divided(turn.person.shops), turn.language)
        reply.text += covers(turn.person.shops, turn.language)
        return reply

    def refusal(self, act: Act, turn: Turn) -> Reply | None:
        """Somebody without the right is told so at once, not asked for the rest first."""
        action = actions().get(act.action)
        try:
            if action is not None:
                turn.person.require(action.permission)
                if not action.is_of_shops:
                    turn.person.require_every_shop()
                if act.action == "subscribe":
                    turn.person.require_all_that_the_place_hears()
                shown_by = NEEDS.get(act.arguments.get("report", "")) if act.action == "subscribe" else None
                if shown_by is not None:
                    turn.person.require(shown_by)
        except NotAllowed as error:
            return render_not_allowed(error, turn.language)
        return None

    def _say(self, outcome: Proposal | Missing | NotPossible | Done, turn: Turn) -> Reply:
        match outcome:
            case Proposal():
                return render_proposal(outcome, turn.language, self.zone)
            case Missing():
                return render_missing(outcome, turn.language)
            case Done():
                return render_done(outcome, turn.language, self.zone)
            case NotPossible():
                reply = render_not_possible(outcome, turn.language, self.zone)
                if reply.choices:  # a number chooses among them
                    turn.context.pending = Unclear(outcome.key, choices=tuple(reply.choices))
                return reply
