"""What an action does to what goods cost and to expenses, as data."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, Self

from domain.changes.change import Change, Replacement
from domain.costing.model import CostMethod


@dataclass(frozen=True, slots=True)
class Cost:
    """Moving average: the value of n pieces is n × unit_e4 + remainder_e4, exactly."""

    unit_e4: int | None
    remainder_e4: int = 0


@dataclass(frozen=True, slots=True)
class CostKept(Change):
    """From now on the value of the SKU's pieces is kept; those there begin with this unit cost. Done twice: once."""

    sku_id: int
    unit_e4: int
    kind: Literal["cost_kept"] = "cost_kept"

    def inverse(self) -> Self:
        return self


@dataclass(frozen=True, slots=True)
class CostMethodChange(Replacement):
    """What a piece that leaves costs from now on."""

    sku_id: int
    before: CostMethod
    after: CostMethod
    kind: Literal["cost_method"] = "cost_method"


@dataclass(frozen=True, slots=True)
class Revaluation(Change):
    """Another unit cost for the pieces there, booked today; what was sold keeps its cost."""

    sku_id: int
    before_e4: int
    after_e4: int
    reason: str | None = None
    kind: Literal["revaluation"] = "revaluation"

    def inverse(self) -> Self:
        return replace(self, before_e4=self.after_e4, after_e4=self.before_e4)


@dataclass(frozen=True, slots=True)
class ExpenseChange(Change):
    """An expense of the whole shop in its base currency; a negative amount takes one back."""

    day: date
    category: str
    amount_minor: int
    currency: str
    kind: Literal["expense"] = "expense"

    def inverse(self) -> Self:
        return replace(self, amount_minor=-self.amount_minor)
