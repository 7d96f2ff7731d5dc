"""How many orders a day brings, and how deep its discounts go: growth, months, weekdays, sales, the spring festival."""

from datetime import date, timedelta

from bot.app.demo.lists import Item

# Orders of a plain day in the middle of the history; with the seasons this makes about 60,000 in 14 months.
PLAIN_DAY_ORDERS = 131.0
GROWTH = (0.86, 1.16)  # from the first day to the last
MONTHS = (0.96, 0.92, 1.0, 0.96, 1.0, 1.02, 0.90, 0.92, 1.0, 1.02, 1.08, 1.04)
WEEKDAYS = (0.98, 0.95, 0.94, 0.95, 0.98, 1.09, 1.11)  # from Monday

# (month, day): how many times the orders of a plain day, and the share of the price given away.
SALES: dict[tuple[int, int], tuple[float, float]] = {
    (1, 5): (1.4, 0.21), (1, 6): (1.3, 0.21),
    (3, 7): (1.4, 0.21), (3, 8): (1.9, 0.23),
    (5, 20): (1.6, 0.19),
    (6, 1): (1.9, 0.25), (6, 2): (1.3, 0.23), (6, 16): (1.8, 0.25), (6, 17): (2.2, 0.26), (6, 18): (5.2, 0.28),
    (6, 19): (1.3, 0.21),
    (8, 18): (1.5, 0.20), (9, 9): (1.5, 0.20), (10, 24): (1.3, 0.19),
    (10, 31): (1.8, 0.25), (11, 1): (2.4, 0.26), (11, 2): (1.5, 0.24), (11, 3): (1.3, 0.23),
    (11, 8): (0.8, 0.19), (11, 9): (0.8, 0.19), (11, 10): (2.4, 0.26), (11, 11): (8.0, 0.29), (11, 12): (1.6, 0.23),
    (11, 13): (0.8, 0.17),
    (12, 11): (1.5, 0.22), (12, 12): (2.9, 0.25),
}
BIG_SALE = 2.0  # from this factor on people come at midnight, and warehouses fall behind
# Shops abroad keep other feasts: days after Thanksgiving, the fourth Thursday of November.
SALES_ABROAD = {1: (3.2, 0.20), 2: (1.9, 0.18), 3: (1.9, 0.18), 4: (2.6, 0.20)}

# First day of the lunar year, as published for China; beyond the list there is no dip.
SPRING_FESTIVALS = frozenset({
    date(2020, 1, 25), date(2021, 2, 12), date(2022, 2, 1), date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29),
    date(2026, 2, 17), date(2027, 2, 6), date(2028, 1, 26), date(2029, 2, 13), date(2030, 2, 3), date(2031, 1, 23),
    date(2032, 2, 11), date(2033, 1, 31), date(2034, 2, 19), date(2035, 2, 8), date(2036, 1, 28), date(2037, 2, 15),
    date(2038, 2, 4), date(2039, 1, 24), date(2040, 2, 12),
})
_FESTIVAL_DIP = {-4: 0.70, -3: 0.58, -2: 0.45, -1: 0.30, 0: 0.24, 1: 0.26, 2: 0.30, 3: 0.35, 4: 0.42, 5: 0.52, 6: 0.65,
                 7: 0.8, 8: 0.92}
_CLOSED_DAYS = range(-1, 5)  # the warehouses' own holiday


_DIPS = {first + timedelta(days=offset): factor for first in SPRING_FESTIVALS
         for offset, factor in _FESTIVAL_DIP.items()}
_CLOSED = {first + timedelta(days=offset) for first in SPRING_FESTIVALS for offset in _CLOSED_DAYS}


def is_closed(day: date) -> bool:
    """Nothing leaves the warehouses on this day."""
    return day in _CLOSED


def _thanksgiving(year: int) -> date:
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


def sale(day: date, *, is_abroad: bool) -> tuple[float, float]:
    """The day's factor on orders and its discount; (1, 0) on a plain day."""
    if is_abroad:
        return SALES_ABROAD.get((day - _thanksgiving(day.year)).days, (1.0, 0.0))
    return SALES.get((day.month, day.day), (1.0, 0.0))


def between_months(months: tuple[float, ...], day: date) -> float:
    """A monthly figure on a day: as given in the middle of the month, sliding in between."""
    position = day.month - 1 + (day.day - 15.5) / 31
    low = int(position // 1)
    part = position - low
    return months[low % 12] * (1 - part) + months[(low + 1) % 12] * part


def expected_orders(day: date, *, progress: float, is_abroad: bool) -> float:
    """Orders of all shops together on a day; `progress` runs from 0 to 1 over the history."""
    growth = GROWTH[0] + (GROWTH[1] - GROWTH[0]) * progress
    factor = sale(day, is_abroad=is_abroad)[0] * between_months(MONTHS, day) * WEEKDAYS[day.weekday()]
    return PLAIN_DAY_ORDERS * growth * factor * (1.0 if is_abroad else _DIPS.get(day, 1.0))


def demand(item: Item, day: date) -> float:
    """How much an item is wanted on a day, beside the others."""
    return item.weight * between_months(item.months, day)
