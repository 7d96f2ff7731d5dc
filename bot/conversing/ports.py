"""What a conversation needs of the outside: who is who, which chats there are, how much is too much."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from bot.outgoing import Document
from bot.rendering.reply import Reply
from bot.turn import Person
from bot.understanding.readings import Language
from domain.messaging.pacing import Rate
from domain.people import Role, Shops


class Bound(Protocol):
    """Somebody of the shop (storage.people.bindings.BoundPerson)."""

    @property
    def name(self) -> str: ...
    @property
    def role(self) -> Role: ...
    @property
    def shops(self) -> Shops: ...


class Bindings(Protocol):
    """Who is who (storage.people.bindings.Bindings)."""

    def people(self, channel: str, external_ids: Collection[str]) -> Mapping[str, Bound]: ...
    def bind(self, channel: str, external_id: str, code: str, now: datetime) -> Bound | None: ...
    def unbind(self, channel: str, external_id: str, now: datetime) -> bool: ...


class Chats(Protocol):
    """Which chats there are (storage.messaging.chats.Chats)."""

    def known(self, keys: Collection[str]) -> Mapping[str, Any]: ...
    def seen(self, key: str, *, title: str, is_group: bool, language: str, now: datetime, known: Any = None) -> Any: ...
    def left(self, key: str, now: datetime) -> None: ...
    def moved(self, old: str, new: str, now: datetime) -> None: ...


class Limits(Protocol):
    """How much is too much (storage.messaging.paces.Limits)."""

    def allow(self, asked: Sequence[Mapping[str, Rate]], now: datetime) -> Sequence[bool]: ...


class Answerer(Protocol):
    """Answers a text for a person (bot.dispatcher.Dispatcher)."""

    def reply(self, text: str, *, person: Person, at: datetime, chat: str, chart_dir: Path | None = None,
              only_asked_charts: bool = False, language: Language | None = None) -> Reply: ...


class Orders(Protocol):
    """Orders that wait for a parcel (storage.orders.waiting_orders.WaitingOrders)."""

    def waiting(self, limit: int, shops: Shops) -> tuple[int, Sequence[Any]]: ...
    def orders_among(self, texts: Sequence[str], shops: Shops) -> list[str]: ...
    def order_of_waybill(self, waybill: str, shops: Shops) -> str | None: ...


class Files(Protocol):
    """Files that wait for a yes (storage.messaging.chat_files.ChatFiles)."""

    def keep(self, file: Any, *, chat: str, person: str, now: datetime) -> str: ...
    def peek(self, code: str, *, chat: str, person: str, now: datetime) -> Any: ...
    def take(self, code: str, *, chat: str, person: str, update_key: str, now: datetime) -> Any: ...


@dataclass(frozen=True, slots=True)
class Question:
    """Which of these headers is the column?"""

    column: str
    title: str
    headers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file holds. `can_take` is False when nothing in it would change the shop; waybills are lines to ship.

    With a question it cannot be read before that is answered.
    """

    text: str
    can_take: bool = False
    rejects: Document | None = None
    waybills: str = ""
    question: Question | None = None


class FileDesk(Protocol):
    """Looks into files and takes them in (bot.app.chat_files.ChatFileDesk)."""

    def look(self, name: str, content: bytes, language: str, mapping: Mapping[str, str]) -> Looked: ...
    def take_in(self, name: str, content: bytes, language: str, mapping: Mapping[str, str]) -> Looked: ...


class Barcodes(Protocol):
    """Reads the codes in a picture (integrations.barcodes.read)."""

    def __call__(self, content: bytes) -> list[str]: ...


class Letters(Protocol):
    """Messages that were given up (storage.messaging.outbox.Outbox)."""

    def dead(self, limit: int) -> Sequence[Any]: ...
    def revive(self, now: datetime) -> int: ...
