"""What an action does to the books, as data: applied in one transaction, kept so that it can be undone.

A change names what it expects to find where it replaces a value; when the books say otherwise nothing is written.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from domain.aftersales.model import Condition
from domain.catalog.model import NamedKind
from domain.costing.model import CostMethod
from domain.goods_changes import (
    BackorderChange,
    PlaceReorderPointChange,
    PurchaseCancelled,
    SupplierChange,
    SupplierPriceChange,
    TransferArrival,
    TransferSent,
)
from domain.importing.model import MappingChange
from domain.inventory.model import AllocationReason, MoveReason
from domain.messaging.model import Report
from domain.orders.model import Exclusion
from domain.orders.rules import Axes
from domain.parcel_changes import ContentsChange, InterceptionChange, ParcelChange
from domain.staffing.model import ShopLimitChange
from domain.writebacks.telling import WhyNot


@dataclass(frozen=True, slots=True)
class StockChange:
    """Pieces into (positive) or out of a warehouse; never below what is reserved unless the SKU allows backorder.

    `arrives` pieces stop being on their way (negative: are now on their way).
    """

    sku_id: int
    warehouse_id: int
    quantity: int
    reason: MoveReason
    arrives: int = 0
    expected_on_hand: int | None = None
    allows_backorder: bool = False
    unit_cost_e4: int | None = None
    order_id: int | None = None
    note: str | None = None
    kind: Literal["stock"] = "stock"


@dataclass(frozen=True, slots=True)
class AllocationChange:
    """Pieces that an order's line gets for itself (positive) or lets go of."""

    order_id: int
    line_no: int
    sku_id: int
    warehouse_id: int
    quantity: int
    reason: AllocationReason
    parcel_no: int = 1
    allows_backorder: bool = False
    may_lapse: bool = False  # let go of because nobody packs the order; undone, it is held again where there is enough
    kind: Literal["allocation"] = "allocation"


@dataclass(frozen=True, slots=True)
class MergeChange:
    """Orders that leave in one parcel with the first of them or, when undone, no longer do."""

    order_ids: tuple[int, ...]
    is_together: bool = True
    kind: Literal["merge"] = "merge"


@dataclass(frozen=True, slots=True)
class Cost:
    """Moving average: the value of n pieces is n × unit_e4 + remainder_e4, exactly."""

    unit_e4: int | None
    remainder_e4: int = 0


@dataclass(frozen=True, slots=True)
class CostKept:
    """From now on the value of the SKU's pieces is kept; those there begin with this unit cost. Done twice: once."""

    sku_id: int
    unit_e4: int
    kind: Literal["cost_kept"] = "cost_kept"


@dataclass(frozen=True, slots=True)
class CostMethodChange:
    """What a piece that leaves costs from now on."""

    sku_id: int
    before: CostMethod
    after: CostMethod
    kind: Literal["cost_method"] = "cost_method"


@dataclass(frozen=True, slots=True)
class Revaluation:
    """Another unit cost for the pieces there, booked today; what was sold keeps its cost."""

    sku_id: int
    before_e4: int
    after_e4: int
    reason: str | None = None
    kind: Literal["revaluation"] = "revaluation"


@dataclass(frozen=True, slots=True)
class ReorderPointChange:
    """When a SKU counts as low."""

    sku_id: int
    before: int | None
    after: int | None
    kind: Literal["reorder_point"] = "reorder_point"


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
class WriteBackChange:
    """The platform is to be told of a parcel or, when undone, no longer: it may know already."""

    shop_id: int
    order_id: int
    parcel_no: int
    carrier: str
    waybill_no: str
    is_wanted: bool = True
    kind: Literal["write_back"] = "write_back"


@dataclass(frozen=True, slots=True)
class TellAgain:
    """A write-back that failed waits once more or, when undone, has failed for the same reason."""

    write_back_id: int
    why: WhyNot
    is_wanted: bool = True
    kind: Literal["tell_again"] = "tell_again"


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
class RefundedLine:
    """What a refund is for; no pieces and no cost where the goods stay with the buyer."""

    line_no: int
    order_line_no: int
    sku_id: int | None
    quantity: int
    amount_minor: int
    amount_base: int
    cost_base: int | None


@dataclass(frozen=True, slots=True)
class NewRefund:
    """A refund that no buyer asked for, by the number it gets."""

    shop_id: int
    external_id: str
    currency: str
    customer_id: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RefundChange:
    """A refund is let go through, and waits for the platform to pay it; or, when undone, is as it was asked for.

    `days` are the (shop, business day) whose figures change. One with `new` is made, or withdrawn when undone.
    """

    refund_id: int
    order_id: int
    asked_minor: int
    asked_base: int
    amount_minor: int
    amount_base: int
    refunded_at: datetime
    refunded_on: date
    refunded_hour: int
    days: tuple[tuple[int, date], ...]
    lines: tuple[RefundedLine, ...] = ()
    new: NewRefund | None = None
    is_granted: bool = True
    kind: Literal["refund"] = "refund"


@dataclass(frozen=True, slots=True)
class ReturnChange:
    """Pieces that came back or, when undone, did not."""

    order_id: int
    line_no: int
    sku_id: int
    warehouse_id: int
    quantity: int
    condition: Condition
    returned_at: datetime
    is_back: bool = True
    kind: Literal["return"] = "return"


@dataclass(frozen=True, slots=True)
class ExpenseChange:
    """An expense of the whole shop in its base currency; a negative amount takes one back."""

    day: date
    category: str
    amount_minor: int
    currency: str
    kind: Literal["expense"] = "expense"


