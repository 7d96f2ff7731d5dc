"""The desk where actions are proposed, confirmed, cancelled and undone. Each call is one transaction.

Nothing is carried out but what was shown: the plan is made again at confirmation and must say the same.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from domain.actions import Action, Asked, Fact, Impossible, MissingArgument, ParameterKind, Plan, Word, actions
from domain.arguments import admit
from domain.audit import AuditEntry
from domain.changes import Change
from domain.clock import ShopCalendar
from domain.confirmations import (
    LIFETIME,
    UNDO_WINDOW,
    Confirmation,
    Done,
    Missing,
    NotPossible,
    Proposal,
    State,
)
from domain.dispatching.rules import mergeable
from domain.orders.card import DividedOrder
from domain.people import Role, Shops, may
from storage import audit, ledger, rollups, write_backs
from storage.actions import confirmations
from storage.actions.books import StoredBooks
from storage.encryption import Vault
from storage.engine import Database
from storage.stock import allocations, costs, purchases
from storage.stock.divided_orders import divided
from storage.stock.shelves import Contended

MAX_TRIES = 3  # a second look nearly always finds the books quiet; a third is for luck
# PostgreSQL's codes for a circle of waiting transactions, of which it stops one, and for two that got in each other's
# way; SQLite says in words that another writer did not finish in time.
_IN_THE_WAY = frozenset({"40P01", "40001"})
_BUSY = "database is locked"
_ROLES = frozenset(Role)
_SETTLED = {
    State.CONFIRMED: "confirmation.already_confirmed",
    State.CANCELLED: "confirmation.already_cancelled",
    State.EXPIRED: "confirmation.expired",
    State.SUPERSEDED: "confirmation.superseded",
}

Outcome = Proposal | Missing | NotPossible | Done
RefreshFigures = Callable[[Connection, Iterable[tuple[int, date]]], None]


@dataclass(frozen=True, slots=True)
class Who:
    """Who speaks, with which role, where and when; for somebody limited to `shops` no other order is there."""

    actor: str
    role: Role
    chat: str
    at: datetime
    shops: Shops = None


class ActionDesk:
    """Actions by chat. `random` draws the codes, `refresh` brings the figures of altered days up to date.

    `vault` opens addresses, which tell whether two orders go to the same door. Shops on the `platforms` are told of
    their parcels.
    """

    def __init__(self, database: Database, calendar: ShopCalendar, base_currency: str, random: Random, *,
                 refresh: RefreshFigures = rollups.refresh, vault: Vault | None = None,
                 platforms: Collection[str] = ()) -> None:
        self._database = database
        self._calendar = calendar
        self._base_currency = base_currency
        self._random = random
        self._refresh = refresh
        self._vault = vault
        self._platforms = platforms

    def propose(self, name: str, arguments: Mapping[str, Any], *, actor: str, role: Role, chat: str, at: datetime,
                language: str = "zh", shops: Shops = None) -> Proposal | Missing | NotPossible:
        """Show what would happen, and wait for a yes. Nothing is changed."""
        who = Who(actor, role, chat, self._calendar.utc(at), shops)
        action = actions().get(name)
        if action is None:
            return NotPossible("no.unknown_action", said={"action": name})
        if not may(role, action.permission):
            return _not_allowed(action, role)
        if shops is not None and not action.is_of_shops:
            return NotPossible("limits.all_shops", name, {"shops": "、".join(shops)})
        try:
            admitted = self._sealed(action, admit(action, arguments))
            with self._database.read() as connection:
                plan = action.plan(self._books(connection, who, locks=False), self._asked(admitted, who))
            with self._database.write() as connection:
                return self._open(connection, action, admitted, plan, who=who, language=language)
        except MissingArgument as missing:
            return Missing(name, missing.parameter, dict(arguments))
        except Impossible as error:
            return _not_possible(error, name)

    def confirm(self, code: str | None, *, actor: str, role: Role, chat: str, at: datetime, shops: Shops = None,
                ) -> Done | Proposal | NotPossible:
        """Carry it out, once. A Proposal comes back when the books have changed since it was shown.

        Without a code the person's only open proposal in the chat is meant.
        """
        who = Who(actor, role, chat, self._calendar.utc(at), shops)
        return self._decide("confirm", code, who, lambda connection, row: self._carry_out(connection, row, who))

    def cancel(self, code: str | None, *, actor: str, role: Role, chat: str, at: datetime,
               shops: Shops = None) -> Done | NotPossible:
        """Drop an open proposal; nothing was done and nothing will be."""
        who = Who(actor, role, chat, self._calendar.utc(at), shops)
        outcome = self._decide("cancel", code, who, lambda connection, row: _call_off(connection, row, who))
        assert not isinstance(outcome, Proposal)
        return outcome

    def undo(self, code: str | None, *, actor: str, role: Role, chat: str, at: datetime,
             shops: Shops = None) -> Done | NotPossible:
        """Take back by a compensating move what was confirmed within the last 30 minutes; without a code the latest."""
        who = Who(actor, role, chat, self._calendar.utc(at), shops)
        try:
            with self._database.write() as connection:
                meant = code or confirmations.last_done(connection, chat, actor)
                row = confirmations.find(connection, chat, _tidy(meant)) if meant else None
                if row is None or self._is_hidden(connection, row, who):
                    return NotPossible("confirmation.nothing_to_undo")
                return _undo_refused(row, who) or self._take_back(connection, row, who)
        except (Contended, ledger.AlreadyDone):
            return NotPossible("confirmation.changed_since")

    def mergeable(self, shops: Shops = None) -> list[list[str]]:
        """Numbers of orders that may leave in one parcel, group by group; nothing is merged by itself."""
        with self._database.read() as connection:
            found = StoredBooks(connection, locks=False, vault=self._vault, shops=shops).mergeable_candidates()
        return [[order.number for order in group] for group in mergeable(found)]

    def divided(self, shops: Shops = None) -> list[DividedOrder]:
        """Orders that cannot leave as one; nothing is split by itself."""
        with self._database.read() as connection:
            return divided(connection, shops)

    def expire(self, at: datetime) -> int:
        """Close every proposal whose time is up; returns how many there were."""
        with self._database.write() as connection:
            return confirmations.close_expired(connection, at)

    def _sealed(self, action: Action, admitted: Mapping[str, Any]) -> Mapping[str, Any]:
        """How to reach somebody is kept nowhere as it was said, neither in the proposal nor in the audit."""
        contacts = {parameter.name for parameter in action.parameters if parameter.kind is ParameterKind.CONTACT}
        if not contacts & admitted.keys():
            return admitted
        assert self._vault is not None, "a desk that takes contacts has a vault"
        return {name: purchases.sealed(self._vault, value) if name in contacts else value
                for name, value in admitted.items()}

    def _books(self, connection: Connection, who: Who, *, locks: bool) -> StoredBooks:
        return StoredBooks(connection, locks=locks, vault=self._vault, shops=who.shops, platforms=self._platforms)

    def _is_hidden(self, connection: Connection, row: Confirmation, who: Who) -> bool:
        """Whether it reaches beyond the shops that somebody is limited to: for them there is no such proposal."""
        if who.shops is None:
            return False
        action, arguments = actions()[row.action], json.loads(row.arguments)
        books = self._books(connection, who, locks=False)
        touched = {order for change in confirmations.kept_changes(row) for order in change.orders()}
        return not (action.is_of_shops and books.sees(touched)
                    and all(books.orders(number) for number in action.orders_in(arguments))
                    and ("exception" not in arguments or books.exception(arguments["exception"])))

    def _asked(self, arguments: Mapping[str, Any], who: Who) -> Asked:
        return Asked(arguments, who.actor, who.role, who.chat, who.at, self._calendar.local(who.at),
                     self._base_currency)

    def _open(self, connection: Connection, action: Action, arguments: Mapping[str, Any], plan: Plan, *, who: Who,
              language: str, replaces: str | None = None) -> Proposal:
        confirmations.close_expired(connection, who.at, who.chat)
        row = Confirmation(
            chat=who.chat, code="", action=action.name, arguments=confirmations.arguments_json(arguments),
            actor=who.actor, role=who.role, language=language, facts=confirmations.facts_json(plan.facts),
            fingerprint=plan.fingerprint(), created_at=who.at, expires_at=who.at + LIFETIME, state=State.OPEN)
        confirmations.supersede_same(connection, row)
        code = confirmations.open_proposal(connection, row, self._random)
        return Proposal(action.name, arguments, code, {**_sayable(arguments), **plan.named},
                        _shown(plan, who.role), plan.notes, row.expires_at, plan.is_reversible, replaces)

    def _decide(self, answer: str, code: str | None, who: Who,
                settle: Callable[[Connection, Confirmation], Done | Proposal | NotPossible],
                ) -> Done | Proposal | NotPossible:
        """Find the open proposal that is meant and settle it; again from the start when the books were busy."""
        for _ in range(MAX_TRIES):
            try:
                with self._database.write() as connection:
                    row = self._meant(connection, answer, code, who)
                    return row if isinstance(row, NotPossible) else settle(connection, row)
            except Contended:
                continue
            except ledger.AlreadyDone:
                return NotPossible("confirmation.already_done")
            except Impossible as error:
                return _not_possible(error)
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) not in _IN_THE_WAY and _BUSY not in str(error.orig):
                    raise
        return NotPossible("confirmation.busy")

    def _meant(self, connection: Connection, answer: str, code: str | None, who: Who) -> Confirmation | NotPossible:
        """The open proposal, or why there is none to decide. What has run out is closed on the way."""
        confirmations.close_expired(connection, who.at, who.chat)
        if code is None:
            codes = confirmations.open_codes(connection, who.chat, who.actor)
            if not codes:
                return self._nothing_open(connection, answer, who)
            if len(codes) > 1:
                return NotPossible("confirmation.which", said={"count": len(codes), "answer": answer},
                                   choices=tuple(codes[:3]))
            code = codes[0]
        row = confirmations.find(connection, who.chat, _tidy(code))
        if row is None or self._is_hidden(connection, row, who):
            return NotPossible("confirmation.unknown_code", said={"code": _tidy(code)})
        if row.state is not State.OPEN:
            return _settled(row)
        action = actions()[row.action]
        return row if may(who.role, action.permission) else _not_allowed(action, who.role)

    def _nothing_open(self, connection: Connection, answer: str, who: Who) -> NotPossible:
        """Why a bare yes means nothing: what it was meant for is over, or is somebody else's."""
        for other in confirmations.open_of_others(connection, who.chat, who.actor):
            if may(who.role, actions()[other.action].permission) and not self._is_hidden(connection, other, who):
                said = {"code": other.code, "who": _called(other.actor), "answer": answer}
                return NotPossible("confirmation.of_another", other.action, said, choices=(other.code,))
        last = confirmations.last_asked(connection, who.chat, who.actor, who.at - LIFETIME - UNDO_WINDOW)
        return _settled(last) if last else NotPossible("confirmation.none_open")

    def _carry_out(self, connection: Connection, row: Confirmation, who: Who) -> Done | Proposal | NotPossible:
        if not confirmations.decide(connection, row, State.CONFIRMED, by=who.actor, at=who.at):
            raise Contended
        action, arguments = actions()[row.action], json.loads(row.arguments)
        books = self._books(connection, who, locks=True)
        plan = action.plan(books, self._asked(arguments, who))
        if plan.fingerprint() != row.fingerprint:
            confirmations.replace_state(connection, row, State.SUPERSEDED)
            return self._open(connection, action, arguments, plan, who=who, language=row.language,
                              replaces=row.code)
        self._write(connection, plan.changes, _reference("confirmation", row, who, books))
        confirmations.keep_changes(connection, row, plan.changes)
        audit.append(connection, _entry("confirmed", row, who))
        return Done(f"done.{action.name}", action.name, arguments, row.code, {**_sayable(arguments), **plan.named},
                    _shown(plan, who.role), plan.notes, who.at + UNDO_WINDOW if plan.is_reversible else None)

    def _take_back(self, connection: Connection, row: Confirmation, who: Who) -> Done | NotPossible:
        if not confirmations.mark_undone(connection, row, by=who.actor, at=who.at):
            raise Contended
        changes = [change for item in confirmations.kept_changes(row) if (change := item.inverse()) is not None]
        books = self._books(connection, who, locks=True)
        changes, lapsed = allocations.without_lapsed(connection, changes)
        self._write(connection, changes, _reference("undo", row, who, books))
        audit.append(connection, _entry("undone", row, who))
        is_short = bool(lapsed) and not allocations.hold_elsewhere(connection, lapsed)
        key = "confirmation.undone_not_held" if is_short else "confirmation.undone"
        return Done(key, row.action, json.loads(row.arguments), row.code, {"code": row.code},
                    notes=write_backs.said_of_undo(connection, changes))

    def _write(self, connection: Connection, changes: Sequence[Change], reference: ledger.Reference) -> None:
        ledger.apply(connection, changes, reference)
        days = ledger.days_touched(changes) | costs.settle(connection, self._base_currency, reference.at,
                                                           skus=ledger.skus_moved(changes))
        if days:
            self._refresh(connection, days)


