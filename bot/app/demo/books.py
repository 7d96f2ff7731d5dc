"""Sales added up by shop and day, in the base currency: what advertising, traffic and the accounts are made from."""

from collections import Counter
from datetime import date, timedelta
from random import Random

from bot.app.demo.history import SEED
from bot.app.demo.lists import BASE_CURRENCY
from bot.app.demo.plan import DAY_S
from bot.app.demo.sales import Sale
from domain.drafts import FxRateDraft
from domain.money import RATE_SCALE, convert

DOLLAR_RATES = (7.02, 7.28)  # yuan per dollar, between which the rate wanders
DOLLAR_STEP = 0.006


def dollar_rates(start: date, last: date) -> dict[date, int]:
    """The rate of every day, times RATE_SCALE: a walk between two bounds."""
    rng = Random(f"{SEED} rates")  # noqa: S311  (made-up rates, no secrets)
    low, high = DOLLAR_RATES
    rate, rates = (low + high) / 2, {}
    for number in range((last - start).days + 1):
        rate = min(high, max(low, rate + rng.gauss(0, DOLLAR_STEP)))
        rates[start + timedelta(days=number)] = round(rate * 10_000) * (RATE_SCALE // 10_000)
    return rates


def rate_drafts(rates: dict[date, int]) -> list[FxRateDraft]:
    return [FxRateDraft(day, "USD", rate) for day, rate in rates.items()]


class Books:
    """Totals by (shop, day). `add` every order once."""

    def __init__(self, start: date, rates: dict[date, int]) -> None:
        self.start, self.rates = start, rates
        self.revenue: Counter[tuple[str, date]] = Counter()  # base, paid orders that count
        self.orders: Counter[tuple[str, date]] = Counter()
        self.received: Counter[tuple[str, date]] = Counter()  # own currency, every paid order
        self.refunded: Counter[tuple[str, date]] = Counter()  # own currency

    def day(self, second: int) -> date:
        return self.start + timedelta(days=second // DAY_S)

    def base(self, amount: int, currency: str, day: date) -> int:
        """An amount in minor units of the base currency, at the day's rate."""
        return amount if currency == BASE_CURRENCY else convert(amount, self.rates[day], currency, BASE_CURRENCY)

    def add(self, sale: Sale) -> None:
        if sale.paid is None:
            return
        day = self.day(sale.paid)
        paid = sale.paid_minor
        self.received[sale.shop, day] += paid
        if sale.counts:
            self.revenue[sale.shop, day] += self.base(paid, sale.plan.currency, day)
            self.orders[sale.shop, day] += 1
        if sale.claim and sale.claim.granted is not None:
            self.refunded[sale.shop, self.day(sale.claim.granted)] += sale.refunded_minor
