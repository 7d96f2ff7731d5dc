"""The rows of proposals: made, found again, and decided once."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import cache, reduce
from operator import or_
from random import Random
from typing import Annotated, Any

from pydantic import Field, TypeAdapter
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from domain.actions import Fact, Impossible, Word
from domain.changes import Change, kinds
from domain.columns import UtcDateTime
from domain.confirmations import LIFETIME, UNDO_WINDOW, Confirmation, State, new_code
from domain.money import Money

MAX_OTHERS = 10  # proposals of others that are looked through for one to be named
MAX_CODE_DRAWS = 50  # of some 700 codes; failing that often means hundreds are open in one chat


@cache
def _kept() -> TypeAdapter[dict[str, tuple[Change, ...]]]:
    """The changes as they are stored, each with its kind. Made when first needed: it costs more than most questions."""
    change: Any = Annotated[reduce(or_, kinds()), Field(discriminator="kind")]
    return TypeAdapter(dict[str, tuple[change, ...]])


def open_proposal(connection: Connection, row: Confirmation, random: Random) -> str:
    """Insert it under a code that no open proposal of the chat has; returns the code.

    One that can still be undone keeps its code to itself as long as there are others.
    """
    values = row.model_dump(exclude={"id", "code"})
    since = row.created_at - LIFETIME - UNDO_WINDOW
    recent = set(connection.execute(_RECENT, {"in_chat": row.chat, "since": since}).scalars())
    for draw in range(MAX_CODE_DRAWS):
        code = new_code(random)
        if code in recent and draw < MAX_CODE_DRAWS // 2:
            continue
        with suppress(IntegrityError), connection.begin_nested():
            connection.execute(insert(Confirmation), {**values, "code": code})
            return code
    raise Impossible("too_many_open")


# Statements of every proposal are put together once: that takes longer than to carry them out.
_EXPIRE = update(Confirmation).where(
    col(Confirmation.state) == State.OPEN, col(Confirmation.expires_at) <= bindparam("now", type_=UtcDateTime()),
).values(state=State.EXPIRED, decided_at=bindparam("now", type_=UtcDateTime()))
_EXPIRE_IN_CHAT = _EXPIRE.where(col(Confirmation.chat) == bindparam("in_chat"))
_SUPERSEDE = update(Confirmation).where(
    col(Confirmation.state) == State.OPEN,
    *(getattr(Confirmation, name) == bindparam(f"same_{name}") for name in ("chat", "actor", "action", "arguments")),
).values(state=State.SUPERSEDED, decided_by=bindparam("by"), decided_at=bindparam("now", type_=UtcDateTime()))
_FIND = select(Confirmation.__table__).where(  # type: ignore[attr-defined]
    col(Confirmation.chat) == bindparam("in_chat"), col(Confirmation.code) == bindparam("wanted")).order_by(
        (col(Confirmation.state) == State.OPEN).desc(), col(Confirmation.id).desc()).limit(1)
_LATEST_FIRST = select(Confirmation.__table__).where(  # type: ignore[attr-defined]
    col(Confirmation.chat) == bindparam("in_chat")).order_by(col(Confirmation.id).desc())
_OF_OTHERS = _LATEST_FIRST.where(
    col(Confirmation.state) == State.OPEN, col(Confirmation.actor) != bindparam("asked_by")).limit(MAX_OTHERS)
_LAST = _LATEST_FIRST.where(
    col(Confirmation.actor) == bindparam("asked_by"),
    col(Confirmation.created_at) >= bindparam("since", type_=UtcDateTime())).limit(1)
_DECIDE = update(Confirmation).where(
    col(Confirmation.id) == bindparam("of"), col(Confirmation.state) == State.OPEN).values(
        state=bindparam("to"), decided_by=bindparam("by"), decided_at=bindparam("now", type_=UtcDateTime()))
_KEEP = update(Confirmation).where(col(Confirmation.id) == bindparam("of")).values(changes=bindparam("kept"))
_RECENT = select(col(Confirmation.code)).where(
    col(Confirmation.chat) == bindparam("in_chat"),
    col(Confirmation.created_at) >= bindparam("since", type_=UtcDateTime()))


def close_expired(connection: Connection, at: datetime, chat: str | None = None) -> int:
    """Expire what nobody answered in time, in one chat or all; returns how many."""
    if chat is None:
        return int(connection.execute(_EXPIRE, {"now": at}).rowcount)
    return int(connection.execute(_EXPIRE_IN_CHAT, {"now": at, "in_chat": chat}).rowcount)


def supersede_same(connection: Connection, row: Confirmation) -> None:
    """A person who proposes the very same thing again means it once."""
    connection.execute(_SUPERSEDE, {
        "same_chat": row.chat, "same_actor": row.actor, "same_action": row.action, "same_arguments": row.arguments,
        "by": row.actor, "now": row.created_at})


def find(connection: Connection, chat: str, code: str) -> Confirmation | None:
    """The open proposal with the code, else the last one that had it."""
    rows = connection.execute(_FIND, {"in_chat": chat, "wanted": code}).mappings().all()
    return Confirmation(**rows[0]) if rows else None


def open_of_others(connection: Connection, chat: str, actor: str) -> list[Confirmation]:
    """What waits in the chat for somebody's yes and was asked for by somebody else, the latest first."""
    rows = connection.execute(_OF_OTHERS, {"in_chat": chat, "asked_by": actor}).mappings()
    return [Confirmation(**row) for row in rows]


