"""Half-open ranges of business days, and the ranges they are compared with."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Grain(StrEnum):
    """The calendar unit a period was said in; the period before it is one such unit back."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    SPAN = "span"  # any run of days: the one before is as long and ends where it starts


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` up to, not including, `end`."""

    start: date
    end: date
    grain: Grain = Grain.SPAN

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"a period must end after it starts: {self.start} … {self.end}")

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)

    def as_json(self) -> dict[str, str]:
        return {"start": self.start.isoformat(), "end": self.end.isoformat()}


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def step_of(dimension: str, label: str) -> Period | None:
    """The whole day, week or month that a row is labelled with: 2026-11-22, 2026-11-16 (its Monday), 2026-11.

    None for a label of any other dimension, or of no date.
    """
    if dimension not in {Grain.DAY, Grain.WEEK, Grain.MONTH}:
        return None
    grain = Grain(dimension)
    try:
        start = date.fromisoformat(f"{label}-01" if grain is Grain.MONTH and len(label) == _YEAR_AND_MONTH else label)
    except ValueError:
        return None
    days = 7 if grain is Grain.WEEK else 1
    return Period(start, add_months(start, 1) if grain is Grain.MONTH else start + timedelta(days), grain)


_YEAR_AND_MONTH = len("2026-11")
_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}


def previous(period: Period) -> Period:
    """The period before: the same span of the calendar unit before, so that a running month meets its equal."""
    if period.grain in _MONTHS:
        back = -_MONTHS[period.grain]
        start = add_months(period.start, back)
        whole_end = add_months(start, _MONTHS[period.grain])
        is_whole = period.end == add_months(period.start, _MONTHS[period.grain])
        end = whole_end if is_whole else min(add_months(period.last, back) + timedelta(days=1), whole_end)
        return Period(start, end, period.grain)
    length = timedelta(days=7 if period.grain is Grain.WEEK else period.days)
    return Period(period.start - length, period.end - length, period.grain)


def unit_before(period: Period) -> Period:
    """The whole month, week … before one, running or not; before any other run of days the one as long."""
    if period.grain in _MONTHS:
        return Period(add_months(period.start, -_MONTHS[period.grain]), period.start, period.grain)
    if period.grain is Grain.WEEK:
        return Period(period.start - timedelta(days=7), period.start, period.grain)
    return previous(period)


def previous_year(period: Period) -> Period:
    """The same days a year before; 29 February becomes the 28th."""
    start = add_months(period.start, -12)
    end = add_months(period.last, -12) + timedelta(days=1)
    if period.grain in _MONTHS and period.end.day == 1:
        end = add_months(period.end, -12)
    return Period(start, max(end, start + timedelta(days=1)), period.grain)
