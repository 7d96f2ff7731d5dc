"""Messages that wait to go out: queued in the transaction of what caused them, so that both exist or neither does.

Sending is not in here: a message is leased, sent outside any transaction, and marked. Messages to one chat go in order.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Integer, and_, bindparam, func, not_, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.messaging.model import OutboxMessage, OutboxState
from domain.messaging.pacing import Rate
from storage import paces
from storage.bulk import insert_into, table_of
from storage.engine import Database

SOON = timedelta(seconds=5)  # an earlier message due within this is waited for; a later one lets others pass
MAX_ERROR = 300
PacesOf = Callable[[str], Mapping[str, Rate]]  # of a chat


def enqueue(connection: Connection, *, chat: str, unique_key: str, kind: str, payload: Mapping[str, Any],
            now: datetime, not_before: datetime | None = None, expires_at: datetime | None = None) -> bool:
    """Queue one message; False when one with this key is there already, whatever became of it."""
    values = _row(chat=chat, unique_key=unique_key, kind=kind, payload=payload, now=now, not_before=not_before,
                  expires_at=expires_at)
    row = insert_into(connection, table_of(OutboxMessage)).values(**values).on_conflict_do_nothing()
    # a row count is not told by PostgreSQL here
    return connection.execute(row.returning(col(OutboxMessage.id))).first() is not None


def queue_all(connection: Connection, posts: Mapping[str, Sequence[Mapping[str, Any]]], now: datetime) -> None:
    """Queue what came of updates; their keys and the posts' places make a repeat harmless."""
    rows = [_row(**post, unique_key=f"{key}:{place}", now=now)
            for key, those in posts.items() for place, post in enumerate(those)]
    if rows:
        connection.execute(insert_into(connection, table_of(OutboxMessage)).on_conflict_do_nothing(), rows)


def _row(*, chat: str, unique_key: str, kind: str, payload: Mapping[str, Any], now: datetime,
         not_before: datetime | None = None, expires_at: datetime | None = None) -> dict[str, Any]:
    return {"chat": chat, "unique_key": unique_key, "kind": kind, "state": OutboxState.QUEUED, "attempts": 0,
            "repeats": 0, "parts_sent": 0, "payload": json.dumps(payload, ensure_ascii=False, sort_keys=True),
            "created_at": now, "not_before": not_before or now, "expires_at": expires_at}


@dataclass(frozen=True, slots=True)
class Leased:
    """A message in this process's hand until the lease runs out."""

    id: int
    chat: str
    kind: str
    payload: Mapping[str, Any]
    parts_sent: int
    attempts: int
    repeats: int
    created_at: datetime
    at: datetime  # when its next part may be sent, by the paces of its chat