def last_asked(connection: Connection, chat: str, actor: str, since: datetime) -> Confirmation | None:
    """The person's last proposal in the chat, whatever became of it."""
    row = connection.execute(_LAST, {"in_chat": chat, "asked_by": actor, "since": since}).mappings().first()
    return Confirmation(**row) if row else None


def open_codes(connection: Connection, chat: str, actor: str) -> list[str]:
    """The codes a person may mean by a bare yes, the latest first."""
    return list(connection.execute(select(col(Confirmation.code)).where(
        col(Confirmation.chat) == chat, col(Confirmation.actor) == actor, col(Confirmation.state) == State.OPEN)
        .order_by(col(Confirmation.id).desc())).scalars())


def last_done(connection: Connection, chat: str, actor: str) -> str | None:
    """The code of what the person confirmed last in the chat and has not undone."""
    return connection.execute(select(col(Confirmation.code)).where(
        col(Confirmation.chat) == chat, col(Confirmation.decided_by) == actor,
        col(Confirmation.state) == State.CONFIRMED, col(Confirmation.undone_at).is_(None))
        .order_by(col(Confirmation.decided_at).desc(), col(Confirmation.id).desc()).limit(1)).scalar()


def decide(connection: Connection, row: Confirmation, state: State, *, by: str, at: datetime) -> bool:
    """Close an open proposal. False: somebody else was faster."""
    return connection.execute(_DECIDE, {"of": row.id, "to": state, "by": by, "now": at}).rowcount == 1


def replace_state(connection: Connection, row: Confirmation, state: State) -> None:
    """Correct the state of a proposal that this transaction has claimed."""
    connection.execute(update(Confirmation).where(col(Confirmation.id) == row.id).values(state=state))


def keep_changes(connection: Connection, row: Confirmation, changes: Sequence[Change]) -> None:
    """Remember what was done, so that it can be undone."""
    kept = _kept().dump_json({"items": tuple(changes)}).decode()
    connection.execute(_KEEP, {"of": row.id, "kept": kept})


def kept_changes(row: Confirmation) -> tuple[Change, ...]:
    return _kept().validate_json(row.changes)["items"] if row.changes else ()


def mark_undone(connection: Connection, row: Confirmation, *, by: str, at: datetime) -> bool:
    """False: it was undone already."""
    return connection.execute(
        update(Confirmation)
        .where(col(Confirmation.id) == row.id, col(Confirmation.state) == State.CONFIRMED,
               col(Confirmation.undone_at).is_(None))
        .values(undone_by=by, undone_at=at)).rowcount == 1


def arguments_json(arguments: Mapping[str, Any]) -> str:
    return json.dumps(arguments, ensure_ascii=False, sort_keys=True)


def facts_json(facts: tuple[Fact, ...]) -> str:
    """The table of before and after, as the audit keeps it."""
    return json.dumps([{"key": fact.key, "subject": _plain(fact.subject), "before": _plain(fact.before),
                        "after": _plain(fact.after)} for fact in facts], ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return {"amount_minor": value.amount_minor, "currency": value.currency}
    if isinstance(value, Word):
        return value.key
    return value.isoformat() if isinstance(value, date) else value
