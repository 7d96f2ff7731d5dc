"""Fourteen months of demo orders: how many a day, at which hour, of what, by whom, and what became of each."""

from bisect import bisect
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate
from math import sqrt
from random import Random

from bot.app.demo import seasons
from bot.app.demo.baskets import Baskets
from bot.app.demo.buyers import Buyers
from bot.app.demo.fates import Fates
from bot.app.demo.lists import Lists
from bot.app.demo.plan import (
    DAY_S,
    HOUR_S,
    HOUR_WEIGHTS,
    OVERSEAS_WAREHOUSE,
    SALE_HOUR_WEIGHTS,
    SHOPS,
    ShopPlan,
)
from bot.app.demo.promised import Promised
from bot.app.demo.sales import Sale, forget_after

SEED = "zhanggui"
MONTHS_OF_HISTORY = 14
DAY_NOISE = 0.06  # standard deviation of what no season explains


def first_day(last: date) -> date:
    """The day on which the history begins that ends on `last`."""
    months = last.year * 12 + last.month - 1 - MONTHS_OF_HISTORY
    year, month = divmod(months, 12)
    return date(year, month + 1, min(last.day, 28))


class History:
    """Draws the orders of all shops, day by day, in one fixed sequence of random numbers."""

    def __init__(self, lists: Lists, start: date, last: date) -> None:
        self.start, self.last = start, last
        self._rng = Random(f"{SEED} orders")  # noqa: S311  (made-up orders, no secrets)
        self._buyers = {shop: Buyers(plan, lists.provinces) for shop, plan in SHOPS.items()}
        self._baskets = {shop: Baskets(plan, lists.items) for shop, plan in SHOPS.items()}
        self._fates = Fates(start, self._rng)
        self._promised = Promised(lists, last)

    def orders(self, at: int) -> Iterator[Sale]:
        """Every order created up to `at` (seconds since the start of the first day), as known then."""
        days = (self.last - self.start).days + 1
        for number in range(days):
            day = self.start + timedelta(days=number)
            noise = max(0.7, self._rng.gauss(1.0, DAY_NOISE))
            for shop, plan in SHOPS.items():
                is_abroad = plan.currency != "CNY"
                mean = seasons.expected_orders(day, progress=number / days, is_abroad=is_abroad) * plan.share * noise
                for sale in self._day(shop, plan, day, mean):
                    if sale.created <= at:
                        yield forget_after(sale, at)

    def _day(self, shop: str, plan: ShopPlan, day: date, mean: float) -> Iterator[Sale]:
        factor, depth = seasons.sale(day, is_abroad=plan.currency != "CNY")
        count = max(plan.least_orders, round(self._rng.gauss(mean, sqrt(mean))))
        begin = (day - self.start).days * DAY_S
        moments = self._moments(count, SALE_HOUR_WEIGHTS if factor >= seasons.BIG_SALE else HOUR_WEIGHTS)
        self._baskets[shop].open(day, depth)
        running = 0
        for second in moments:
            running += 1
            while self._promised.is_taken(number := f"{plan.prefix}{day:%Y%m%d}{running:04d}"):
                running += 1
            sale = self._sale(shop, plan, number, begin + second)
            yield self._promised.keep(sale, day, running)

    def _moments(self, count: int, weights: Sequence[float]) -> list[int]:
        bounds = list(accumulate(weights))
        rng = self._rng.random
        return sorted(bisect(bounds, rng() * bounds[-1]) * HOUR_S + int(rng() * HOUR_S) for _ in range(count))

    def _sale(self, shop: str, plan: ShopPlan, number: str, created: int) -> Sale:
        buyer = self._buyers[shop].next(self._rng)
        warehouse = buyer.province.warehouse if buyer.province else OVERSEAS_WAREHOUSE
        lines = self._baskets[shop].fill(self._rng)
        goods = sum(line.paid_minor for line in lines)
        freight = plan.freight_minor if goods < plan.free_freight_from else 0
        sale = Sale(shop, plan, number, buyer, warehouse, lines, freight, created)
        self._fates.draw(sale)
        return sale
