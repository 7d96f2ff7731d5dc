"""When something is due: daily and weekly times on the shop's wall clock, and every so many minutes.

Pure: the same arguments give the same moments. A wall-clock time that the spring change skips is moved on by the hour
that is missing; one that the autumn change has twice counts the first time. Intervals know nothing of either.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from domain.clock import ShopCalendar

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day at a time of the shop's clock."""

    at: time


@dataclass(frozen=True, slots=True)
class Weekly:
    """One day a week; Monday is 0."""

    weekday: int
    at: time


@dataclass(frozen=True, slots=True)
class Every:
    """Every so many minutes, whatever the clock on the wall does, counted from the same moment everywhere."""

    minutes: int


When = Daily | Weekly | Every


def at_time(when: When, at: time) -> When:
    """The same days at another time; an interval has none."""
    return when if isinstance(when, Every) else replace(when, at=at)


def between(when: When, after: datetime, until: datetime, calendar: ShopCalendar) -> Iterator[datetime]:
    """Every due moment later than `after` and not later than `until`, in UTC, in order."""
    if isinstance(when, Every):
        yield from _intervals(timedelta(minutes=when.minutes), after, until)
        return
    seen = after
    day, last = calendar.day(after) - timedelta(days=1), calendar.day(until)
    while day <= last:
        if isinstance(when, Daily) or day.weekday() == when.weekday:
            moment = _moment(day, when.at, calendar)
            if seen < moment <= until:
                yield moment
                seen = moment  # a zone that leaves out a whole day has two days' times at one moment
        day += timedelta(days=1)


def latest(when: When, until: datetime, calendar: ShopCalendar) -> datetime:
    """The last due moment not later than `until`."""
    back = timedelta(minutes=when.minutes) if isinstance(when, Every) else timedelta(days=8)
    return list(between(when, until - back, until, calendar))[-1]


def is_due(when: When, moment: datetime, calendar: ShopCalendar) -> bool:
    return any(between(when, moment - timedelta(microseconds=1), moment, calendar))


def _moment(day: date, at: time, calendar: ShopCalendar) -> datetime:
    return datetime.combine(day, at, tzinfo=calendar.zone).astimezone(UTC)


def _intervals(step: timedelta, after: datetime, until: datetime) -> Iterator[datetime]:
    moment = _EPOCH + ((after - _EPOCH) // step + 1) * step
    while moment <= until:
        yield moment
        moment += step
