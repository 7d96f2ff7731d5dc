"""Changes to goods that are on their way, and to what is kept of a SKU beside its pieces; part of domain.changes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


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
class SupplierTerms:
    """What is known of a supplier. The contact is sealed, in base64."""

    lead_days: int | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class SupplierChange:
    """A supplier's terms; a new one is made or, when undone, is gone."""

    name: str
    before: SupplierTerms
    after: SupplierTerms
    is_new: bool
    is_kept: bool = True
    kind: Literal["supplier"] = "supplier"


@dataclass(frozen=True, slots=True)
class SupplierPriceChange:
    """What a SKU costs from a supplier; None: not known."""

    supplier_id: int
    sku_id: int
    before: int | None
    after: int | None
    kind: Literal["supplier_price"] = "supplier_price"


@dataclass(frozen=True, slots=True)
class PurchaseCancelled:
    """No more is expected of a purchase order or, when undone, what was."""

    purchase_id: int
    is_cancelled: bool = True
    kind: Literal["purchase_cancelled"] = "purchase_cancelled"
