"""Who gets a report: the chats that asked for it, what each is cleared for, and why one gets nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from domain.messaging.model import Chat, ChatState, Report, StaffIdentity, Subscription
from domain.people import Role, Shops, Staff, common
from storage.engine import Database
from storage.people.shop_limits import Ids, names_of


@dataclass(frozen=True, slots=True)
class Recipient:
    """A chat that gets the report as far as the role may see it, of the shops that it is limited to."""

    chat: str
    role: Role
    is_group: bool
    at: str | None
    since: datetime
    shops: Shops = None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A chat that asked for the report and cannot have it; `why` is a key of the catalogue's part `alarm`."""

    chat: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody a report may go to. `is_asked_for`: somebody subscribed, whether reachable or not."""

    recipients: tuple[Recipient, ...]
    unreachable: tuple[Unreachable, ...]
    is_asked_for: bool
    people: tuple["Bound", ...] = field(default=())

    def privately(self, group: Recipient) -> Sequence["Bound"]:
        """People who can be written to on the group's channel, and may see all its shops."""
        channel = group.chat.partition(":")[0]
        return [person for person in self.people if person.channel == channel and person.is_reachable
                and common(group.shops, person.shops) == group.shops]


@dataclass(frozen=True, slots=True)
class Bound:
    """A person of the shop on a channel."""

    channel: str
    chat: str
    role: Role
    shops: Shops
    is_reachable: bool


def audience(connection: Connection, report: Report) -> Audience:
    """In four small queries, however many chats there are."""
    chats = {row.key: row for row in connection.execute(select(
        col(Chat.key), col(Chat.title), col(Chat.is_group), col(Chat.clearance), col(Chat.state), col(Chat.shops)))}
    staff = {row.name: row for row in connection.execute(
        select(col(Staff.name), col(Staff.role), col(Staff.shops)).where(col(Staff.is_active)))}
    limits = names_of(connection, (row.shops for row in (*chats.values(), *staff.values())))
    people = _people(connection, chats, limits)
    wanted = connection.execute(select(
        col(Subscription.chat), col(Subscription.at), col(Subscription.created_at), col(Subscription.subscribed_by))
        .where(col(Subscription.report) == report).order_by(col(Subscription.id))).all()
    places = [(row, chats.get(row.chat.partition("/")[0])) for row in wanted]  # a topic is its group's
    found = [_judge(row, chat, people, limits) if chat else _at_this_machine(row, staff, limits)
             for row, chat in places]
    return Audience(tuple(one for one in found if isinstance(one, Recipient)),
                    tuple(one for one in found if isinstance(one, Unreachable)), bool(wanted), people)


def _people(connection: Connection, chats: dict[str, Any], limits: Mapping[Ids, Shops]) -> tuple[Bound, ...]:
    rows = connection.execute(
        select(col(StaffIdentity.channel), col(StaffIdentity.external_id), col(Staff.role), col(Staff.shops))
        .join(Staff, col(Staff.id) == col(StaffIdentity.staff_id))
        .where(col(StaffIdentity.unbound_at).is_(None), col(Staff.is_active)).order_by(col(StaffIdentity.id)))
    return tuple(Bound(channel, f"{channel}:{external}", role, limits[shops],
                       is_reachable=_is_reachable(chats.get(f"{channel}:{external}")))
                 for channel, external, role, shops in rows)


def _is_reachable(chat: Any) -> bool:
    return chat is not None and not chat.is_group and chat.state is ChatState.ACTIVE


def _judge(row: Any, chat: Any, people: Sequence[Bound],
           limits: Mapping[Ids, Shops]) -> Recipient | Unreachable | None:
    """None: the chat is paused, which somebody wanted."""
    if chat.state is not ChatState.ACTIVE:
        return None if chat.state is ChatState.PAUSED else Unreachable(row.chat, chat.title, "chat_left")
    if chat.is_group:
        role, shops, why = chat.clearance, limits[chat.shops], "group_not_cleared"
    else:
        role, shops, why = next(((person.role, person.shops, "") for person in people if person.chat == row.chat),
                                (None, None, "nobody_bound"))
    if role is None:
        return Unreachable(row.chat, chat.title, why)
    return Recipient(row.chat, role, chat.is_group, row.at, row.created_at, shops)


def _at_this_machine(row: Any, staff: Mapping[str, Any], limits: Mapping[Ids, Shops]) -> Recipient | Unreachable:
    """The terminal has no row in `chats`: it is the private place of whoever subscribed there, a person or a role.

    An address of a channel without a row is a chat nobody vouches for.
    """
    known = staff.get(row.subscribed_by)
    role = known.role if known else (Role(row.subscribed_by) if row.subscribed_by in set(Role) else None)
    if ":" in row.chat or role is None:
        return Unreachable(row.chat, row.chat, "nobody_bound")
    return Recipient(row.chat, role, is_group=False, at=row.at, since=row.created_at,
                     shops=limits[known.shops] if known else None)


@dataclass(frozen=True, slots=True)
class StoredReaders:
    """Meets `domain.jobs.Readers`."""

    database: Database

    def limits(self, report: Report) -> Sequence[Shops]:
        with self.database.read() as connection:
            found = {one.shops for one in audience(connection, report).recipients}
        return [None, *sorted(shops for shops in found if shops)]
