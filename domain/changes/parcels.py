"""What an action does to parcels and to what platforms are told of them, as data."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, Self

from domain.changes.change import Change
from domain.writebacks.telling import WhyNot


@dataclass(frozen=True, slots=True)
class ParcelPiece:
    """Pieces of one line of the order in a parcel."""

    line_no: int
    sku_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class ParcelChange(Change):
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

    def inverse(self) -> Self:
        return replace(self, is_sent=not self.is_sent)


@dataclass(frozen=True, slots=True)
class ContentsChange(Change):
    """What was in a parcel of which nobody had said it or, when undone, nobody says again."""

    order_id: int
    parcel_no: int
    contents: tuple[ParcelPiece, ...]
    is_known: bool = True
    kind: Literal["contents"] = "contents"

    def inverse(self) -> Self:
        return replace(self, is_known=not self.is_known)


@dataclass(frozen=True, slots=True)
class InterceptionChange(Change):
    """The carrier is asked to bring parcels back or, when undone, is not."""

    order_id: int
    parcel_nos: tuple[int, ...]
    asked_at: datetime
    is_asked: bool = True
    kind: Literal["interception"] = "interception"

    def inverse(self) -> Self:
        return replace(self, is_asked=not self.is_asked)


@dataclass(frozen=True, slots=True)
class WriteBackChange(Change):
    """The platform is to be told of a parcel or, when undone, no longer: it may know already."""

    shop_id: int
    order_id: int
    parcel_no: int
    carrier: str
    waybill_no: str
    is_wanted: bool = True
    kind: Literal["write_back"] = "write_back"

    def inverse(self) -> Self:
        return replace(self, is_wanted=not self.is_wanted)


@dataclass(frozen=True, slots=True)
class TellAgain(Change):
    """A write-back that failed waits once more or, when undone, has failed for the same reason."""

    write_back_id: int
    why: WhyNot
    is_wanted: bool = True
    kind: Literal["tell_again"] = "tell_again"

    def inverse(self) -> Self:
        return replace(self, is_wanted=not self.is_wanted)
