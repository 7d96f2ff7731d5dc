"""What an action does to parcels, as data."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class ParcelPiece:
    """Pieces of one line of the order in a parcel."""

    line_no: int
    sku_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class ParcelChange:
    """A parcel that is sent or, when undone, never was."""

    order_id: int
    parcel_no: int
    warehouse_id: int | None
    staff_id: int | None
    carrier: str
    waybill_no: str
    shipped_at: datetime
    shipped_on: date
    contents: tuple[ParcelPiece, ...] = ()
    is_sent: bool = True
    is_again: bool = False  # beyond what was ordered
    kind: Literal["parcel"] = "parcel"


@dataclass(frozen=True, slots=True)
class ContentsChange:
    """What was in a parcel of which nobody had said it or, when undone, nobody says again."""

    order_id: int
    parcel_no: int
    contents: tuple[ParcelPiece, ...]
    is_known: bool = True
    kind: Literal["contents"] = "contents"


@dataclass(frozen=True, slots=True)
class InterceptionChange:
    """The carrier is asked to bring parcels back or, when undone, is not."""

    order_id: int
    parcel_nos: tuple[int, ...]
    asked_at: datetime
    is_asked: bool = True
    kind: Literal["interception"] = "interception"
