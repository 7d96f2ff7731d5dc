"""What a message can be read as."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from domain.metrics.query import MetricQuery

Language = Literal["zh", "en"]


class Wants(StrEnum):
    """What of an answer is wanted."""

    FIGURES = "figures"
    WHY = "why"
    DETAILS = "details"
    EXPORT = "export"
    DEFINITION = "definition"


@dataclass(frozen=True, slots=True)
class Request:
    """More than the figures: the reason, the rows, a file of what `of` names, or the definition.

    `claims` is which way the person says the figure moved: up, down or nothing.
    """

    wants: Wants
    of: Wants = Wants.FIGURES
    claims: str = ""
    is_csv: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """A question, whether a picture or shares of the whole were asked for, and what is wanted besides the figures."""

    query: MetricQuery
    wants_chart: bool = False
    request: Request | None = None
    wants_shares: bool = False
    goes_on_from: MetricQuery | None = None  # told where the message before was not understood


@dataclass(frozen=True, slots=True)
class Act:
    """An action of the registry with the arguments the person gave; values as in the contract."""

    action: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unclear:
    """More than one reading, or something missing. `choices` are messages that can be sent back.

    `key` is a sentence of the message catalogue. `pending` is the half-read action a short reply may complete.
    """

    key: str
    facts: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    pending: Act | None = None
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """What cannot be answered; `key` says why."""

    key: str
    facts: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """A word to the shopkeeper itself: help, confirm, cancel, undo, details."""

    name: str
    argument: str = ""


NotRead = Unclear | Refused
Reading = Ask | Act | NotRead | Command


@dataclass(frozen=True, slots=True)
class Understood:
    """A message's reading, the language to answer in, and how it was come by."""

    reading: Reading
    language: Language
    by: Literal["rules", "model", "command"] = "rules"


@dataclass(frozen=True, slots=True)
class Shown:
    """Which rows an answer showed: the values of its one dimension, as they stood."""

    dimension: str
    values: tuple[str, ...]

    def holds(self, query: MetricQuery) -> bool:
        """Whether the question is of one of the rows: then 第二名 is still another one."""
        one = query.where.get(self.dimension, ())
        return not query.by and len(one) == 1 and one[0] in self.values


@dataclass(frozen=True, slots=True)
class Missed:
    """The message before, where nothing came of it."""

    text: str
    reading: NotRead


MOST_EARLIER = 6  # questions that can be gone back to


@dataclass(slots=True)
class Context:
    """What the last turns of one person in one chat left behind: what 那上周呢 continues."""

    last: Ask | None = None
    pending: Unclear | None = None
    language: Language | None = None  # of the last message: a bare number is answered in it
    earlier: tuple[Ask, ...] = ()  # the questions before the last, the newest first
    shown: Shown | None = None  # of the last answer
    missed: Missed | None = None
    goes_on: bool = False  # what is read goes on from the last question, whatever it says

    def answered(self, ask: Ask, shown: Shown | None = None) -> None:
        """Keep what was asked, and which rows the answer had."""
        if self.last is not None and self.last.query != ask.query:
            self.earlier = (self.last, *self.earlier)[:MOST_EARLIER]
        if shown is None and self.shown is not None and self.shown.holds(ask.query):
            shown = self.shown
        self.last, self.pending, self.shown, self.missed = ask, None, shown, None