class Sent(Protocol):
    """A message that the channel gave an id, and the paces it was sent by."""

    @property
    def message(self) -> Any: ...
    @property
    def channel_message_id(self) -> str: ...
    @property
    def rates(self) -> Mapping[str, Rate]: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up, and why."""

    id: int
    chat: str
    kind: str
    created_at: datetime
    error: str


OnDead = Callable[[Connection, Leased, str, datetime], Any]  # with the error and the moment


class Outbox:
    """The messages as the relay takes and marks them; each call is one short transaction."""

    def __init__(self, database: Database, on_dead: OnDead = lambda *_: None) -> None:
        """`on_dead` is called in the transaction that gives a message up."""
        self._database, self._on_dead = database, on_dead

    def lease(self, now: datetime, lasts_s: float, limit: int, *, paces_of: PacesOf = lambda _: {},
              patience_s: float = 0) -> list[Leased]:
        """Up to so many messages, one a chat, that nobody else will take before the lease runs out.

        Each has its place in the paces of its chat; one whose place would be too far off is looked at again later.
        """
        with self._database.write() as connection:
            connection.execute(_EXPIRING, {"now": now})
            rows = connection.execute(_WAITING, {"now": now, "soon": now + SOON, "most": limit}).mappings().all()
            places = paces.book(connection, [paces_of(row["chat"]) for row in rows], now,
                                now + timedelta(seconds=patience_s)) if rows else []
            self._take(connection, [row["id"] for row, at in zip(rows, places, strict=True) if at is not None],
                       now + timedelta(seconds=lasts_s))
            self._put_off(connection, [row["id"] for row, at in zip(rows, places, strict=True) if at is None],
                          now + timedelta(seconds=patience_s / 2))
        return [Leased(row["id"], row["chat"], row["kind"], json.loads(row["payload"]), row["parts_sent"],
                       row["attempts"], row["repeats"] + (row["leased_until"] is not None), row["created_at"], at)
                for row, at in zip(rows, places, strict=True) if at is not None]

    def _take(self, connection: Connection, ids: Sequence[int], until: datetime) -> None:
        """A lease that ran out means that a process died with the message in hand: that is counted."""
        was_leased = col(OutboxMessage.leased_until).is_not(None)
        if ids:
            connection.execute(update(OutboxMessage).where(col(OutboxMessage.id).in_(ids)).values(
                leased_until=until, repeats=col(OutboxMessage.repeats) + was_leased.cast(Integer)))

    def _put_off(self, connection: Connection, ids: Sequence[int], until: datetime) -> None:
        if ids:
            connection.execute(update(OutboxMessage).where(col(OutboxMessage.id).in_(ids)).values(not_before=until))

    def book(self, rates: Mapping[str, Rate], now: datetime, latest: datetime) -> datetime | None:
        """When the next part may be sent; None: not before `latest`."""
        with self._database.write() as connection:
            return paces.book(connection, [rates], now, latest)[0]

    def part_sent(self, message: Leased, parts: int, *, now: datetime, lasts_s: float,
                  rates: Mapping[str, Rate]) -> None:
        with self._database.write() as connection:
            paces.settle(connection, [(rates, now)])
            self._set(connection, message.id, parts_sent=parts, leased_until=now + timedelta(seconds=lasts_s))

    def sent(self, those: Sequence[Sent]) -> None:
        """They count as sent with the channel's own ids for them; pictures and files are not kept twice."""
        rows = [{"row": each.message.id, "at": each.at, "channel_id": each.channel_message_id[:80],
                 "bare": _without_files(each.message.payload)} for each in those]
        with self._database.write() as connection:
            paces.settle(connection, [(each.rates, each.at) for each in those])
            connection.execute(_MARKED, rows)

    def later(self, message: Leased, not_before: datetime, *, error: str | None = None, failed: bool = True,
              may_repeat: bool = False) -> None:
        """Give it back for another try; `failed` counts as one, `may_repeat` as one that may have arrived."""
        with self._database.write() as connection:
            self._set(connection, message.id, not_before=not_before, leased_until=None,
                      error=error and error[:MAX_ERROR], attempts=message.attempts + failed,
                      repeats=message.repeats + may_repeat)

    def slow_down(self, message: Leased, key: str, rate: Rate, until: datetime) -> None:
        """The channel asked to wait: nobody sends to this chat before, and it is no failure of the message."""
        with self._database.write() as connection:
            paces.hold(connection, key, rate, until)
            self._set(connection, message.id, not_before=until, leased_until=None, error="429")

    def give_up(self, message: Leased, error: str, now: datetime, *, is_lost: bool = True) -> None:
        """`is_lost`: somebody misses it; an edit of what is no longer there is missed by nobody."""
        with self._database.write() as connection:
            self._end(connection, message, OutboxState.DEAD, error)
            if is_lost:
                self._on_dead(connection, message, error, now)

    def drop(self, message: Leased, why: str) -> None:
        """It is of no more use, which is no failure."""
        with self._database.write() as connection:
            self._end(connection, message, OutboxState.EXPIRED, why)

    def dead(self, limit: int) -> list[DeadLetter]:
        """The latest that were given up."""
        statement = (select(col(OutboxMessage.id), col(OutboxMessage.chat), col(OutboxMessage.kind),
                            col(OutboxMessage.created_at), func.coalesce(col(OutboxMessage.error), ""))
                     .where(col(OutboxMessage.state) == OutboxState.DEAD).order_by(col(OutboxMessage.id).desc()))
        with self._database.read() as connection:
            rows: Sequence[Any] = connection.execute(statement.limit(limit)).all()
        return [DeadLetter(*row) for row in rows]

    def revive(self, now: datetime) -> int:
        """Try everything that was given up once more; returns how many."""
        with self._database.write() as connection:
            return connection.execute(
                update(OutboxMessage).where(col(OutboxMessage.state) == OutboxState.DEAD)
                .values(state=OutboxState.QUEUED, attempts=0, not_before=now, leased_until=None)).rowcount

    def counts(self) -> dict[str, int]:
        """Messages by state, and `repeats`: those that a chat may have got twice."""
        with self._database.read() as connection:
            found = connection.execute(select(col(OutboxMessage.state), func.count(), func.sum(
                col(OutboxMessage.repeats))).group_by(col(OutboxMessage.state))).all()
        repeats = sum(int(each or 0) for *_, each in found)
        return {**{str(state): count for state, count, _ in found}, "repeats": repeats}

    def _end(self, connection: Connection, message: Leased, state: OutboxState, why: str) -> None:
        self._set(connection, message.id, state=state, leased_until=None, error=why[:MAX_ERROR],
                  attempts=message.attempts + 1)

    def _set(self, connection: Connection, row_id: int, **values: Any) -> None:
        connection.execute(update(OutboxMessage).where(
            col(OutboxMessage.id) == row_id, col(OutboxMessage.state) == OutboxState.QUEUED).values(**values))


