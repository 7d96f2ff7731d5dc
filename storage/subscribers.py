"""Who gets a report: the chats that asked for it, what each is cleared for, and why one gets nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from domain.messaging.model import Chat, ChatState, Report, StaffIdentity, Subscription
from domain.people import Role, Staff


@dataclass(frozen=True, slots=True)
class Recipient:
    """A chat that gets the report as far as the role may see it."""

    chat: str
    role: Role
    is_group: bool
    at: str | None
    since: datetime


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

    def privately(self, group: str) -> Sequence["Bound"]:
        """People of the shop who can be written to on the group's channel."""
        channel = group.partition(":")[0]
        return [person for person in self.people if person.channel == channel and person.is_reachable]


@dataclass(frozen=True, slots=True)
class Bound:
    """A person of the shop on a channel."""

    channel: str
    chat: str
    role: Role
    is_reachable: bool


def audience(connection: Connection, report: Report) -> Audience:
    """In four small queries, however many chats there are."""
    chats = {row.key: row for row in connection.execute(select(
        col(Chat.key), col(Chat.title), col(Chat.is_group), col(Chat.clearance), col(Chat.state)))}
    staff = {row.name: row.role for row in connection.execute(
        select(col(Staff.name), col(Staff.role)).where(col(Staff.is_active)))}
    people = _people(connection, chats)
    wanted = connection.execute(select(
        col(Subscription.chat), col(Subscription.at), col(Subscription.created_at), col(Subscription.subscribed_by))
        .where(col(Subscription.report) == report).order_by(col(Subscription.id))).all()
    # a topic is its group's
    found = [_judge(row, chats.get(row.chat.partition("/")[0]), staff, people) for row in wanted]
    return Audience(tuple(one for one in found if isinstance(one, Recipient)),
                    tuple(one for one in found if isinstance(one, Unreachable)), bool(wanted), people)


def _people(connection: Connection, chats: dict[str, Any]) -> tuple[Bound, ...]:
    rows = connection.execute(
        select(col(StaffIdentity.channel), col(StaffIdentity.external_id), col(Staff.role))
        .join(Staff, col(Staff.id) == col(StaffIdentity.staff_id))
        .where(col(StaffIdentity.unbound_at).is_(None), col(Staff.is_active)).order_by(col(StaffIdentity.id)))
    return tuple(_bound(channel, f"{channel}:{external}", role, chats) for channel, external, role in rows)


def _bound(channel: str, key: str, role: Role, chats: dict[str, Any]) -> Bound:
    chat = chats.get(key)
    return Bound(channel, key, role, chat is not None and not chat.is_group and chat.state is ChatState.ACTIVE)


def _judge(row: Any, chat: Any, staff: dict[str, Role], people: Sequence[Bound]) -> Recipient | Unreachable | None:
    """None: the chat is paused, which somebody wanted."""
    if chat is None:
        return _at_this_machine(row, staff)
    if chat.state is not ChatState.ACTIVE:
        return None if chat.state is ChatState.PAUSED else Unreachable(row.chat, chat.title, "chat_left")
    if chat.is_group:
        role, why = chat.clearance, "group_not_cleared"
    else:
        role, why = next((person.role for person in people if person.chat == row.chat), None), "nobody_bound"
    if role is None:
        return Unreachable(row.chat, chat.title, why)
    return Recipient(row.chat, role, chat.is_group, row.at, row.created_at)


def _at_this_machine(row: Any, staff: dict[str, Role]) -> Recipient | Unreachable:
    """The terminal has no row in `chats`: it is the private place of whoever subscribed there, a person or a role.

    An address of a channel without a row is a chat nobody vouches for.
    """
    role = staff.get(row.subscribed_by) or (Role(row.subscribed_by) if row.subscribed_by in set(Role) else None)
    if ":" in row.chat or role is None:
        return Unreachable(row.chat, row.chat, "nobody_bound")
    return Recipient(row.chat, role, is_group=False, at=row.at, since=row.created_at)
