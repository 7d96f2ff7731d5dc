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
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from domain.actions import Fact, Impossible, Word
from domain.changes import Change, kinds
from domain.confirmations import LIFETIME, UNDO_WINDOW, Confirmation, State, new_code
from domain.money import Money

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
    recent = set(connection.execute(select(col(Confirmation.code)).where(
        col(Confirmation.chat) == row.chat, col(Confirmation.created_at) >= since)).scalars())
    for draw in range(MAX_CODE_DRAWS):
        code = new_code(random)
        if code in recent and draw < MAX_CODE_DRAWS // 2:
            continue
        with suppress(IntegrityError), connection.begin_nested():
            connection.execute(insert(Confirmation).values(**values, code=code))
            return code
    raise Impossible("too_many_open")


def close_expired(connection: Connection, at: datetime, chat: str | None = None) -> int:
    """Expire what nobody answered in time, in one chat or all; returns how many."""
    statement = update(Confirmation).where(col(Confirmation.state) == State.OPEN, col(Confirmation.expires_at) <= at)
    if chat is not None:
        statement = statement.where(col(Confirmation.chat) == chat)
    return int(connection.execute(statement.values(state=State.EXPIRED, decided_at=at)).rowcount)


def supersede_same(connection: Connection, row: Confirmation) -> None:
    """A person who proposes the very same thing again means it once."""
    connection.execute(
        update(Confirmation)
        .where(col(Confirmation.state) == State.OPEN, col(Confirmation.chat) == row.chat,
               col(Confirmation.actor) == row.actor, col(Confirmation.action) == row.action,
               col(Confirmation.arguments) == row.arguments)
        .values(state=State.SUPERSEDED, decided_by=row.actor, decided_at=row.created_at))


def find(connection: Connection, chat: str, code: str) -> Confirmation | None:
    """The open proposal with the code, else the last one that had it."""
    is_open = col(Confirmation.state) == State.OPEN
    rows = connection.execute(select(Confirmation.__table__).where(  # type: ignore[attr-defined]
        col(Confirmation.chat) == chat, col(Confirmation.code) == code)
        .order_by(is_open.desc(), col(Confirmation.id).desc()).limit(1)).mappings().all()
    return Confirmation(**rows[0]) if rows else None


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
    return connection.execute(
        update(Confirmation)
        .where(col(Confirmation.id) == row.id, col(Confirmation.state) == State.OPEN)
        .values(state=state, decided_by=by, decided_at=at)).rowcount == 1


def replace_state(connection: Connection, row: Confirmation, state: State) -> None:
    """Correct the state of a proposal that this transaction has claimed."""
    connection.execute(update(Confirmation).where(col(Confirmation.id) == row.id).values(state=state))


def keep_changes(connection: Connection, row: Confirmation, changes: Sequence[Change]) -> None:
    """Remember what was done, so that it can be undone."""
    kept = _kept().dump_json({"items": tuple(changes)}).decode()
    connection.execute(update(Confirmation).where(col(Confirmation.id) == row.id).values(changes=kept))


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
