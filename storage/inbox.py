"""Updates from channels: stored before anything is done about them, taken once, gone on with after a crash."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Integer, and_, bindparam, func, not_, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.messaging.model import InboxState, InboxUpdate
from storage.bulk import insert_into, table_of
from storage.engine import Database
from storage.outbox import queue_all

MAX_ERROR = 300
Posts = Sequence[Mapping[str, Any]]  # rows for the outbox


class Arrived(Protocol):
    """An update as its channel sent it: what tells it from every other, the chat it is of, and its JSON."""

    @property
    def key(self) -> str: ...
    @property
    def chat(self) -> str: ...
    @property
    def payload(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """An update in this process's hand. `attempts` counts this one."""

    id: int
    channel: str
    key: str
    payload: str
    attempts: int


class Inbox:
    """The updates of all channels; each call is one short transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def receive(self, channel: str, arrived: Sequence[Arrived], now: datetime) -> set[str]:
        """Keep updates; the keys of those that are new, for the channel sends until it is sure."""
        rows = [{"channel": channel, "dedupe_key": each.key, "chat": each.chat, "payload": each.payload,
                 "received_at": now, "state": InboxState.RECEIVED, "attempts": 0} for each in arrived]
        with self._database.write() as connection:
            fresh = insert_into(connection, table_of(InboxUpdate)).on_conflict_do_nothing()
            return set(connection.execute(fresh.returning(col(InboxUpdate.dedupe_key)), rows).scalars())

    def take(self, channel: str, now: datetime, lasts_s: float, limit: int = 1) -> list[Taken]:
        """The oldest updates whose chats have no older ones unfinished: one a chat."""
        with self._database.write() as connection:
            rows = connection.execute(_WAITING, {"channel": channel, "now": now, "most": limit}).mappings().all()
            if rows:
                ids = [row["id"] for row in rows]
                connection.execute(update(InboxUpdate).where(col(InboxUpdate.id).in_(ids)).values(
                    leased_until=now + timedelta(seconds=lasts_s), attempts=col(InboxUpdate.attempts) + 1))
        return [Taken(row["id"], row["channel"], row["dedupe_key"], row["payload"], row["attempts"] + 1)
                for row in rows]

    def keep(self, taken: Sequence[Taken], now: datetime, lasts_s: float) -> None:
        """Still at them."""
        with self._database.write() as connection:
            connection.execute(update(InboxUpdate).where(_in_hand(taken)).values(
                leased_until=now + timedelta(seconds=lasts_s)))

    def finish(self, done: Sequence[tuple[Taken, Posts]], now: datetime) -> list[bool]:
        """Done, with what is to be said about them, in one commit; False where another process was quicker."""
        with self._database.write() as connection:
            ours = set(connection.execute(update(InboxUpdate).where(_in_hand([taken for taken, _ in done])).values(
                state=InboxState.DONE, payload="", leased_until=None).returning(col(InboxUpdate.id))).scalars())
            queue_all(connection, {_key(taken): posts for taken, posts in done if taken.id in ours}, now)
        return [taken.id in ours for taken, _ in done]

    def fail(self, taken: Taken, error: str, posts: Posts, now: datetime) -> None:
        """Given up; its payload stays for whoever looks into it."""
        with self._database.write() as connection:
            connection.execute(update(InboxUpdate).where(col(InboxUpdate.id) == taken.id).values(
                state=InboxState.FAILED, error=error[:MAX_ERROR], leased_until=None))
            queue_all(connection, {_key(taken): posts}, now)

    def retry(self, taken: Taken, at: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(update(InboxUpdate).where(col(InboxUpdate.id) == taken.id).values(leased_until=at))

    def counts(self) -> dict[str, int]:
        """Updates by what became of them."""
        with self._database.read() as connection:
            return {str(state): count for state, count in connection.execute(
                select(col(InboxUpdate.state), func.count()).group_by(col(InboxUpdate.state)))}


def _waiting() -> Any:
    """Free, and no older one of the same chat is unfinished."""
    earlier = aliased(InboxUpdate)
    is_behind = select(col(earlier.id)).where(
        col(earlier.channel) == col(InboxUpdate.channel), col(earlier.chat) == col(InboxUpdate.chat),
        col(earlier.id) < col(InboxUpdate.id), col(earlier.state) == InboxState.RECEIVED).exists()
    is_free = and_(col(InboxUpdate.state) == InboxState.RECEIVED, col(InboxUpdate.channel) == bindparam("channel"),
                   or_(col(InboxUpdate.leased_until).is_(None), col(InboxUpdate.leased_until) < bindparam("now")))
    return (select(InboxUpdate.__table__)  # type: ignore[attr-defined]
            .where(is_free, not_(is_behind)).order_by(col(InboxUpdate.id))
            .limit(bindparam("most", type_=Integer)).with_for_update(skip_locked=True))


_WAITING = _waiting()  # asked many times a second: made once


def _in_hand(taken: Sequence[Taken]) -> ColumnElement[bool]:
    return and_(col(InboxUpdate.id).in_([each.id for each in taken]), col(InboxUpdate.state) == InboxState.RECEIVED)


def _key(taken: Taken) -> str:
    return f"{taken.channel}:{taken.key}"
