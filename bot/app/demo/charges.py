"""Fees and parcel costs of every demo order: estimates of the last month, bills of all before."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from bot.app.demo.books import Books
from bot.app.demo.history import SEED
from bot.app.demo.lists import BASE_CURRENCY
from bot.app.demo.plan import OVERSEAS_PARCEL_MINOR
from bot.app.demo.sales import Sale
from domain.finance.model import Certainty, ChargeKind
from domain.money import Money
from domain.orders.model import Payment

ESTIMATED_DAYS = 30  # bills of the platforms and carriers come this much later
SETTLED_AFTER_DAYS = 15
BILL_VARIES = 0.03  # by how much a bill differs from its estimate
EXTRA_PIECE_MINOR = 45
EXPRESS_FACTOR = {"顺丰": 2.2, "京东快递": 1.4}


class ChargeRow(NamedTuple):
    """What one order cost, by the order's number."""

    shop: str
    order: str
    kind: ChargeKind
    certainty: Certainty
    amount_minor: int
    amount_base: int
    currency: str
    occurred_on: date
    settled_on: date | None


class Charges:
    """One pass over the orders, in a fixed sequence of random numbers."""

    def __init__(self, books: Books, last: date) -> None:
        self._books = books
        self._estimated_from = last - timedelta(days=ESTIMATED_DAYS)
        self._rng = Random(f"{SEED} charges")  # noqa: S311  (made-up bills, no secrets)

    def of(self, sale: Sale) -> Iterator[ChargeRow]:
        """Fees of sales that stand, and the parcel of every sale that left."""
        varies = 1 + BILL_VARIES * (2 * self._rng.random() - 1)
        if not sale.counts:
            return
        if sale.payment is Payment.PAID and sale.paid is not None:
            fee = sale.paid_minor * sale.plan.fee_rate
            cost = Money(round(fee * (varies if self._is_billed(sale.paid) else 1)), sale.plan.currency)
            yield self._row(sale, ChargeKind.PLATFORM_FEE, cost, sale.paid)
        if sale.shipped is not None:
            fare = _parcel_cost(sale)
            cost = Money(round(fare * (varies if self._is_billed(sale.shipped) else 1)), BASE_CURRENCY)
            yield self._row(sale, ChargeKind.SHIPPING, cost, sale.shipped)

    def _is_billed(self, moment: int) -> bool:
        return self._books.day(moment) < self._estimated_from

    def _row(self, sale: Sale, kind: ChargeKind, cost: Money, moment: int) -> ChargeRow:
        day = self._books.day(moment)
        is_billed = day < self._estimated_from
        return ChargeRow(
            sale.shop, sale.number, kind, Certainty.ACTUAL if is_billed else Certainty.ESTIMATED, cost.amount_minor,
            self._books.base(cost.amount_minor, cost.currency, day), cost.currency, day,
            day + timedelta(days=SETTLED_AFTER_DAYS) if is_billed else None)


def _parcel_cost(sale: Sale) -> float:
    pieces = sum(line.quantity for line in sale.lines)
    first = sale.buyer.province.parcel_minor if sale.buyer.province else OVERSEAS_PARCEL_MINOR
    factor = EXPRESS_FACTOR.get(sale.parcel.carrier, 1.0) if sale.parcel else 1.0
    return first * factor + EXTRA_PIECE_MINOR * (pieces - 1)
