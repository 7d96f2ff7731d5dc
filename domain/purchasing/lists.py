"""Purchase orders and suppliers as they are listed."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class OpenPurchase:
    """What is still to come of one order: (SKU, ordered, received) of each line."""

    number: str
    supplier: str | None
    warehouse: str
    ordered_at: datetime
    expected_on: date | None
    is_cancelled: bool
    lines: tuple[tuple[str, int, int], ...]

    @property
    def open(self) -> int:
        return 0 if self.is_cancelled else sum(ordered - received for _, ordered, received in self.lines)


@dataclass(frozen=True, slots=True)
class KnownSupplier:
    """One supplier. `contact` is masked in lists; `prices` are (SKU, minor units, currency)."""

    name: str
    lead_days: int | None
    contact: str | None
    open_orders: int
    prices: tuple[tuple[str, int, str], ...] = ()