def _is_free() -> ColumnElement[bool]:
    return and_(col(OutboxMessage.state) == OutboxState.QUEUED,
                or_(col(OutboxMessage.leased_until).is_(None), col(OutboxMessage.leased_until) < bindparam("now")))


def _waiting() -> Any:
    """Free, its time has come, and nothing that was said to the chat before waits to be sent or is being sent.

    One that failed is waited for, however late it is tried again: else what follows it overtakes it while the channel
    is down. One that was never meant for now, such as a report of tomorrow morning, is not.
    """
    earlier = aliased(OutboxMessage)
    before = select(col(earlier.id)).where(
        col(earlier.chat) == col(OutboxMessage.chat), col(earlier.id) < col(OutboxMessage.id),
        col(earlier.state) == OutboxState.QUEUED,
        or_(col(earlier.not_before) <= bindparam("soon"), col(earlier.leased_until) >= bindparam("now"),
            col(earlier.attempts) > 0))
    return (select(OutboxMessage.__table__)  # type: ignore[attr-defined]
            .where(_is_free(), col(OutboxMessage.not_before) <= bindparam("now"), not_(before.exists()))
            .order_by(col(OutboxMessage.id)).limit(bindparam("most", type_=Integer))
            .with_for_update(skip_locked=True))


# asked many times a second: made once
_WAITING = _waiting()
_EXPIRING = (update(OutboxMessage).where(col(OutboxMessage.state) == OutboxState.QUEUED,
                                         col(OutboxMessage.expires_at) <= bindparam("now"), _is_free())
             .values(state=OutboxState.EXPIRED, leased_until=None))
_MARKED = update(OutboxMessage).where(
    col(OutboxMessage.id) == bindparam("row"), col(OutboxMessage.state) == OutboxState.QUEUED,
).values(state=OutboxState.SENT, sent_at=bindparam("at"), channel_message_id=bindparam("channel_id"),
         payload=bindparam("bare"), leased_until=None, error=None)


def _without_files(payload: Mapping[str, Any]) -> str:
    kept: Mapping[str, Any] = {name: value for name, value in payload.items() if name != "files"}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True)
