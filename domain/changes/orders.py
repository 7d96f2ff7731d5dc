"""What an action does to orders and to what their listings stand for, as data."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from domain.orders.model import Exclusion
from domain.orders.rules import Axes


@dataclass(frozen=True, slots=True)
class OrderChange:
    """Another place on the four axes."""

    order_id: int
    before: Axes
    after: Axes
    shipped_before: datetime | None
    shipped_after: datetime | None
    kind: Literal["order"] = "order"


@dataclass(frozen=True, slots=True)
class CancellationChange:
    """An order is cancelled by somebody here or, when undone, is not."""

    order_id: int
    reason: str | None
    cancelled_at: datetime
    is_cancelled: bool = True
    kind: Literal["cancellation"] = "cancellation"


@dataclass(frozen=True, slots=True)
class MergeChange:
    """Orders that leave in one parcel with the first of them or, when undone, no longer do."""

    order_ids: tuple[int, ...]
    is_together: bool = True
    kind: Literal["merge"] = "merge"


@dataclass(frozen=True, slots=True)
class ExclusionChange:
    """Whether an order counts. `days` are the (shop, business day) whose figures change."""

    order_id: int
    before: Exclusion | None
    after: Exclusion | None
    customer_id: int | None
    days: tuple[tuple[int, date], ...]
    kind: Literal["exclusion"] = "exclusion"


@dataclass(frozen=True, slots=True)
class ListingChange:
    """What a shop's listing stands for: (SKU id, pieces) of each part. Its lines cost in the base `currency`."""

    shop_id: int
    text: str
    before: tuple[tuple[int, int], ...]
    after: tuple[tuple[int, int], ...]
    currency: str
    kind: Literal["listing"] = "listing"
