"""What becomes of an order: paid or not, held, shipped, signed for, claimed back, or no sale at all."""

from datetime import date, timedelta
from random import Random

from bot.app.demo import seasons
from bot.app.demo.plan import (
    CARRIERS,
    CATEGORY_REFUNDS,
    DAY_S,
    HOUR_S,
    JD_CARRIER,
    OVERSEAS_CARRIER,
    OVERSEAS_TRANSIT_DAYS,
    PACKERS,
    STAND_IN_SHARE,
)
from bot.app.demo.sales import UNPAID_CLOSES_S, Claim, Parcel, Sale
from domain.catalog.model import Platform
from domain.orders.model import Exclusion, Hold

UNPAID_SHARE = 0.042
SLOW_PAYERS = 0.06  # of the paid: they pay hours later
HELD_SHARE = 0.018
LATE_SHARE = 0.035  # parcels that leave after the platform's limit
EXCLUDED_SHARES = ((Exclusion.BRUSHED, 0.0006, "刷单,不计入销售"), (Exclusion.GIFT, 0.0004, "赠品单,达人寄样"),
                   (Exclusion.TEST, 0.00012, "测试单"))
JD_OWN_SHARE = 0.7  # of its parcels go by its own carrier

# Parcels leave between these hours of the warehouse's day.
OPENS, CLOSES = 9 * HOUR_S, 19 * HOUR_S
# Of the claims: cancelled before shipping, a small sum as amends; the rest returns the goods.
CANCEL_SHARE, AMENDS_SHARE = 0.28, 0.22


