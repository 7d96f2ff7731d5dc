"""Telling the owners what went wrong: one short message each, once for as long as it is the same."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from domain.clock import ShopCalendar
from domain.jobs import Alarm
from domain.messaging.model import Chat, ChatState, StaffIdentity
from domain.messaging.quiet import ALL_REPORTS
from domain.people import Role, Staff
from storage.messaging import outbox
from storage.messaging.quiet_hours import Chosen

KIND = "notice"
USEFUL_FOR = timedelta(days=7)


def tell_owners(connection: Connection, alarm: Alarm, now: datetime, calendar: ShopCalendar) -> int:
    """Queue it for every owner who can be written to; how many. Nobody bound: `doctor` is where it shows.

    What is not urgent waits for the end of the owner's quiet hours.
    """
    chats = _private_chats_of_owners(connection)
    payload = {"key": f"alarm.{alarm.key}", "facts": dict(alarm.facts)}
    quiet = Chosen.of(connection, calendar)
    ready = {chat: None if alarm.is_urgent else quiet.end(chat, ALL_REPORTS, now) for chat in chats}
    return sum(outbox.enqueue(connection, chat=chat, unique_key=f"notice:{alarm.name}:{chat}"[:200], kind=KIND,
                              payload=payload, now=now, not_before=ready[chat], expires_at=now + USEFUL_FOR)
               for chat in chats)


def of_dead_letter(connection: Connection, message: Any, error: str, now: datetime, *, calendar: ShopCalendar) -> int:
    """That a chat of the shop gets nothing any more: once a day, however many messages it costs.

    Strangers may block the bot as they like, and a notice that cannot be sent needs no notice.
    """
    room = message.chat.partition("/")[0]
    chat = connection.execute(select(col(Chat.title), col(Chat.is_group)).where(col(Chat.key) == room)).first()
    if message.kind == KIND or chat is None or not (chat.is_group or _is_of_the_shop(connection, room)):
        return 0
    facts = {"chat": chat.title or room, "error": error}
    return tell_owners(connection, Alarm(f"dead:{room}:{now:%Y-%m-%d}", "message_dead", facts), now, calendar)


def _is_of_the_shop(connection: Connection, private: str) -> bool:
    channel, _, number = private.partition(":")
    return connection.execute(select(col(StaffIdentity.id)).where(
        col(StaffIdentity.channel) == channel, col(StaffIdentity.external_id) == number,
        col(StaffIdentity.unbound_at).is_(None))).first() is not None


def _private_chats_of_owners(connection: Connection) -> list[str]:
    private = col(StaffIdentity.channel) + ":" + col(StaffIdentity.external_id)
    statement = (select(col(Chat.key)).join(StaffIdentity, private == col(Chat.key))
                 .join(Staff, col(Staff.id) == col(StaffIdentity.staff_id))
                 .where(col(StaffIdentity.unbound_at).is_(None), col(Staff.is_active), col(Staff.role) == Role.OWNER,
                        ~col(Chat.is_group), col(Chat.state) == ChatState.ACTIVE).order_by(col(Chat.id)))
    return list(connection.execute(statement).scalars())
