"""What is in an order: which goods by season and taste, how many of each, at what price and discount."""

from bisect import bisect
from collections.abc import Sequence
from datetime import date
from itertools import accumulate
from random import Random

from bot.app.demo import seasons
from bot.app.demo.lists import Item
from bot.app.demo.plan import LINES_PER_ORDER, PIECES, ShopPlan
from bot.app.demo.sales import Line
from domain.catalog.model import Platform

YUAN_PER_DOLLAR_OF_PRICE = 6.2  # goods abroad are dearer than the exchange rate says
# Sold in live shows without a code of the seller's own: nothing in the catalogue matches, the cost is not known.
UNMATCHED_TITLE = "直播间福袋 随机款"
UNMATCHED_SHARE = 0.008
UNMATCHED_PRICE_MINOR = 2_990
FULL_PRICE_SHARE = 0.12  # of the orders of a plain day


class Baskets:
    """Fills the orders of one shop."""

    def __init__(self, plan: ShopPlan, items: Sequence[Item]) -> None:
        self._plan = plan
        self._items = items
        self._tastes = [plan.taste.get(item.category, 1.0) for item in items]
        self._prices = [self._price(item) for item in items]
        self._bounds: list[float] = []
        self._discount = 0.0
        self._is_sale = False
        self._has_unmatched = plan.platform is Platform.DOUYIN

    def _price(self, item: Item) -> int:
        """In minor units of the shop's currency; in dollars one ends in .99."""
        if self._plan.currency == "CNY":
            return item.price_minor
        return max(1, round(item.price_minor / 100 / YUAN_PER_DOLLAR_OF_PRICE)) * 100 + 99

    def open(self, day: date, depth: float) -> None:
        """Set the demand and the discounts of a day; `depth` is what its sale gives away."""
        self._bounds = list(accumulate(seasons.demand(item, day) * taste
                                       for item, taste in zip(self._items, self._tastes, strict=True)))
        self._is_sale = depth > 0
        self._discount = max(depth, self._plan.coupon)

    def fill(self, rng: Random) -> tuple[Line, ...]:
        """The lines of the next order, each with another SKU."""
        off = self._off(rng)
        if self._has_unmatched and rng.random() < UNMATCHED_SHARE:
            return (Line(None, UNMATCHED_TITLE, 1, UNMATCHED_PRICE_MINOR, 0, UNMATCHED_PRICE_MINOR),)
        wanted = _pick(LINES_PER_ORDER, rng)
        chosen = {bisect(self._bounds, rng.random() * self._bounds[-1]) for _ in range(wanted)}
        return tuple(self._line(self._items[index], self._prices[index], off, rng) for index in sorted(chosen))

    def _off(self, rng: Random) -> float:
        if not self._is_sale and rng.random() < FULL_PRICE_SHARE:
            return 0.0
        return self._discount * rng.uniform(0.65, 1.4)

    def _line(self, item: Item, price: int, off: float, rng: Random) -> Line:
        quantity = next(_pick(pieces, rng) for bound, pieces in PIECES if item.price_minor <= bound)
        discount = int(price * quantity * off) // 10 * 10  # coupons are whole tenths of a yuan
        return Line.of(item, quantity, price, discount)


def _pick(choices: Sequence[tuple[int, float]], rng: Random) -> int:
    drawn = rng.random()
    for value, share in choices:
        drawn -= share
        if drawn < 0:
            return value
    return choices[0][0]