class Fates:
    """Draws the rest of an order's life onto it."""

    def __init__(self, start: date, rng: Random) -> None:
        self._start, self._rng = start, rng

    def draw(self, sale: Sale) -> None:
        rng = self._rng
        if rng.random() < UNPAID_SHARE:
            sale.closed = sale.created + UNPAID_CLOSES_S
            return
        slow = rng.random() < SLOW_PAYERS
        sale.paid = sale.created + (int(rng.uniform(0.5, 20) * HOUR_S) if slow else int(rng.expovariate(1 / 150)) + 5)
        self._exclude(sale)
        if sale.excluded is Exclusion.TEST:
            sale.completed = sale.paid
            return
        self._ship(sale)
        if sale.excluded is None:
            self._claim(sale)

    def _exclude(self, sale: Sale) -> None:
        drawn = self._rng.random()
        for kind, share, remark in EXCLUDED_SHARES:
            drawn -= share
            if drawn < 0:
                sale.excluded, sale.remark = kind, remark
                break
        if sale.excluded is Exclusion.GIFT:
            sale.freight_minor = 0
            sale.lines = tuple(line._replace(price_minor=0, discount_minor=0, paid_minor=0) for line in sale.lines)

    def _ship(self, sale: Sale) -> None:
        rng, paid = self._rng, sale.paid
        assert paid is not None
        ready = paid + int(rng.triangular(2, 26, 9) * HOUR_S)
        if rng.random() < HELD_SHARE:
            sale.hold = sale.plan.hold if sale.plan.hold is not Hold.NONE else Hold.MANUAL
            sale.released = paid + int(rng.uniform(20, 96) * HOUR_S)
            ready = sale.released + int(rng.uniform(1, 6) * HOUR_S)
        elif rng.random() < LATE_SHARE:
            ready = paid + sale.plan.ship_within_s + int(rng.uniform(1, 72) * HOUR_S)
        if self._big_sale(paid):
            ready += int(rng.uniform(0, 26) * HOUR_S)
        sale.shipped = self._when_open(ready)
        sale.ship_by = self._limit(sale, paid)
        sale.parcel = self._parcel(sale)
        transit = sale.buyer.province.transit_days if sale.buyer.province else OVERSEAS_TRANSIT_DAYS
        sale.signed = sale.shipped + int(transit * rng.uniform(0.75, 1.5) * DAY_S)
        sale.completed = sale.signed + int(rng.uniform(1, 10) * DAY_S)

    def _limit(self, sale: Sale, paid: int) -> int:
        """Platforms stop the clock while the warehouses keep the spring festival."""
        limit = sale.released or paid
        while seasons.is_closed(self._date(limit)):
            limit = self._next_morning(limit)
        end = limit + sale.plan.ship_within_s
        while seasons.is_closed(self._date(end)):
            end += DAY_S
        return end

    def _date(self, moment: int) -> date:
        return self._start + timedelta(days=moment // DAY_S)

    def _big_sale(self, moment: int) -> bool:
        return seasons.sale(self._date(moment), is_abroad=False)[0] >= seasons.BIG_SALE

    def _next_morning(self, moment: int) -> int:
        return (moment // DAY_S + 1) * DAY_S + OPENS + int(self._rng.random() * 3 * HOUR_S)

    def _when_open(self, ready: int) -> int:
        """The first moment from `ready` on at which the warehouse hands over parcels."""
        if ready % DAY_S > CLOSES:
            ready = self._next_morning(ready)
        elif ready % DAY_S < OPENS:
            ready = self._next_morning(ready - DAY_S)
        while seasons.is_closed(self._date(ready)):
            ready = self._next_morning(ready)
        return ready

    def _parcel(self, sale: Sale) -> Parcel:
        rng = self._rng
        usual, stand_in = PACKERS[sale.warehouse]
        staff = stand_in if rng.random() < STAND_IN_SHARE else usual
        carrier, _, begins, digits = self._carrier(sale)
        return Parcel(staff, carrier, f"{begins}{rng.randrange(10 ** digits):0{digits}d}")

    def _carrier(self, sale: Sale) -> tuple[str, float, str, int]:
        if sale.buyer.province is None:
            return OVERSEAS_CARRIER
        if sale.plan.platform is Platform.JD and self._rng.random() < JD_OWN_SHARE:
            return JD_CARRIER
        drawn = self._rng.random()
        for carrier in CARRIERS:
            drawn -= carrier[1]
            if drawn < 0:
                return carrier
        return CARRIERS[0]

    def _claim(self, sale: Sale) -> None:
        rng, item = self._rng, sale.lines[0].item
        rate = sale.plan.refund_rate * (CATEGORY_REFUNDS[item.category] if item else 1.0)
        if rng.random() >= rate:
            return
        kind = rng.random()
        if kind < CANCEL_SHARE:
            self._cancel(sale)
        else:
            self._after_delivery(sale, is_amends=kind < CANCEL_SHARE + AMENDS_SHARE)

    def _cancel(self, sale: Sale) -> None:
        """Asked for before the parcel left; granted, it never leaves."""
        assert sale.paid is not None
        assert sale.shipped is not None
        asked = sale.paid + int((sale.shipped - sale.paid) * self._rng.uniform(0.1, 0.8))
        granted = asked + int(self._rng.uniform(0.2, 9) * HOUR_S)
        first, *others = (line.paid_minor for line in sale.lines)
        sale.claim = Claim(asked, granted, (first + sale.freight_minor, *others))
        sale.shipped = sale.signed = sale.completed = sale.parcel = None

    def _after_delivery(self, sale: Sale, *, is_amends: bool) -> None:
        rng = self._rng
        assert sale.signed is not None
        asked = sale.signed + int(rng.uniform(0.1, 5) * DAY_S)
        granted = asked + int((rng.uniform(0.2, 2) if is_amends else rng.uniform(2, 7)) * DAY_S)
        share = rng.uniform(0.08, 0.3) if is_amends else 1.0
        only_first = is_amends or (len(sale.lines) > 1 and rng.random() < 0.5)
        amounts = tuple(int(line.paid_minor * share) if index == 0 or not only_first else 0
                        for index, line in enumerate(sale.lines))
        sale.claim = Claim(asked, granted, amounts) if any(amounts) else None
