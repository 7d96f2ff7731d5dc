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


@dataclass(slots=True)
class Context:
    """What the last turns of one person in one chat left behind: what 那上周呢 continues."""

    last: Ask | None = None
    pending: Unclear | None = None
    language: Language | None = None  # of the last message: a bare number is answered in it
