"""What keeps channels in order between processes: paces, buttons, files waiting for a yes, and who does the polling."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.columns import BigId, EnumText, UtcDateTime, one_of
from domain.messaging.model import MAX_CHAT_KEY


class Pace(SQLModel, table=True):
    """When the next of something is due by an even pace (domain.messaging.pacing)."""

    __tablename__ = "paces"

    key: str = Field(primary_key=True, max_length=160)
    due_at: datetime = Field(sa_type=UtcDateTime)


class Lease(SQLModel, table=True):
    """Something that one process does at a time, such as polling."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True, max_length=60)
    holder: str = Field(max_length=60)
    until: datetime = Field(sa_type=UtcDateTime)


class ButtonKind(StrEnum):
    """What becomes of the message a button hangs on."""

    ASK = "ask"  # it stays; the keyboard goes
    DECIDE = "decide"  # it says who decided what and when


class ChatButton(SQLModel, table=True):
    """One button under one message: what tapping it says, for whom, once. The channel only carries the token."""

    __tablename__ = "chat_buttons"
    __table_args__ = (UniqueConstraint("token"), one_of("kind", ButtonKind), Index("ix_chat_buttons_keyboard",
                                                                                   "keyboard"))

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    token: str = Field(max_length=24)
    keyboard: str = Field(max_length=24)  # the buttons under one message
    chat: str = Field(max_length=MAX_CHAT_KEY)
    person: str | None = Field(default=None, max_length=80)  # the channel's id; None: anybody of the shop in the chat
    kind: ButtonKind = Field(sa_type=EnumText(ButtonKind))
    message: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    used_by: str | None = Field(default=None, max_length=200)  # the update: the same one may go on with it


class ChatFile(SQLModel, table=True):
    """A file that was dropped into a chat, looked at, and waits to be taken in. Its bytes stay with the channel."""

    __tablename__ = "chat_files"
    __table_args__ = (Index("ix_chat_files_code", "code"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    code: str = Field(max_length=8)
    chat: str = Field(max_length=MAX_CHAT_KEY)
    person: str = Field(max_length=80)
    file_id: str = Field(max_length=300)
    name: str = Field(max_length=200)
    size_bytes: int
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    used_by: str | None = Field(default=None, max_length=200)
