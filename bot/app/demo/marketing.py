"""Advertising and visits of the demo shop, made to fit its sales."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from bot.app.demo import seasons
from bot.app.demo.books import Books
from bot.app.demo.history import SEED
from bot.app.demo.lists import BASE_CURRENCY
from bot.app.demo.plan import SHOPS, Campaign
from domain.drafts import AdSpendDraft, TrafficDraft

PAGES_PER_VISIT = 3.4
SALE_CONVERSION = 1.35  # on a big sale people come to buy
EVEN_SHARE = 0.4  # of the visits: come whether or not many buy that day
LEAST_BUDGET_MINOR = 2_000  # campaigns spend a little even on the quietest day


class Marketing:
    """What every day brought; each kind of figure draws its own fixed sequence of random numbers."""

    def __init__(self, books: Books, last: date, part_of_last: float) -> None:
        self._books, self._last, self._part = books, last, part_of_last
        self._days = [books.start + timedelta(days=number) for number in range((last - books.start).days + 1)]

    def ads(self) -> Iterator[AdSpendDraft]:
        rng = Random(f"{SEED} ads")  # noqa: S311  (made-up figures, no secrets)
        for day in self._days:
            for shop, plan in SHOPS.items():
                for campaign in plan.campaigns:
                    yield self._ad(rng, day, shop, campaign)

    def _ad(self, rng: Random, day: date, shop: str, campaign: Campaign) -> AdSpendDraft:
        attributed = int(self._books.revenue[shop, day] * campaign.credited * rng.uniform(0.8, 1.2))
        roi = campaign.roi * rng.uniform(0.82, 1.2)
        part = self._part if day == self._last else 1.0
        spend = max(int(LEAST_BUDGET_MINOR * part), int(attributed / roi))
        clicks = int(spend / (campaign.click_minor * rng.uniform(0.88, 1.14)))
        shown = int(clicks / (campaign.click_rate * rng.uniform(0.88, 1.14)))
        return AdSpendDraft(day, shop, campaign.name, shown, clicks, spend, BASE_CURRENCY, attributed)

    def traffic(self) -> Iterator[TrafficDraft]:
        rng = Random(f"{SEED} traffic")  # noqa: S311  (made-up figures, no secrets)
        for number, day in enumerate(self._days):
            for shop, plan in SHOPS.items():
                is_abroad = plan.currency != BASE_CURRENCY
                progress = number / len(self._days)
                expected = seasons.expected_orders(day, progress=progress, is_abroad=is_abroad) * plan.share
                is_sale = seasons.sale(day, is_abroad=is_abroad)[0] >= seasons.BIG_SALE
                rate = plan.conversion * (SALE_CONVERSION if is_sale else 1.0) * rng.uniform(0.88, 1.14)
                yield self._visits(day, shop, expected * (self._part if day == self._last else 1.0), rate)

    def _visits(self, day: date, shop: str, expected: float, rate: float) -> TrafficDraft:
        """Visits that, at the day's rate of conversion, stand between the orders that came and those expected."""
        bought = self._books.orders[shop, day]
        visitors = max(bought, int((EVEN_SHARE * expected + (1 - EVEN_SHARE) * bought) / rate))
        return TrafficDraft(day, shop, visitors, int(visitors * PAGES_PER_VISIT))
