"""What an action does to purchase orders and suppliers, as data."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, Self

from domain.changes.change import Change, Replacement


@dataclass(frozen=True, slots=True)
class PurchaseChange(Change):
    """An order to suppliers: (sku id, pieces) that will arrive at one warehouse, at what each piece costs."""

    warehouse_id: int
    lines: tuple[tuple[int, int], ...]
    ordered_at: datetime
    is_open: bool = True
    supplier_id: int | None = None
    expected_on: date | None = None
    prices_e4: tuple[int | None, ...] = ()  # of each line; none at all where no supplier was named
    kind: Literal["purchase"] = "purchase"

    def inverse(self) -> Self:
        return replace(self, is_open=not self.is_open)


@dataclass(frozen=True, slots=True)
class PurchaseArrival(Change):
    """Pieces of a purchase line that came in."""

    line_id: int
    quantity: int
    kind: Literal["arrival"] = "arrival"

    def inverse(self) -> Self:
        return replace(self, quantity=-self.quantity)


@dataclass(frozen=True, slots=True)
class PurchaseCancelled(Change):
    """No more is expected of a purchase order or, when undone, what was."""

    purchase_id: int
    is_cancelled: bool = True
    kind: Literal["purchase_cancelled"] = "purchase_cancelled"

    def inverse(self) -> Self:
        return replace(self, is_cancelled=not self.is_cancelled)


@dataclass(frozen=True, slots=True)
class SupplierTerms:
    """What is known of a supplier. The contact is sealed, in base64."""

    lead_days: int | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class SupplierChange(Change):
    """A supplier's terms; a new one is made or, when undone, is gone."""

    name: str
    before: SupplierTerms
    after: SupplierTerms
    is_new: bool
    is_kept: bool = True
    kind: Literal["supplier"] = "supplier"

    def inverse(self) -> Self:
        return replace(self, before=self.after, after=self.before, is_kept=not self.is_kept)


@dataclass(frozen=True, slots=True)
class SupplierPriceChange(Replacement):
    """What a SKU costs from a supplier; None: not known."""

    supplier_id: int
    sku_id: int
    before: int | None
    after: int | None
    kind: Literal["supplier_price"] = "supplier_price"
