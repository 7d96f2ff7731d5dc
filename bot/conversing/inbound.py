"""What comes in from a channel, in words every channel shares."""

from dataclasses import dataclass
from typing import Literal

from bot.understanding.readings import Language


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message; its bytes are fetched when they are wanted."""

    kind: Literal["document", "picture"]
    file_id: str
    name: str
    size_bytes: int | None
    is_confirmed: bool = False  # it was looked at before, and is to be taken in now
    code: str = ""  # under which it waits since it was looked at
    mapping: tuple[tuple[str, str], ...] = ()  # which header is which column, as the person said


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message to the bot. `room` is the chat without its topic; `key` tells the update from every other."""

    key: str
    chat: str
    room: str
    title: str
    is_group: bool
    person_id: str
    message_id: str
    text: str
    language: Language
    is_addressed: bool = True
    attachment: Attachment | None = None

    @property
    def channel(self) -> str:
        return self.chat.partition(":")[0]

    @property
    def private_chat(self) -> str:
        """The person's own chat with the bot."""
        return f"{self.channel}:{self.person_id}"


@dataclass(frozen=True, slots=True)
class Tap:
    """A button that was tapped; `said` stands in place of a typed message once the button has told what it means."""

    said: Inbound
    data: str
    callback_id: str


@dataclass(frozen=True, slots=True)
class Membership:
    """The bot came into a chat, or was removed or blocked."""

    chat: str
    title: str
    is_group: bool
    is_in: bool
    language: str


@dataclass(frozen=True, slots=True)
class Migration:
    """A group got another address."""

    old: str
    new: str


Event = Inbound | Tap | Membership | Migration
