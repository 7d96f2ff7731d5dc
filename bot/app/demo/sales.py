"""The life of one demo order, in whole seconds since the history began, and the same life as it is known at a moment.

A life is drawn to its end, then cut where the history ends: what has not happened yet is forgotten. So the same
order looks the same, only older, in a demo shop built an hour or a month later.
"""

from dataclasses import dataclass
from typing import NamedTuple

from bot.app.demo.buyers import Buyer
from bot.app.demo.lists import Item
from bot.app.demo.plan import DAY_S, ShopPlan
from domain.orders.model import Exclusion, Fulfilment, Hold, Payment

UNPAID_CLOSES_S = 3 * DAY_S  # platforms close an order that nobody pays


class Line(NamedTuple):
    """One line. Amounts in minor units of the order's currency; without an item nothing in the catalogue matches."""

    item: Item | None
    title: str
    quantity: int
    price_minor: int
    discount_minor: int
    paid_minor: int  # price × quantity − discount

    @classmethod
    def of(cls, item: Item, quantity: int, price_minor: int, discount_minor: int = 0) -> "Line":
        paid = price_minor * quantity - discount_minor
        return cls(item, item.title, quantity, price_minor, discount_minor, paid)


class Claim(NamedTuple):
    """Money a buyer asks back, one amount a line, and when it is granted (None: not yet decided)."""

    asked: int
    granted: int | None
    amounts: tuple[int, ...]


class Parcel(NamedTuple):
    """How the goods left."""

    staff: str
    carrier: str
    waybill_no: str


@dataclass(slots=True)
class Sale:
    """One order. A moment that is None has not come, or never will."""

    shop: str
    plan: ShopPlan
    number: str
    buyer: Buyer
    warehouse: str
    lines: tuple[Line, ...]
    freight_minor: int
    created: int
    paid: int | None = None
    released: int | None = None  # when a hold ends
    hold: Hold = Hold.NONE
    ship_by: int | None = None
    shipped: int | None = None
    signed: int | None = None
    completed: int | None = None
    parcel: Parcel | None = None
    claim: Claim | None = None
    excluded: Exclusion | None = None
    remark: str | None = None
    closed: int | None = None

    @property
    def paid_minor(self) -> int:
        return self.freight_minor + sum([line.paid_minor for line in self.lines])

    @property
    def counts(self) -> bool:
        """Belongs to the sales figures."""
        return self.paid is not None and self.excluded is None

    @property
    def refunded_minor(self) -> int:
        return sum(self.claim.amounts) if self.claim and self.claim.granted is not None else 0

    @property
    def payment(self) -> Payment:
        if self.paid is None:
            return Payment.UNPAID if self.closed is None else Payment.CLOSED
        is_back = self.claim is not None and 0 < self.paid_minor <= self.refunded_minor
        return Payment.REFUNDED if is_back else Payment.PAID

    @property
    def fulfilment(self) -> Fulfilment:
        if self.completed is not None:
            return Fulfilment.COMPLETED
        if self.signed is not None:
            return Fulfilment.SIGNED
        return Fulfilment.SHIPPED if self.shipped is not None else Fulfilment.UNSHIPPED

    @property
    def moves_stock(self) -> bool:
        """Brushed parcels are empty and test orders have none."""
        return self.excluded in (None, Exclusion.GIFT)

    @property
    def waits(self) -> bool:
        """Paid, not shipped, still wanted: its pieces are reserved."""
        return self.payment is Payment.PAID and self.fulfilment is Fulfilment.UNSHIPPED and self.moves_stock

    def returned(self) -> list[Line]:
        """Lines whose goods came back (or never left), by the rule that all that was paid for them went back."""
        if not self.claim or self.claim.granted is None:
            return []
        return [line for line, amount in zip(self.lines, self.claim.amounts, strict=True)
                if amount >= line.paid_minor > 0]


def forget_after(sale: Sale, at: int) -> Sale:
    """Take from the order, created at or before `at`, all that has not happened by then; the same object comes back."""
    if sale.released is not None and (sale.paid is None or sale.paid > at or sale.released <= at):
        sale.hold = Hold.NONE
    if sale.claim:
        asked, granted, _ = sale.claim
        sale.claim = sale.claim._replace(granted=_until(granted, at)) if asked <= at else None
    if sale.completed is not None and sale.completed <= at:
        return sale
    sale.paid, sale.closed, sale.shipped = _until(sale.paid, at), _until(sale.closed, at), _until(sale.shipped, at)
    sale.signed, sale.completed = _until(sale.signed, at), None
    sale.ship_by = sale.ship_by if sale.paid is not None else None
    sale.parcel = sale.parcel if sale.shipped is not None else None
    return sale


def _until(moment: int | None, at: int) -> int | None:
    return moment if moment is not None and moment <= at else None
