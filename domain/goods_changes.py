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
