"""What an action does to the books, as data: applied in one transaction, kept so that it can be undone.

A change names what it expects to find where it replaces a value; when the books say otherwise nothing is written.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import Field

from domain.changes.buying import (
    PurchaseArrival,
    PurchaseCancelled,
    PurchaseChange,
    SupplierChange,
    SupplierPriceChange,
)
from domain.changes.chats import AliasChange, ExceptionChange, QuietChange, SubscriptionChange
from domain.changes.costs import CostKept, CostMethodChange, ExpenseChange, Revaluation
from domain.changes.orders import CancellationChange, ExclusionChange, ListingChange, MergeChange, OrderChange
from domain.changes.parcels import ContentsChange, InterceptionChange, ParcelChange, TellAgain, WriteBackChange
from domain.changes.refunds import RefundChange, ReturnChange
from domain.changes.stock import (
    AllocationChange,
    BackorderChange,
    BalanceRepair,
    PlaceReorderPointChange,
    ReorderPointChange,
    StockChange,
    TransferArrival,
    TransferSent,
)
from domain.importing.model import MappingChange
from domain.staffing.model import ShopLimitChange

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
