"""Private chats and groups the bot was spoken to in: seen, cleared, left, moved."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from domain.errors import UserCanFix
from domain.messaging.gates import ChatButton
from domain.messaging.model import (
    MAX_CHAT_KEY,
    Chat,
    ChatState,
    OutboxMessage,
    OutboxState,
    QuietHours,
    Report,
    StaffIdentity,
    Subscription,
)
from domain.messaging.quiet import ALL_REPORTS
from domain.people import Role, Shops, Staff
from storage.bulk import table_of
from storage.engine import Database
from storage.made import Made
from storage.messaging import quiet_hours
from storage.people.shop_limits import named

MAX_TITLE = 200


@dataclass(frozen=True, slots=True)
class KnownChat:
    """One chat as the conversation needs it. `clearance` is a group's; None: nothing may be said there but help.

    What is said there is of its `shops` alone.
    """

    key: str
    title: str
    is_group: bool
    clearance: Role | None
    language: str
    state: ChatState
    shops: Shops = None


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A report that a chat gets, its own time and its own quiet hours; None: the usual time, the chat's hours."""

    report: Report
    at: str | None
    quiet: str | None


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What a chat gets, and when it is left in peace."""

    quiet: str | None
    reports: tuple[Subscribed, ...]


class Chats:
    """The chats of all channels by their keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def seen(self, key: str, *, title: str, is_group: bool, language: str, now: datetime,
             known: KnownChat | None = None) -> KnownChat:
        """The chat, made when it is new; whoever speaks there can be spoken to again. One that is paused stays so.

        It may be `known` already.
        """
        known = known or self.find(key)
        title = title[:MAX_TITLE]
        if known is not None and known.title == title and known.state is not ChatState.LEFT:
            return known
        is_paused = known is not None and known.state is ChatState.PAUSED
        values = {"title": title, "state": ChatState.PAUSED if is_paused else ChatState.ACTIVE, "changed_at": now}
        if known is None and self._add(key, {**values, "is_group": is_group, "language": language, "created_at": now}):
            return KnownChat(key, title, is_group, None, language, ChatState.ACTIVE)
        with self._database.write() as connection:
            connection.execute(update(Chat).where(col(Chat.key) == key).values(**values))
        found = self.find(key)
        assert found is not None, "a chat that is there"
        return found

    def _add(self, key: str, values: dict[str, Any]) -> bool:
        try:
            with self._database.write() as connection:
                connection.execute(insert(Chat).values(key=key, channel=key.partition(":")[0], **values))
        except IntegrityError:  # another process saw it first
            return False
        return True

    def find(self, key: str) -> KnownChat | None:
        return self.known({key}).get(key)

    def known(self, keys: Collection[str]) -> dict[str, KnownChat]:
        """Those of the chats that were seen before, by their keys."""
        with self._database.read() as connection:
            return {chat.key: chat for chat in _chats(connection, _OF_KEYS.rows(connection, {"keys": list(keys)}))}

    def left(self, key: str, now: datetime) -> None:
        """The bot was removed or blocked there."""
        with self._database.write() as connection:
            connection.execute(update(Chat).where(col(Chat.key) == key).values(state=ChatState.LEFT, changed_at=now))

    def pause(self, key: str, now: datetime, *, wanted: bool) -> bool:
        """Nothing comes to the chat unasked until it is wanted again; False where nothing can come anyway."""
        with self._database.write() as connection:
            return connection.execute(
                update(Chat).where(col(Chat.key) == key, col(Chat.state) != ChatState.LEFT)
                .values(state=ChatState.PAUSED if wanted else ChatState.ACTIVE, changed_at=now)).rowcount == 1

    def moved(self, old: str, new: str, now: datetime) -> None:
        """The channel gave the group another address; what it had, and what waits for it, goes along."""
        with self._database.write() as connection:
            is_known = connection.execute(select(col(Chat.id)).where(col(Chat.key) == new)).first() is not None
            if is_known:  # it was seen under its new address before this was told: the old one's clearance counts
                kept = {name: select(col(getattr(Chat, name))).where(col(Chat.key) == old).scalar_subquery()
                        for name in ("clearance", "shops")}
                connection.execute(update(Chat).where(col(Chat.key) == new, col(Chat.clearance).is_(None)).values(
                    **kept, changed_at=now))
                connection.execute(delete(Chat).where(col(Chat.key) == old))
            else:
                connection.execute(update(Chat).where(col(Chat.key) == old).values(key=new, changed_at=now))
            _readdress(connection, old, new)

    def groups(self) -> list[tuple[KnownChat, tuple[str, ...]]]:
        """Every group with the reports it gets."""
        with self._database.read() as connection:
            chats = _chats(connection, connection.execute(
                _known().where(col(Chat.is_group)).order_by(col(Chat.id))).all())
            wanted = connection.execute(select(col(Subscription.chat), col(Subscription.report), col(Subscription.at))
                                        .order_by(col(Subscription.id))).all()
        return [(chat, tuple(f"{report}{f' {at}' if at else ''}" for key, report, at in wanted
                             if key.partition("/")[0] == chat.key)) for chat in chats]

    def subscriptions(self, key: str) -> Subscriptions:
        """Of the chat itself; quiet hours of a topic are its group's."""
        with self._database.read() as connection:
            wanted = connection.execute(select(col(Subscription.report), col(Subscription.at)).where(
                col(Subscription.chat) == key).order_by(col(Subscription.id))).all()
            return Subscriptions(
                quiet_hours.read(connection, key.partition("/")[0]),
                tuple(Subscribed(report, at, quiet_hours.read(connection, key, report)) for report, at in wanted))

    def keep_quiet(self, key: str, hours: str, report: Report | None, *, by: str, now: datetime) -> None:
        """Quiet hours as domain.messaging.quiet.normal gives them."""
        with self._database.write() as connection:
            quiet_hours.write(connection, key, report or ALL_REPORTS, hours, by=by, at=now)

    def private_chats(self, person: str) -> list[str]:
        """Keys of the chats a person of the shop is bound in."""
        key = col(StaffIdentity.channel) + ":" + col(StaffIdentity.external_id)
        with self._database.read() as connection:
            return list(connection.execute(
                select(key).join(Staff, col(Staff.id) == col(StaffIdentity.staff_id))
                .where(col(Staff.name) == person, col(StaffIdentity.unbound_at).is_(None))).scalars())

    def group(self, name: str) -> KnownChat:
        """The group of that key, number or title, or the only one of that channel.

        Raises UserCanFix when there is none, or more than one.
        """
        found = [chat for chat, _ in self.groups()
                 if name in {chat.key, chat.key.partition(":")[2]} or name.lower() == chat.title.lower()
                 or (name == chat.key.partition(":")[0] and chat.state is not ChatState.LEFT)]
        if len(found) == 1:
            return found[0]
        what, key = ("more than one group is", "groups_twice") if found else ("no group is", "no_group")
        raise UserCanFix(f"{what} called {name!r}; see zhanggui chat-group list, and name it by its number",
                         key=f"command.{key}", name=name)

    def clear(self, key: str, role: Role | None, now: datetime) -> None:
        """What may be said in the group from now on: as much as to somebody of the role."""
        with self._database.write() as connection:
            connection.execute(update(Chat).where(col(Chat.key) == key).values(clearance=role, changed_at=now))

    def subscribe(self, key: str, report: Report, *, at: str | None, by: str, now: datetime) -> None:
        """The chat gets the report from now on, at that time of day: a new time counts from now, too.

        Else one earlier in the day would be caught up on, for today and the days before.
        """
        with self._database.write() as connection:
            same = (col(Subscription.chat) == key, col(Subscription.report) == report)
            if not connection.execute(update(Subscription).where(*same).values(
                    at=at, subscribed_by=by, created_at=now)).rowcount:
                connection.execute(insert(Subscription).values(chat=key, report=report, at=at, subscribed_by=by,
                                                               created_at=now))

    def unsubscribe(self, key: str, report: Report) -> bool:
        """The chat gets the report no more; False where it did not. Its own quiet hours for it go along."""
        with self._database.write() as connection:
            quiet_hours.forget(connection, key, report)
            return connection.execute(delete(Subscription).where(
                col(Subscription.chat) == key, col(Subscription.report) == report)).rowcount == 1


def _chats(connection: Connection, rows: Sequence[Any]) -> list[KnownChat]:
    return [KnownChat(*row) for row in named(connection, rows, 6)]


def _known() -> Any:
    own = table_of(Chat).c
    return select(own.key, own.title, own.is_group, own.clearance, own.language, own.state, own.shops)


# asked with every message: made once
_OF_KEYS = Made(_known().where(table_of(Chat).c.key.in_(bindparam("keys", expanding=True))))


def _readdress(connection: Connection, old: str, new: str) -> None:
    """The group's topics go along: their keys begin with the group's."""
    for model, conditions in ((Subscription, ()), (QuietHours, ()),
                              (OutboxMessage, (col(OutboxMessage.state) == OutboxState.QUEUED,)),
                              (ChatButton, (col(ChatButton.used_at).is_(None),))):
        chat: Any = col(model.chat)
        is_there = or_(chat == old, chat.startswith(f"{old}/", autoescape=True))
        moved = func.substr(new + func.substr(chat, len(old) + 1), 1, MAX_CHAT_KEY)
        connection.execute(update(model).where(is_there, *conditions).values(chat=moved))
