"""What an action does to stock and to the rules of a SKU, as data."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, Self

from domain.changes.change import Change, Replacement
from domain.inventory.model import AllocationReason, MoveReason


@dataclass(frozen=True, slots=True)
class StockChange(Change):
    """Pieces into (positive) or out of a warehouse; never below what is reserved unless the SKU allows backorder.

    `arrives` pieces stop being on their way (negative: are now on their way). `moved_at` is when it was, if not now.
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
    moved_at: datetime | None = None
    kind: Literal["stock"] = "stock"

    def inverse(self) -> Self:
        return replace(self, quantity=-self.quantity, arrives=-self.arrives, expected_on_hand=None)


@dataclass(frozen=True, slots=True)
class AllocationChange(Change):
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

    def inverse(self) -> Self:
        return replace(self, quantity=-self.quantity)


@dataclass(frozen=True, slots=True)
class BalanceRepair(Replacement):
    """A balance that had drifted is what its moves add up to again. Not a move: nothing came or went."""

    sku_id: int
    warehouse_id: int
    before: int
    after: int
    kind: Literal["balance_repair"] = "balance_repair"


@dataclass(frozen=True, slots=True)
class ReorderPointChange(Replacement):
    """When a SKU counts as low."""

    sku_id: int
    before: int | None
    after: int | None
    kind: Literal["reorder_point"] = "reorder_point"


@dataclass(frozen=True, slots=True)
class PlaceReorderPointChange(Replacement):
    """When a SKU counts as low in one warehouse; None: when the SKU's own says so."""

    sku_id: int
    warehouse_id: int
    before: int | None
    after: int | None
    kind: Literal["place_reorder_point"] = "place_reorder_point"


@dataclass(frozen=True, slots=True)
class BackorderChange(Replacement):
    """Whether more of a SKU may be promised than there is."""

    sku_id: int
    before: bool
    after: bool
    kind: Literal["backorder"] = "backorder"


@dataclass(frozen=True, slots=True)
class TransferSent(Change):
    """Pieces are on their way to another warehouse or, when undone, never left. The day is part of its number."""

    sku_id: int
    from_warehouse_id: int
    to_warehouse_id: int
    quantity: int
    sent_at: datetime
    sent_on: date
    is_sent: bool = True
    kind: Literal["transfer"] = "transfer"

    def inverse(self) -> Self:
        return replace(self, is_sent=not self.is_sent)


@dataclass(frozen=True, slots=True)
class TransferArrival(Change):
    """Pieces of a transfer that came, and pieces that never will."""

    transfer_id: int
    received: int
    lost: int
    kind: Literal["transfer_arrival"] = "transfer_arrival"

    def inverse(self) -> Self:
        return replace(self, received=-self.received, lost=-self.lost)
