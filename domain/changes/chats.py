"""What an action does to what chats get and to what is said of names and exceptions, as data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.catalog.model import NamedKind
from domain.messaging.model import Report


@dataclass(frozen=True, slots=True)
class SubscriptionChange:
    """Whether a chat gets a report, and at which time of its own (HH:MM; None: the timetable's)."""

    chat: str
    report: Report
    actor: str
    before: bool
    after: bool
    at_before: str | None = None
    at_after: str | None = None
    kind: Literal["subscription"] = "subscription"


@dataclass(frozen=True, slots=True)
class QuietChange:
    """When nothing is pushed to a chat (`report` is empty), or of one report; None: nothing of its own."""

    chat: str
    report: str
    actor: str
    before: str | None
    after: str | None
    kind: Literal["quiet"] = "quiet"


@dataclass(frozen=True, slots=True)
class ExceptionChange:
    """An open exception is put off, or (with who has handled it) closed; undone, it is open again."""

    exception_id: int
    snoozed_before: datetime | None
    snoozed_after: datetime | None
    handled_by: str | None = None
    is_undone: bool = False
    kind: Literal["exception"] = "exception"


@dataclass(frozen=True, slots=True)
class AliasChange:
    """Whether something goes by another name, too."""

    target_kind: NamedKind
    target_id: int
    text: str
    before: bool
    after: bool
    kind: Literal["alias"] = "alias"
