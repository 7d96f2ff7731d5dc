"""What an action does to what chats get and to what is said of names and exceptions, as data."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Self

from domain.catalog.model import NamedKind
from domain.changes.change import Change, Replacement
from domain.messaging.model import Report


@dataclass(frozen=True, slots=True)
class SubscriptionChange(Change):
    """Whether a chat gets a report, and at which time of its own (HH:MM; None: the timetable's)."""

    chat: str
    report: Report
    actor: str
    before: bool
    after: bool
    at_before: str | None = None
    at_after: str | None = None
    kind: Literal["subscription"] = "subscription"

    def inverse(self) -> Self:
        return replace(self, before=self.after, after=self.before, at_before=self.at_after,
                       at_after=self.at_before)


@dataclass(frozen=True, slots=True)
class QuietChange(Replacement):
    """When nothing is pushed to a chat (`report` is empty), or of one report; None: nothing of its own."""

    chat: str
    report: str
    actor: str
    before: str | None
    after: str | None
    kind: Literal["quiet"] = "quiet"


@dataclass(frozen=True, slots=True)
class ExceptionChange(Change):
    """An open exception is put off, or (with who has handled it) closed; undone, it is open again."""

    exception_id: int
    snoozed_before: datetime | None
    snoozed_after: datetime | None
    handled_by: str | None = None
    is_undone: bool = False
    kind: Literal["exception"] = "exception"

    def inverse(self) -> Self:
        return replace(self, snoozed_before=self.snoozed_after, snoozed_after=self.snoozed_before,
                       is_undone=not self.is_undone)


@dataclass(frozen=True, slots=True)
class AliasChange(Replacement):
    """Whether something goes by another name, too."""

    target_kind: NamedKind
    target_id: int
    text: str
    before: bool
    after: bool
    kind: Literal["alias"] = "alias"
