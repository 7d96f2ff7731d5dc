"""Updates from channels: stored before anything is done about them, taken once, gone on with after a crash."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, not_, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from domain.messaging.model import InboxState, InboxUpdate
from storage.bulk import insert_into, table_of
from storage.engine import Database
from storage.outbox import queue_all

MAX_ERROR = 300


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

    def receive(self, *, channel: str, key: str, chat: str, payload: str, now: datetime) -> bool:
        """Keep an update; False when it is there already, because the channel sends until it is sure."""
        with self._database.write() as connection:
            row = insert_into(connection, table_of(InboxUpdate)).values(
                channel=channel, dedupe_key=key, chat=chat, payload=payload, received_at=now,
                state=InboxState.RECEIVED, attempts=0).on_conflict_do_nothing().returning(col(InboxUpdate.id))
            return connection.execute(row).first() is not None  # a row count is not told by PostgreSQL here

    def take(self, channel: str, now: datetime, lasts_s: float) -> Taken | None:
        """The oldest update whose chat has no older one unfinished."""
        earlier = aliased(InboxUpdate)
        is_behind = select(col(earlier.id)).where(
            col(earlier.channel) == col(InboxUpdate.channel), col(earlier.chat) == col(InboxUpdate.chat),
            col(earlier.id) < col(InboxUpdate.id), col(earlier.state) == InboxState.RECEIVED).exists()
        is_free = and_(col(InboxUpdate.state) == InboxState.RECEIVED, col(InboxUpdate.channel) == channel,
                       or_(col(InboxUpdate.leased_until).is_(None), col(InboxUpdate.leased_until) < now))
        with self._database.write() as connection:
            row = connection.execute(
                select(InboxUpdate.__table__)  # type: ignore[attr-defined]
                .where(is_free, not_(is_behind)).order_by(col(InboxUpdate.id)).limit(1)
                .with_for_update(skip_locked=True)).mappings().first()
            if row is None:
                return None
            connection.execute(update(InboxUpdate).where(col(InboxUpdate.id) == row["id"]).values(
                leased_until=now + timedelta(seconds=lasts_s), attempts=row["attempts"] + 1))
        return Taken(row["id"], row["channel"], row["dedupe_key"], row["payload"], row["attempts"] + 1)

    def keep(self, taken: Taken, now: datetime, lasts_s: float) -> None:
        """Still at it."""
        with self._database.write() as connection:
            connection.execute(update(InboxUpdate).where(
                col(InboxUpdate.id) == taken.id, col(InboxUpdate.state) == InboxState.RECEIVED,
            ).values(leased_until=now + timedelta(seconds=lasts_s)))

    def finish(self, taken: Taken, posts: Sequence[Mapping[str, Any]], now: datetime) -> bool:
        """Done, with what is to be said about it, in one commit; False when another process was quicker."""
        with self._database.write() as connection:
            is_ours = connection.execute(update(InboxUpdate).where(
                col(InboxUpdate.id) == taken.id, col(InboxUpdate.state) == InboxState.RECEIVED,
            ).values(state=InboxState.DONE, payload="", leased_until=None)).rowcount == 1
            if is_ours:
                queue_all(connection, posts, f"{taken.channel}:{taken.key}", now)
            return is_ours

    def fail(self, taken: Taken, error: str, posts: Sequence[Mapping[str, Any]], now: datetime) -> None:
        """Given up; its payload stays for whoever looks into it."""
        with self._database.write() as connection:
            connection.execute(update(InboxUpdate).where(col(InboxUpdate.id) == taken.id).values(
                state=InboxState.FAILED, error=error[:MAX_ERROR], leased_until=None))
            queue_all(connection, posts, f"{taken.channel}:{taken.key}", now)

    def retry(self, taken: Taken, at: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(update(InboxUpdate).where(col(InboxUpdate.id) == taken.id).values(leased_until=at))

    def counts(self) -> dict[str, int]:
        """Updates by what became of them."""
        with self._database.read() as connection:
            return {str(state): count for state, count in connection.execute(
                select(col(InboxUpdate.state), func.count()).group_by(col(InboxUpdate.state)))}