def _reference(kind: str, row: Confirmation, who: Who, books: StoredBooks) -> ledger.Reference:
    return ledger.Reference(kind, str(row.id), books.staff_id(who.actor), who.at, who.actor, who.chat, row.language)


def _settled(row: Confirmation) -> NotPossible:
    if row.undone_at is not None:
        return NotPossible("confirmation.already_undone", row.action, {
            "code": row.code, "who": _called(row.undone_by), "when": row.undone_at})
    return NotPossible(_SETTLED[row.state], row.action, {
        "code": row.code, "who": _called(row.decided_by), "when": row.decided_at})


def _called(actor: str | None) -> Word | str | None:
    """Who gave no name is called by the role."""
    return Word(f"role.{actor}") if actor in _ROLES else actor


def _call_off(connection: Connection, row: Confirmation, who: Who) -> Done:
    if not confirmations.decide(connection, row, State.CANCELLED, by=who.actor, at=who.at):
        raise Contended
    return Done("confirmation.cancelled", row.action, json.loads(row.arguments), row.code, {"code": row.code})


def _undo_refused(row: Confirmation, who: Who) -> NotPossible | None:
    said = {"code": row.code, "who": _called(row.undone_by or row.decided_by), "when": row.undone_at or row.decided_at}
    if row.state is not State.CONFIRMED or row.decided_at is None:
        return NotPossible("confirmation.not_done", row.action, said)
    if row.undone_at is not None:
        return NotPossible("confirmation.already_undone", row.action, said)
    if not may(who.role, actions()[row.action].permission):
        return _not_allowed(actions()[row.action], who.role)
    if who.at > row.decided_at + UNDO_WINDOW:
        return NotPossible("confirmation.undo_too_late", row.action, said)
    if not all(change.can_be_undone() for change in confirmations.kept_changes(row)):
        return NotPossible("confirmation.irreversible", row.action, said)
    return None


def _entry(event: str, row: Confirmation, who: Who) -> AuditEntry:
    return AuditEntry(at=who.at, actor=who.actor, role=who.role, chat=who.chat, event=event, action=row.action,
                      arguments=row.arguments, facts=row.facts, confirmation_id=row.id, previous_hash="", hash="")


def _not_allowed(action: Action, role: Role) -> NotPossible:
    return NotPossible("no.not_allowed", action.name,
                       {"role": Word(f"role.{role}"), "permission": Word(f"permission.{action.permission}")})


def _not_possible(error: Impossible, action: str = "") -> NotPossible:
    return NotPossible(error.key, action, error.facts, error.choices)


def _shown(plan: Plan, role: Role) -> tuple[Fact, ...]:
    """The whole table is kept; each person sees the part that is theirs to see."""
    return tuple(fact for fact in plan.facts if fact.is_for(role))


def _sayable(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments that can stand in a sentence as they are."""
    return {name: value for name, value in arguments.items() if isinstance(value, str | int)}


def _tidy(code: str) -> str:
    return code.strip().upper()[:8]
