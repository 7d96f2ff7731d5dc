"""What an action does to stock and to the rules of a SKU, as data."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from domain.inventory.model import AllocationReason, MoveReason


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
class BalanceRepair:
    """A balance that had drifted is what its moves add up to again. Not a move: nothing came or went."""

    sku_id: int
    warehouse_id: int
    before: int
    after: int
    kind: Literal["balance_repair"] = "balance_repair"


@dataclass(frozen=True, slots=True)
class ReorderPointChange:
    """When a SKU counts as low."""

    sku_id: int
    before: int | None
    after: int | None
    kind: Literal["reorder_point"] = "reorder_point"


@dataclass(frozen=True, slots=True)
class PlaceReorderPointChange:
    """When a SKU counts as low in one warehouse; None: when the SKU's own says so."""

    sku_id: int
    warehouse_id: int
    before: int | None
    after: int | None
    kind: Literal["place_reorder_point"] = "place_reorder_point"


@dataclass(frozen=True, slots=True)
class BackorderChange:
    """Whether more of a SKU may be promised than there is."""

    sku_id: int
    before: bool
    after: bool
    kind: Literal["backorder"] = "backorder"


@dataclass(frozen=True, slots=True)
class TransferSent:
    """Pieces are on their way to another warehouse or, when undone, never left. The day is part of its number."""

    sku_id: int
    from_warehouse_id: int
    to_warehouse_id: int
    quantity: int
    sent_at: datetime
    sent_on: date
    is_sent: bool = True
    kind: Literal["transfer"] = "transfer"


@dataclass(frozen=True, slots=True)
class TransferArrival:
    """Pieces of a transfer that came, and pieces that never will."""

    transfer_id: int
    received: int
    lost: int
    kind: Literal["transfer_arrival"] = "transfer_arrival"
