"""Every verb of the shop, declared once: its parameters, its right, its words, and the plan it makes.

A verb is one function `(books, asked) -> Plan`. The plan holds what is shown (facts before and after) and what is done
(changes), so what a person confirms and what is executed cannot differ. Nothing is written while planning.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from domain.books import Books
from domain.changes import Change
from domain.errors import UserCanFix
from domain.money import Money
from domain.people import Permission, Role, may


@dataclass(frozen=True, slots=True)
class Word:
    """A word or sentence of the message catalogue, for what is said differently in each language."""

    key: str
    facts: tuple[tuple[str, "Value"], ...] = ()


Value = str | int | Money | Word | date | None  # a moment is a date too


class ParameterKind(StrEnum):
    """What a value must be; slots of the grammar, types of the model's tools and help are made from it."""

    SKU = "sku"
    WAREHOUSE = "warehouse"
    ORDER = "order"
    QUANTITY = "quantity"
    DELTA = "delta"
    MONEY = "money"
    DAY = "day"
    CARRIER = "carrier"
    TEXT = "text"
    LINES = "lines"
    PARCELS = "parcels"
    REPORT = "report"
    COST_METHOD = "cost_method"
    EXCEPTION = "exception"
    ORDERS = "orders"
    MARK = "mark"
    TIME = "time"
    QUIET = "quiet"
    CONDITION = "condition"
    SHOPS = "shops"
    CONTACT = "contact"  # is sealed before it is kept anywhere


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a verb. `minimum` bounds quantities and money."""

    name: str
    kind: ParameterKind
    zh: str
    en: str
    required: bool = True
    minimum: int = 1


# What a verb with one of these does stays within the shop of the order or exception, or within a chat.
_OF_SHOPS = frozenset({ParameterKind.ORDER, ParameterKind.ORDERS, ParameterKind.PARCELS, ParameterKind.EXCEPTION,
                       ParameterKind.REPORT})


class Impossible(UserCanFix):
    """The verb cannot do this; `key` (of the catalogue's part `no`) says why, `choices` are the nearest names."""

    def __init__(self, key: str, *, choices: tuple[str, ...] = (), **facts: Any) -> None:
        super().__init__(f"{key.replace('_', ' ')}: {facts}", key=f"no.{key}", **facts)
        self.choices = choices


class MissingArgument(UserCanFix):
    """A required argument was not given."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(f"{parameter.en} is missing", key=f"ask.{parameter.name}")
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what, when. `arguments` are admitted: of the right kind, required ones present."""

    arguments: Mapping[str, Any]
    actor: str
    role: Role
    chat: str
    at: datetime
    local: datetime  # the same moment on the shop's wall clock
    base_currency: str

    @property
    def today(self) -> date:
        return self.local.date()


class Fact(NamedTuple):
    """One row of the before/after table; `key` is its name in the catalogue's part `fact`.

    A watched one that is different by the time of confirmation stops it. `right` is what it takes to see it.
    """

    key: str
    subject: str | Word
    before: Value
    after: Value
    watched: bool = True
    right: Permission | None = None

    def is_for(self, role: Role) -> bool:
        return self.right is None or may(role, self.right)

    def mark(self) -> tuple[str, ...]:
        """What must be the same at confirmation: both ends of a watched fact, else only the step between them."""
        if isinstance(self.before, int) and isinstance(self.after, int) and not self.watched:
            return (self.key, str(self.subject), str(self.after - self.before))
        return (self.key, str(self.subject), str(self.before), str(self.after))


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence of the catalogue's part `note` that explains the plan, such as why this warehouse."""

    key: str
    facts: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen. `named` are values for the sentence that are not arguments, such as the chosen warehouse."""

    facts: tuple[Fact, ...]
    changes: tuple[Change, ...]
    notes: tuple[Note, ...] = ()
    named: Mapping[str, Value] = field(default_factory=dict)

    def fingerprint(self) -> str:
        """Equal for two plans that would show the same and do the same."""
        named = sorted((name, str(value)) for name, value in self.named.items())
        marks = repr([[fact.mark() for fact in self.facts], named])
        return sha256(marks.encode()).hexdigest()

    @property
    def is_reversible(self) -> bool:
        return all(change.can_be_undone() for change in self.changes)


Verb = Callable[[Books, Asked], Plan]


@dataclass(frozen=True, slots=True)
class Action:
    """A verb with everything that is said about it."""

    name: str
    parameters: tuple[Parameter, ...]
    permission: Permission
    zh: str
    en: str
    plan: Verb

    def parameter(self, name: str) -> Parameter | None:
        return next((parameter for parameter in self.parameters if parameter.name == name), None)

    @property
    def is_of_shops(self) -> bool:
        """Whether it is about orders, which belong to a shop; others change what all shops share."""
        return any(parameter.kind in _OF_SHOPS for parameter in self.parameters)

    def orders_in(self, arguments: Mapping[str, Any]) -> list[str]:
        """The numbers of the orders that admitted arguments name."""
        found: list[str] = []
        for parameter in self.parameters:
            given = arguments.get(parameter.name)
            match parameter.kind:
                case ParameterKind.ORDER if given:
                    found.append(given)
                case ParameterKind.ORDERS:
                    found += given or []
                case ParameterKind.PARCELS:
                    found += [parcel["order"] for parcel in given or []]
        return found


_declared: dict[str, Action] = {}


def action(*, name: str, parameters: tuple[Parameter, ...], permission: Permission, zh: str, en: str,
           ) -> Callable[[Verb], Verb]:
    """Declare a verb. Its name is its id everywhere: slash command, model tool, audit entry."""
    def declare(plan: Verb) -> Verb:
        if name in _declared:
            raise ValueError(f"two verbs are called {name}")
        _declared[name] = Action(name, parameters, permission, zh, en, plan)
        return plan
    return declare


@cache
def actions() -> Mapping[str, Action]:
    """All verbs by name: those of every room that has an actions.py, room by room."""
    for verbs in sorted(Path(__file__).parent.glob("*/actions.py")):
        import_module(f"domain.{verbs.parent.name}.actions")
    return dict(_declared)
