"""Messages that wait to go out: queued in the transaction of what caused them, so that both exist or neither does.

Sending is not in here: a message is leased, sent outside any transaction, and marked. Messages to one chat go in order.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    and_,
    bindparam,
    func,
    literal_column,
    not_,
    or_,
    select,
    update,
)

from domain.messaging.model import OutboxMessage, OutboxState
from domain.messaging.pacing import Rate
from storage.bulk import insert_made, table_of
from storage.engine import Database
from storage.made import Made
from storage.messaging import paces

SOON = timedelta(seconds=5)  # an earlier message due within this is waited for; a later one lets others pass
MAX_ERROR = 300
PacesOf = Callable[[str], Mapping[str, Rate]]  # of a chat


def enqueue(connection: Connection, *, chat: str, unique_key: str, kind: str, payload: Mapping[str, Any],
            now: datetime, not_before: datetime | None = None, expires_at: datetime | None = None) -> bool:
    """Queue one message; False when one with this key is there already, whatever became of it."""
    row = _row(chat=chat, unique_key=unique_key, kind=kind, payload=payload, now=now, not_before=not_before,
               expires_at=expires_at)
    # a row count is not told by PostgreSQL here
    return bool(_QUEUE[connection.dialect.name].each(connection, [row]))


def queue_all(connection: Connection, posts: Mapping[str, Sequence[Mapping[str, Any]]], now: datetime,
              sending: "Sending | None" = None) -> "Queued":
    """Queue what came of updates; their keys and the posts' places make a repeat harmless.

    The first message to each chat is leased at once if its paces allow it and nothing before it waits.
    """
    rows = {f"{key}:{place}": _row(**post, unique_key=f"{key}:{place}", now=now)
            for key, those in posts.items() for place, post in enumerate(those)}
    if not rows:
        return Queued([], is_more=False)
    places = _places(connection, rows.values(), now, sending) if sending else {}
    until = now + timedelta(seconds=sending.lasts_s) if sending else None
    made = _QUEUE[connection.dialect.name].each(connection, [
        {**row, "leased_until": until if key in places else None} for key, row in rows.items()])
    payloads = {f"{key}:{place}": post["payload"] for key, those in posts.items() for place, post in enumerate(those)}
    leased = [Leased(number, rows[key]["chat"], rows[key]["kind"], payloads[key], 0, 0, 0, now, places[key])
              for number, key in made if key in places]
    return Queued(leased, is_more=len(leased) < len(rows))


def _places(connection: Connection, rows: Collection[Mapping[str, Any]], now: datetime,
            sending: "Sending") -> dict[str, datetime]:
    """When those may be sent that may be leased, by their keys."""
    waiting = _BEHIND.firsts(connection, {"chats": list({row["chat"] for row in rows}), "now": now, "soon": now + SOON})
    taken, first = set(waiting), list[Mapping[str, Any]]()
    for row in rows:
        if row["chat"] not in taken and row["not_before"] <= now and row["expires_at"] is None:
            first.append(row)
        taken.add(row["chat"])
    first = first[:sending.most]
    booked = paces.book(connection, [sending.paces_of(row["chat"]) for row in first], now,
                        now + timedelta(seconds=sending.patience_s))
    return {row["unique_key"]: at for row, at in zip(first, booked, strict=True) if at is not None}


def _row(*, chat: str, unique_key: str, kind: str, payload: Mapping[str, Any], now: datetime,
         not_before: datetime | None = None, expires_at: datetime | None = None) -> dict[str, Any]:
    return {"chat": chat, "unique_key": unique_key, "kind": kind, "state": OutboxState.QUEUED, "attempts": 0,
            "repeats": 0, "parts_sent": 0, "payload": json.dumps(payload, ensure_ascii=False, sort_keys=True),
            "created_at": now, "not_before": not_before or now, "expires_at": expires_at, "leased_until": None}


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


@dataclass(frozen=True, slots=True)
class Queued:
    """What may be sent at once of what was queued, and whether there is more."""

    leased: Sequence[Leased]
    is_more: bool


class Sending(Protocol):
    """How a process sends: how long it holds a message, how many at a time, and how far ahead in which paces."""

    @property
    def lasts_s(self) -> float: ...
    @property
    def most(self) -> int: ...
    @property
    def patience_s(self) -> float: ...
    def paces_of(self, chat: str, /) -> Mapping[str, Rate]: ...


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
            connection.execute(_EXPIRE, {"now": now})
            rows = connection.execute(_WAITING, {"now": now, "soon": now + SOON, "most": limit}).all()
            places = paces.book(connection, [paces_of(row.chat) for row in rows], now,
                                now + timedelta(seconds=patience_s))
            _all(connection, _TAKE, [row.id for row, at in zip(rows, places, strict=True) if at is not None],
                 now + timedelta(seconds=lasts_s))
            _all(connection, _PUT_OFF, [row.id for row, at in zip(rows, places, strict=True) if at is None],
                 now + timedelta(seconds=patience_s / 2))
        return [Leased(row.id, row.chat, row.kind, json.loads(row.payload), row.parts_sent, row.attempts,
                       row.repeats + (row.leased_until is not None), row.created_at, at)
                for row, at in zip(rows, places, strict=True) if at is not None]

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
            _MARK.each(connection, rows)

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
        own = _OUTBOX.c
        statement = (select(own.id, own.chat, own.kind, own.created_at, func.coalesce(own.error, ""))
                     .where(own.state == OutboxState.DEAD).order_by(own.id.desc()))
        with self._database.read() as connection:
            rows: Sequence[Any] = connection.execute(statement.limit(limit)).all()
        return [DeadLetter(*row) for row in rows]

    def revive(self, now: datetime) -> int:
        """Try everything that was given up once more; returns how many."""
        with self._database.write() as connection:
            return connection.execute(update(_OUTBOX).where(_OUTBOX.c.state == OutboxState.DEAD).values(
                state=OutboxState.QUEUED, attempts=0, not_before=now, leased_until=None)).rowcount

    def counts(self) -> dict[str, int]:
        """Messages by state, and `repeats`: those that a chat may have got twice."""
        with self._database.read() as connection:
            found = connection.execute(select(_OUTBOX.c.state, func.count(), func.sum(_OUTBOX.c.repeats)).group_by(
                _OUTBOX.c.state)).all()
        repeats = sum(int(each or 0) for *_, each in found)
        return {**{str(state): count for state, count, _ in found}, "repeats": repeats}

    def failing_since(self) -> datetime | None:
        """When the oldest was said of those that were tried in vain and are tried again; None: nothing fails."""
        oldest = select(func.min(_OUTBOX.c.created_at)).where(_is_queued(_OUTBOX), _OUTBOX.c.attempts > 0)
        with self._database.read() as connection:
            return connection.execute(oldest).scalar()

    def _end(self, connection: Connection, message: Leased, state: OutboxState, why: str) -> None:
        self._set(connection, message.id, state=state, leased_until=None, error=why[:MAX_ERROR],
                  attempts=message.attempts + 1)

    def _set(self, connection: Connection, row_id: int, **values: Any) -> None:
        connection.execute(update(_OUTBOX).where(_OUTBOX.c.id == row_id, _is_queued(_OUTBOX)).values(**values))


def _all(connection: Connection, statement: Any, ids: Sequence[int], until: datetime) -> None:
    if ids:
        connection.execute(statement, {"ids": ids, "until": until})


def _without_files(payload: Mapping[str, Any]) -> str:
    kept: Mapping[str, Any] = {name: value for name, value in payload.items() if name != "files"}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True)


def _is_queued(table: FromClause) -> ColumnElement[bool]:
    """Written out: only so is it known to be what the small indexes of queued ones hold."""
    return table.c.state == literal_column(f"'{OutboxState.QUEUED}'")


def _holds_up(table: FromClause) -> ColumnElement[bool]:
    """Whether it waits to be sent or is being sent, so that what is said to its chat after it waits, too.

    One that failed is waited for, however late it is tried again: else what follows it overtakes it while the channel
    is down. One that was never meant for now, such as a report of tomorrow morning, is not.
    """
    return and_(_is_queued(table), or_(table.c.not_before <= bindparam("soon"),
                                       table.c.leased_until >= bindparam("now"), table.c.attempts > 0))


def _waiting() -> Any:
    """Free, its time has come, and nothing that was said to the chat before holds it up."""
    own, earlier = _OUTBOX.c, _OUTBOX.alias()
    before = select(earlier.c.id).where(earlier.c.chat == own.chat, earlier.c.id < own.id, _holds_up(earlier))
    return (select(own.id, own.chat, own.kind, own.payload, own.parts_sent, own.attempts, own.repeats, own.created_at,
                   own.leased_until)
            .where(_IS_FREE, own.not_before <= bindparam("now"), not_(before.exists()))
            .order_by(own.id).limit(bindparam("most", type_=Integer)).with_for_update(skip_locked=True))


# asked many times a second: made once
_OUTBOX = table_of(OutboxMessage)
_IS_FREE = and_(_is_queued(_OUTBOX), or_(_OUTBOX.c.leased_until.is_(None), _OUTBOX.c.leased_until < bindparam("now")))
_IS_ONE = _OUTBOX.c.id.in_(bindparam("ids", expanding=True))
_QUEUE = insert_made(OutboxMessage, lambda insert: insert.on_conflict_do_nothing().returning(
    _OUTBOX.c.id, _OUTBOX.c.unique_key))
_BEHIND = Made(select(_OUTBOX.c.chat).where(
    _OUTBOX.c.chat.in_(bindparam("chats", expanding=True)), _holds_up(_OUTBOX)))
_WAITING = _waiting()
_EXPIRE = update(_OUTBOX).where(_OUTBOX.c.expires_at <= bindparam("now"), _IS_FREE).values(
    state=OutboxState.EXPIRED, leased_until=None)
# a lease that ran out means that a process died with the message in hand: that is counted
_TAKE = update(_OUTBOX).where(_IS_ONE).values(
    leased_until=bindparam("until"), repeats=_OUTBOX.c.repeats + _OUTBOX.c.leased_until.is_not(None).cast(Integer))
_PUT_OFF = update(_OUTBOX).where(_IS_ONE).values(not_before=bindparam("until"))
_MARK = Made(update(_OUTBOX).where(_OUTBOX.c.id == bindparam("row"), _is_queued(_OUTBOX)).values(
    state=OutboxState.SENT, sent_at=bindparam("at"), channel_message_id=bindparam("channel_id"),
    payload=bindparam("bare"), leased_until=None, error=None))
