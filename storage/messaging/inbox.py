"""Updates from channels: stored before anything is done about them, taken once, gone on with after a crash."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from zlib import crc32

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
    text,
    update,
)

from domain.messaging.model import InboxState, InboxUpdate
from storage.bulk import insert_made, table_of
from storage.engine import Database
from storage.made import Made
from storage.messaging.outbox import Leased, Sending, queue_all

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


@dataclass(frozen=True, slots=True)
class Received:
    """The keys of the updates that are new, and those of them that are in this process's hand already."""

    fresh: frozenset[str]
    taken: Sequence[Taken]


@dataclass(frozen=True, slots=True)
class Finished:
    """Which of the updates were ours to finish, and the messages about them that may be sent at once."""

    ours: Sequence[bool]
    leased: Sequence[Leased]
    is_more: bool  # some wait for others


class Inbox:
    """The updates of all channels; each call is one short transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def receive(self, channel: str, arrived: Sequence[Arrived], now: datetime, *,
                lasts_s: float = 0, most: int = 0) -> Received:
        """Keep updates, for the channel sends until it is sure; of the new ones take up to `most`, one a chat.

        An update is not taken while an older one of its chat is unfinished.
        """
        until = now + timedelta(seconds=lasts_s)
        with self._database.write() as connection:
            ours = _first(arrived, self._behind(connection, channel, {each.chat for each in arrived}), most)
            rows = [{"channel": channel, "dedupe_key": each.key, "chat": each.chat, "payload": each.payload,
                     "received_at": now, "state": InboxState.RECEIVED, "attempts": int(each.key in ours),
                     "leased_until": until if each.key in ours else None} for each in arrived]
            fresh = {key: number for number, key in _KEEP[connection.dialect.name].each(connection, rows)}
        return Received(frozenset(fresh), [Taken(fresh[key], channel, key, each.payload, 1)
                                           for key, each in ours.items() if key in fresh])

    def _behind(self, connection: Connection, channel: str, chats: Collection[str]) -> set[str]:
        """Those of the chats that have an update unfinished.

        Another process may be keeping one of the same chat just now: it is waited for.
        """
        if not self._database.is_sqlite:
            connection.execute(_ONE_BY_ONE, {"chats": sorted({crc32(chat.encode()) - 2**31 for chat in chats})})
        return set(_BEHIND.firsts(connection, {"channel": channel, "chats": list(chats)}))

    def take(self, channel: str, now: datetime, lasts_s: float, limit: int = 1) -> list[Taken]:
        """The oldest updates whose chats have no older ones unfinished: one a chat."""
        with self._database.write() as connection:
            rows = connection.execute(_WAITING, {"channel": channel, "now": now, "most": limit}).all()
            if rows:
                connection.execute(_TAKE, {"ids": [row.id for row in rows], "until": now + timedelta(seconds=lasts_s)})
        return [Taken(row.id, channel, row.dedupe_key, row.payload, row.attempts + 1) for row in rows]

    def keep(self, taken: Sequence[Taken], now: datetime, lasts_s: float) -> None:
        """Still at them."""
        with self._database.write() as connection:
            connection.execute(_HOLD, {"ids": _ids(taken), "until": now + timedelta(seconds=lasts_s)})

    def finish(self, done: Sequence[tuple[Taken, Posts]], now: datetime, sending: Sending | None = None) -> Finished:
        """Done, with what is to be said about them, in one commit, unless another process was quicker.

        What is said may be leased for `sending` at once, where nothing that was said before waits.
        """
        with self._database.write() as connection:
            ours = set(_FINISH.firsts(connection, {"ids": _ids(taken for taken, _ in done)}))
            posts = {_key(taken): posts for taken, posts in done if taken.id in ours}
            queued = queue_all(connection, posts, now, sending)
        return Finished([taken.id in ours for taken, _ in done], queued.leased, queued.is_more)

    def fail(self, taken: Taken, error: str, posts: Posts, now: datetime) -> None:
        """Given up; its payload stays for whoever looks into it."""
        with self._database.write() as connection:
            if connection.execute(update(_INBOX).where(_INBOX.c.id == taken.id, _is_unfinished(_INBOX)).values(
                    state=InboxState.FAILED, error=error[:MAX_ERROR], leased_until=None)).rowcount:
                queue_all(connection, {_key(taken): posts}, now)

    def retry(self, taken: Taken, at: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(update(_INBOX).where(_INBOX.c.id == taken.id).values(leased_until=at))

    def counts(self) -> dict[str, int]:
        """Updates by what became of them."""
        with self._database.read() as connection:
            return {str(state): count for state, count in connection.execute(
                select(_INBOX.c.state, func.count()).group_by(_INBOX.c.state))}


def _first(arrived: Sequence[Arrived], behind: Collection[str], most: int) -> dict[str, Arrived]:
    """The first of each chat that nothing is before, by their keys."""
    firsts: dict[str, Arrived] = {}
    for each in arrived:
        if each.chat not in behind:
            firsts.setdefault(each.chat, each)
    return {each.key: each for each in list(firsts.values())[:most]}


def _ids(taken: Iterable[Taken]) -> list[int]:
    return [each.id for each in taken]


def _key(taken: Taken) -> str:
    return f"{taken.channel}:{taken.key}"


def _is_unfinished(table: FromClause) -> ColumnElement[bool]:
    """Written out: only so is it known to be what the small index of unfinished ones holds."""
    return table.c.state == literal_column(f"'{InboxState.RECEIVED}'")


def _waiting() -> Any:
    """Free, and no older one of the same chat is unfinished."""
    own, earlier = _INBOX.c, _INBOX.alias()
    is_behind = select(earlier.c.id).where(
        earlier.c.channel == own.channel, earlier.c.chat == own.chat, earlier.c.id < own.id,
        _is_unfinished(earlier)).exists()
    return (select(own.id, own.dedupe_key, own.payload, own.attempts)
            .where(_is_unfinished(_INBOX), _IS_OF_CHANNEL, not_(is_behind),
                   or_(own.leased_until.is_(None), own.leased_until < bindparam("now")))
            .order_by(own.id).limit(bindparam("most", type_=Integer)).with_for_update(skip_locked=True))


# asked many times a second: made once
_INBOX = table_of(InboxUpdate)
_IS_ONE = _INBOX.c.id.in_(bindparam("ids", expanding=True))
# a bare channel would have the index used that holds every update there ever was
_IS_OF_CHANNEL = _INBOX.c.channel + "" == bindparam("channel")
_IS_IN_HAND = and_(_IS_ONE, _is_unfinished(_INBOX))
_KEEP = insert_made(InboxUpdate, lambda insert: insert.on_conflict_do_nothing().returning(
    _INBOX.c.id, _INBOX.c.dedupe_key))
_ONE_BY_ONE = text("SELECT pg_advisory_xact_lock(hashtext('zhanggui inbox'), chat) FROM unnest("
                   "CAST(:chats AS integer[])) chat")
_BEHIND = Made(select(_INBOX.c.chat).where(_is_unfinished(_INBOX), _IS_OF_CHANNEL,
                                           _INBOX.c.chat.in_(bindparam("chats", expanding=True))))
_TAKE = update(_INBOX).where(_IS_ONE).values(
    leased_until=bindparam("until"), attempts=_INBOX.c.attempts + 1)
_HOLD = update(_INBOX).where(_IS_IN_HAND).values(leased_until=bindparam("until"))
_FINISH = Made(update(_INBOX).where(_IS_IN_HAND).values(
    state=InboxState.DONE, payload="", leased_until=None).returning(_INBOX.c.id))
_WAITING = _waiting()