@dataclass(frozen=True, slots=True)
class PurchaseChange:
    """An order to suppliers: (sku id, pieces) that will arrive at one warehouse, at what each piece costs."""

    warehouse_id: int
    lines: tuple[tuple[int, int], ...]
    ordered_at: datetime
    is_open: bool = True
    supplier_id: int | None = None
    expected_on: date | None = None
    prices_e4: tuple[int | None, ...] = ()  # of each line; none at all where no supplier was named
    kind: Literal["purchase"] = "purchase"


@dataclass(frozen=True, slots=True)
class PurchaseArrival:
    """Pieces of a purchase line that came in."""

    line_id: int
    quantity: int
    kind: Literal["arrival"] = "arrival"


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
class BalanceRepair:
    """A balance that had drifted is what its moves add up to again. Not a move: nothing came or went."""

    sku_id: int
    warehouse_id: int
    before: int
    after: int
    kind: Literal["balance_repair"] = "balance_repair"


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


@dataclass(frozen=True, slots=True)
class ListingChange:
    """What a shop's listing stands for: (SKU id, pieces) of each part. Its lines cost in the base `currency`."""

    shop_id: int
    text: str
    before: tuple[tuple[int, int], ...]
    after: tuple[tuple[int, int], ...]
    currency: str
    kind: Literal["listing"] = "listing"


Change = Annotated[
    StockChange | AllocationChange | MergeChange | ExclusionChange | ReturnChange | CostKept | CostMethodChange
    | Revaluation | ReorderPointChange | OrderChange | ParcelChange | RefundChange | ExpenseChange | PurchaseChange
    | PurchaseArrival | SubscriptionChange | QuietChange | ExceptionChange | AliasChange | BalanceRepair
    | ListingChange | ShopLimitChange | MappingChange | TransferSent | TransferArrival | PlaceReorderPointChange
    | BackorderChange | SupplierChange | SupplierPriceChange | PurchaseCancelled | WriteBackChange | TellAgain
    | ContentsChange | InterceptionChange | CancellationChange,
    Field(discriminator="kind"),
]


@dataclass(frozen=True, slots=True)
class Changes:
    """A list of changes as it is stored."""

    items: tuple[Change, ...] = field(default_factory=tuple)


def orders_in(changes: Iterable[Change]) -> set[int]:
    """The ids of the orders that are altered, or that something is altered for."""
    found: set[int] = set()
    for change in changes:
        if isinstance(change, MergeChange):
            found.update(change.order_ids)
        found.add(getattr(change, "order_id", None) or 0)
    return found - {0}


def inverse(change: Change) -> Change | None:
    """The change that takes it back, or None where there is none. Whether it still can be is for the books to say."""
    turn = _INVERSES.get(type(change))
    inverted: Change | None = turn(change) if turn else None
    return inverted


def can_be_undone(change: Change) -> bool:
    """Whether there is a change that takes it back."""
    return type(change) in _INVERSES


def _swapped(change: Any) -> Any:
    return replace(change, before=change.after, after=change.before)


_INVERSES: dict[type, Callable[[Any], Any]] = {
    StockChange: lambda move: replace(move, quantity=-move.quantity, arrives=-move.arrives, expected_on_hand=None),
    AllocationChange: lambda pieces: replace(pieces, quantity=-pieces.quantity),
    MergeChange: lambda merge: replace(merge, is_together=not merge.is_together),
    CostKept: lambda kept: kept,
    CostMethodChange: _swapped,
    Revaluation: lambda change: replace(change, before_e4=change.after_e4, after_e4=change.before_e4),
    ReorderPointChange: _swapped,
    PlaceReorderPointChange: _swapped,
    BackorderChange: _swapped,
    SupplierChange: lambda change: replace(_swapped(change), is_kept=not change.is_kept),
    SupplierPriceChange: _swapped,
    PurchaseCancelled: lambda change: replace(change, is_cancelled=not change.is_cancelled),
    RefundChange: lambda refund: replace(refund, is_granted=not refund.is_granted),
    ReturnChange: lambda back: replace(back, is_back=not back.is_back),
    ExclusionChange: _swapped,
    AliasChange: _swapped,
    ListingChange: _swapped,
    ShopLimitChange: _swapped,
    MappingChange: lambda change: replace(change, is_kept=not change.is_kept),
    QuietChange: _swapped,
    SubscriptionChange: lambda change: replace(_swapped(change), at_before=change.at_after,
                                               at_after=change.at_before),
    OrderChange: lambda order: replace(_swapped(order), shipped_before=order.shipped_after,
                                       shipped_after=order.shipped_before),
    ParcelChange: lambda parcel: replace(parcel, is_sent=not parcel.is_sent),
    TellAgain: lambda again: replace(again, is_wanted=not again.is_wanted),
    WriteBackChange: lambda told: replace(told, is_wanted=not told.is_wanted),
    ContentsChange: lambda contents: replace(contents, is_known=not contents.is_known),
    InterceptionChange: lambda asked: replace(asked, is_asked=not asked.is_asked),
    CancellationChange: lambda order: replace(order, is_cancelled=not order.is_cancelled),
    ExpenseChange: lambda expense: replace(expense, amount_minor=-expense.amount_minor),
    PurchaseChange: lambda purchase: replace(purchase, is_open=not purchase.is_open),
    BalanceRepair: _swapped,
    ExceptionChange: lambda change: replace(change, snoozed_before=change.snoozed_after,
                                            snoozed_after=change.snoozed_before, is_undone=not change.is_undone),
    PurchaseArrival: lambda arrival: replace(arrival, quantity=-arrival.quantity),
    TransferSent: lambda transfer: replace(transfer, is_sent=not transfer.is_sent),
    TransferArrival: lambda arrival: replace(arrival, received=-arrival.received, lost=-arrival.lost),
}
