"""What an action does to orders and to what their listings stand for, as data."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, Self

from domain.changes.change import Change, Replacement
from domain.orders.model import Exclusion
from domain.orders.rules import Axes


@dataclass(frozen=True, slots=True)
class OrderChange(Change):
    """Another place on the four axes."""

    order_id: int
    before: Axes
    after: Axes
    shipped_before: datetime | None
    shipped_after: datetime | None
    kind: Literal["order"] = "order"

    def inverse(self) -> Self:
        return replace(self, before=self.after, after=self.before, shipped_before=self.shipped_after,
                       shipped_after=self.shipped_before)


@dataclass(frozen=True, slots=True)
class CancellationChange(Change):
    """An order is cancelled by somebody here or, when undone, is not."""

    order_id: int
    reason: str | None
    cancelled_at: datetime
    is_cancelled: bool = True
    kind: Literal["cancellation"] = "cancellation"

    def inverse(self) -> Self:
        return replace(self, is_cancelled=not self.is_cancelled)


@dataclass(frozen=True, slots=True)
class MergeChange(Change):
    """Orders that leave in one parcel with the first of them or, when undone, no longer do."""

    order_ids: tuple[int, ...]
    is_together: bool = True
    kind: Literal["merge"] = "merge"

    def inverse(self) -> Self:
        return replace(self, is_together=not self.is_together)

    def orders(self) -> frozenset[int]:
        return frozenset(self.order_ids)


@dataclass(frozen=True, slots=True)
class ExclusionChange(Replacement):
    """Whether an order counts. `days` are the (shop, business day) whose figures change."""

    order_id: int
    before: Exclusion | None
    after: Exclusion | None
    customer_id: int | None
    days: tuple[tuple[int, date], ...]
    kind: Literal["exclusion"] = "exclusion"


@dataclass(frozen=True, slots=True)
class ListingChange(Replacement):
    """What a shop's listing stands for: (SKU id, pieces) of each part. Its lines cost in the base `currency`."""

    shop_id: int
    text: str
    before: tuple[tuple[int, int], ...]
    after: tuple[tuple[int, int], ...]
    currency: str
    kind: Literal["listing"] = "listing"
