"""Days with names: festivals by rule or lunar table, and calendar units counted from a day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from domain.metrics.periods import Grain, add_months

DAY = timedelta(days=1)

# Gregorian dates of lunar days, 2020–2035: new year, dragon boat (5/5), qixi (7/7), mid-autumn (8/15),
# double ninth (9/9).
_LUNAR: dict[int, tuple[str, str, str, str, str]] = {
    2020: ("01-25", "06-25", "08-25", "10-01", "10-25"), 2021: ("02-12", "06-14", "08-14", "09-21", "10-14"),
    2022: ("02-01", "06-03", "08-04", "09-10", "10-04"), 2023: ("01-22", "06-22", "08-22", "09-29", "10-23"),
    2024: ("02-10", "06-10", "08-10", "09-17", "10-11"), 2025: ("01-29", "05-31", "08-29", "10-06", "10-29"),
    2026: ("02-17", "06-19", "08-19", "09-25", "10-18"), 2027: ("02-06", "06-09", "08-08", "09-15", "10-08"),
    2028: ("01-26", "05-28", "08-26", "10-03", "10-26"), 2029: ("02-13", "06-16", "08-16", "09-22", "10-16"),
    2030: ("02-03", "06-05", "08-05", "09-12", "10-05"), 2031: ("01-23", "06-24", "08-24", "10-01", "10-24"),
    2032: ("02-11", "06-12", "08-12", "09-19", "10-12"), 2033: ("01-31", "06-01", "08-01", "09-08", "10-01"),
    2034: ("02-19", "06-20", "08-20", "09-27", "10-20"), 2035: ("02-08", "06-10", "08-10", "09-16", "10-09"),
}
_FIXED: dict[str, tuple[int, int, int]] = {  # month, day, how many days
    "double11": (11, 11, 1), "june18": (6, 18, 1), "double12": (12, 12, 1), "new_year": (1, 1, 1),
    "valentine": (2, 14, 1), "women": (3, 8, 1), "may_day": (5, 1, 5), "children": (6, 1, 1),
    "april_fools": (4, 1, 1), "white_day": (3, 14, 1), "may_20": (5, 20, 1), "youth": (5, 4, 1), "teachers": (9, 10, 1),
    "halloween": (10, 31, 1), "double9": (9, 9, 1), "august_18": (8, 18, 1),
    "national_day": (10, 1, 7), "christmas_eve": (12, 24, 1), "christmas": (12, 25, 1),
}
_LUNAR_DAYS: dict[str, tuple[int, int, int]] = {  # column of the table, days after it, how many days
    "spring_festival": (0, 0, 7), "spring_day": (0, 0, 1), "spring_eve": (0, -1, 1), "lantern": (0, 14, 1),
    "dragon_boat": (1, 0, 1), "qixi": (2, 0, 1), "mid_autumn": (3, 0, 1),
    "ghost": (2, 8, 1), "double_ninth": (4, 0, 1),
}

Range = tuple[date, date]


def festival(name: str, year: int) -> Range | None:
    """The days of a festival in a year, half-open; None where the lunar table ends."""
    if name in _FIXED:
        month, day, days = _FIXED[name]
        start = date(year, month, day)
    elif name in _LUNAR_DAYS:
        if year not in _LUNAR:
            return None
        column, offset, days = _LUNAR_DAYS[name]
        start = date.fromisoformat(f"{year}-{_LUNAR[year][column]}") + timedelta(days=offset)
    else:
        start, days = _MOVING[name](year), 1
    return start, start + timedelta(days=days)


def _nth_weekday(year: int, month: int, weekday: int, number: int) -> date:
    """The second Sunday of May: weekday 6, number 2."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _qingming(year: int) -> date:
    """The solar term's day; the formula holds from 2000 to 2099."""
    years = year - 2000
    return date(year, 4, int(years * 0.2422 + 4.81) - years // 4)


_MOVING: dict[str, Callable[[int], date]] = {
    "mothers": lambda year: _nth_weekday(year, 5, 6, 2),
    "fathers": lambda year: _nth_weekday(year, 6, 6, 3),
    "thanksgiving": lambda year: _nth_weekday(year, 11, 3, 4),
    "black_friday": lambda year: _nth_weekday(year, 11, 3, 4) + DAY,
    "cyber_monday": lambda year: _nth_weekday(year, 11, 3, 4) + 4 * DAY,
    "qingming": _qingming,
}


@lru_cache(maxsize=256)
def unit(kind: str, offset: int, today: date) -> tuple[Range, Grain]:
    """The calendar day, week, weekend, month, quarter or year that is `offset` away from the one of today."""
    match kind:
        case "day":
            start = today + timedelta(days=offset)
            return (start, start + DAY), Grain.DAY
        case "week":
            monday = today + timedelta(days=7 * offset - today.weekday())
            return (monday, monday + timedelta(days=7)), Grain.WEEK
        case "weekend":
            monday = today + timedelta(days=7 * offset - today.weekday())
            return (monday + timedelta(days=5), monday + timedelta(days=7)), Grain.SPAN
        case "month":
            start = add_months(today.replace(day=1), offset)
            return (start, add_months(start, 1)), Grain.MONTH
        case "quarter":
            start = add_months(date(today.year, (today.month - 1) // 3 * 3 + 1, 1), offset * 3)
            return (start, add_months(start, 3)), Grain.QUARTER
        case "year_day" | "month_day" | "week_day":  # this day, so many years, months or weeks away
            months = {"year_day": 12, "month_day": 1}.get(kind, 0) * offset
            start = add_months(today, months) if months else today + timedelta(weeks=offset)
            return (start, start + DAY), Grain.DAY
        case "year_month":
            start = add_months(today.replace(day=1), 12 * offset)
            return (start, add_months(start, 1)), Grain.MONTH
        case _:
            return (date(today.year + offset, 1, 1), date(today.year + offset + 1, 1, 1)), Grain.YEAR


def back(kind: str, count: int, today: date) -> Range | None:
    """The last `count` days, weeks, months … that end yesterday; None when the calendar does not reach so far."""
    try:
        match kind:
            case "day":
                return today - timedelta(days=count), today
            case "week":
                return today - timedelta(weeks=count), today
            case "fortnight":
                return today - timedelta(weeks=2 * count), today
            case "half_month":
                return today - timedelta(days=15 * count), today
            case _:
                return add_months(today, -count * {"month": 1, "quarter": 3, "half_year": 6, "year": 12}[kind]), today
    except (OverflowError, ValueError):
        return None


# What 前三个 may count of a period that was named, in days or in months.
_DAYS_OF = {"day": 1, "week": 7, "fortnight": 14, "half_month": 15}
_MONTHS_OF = {"month": 1, "quarter": 3, "half_year": 6}
MOST_COUNTED = 9999


def end_within(whole: Range, count: int, unit: str, *, is_first: bool) -> Range | None:
    """The first or last so many days, weeks, months or quarters of the whole; None where it has not so many."""
    start, end = whole
    if unit in _DAYS_OF and count <= MOST_COUNTED:
        days = count * _DAYS_OF[unit] * DAY
        found = (start, start + days) if is_first else (end - days, end)
    elif unit in _MONTHS_OF and count <= MOST_COUNTED // 10:
        months = count * _MONTHS_OF[unit]
        found = (start, add_months(start, months)) if is_first else (add_months(end, -months), end)
    else:
        return None
    return found if start <= found[0] and found[1] <= end else None


def beside(named: Range, count: int, unit: str, *, is_after: bool) -> Range | None:
    """So many days, weeks or months right before or after the days that were named."""
    start, end = named
    way = 1 if is_after else -1
    try:
        if unit in _DAYS_OF:
            far = (end if is_after else start) + way * count * _DAYS_OF[unit] * DAY
        elif unit in _MONTHS_OF:
            far = add_months(end if is_after else start, way * count * _MONTHS_OF[unit])
        else:
            return None
    except (OverflowError, ValueError):
        return None
    return (end, far) if is_after else (far, start)


@dataclass(frozen=True, slots=True)
class Recurring:
    """A day or month said without its year, week or month. `at` gives the range of one turn, None where it has none."""

    at: Callable[[int], Range | None]
    turn: Callable[[date], int]
    grain: Grain

    def latest(self, today: date) -> Range | None:
        """The most recent one that has begun."""
        turn = self.turn(today) + 1
        for one in range(turn, turn - MOST_TURNS, -1):
            found = self.at(one)
            if found and found[0] <= today:
                return found
        return None

    def after(self, day: date) -> Range | None:
        """The first one that ends after the day."""
        turn = self.turn(day) - 1
        for one in range(turn, turn + MOST_TURNS):
            found = self.at(one)
            if found and found[1] > day and found[0] >= day:
                return found
        return None


MOST_TURNS = 12  # 29 February comes back after at most eight years, the 31st after two months


def _whole(year: int, month: int, day: int | None) -> Range | None:
    try:
        start = date(year, month, day or 1)
        return start, add_months(start, 1) if day is None else start + DAY
    except (ValueError, OverflowError):
        return None


def _year_of(day: date) -> int:
    return day.year


def yearly(month: int, day: int | None) -> Recurring:
    return Recurring(lambda year: _whole(year, month, day), _year_of, Grain.MONTH if day is None else Grain.DAY)


def day_of_month(day: int) -> Recurring:
    return Recurring(lambda turn: _whole(turn // 12, turn % 12 + 1, day), lambda one: one.year * 12 + one.month - 1,
                     Grain.DAY)


def weekday(number: int) -> Recurring:
    """1 is Monday, as in ISO 8601."""
    def at(turn: int) -> Range:
        start = date.fromordinal(turn * 7 + number)
        return start, start + DAY
    return Recurring(at, lambda day: (day.toordinal() - 1) // 7, Grain.DAY)


def months_of_year(first: int, count: int) -> Recurring:
    """A quarter (count 3) or half (6) of any year."""
    def at(year: int) -> Range | None:
        found = _whole(year, first, None)
        return (found[0], add_months(found[0], count)) if found else None
    return Recurring(at, _year_of, Grain.QUARTER if count == 3 else Grain.SPAN)


def festivals(name: str) -> Recurring:
    return Recurring(lambda year: festival(name, year), _year_of,
                     Grain.DAY if _days(name) == 1 else Grain.SPAN)


def _days(name: str) -> int:
    return (_FIXED.get(name) or _LUNAR_DAYS.get(name) or (0, 0, 1))[2]


# Days of a month by number, the second not included.
_PARTS_OF_MONTH = {"1": (0, 10), "2": (10, 20), "3": (20, None), "first_half": (0, 15), "second_half": (15, None),
                   "first_week": (0, 7), "first_day": (0, 1)}


def part_of_month(month: Range, part: str) -> Range:
    """The first half, a third, the first week … of the month."""
    first, last = _PARTS_OF_MONTH[part]
    start, end = month
    return start + timedelta(days=first), end if last is None else start + timedelta(days=last)
