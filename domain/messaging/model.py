"""Chats, who is who in them, what came in, what waits to go out, and the reports chats asked for.

A chat is named everywhere by one text, its key: `channel:address`, as in `telegram:-1001234`, with `/thread` behind it
where the channel has topics. The same key stands in confirmations, subscriptions, the inbox and the outbox.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from domain.columns import BigId, EnumText, IdList, UtcDateTime, one_of
from domain.messaging.quiet import ALL_REPORTS, MAX_HOURS
from domain.people import Role

MAX_CHAT_KEY = 120
MAX_KEY = 200


class Report(StrEnum):
    """What can be sent without being asked each time."""

    DAILY_PROFIT = "daily_profit"
    LOW_STOCK = "low_stock"
    WEEKLY_REVIEW = "weekly_review"
    TO_SHIP = "to_ship"


class ChatState(StrEnum):
    """May we speak there?"""

    ACTIVE = "active"
    PAUSED = "paused"  # by somebody who may
    LEFT = "left"  # the bot was removed or blocked


class InboxState(StrEnum):
    """What became of an update from a channel."""

    RECEIVED = "received"
    DONE = "done"
    FAILED = "failed"


class OutboxState(StrEnum):
    """What became of a message to a chat. Sent means: the channel gave it an id."""

    QUEUED = "queued"
    SENT = "sent"
    DEAD = "dead"  # given up; the owner is told
    EXPIRED = "expired"  # too late to be of use


class Chat(SQLModel, table=True):
    """A private chat or group the bot has been spoken to in."""

    __tablename__ = "chats"
    __table_args__ = (UniqueConstraint("key"), one_of("state", ChatState))

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    key: str = Field(max_length=MAX_CHAT_KEY)
    channel: str = Field(max_length=20)
    title: str = Field(default="", max_length=200)
    is_group: bool
    clearance: Role | None = Field(default=None, sa_type=EnumText(Role))  # a group's; None: nothing but help
    language: str = Field(default="zh", max_length=8)
    state: ChatState = Field(sa_type=EnumText(ChatState))
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    shops: tuple[int, ...] | None = Field(default=None, sa_type=IdList)  # the only ones a group hears of; None: all


class StaffIdentity(SQLModel, table=True):
    """A person of the shop on a channel, bound by a one-time code. Unbound rows stay, as the record of who it was."""

    __tablename__ = "staff_identities"
    __table_args__ = (
        Index("uq_staff_identities_bound", "channel", "external_id", unique=True,
              sqlite_where=text("unbound_at IS NULL"), postgresql_where=text("unbound_at IS NULL")),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    staff_id: int = Field(foreign_key="staff.id", index=True, sa_type=BigId)
    channel: str = Field(max_length=20)
    external_id: str = Field(max_length=80)
    bound_at: datetime = Field(sa_type=UtcDateTime)
    unbound_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BindCode(SQLModel, table=True):
    """A one-time code that makes a stranger on a channel a person of the shop. Only its hash is kept."""

    __tablename__ = "bind_codes"
    __table_args__ = (UniqueConstraint("code_hash"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    staff_id: int = Field(foreign_key="staff.id", index=True, sa_type=BigId)
    code_hash: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class InboxUpdate(SQLModel, table=True):
    """One update from a channel, stored before anything is done about it; its key makes a repeat harmless."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "dedupe_key"),
        one_of("state", InboxState),
        Index("ix_inbox_waiting", "chat", "id", sqlite_where=text("state = 'received'"),
              postgresql_where=text("state = 'received'")),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    channel: str = Field(max_length=20)
    dedupe_key: str = Field(max_length=MAX_KEY)
    chat: str = Field(default="", max_length=MAX_CHAT_KEY)  # updates of one chat are taken in order
    payload: str = Field(sa_type=Text)  # JSON as the channel sent it; emptied once done
    received_at: datetime = Field(sa_type=UtcDateTime)
    state: InboxState = Field(sa_type=EnumText(InboxState))
    attempts: int = 0
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str | None = Field(default=None, sa_type=Text)


class OutboxMessage(SQLModel, table=True):
    """One message to one chat. Written with what caused it in one commit, sent later outside any transaction."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("unique_key"),
        one_of("state", OutboxState),
        Index("ix_outbox_waiting", "not_before", sqlite_where=text("state = 'queued'"),
              postgresql_where=text("state = 'queued'")),
        Index("ix_outbox_chat", "chat", "id", sqlite_where=text("state = 'queued'"),
              postgresql_where=text("state = 'queued'")),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    chat: str = Field(max_length=MAX_CHAT_KEY)
    unique_key: str = Field(max_length=MAX_KEY)  # says what it is about; a second of the same is not queued
    kind: str = Field(max_length=40)  # tells the renderer what the payload is: "reply", "report", "notice"
    payload: str = Field(sa_type=Text)  # JSON, typed by kind, rendered for the channel when it is sent
    state: OutboxState = Field(sa_type=EnumText(OutboxState))
    attempts: int = 0  # that failed
    repeats: int = 0  # times a process died with it in hand: the chat may have got it that often too many
    parts_sent: int = 0  # of a message too long for one: sending goes on behind them
    created_at: datetime = Field(sa_type=UtcDateTime)
    not_before: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    channel_message_id: str | None = Field(default=None, max_length=80)
    error: str | None = Field(default=None, sa_type=Text)


class Subscription(SQLModel, table=True):
    """A chat gets a report until somebody takes it back."""

    __tablename__ = "subscriptions"
    __table_args__ = (UniqueConstraint("chat", "report"), one_of("report", Report))

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    chat: str = Field(max_length=MAX_CHAT_KEY)
    report: Report = Field(sa_type=EnumText(Report))
    at: str | None = Field(default=None, max_length=5)  # HH:MM on the shop's clock; None: the timetable's own time
    subscribed_by: str = Field(max_length=60)
    created_at: datetime = Field(sa_type=UtcDateTime)


class QuietHours(SQLModel, table=True):
    """When nothing is pushed to a chat, or a report of it. No row: the chat's, else the usual ones."""

    __tablename__ = "quiet_hours"
    __table_args__ = (UniqueConstraint("chat", "report"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    chat: str = Field(max_length=MAX_CHAT_KEY)  # a group's without its topics, unless it is of a report
    report: str = Field(default=ALL_REPORTS, max_length=24)
    hours: str = Field(max_length=MAX_HOURS)  # 22:00-08:00 on the shop's clock, or off: at any hour
    set_by: str = Field(max_length=60)
    created_at: datetime = Field(sa_type=UtcDateTime)
