"""One order as a person looks it up: what it is, what is in it, where it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from domain.orders.model import Exclusion, Hold, OrderStatus, RefundStatus
from domain.people import Shops
from domain.writebacks.model import WriteBackState
from domain.writebacks.telling import WhyNot


class Goods(NamedTuple):
    """Pieces of a SKU."""

    what: str
    quantity: int


@dataclass(frozen=True, slots=True)
class PlannedParcel:
    """What is held for an order in one warehouse, to leave in one parcel."""

    warehouse: str
    goods: Sequence[Goods]


@dataclass(frozen=True, slots=True)
class CardLine:
    """One line; `what` is its SKU's code or what the platform calls it, `paid_minor` is in the order's currency."""

    what: str
    product: str | None
    quantity: int
    paid_minor: int


@dataclass(frozen=True, slots=True)
class CardWriteBack:
    """Whether the platform knows of the parcel; `why` is why it was not told."""

    state: WriteBackState
    told_at: datetime | None
    why: WhyNot | None


@dataclass(frozen=True, slots=True)
class CardParcel:
    """One parcel; `staff` is who confirmed it, where that was done here.

    `intercepted_at` is when the carrier was asked to bring it back.
    """

    carrier: str | None
    waybill: str | None
    warehouse: str | None
    staff: str | None
    shipped_at: datetime
    signed_at: datetime | None
    intercepted_at: datetime | None = None
    told: CardWriteBack | None = None  # None: nobody has to be told
    is_again: bool = False  # beyond what was ordered: sent again, or the other goods of an exchange
    goods: Sequence[Goods] = ()  # as far as it is known


@dataclass(frozen=True, slots=True)
class DividedOrder:
    """An order that cannot leave as one: in several parcels, or in part while pieces of it are missing."""

    number: str
    shop: str
    parcels: Sequence[PlannedParcel]
    here: Sequence[Goods] = ()
    missing: Sequence[Goods] = ()


@dataclass(frozen=True, slots=True)
class CardRefund:
    """One refund and how far it is."""

    status: RefundStatus
    amount_minor: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class CardCase:
    """One open exception about the order, by its number and kind (domain.exceptions.kinds)."""

    id: int
    kind: str


@dataclass(frozen=True, slots=True)
class OrderCard:
    """Money is in minor units of `currency`; `receiver` is masked (王**), the street is never part of it."""

    number: str
    shop: str
    status: OrderStatus
    hold: Hold
    excluded: Exclusion | None
    created_at: datetime
    paid_at: datetime | None
    ship_by: datetime | None
    currency: str
    paid_minor: int
    freight_minor: int
    receiver: str | None
    region: str
    lines: Sequence[CardLine]
    parcels: Sequence[CardParcel]
    refunds: Sequence[CardRefund]
    to_come: Sequence[PlannedParcel] = ()  # of an order that waits
    missing: Sequence[Goods] = ()  # what it waits for and nothing is held of
    merged_with: Sequence[str] = ()  # numbers of the orders it leaves with, in one parcel
    returned: Sequence[Goods] = ()  # what came back
    receiver_changed_at: datetime | None = None  # once it was packed
    cases: Sequence[CardCase] = ()  # what is wrong with it


class OrderCards(Protocol):
    """Where orders are looked up (storage.orders.order_cards)."""

    def cards(self, number: str, shops: Shops) -> Sequence[OrderCard]:
        """All of that number, in these shops; two may use one."""

    def nearest(self, number: str, shops: Shops) -> Sequence[str]:
        """Numbers of orders of these shops that look most like it."""
