"""Days, weeks, months, weekdays and hours of facts, in the SQL of either database."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Text, case, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from domain.clock import ShopCalendar
from domain.metrics.periods import Period


class _OfDay(FunctionElement[Any]):
    """A function of one date or moment column, written by `_SQL` for each database."""

    inherit_cache = True


class DayLabel(_OfDay):
    """'YYYY-MM-DD'."""

    inherit_cache = True
    name = "day_label"
    type: TypeEngine[str] = Text()


class WeekLabel(_OfDay):
    """The Monday of the week, 'YYYY-MM-DD'."""

    inherit_cache = True
    name = "week_label"
    type: TypeEngine[str] = Text()


class MonthLabel(_OfDay):
    """'YYYY-MM'."""

    inherit_cache = True
    name = "month_label"
    type: TypeEngine[str] = Text()


class Weekday(_OfDay):
    """1 (Monday) to 7."""

    inherit_cache = True
    name = "weekday_number"
    type: TypeEngine[int] = Integer()


class EpochSeconds(_OfDay):
    """Whole seconds since 1970 of a moment."""

    inherit_cache = True
    name = "epoch_seconds"
    type: TypeEngine[int] = BigInteger()


_SQL: dict[str, tuple[str, str]] = {  # SQLite, PostgreSQL
    "day_label": ("{}", "to_char({}, 'YYYY-MM-DD')"),
    "week_label": ("date({}, 'weekday 0', '-6 days')", "to_char(date_trunc('week', {}), 'YYYY-MM-DD')"),
    "month_label": ("substr({}, 1, 7)", "to_char({}, 'YYYY-MM')"),
    "weekday_number": ("((CAST(strftime('%w', {}) AS INTEGER) + 6) % 7 + 1)",
                       "CAST(extract(isodow FROM {}) AS INTEGER)"),
    "epoch_seconds": ("CAST(strftime('%s', {}) AS INTEGER)", "CAST(floor(extract(epoch FROM {})) AS BIGINT)"),
}


@compiles(_OfDay, "sqlite")
def _sqlite(element: _OfDay, compiler: SQLCompiler, **kw: Any) -> str:
    return _SQL[element.name][0].format(compiler.process(element.clauses, **kw))


@compiles(_OfDay, "postgresql")
def _postgresql(element: _OfDay, compiler: SQLCompiler, **kw: Any) -> str:
    return _SQL[element.name][1].format(compiler.process(element.clauses, **kw))


def local_hour(moment: ColumnElement[Any], calendar: ShopCalendar, period: Period) -> ColumnElement[int]:
    """The hour (0 to 23) on the shop's clock, also where the zone changes its offset within the period."""
    spans = list(_offsets(calendar, period))
    offset = case(*((moment < until, seconds) for until, seconds in spans[:-1]), else_=spans[-1][1]) \
        if len(spans) > 1 else literal(spans[0][1])
    return (EpochSeconds(moment) + offset) % 86_400 // 3600


def _offsets(calendar: ShopCalendar, period: Period) -> Iterator[tuple[datetime, int]]:
    """Runs of one offset from UTC: (end of the run, seconds)."""
    moment, last = calendar.start_of(period.start), calendar.end_of(period.last)
    while moment < last:
        seconds = _seconds(calendar, moment)
        end = _end_of_offset(calendar, moment, last)
        yield end, seconds
        moment = end


def _end_of_offset(calendar: ShopCalendar, start: datetime, last: datetime) -> datetime:
    """The first full hour after `start` at which the offset is another; `last` when there is none."""
    moment, seconds = start, _seconds(calendar, start)
    while moment < last and _seconds(calendar, moment + timedelta(days=1)) == seconds:
        moment += timedelta(days=1)
    while moment < last and _seconds(calendar, moment) == seconds:
        moment += timedelta(hours=1)
    return min(moment, last)


def _seconds(calendar: ShopCalendar, moment: datetime) -> int:
    offset = moment.astimezone(calendar.zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


# What a day is called as a day, week, month or weekday: the same labels as the SQL's.
_BUCKETS: dict[str, Callable[[date], str | int]] = {
    "day": date.isoformat,
    "week": lambda day: (day - timedelta(days=day.weekday())).isoformat(),
    "month": lambda day: day.isoformat()[:7],
    "weekday": date.isoweekday,
}


def labels(dimension: str, period: Period, now: datetime) -> list[str | int]:
    """Every label a series over the dimension has in the period up to `now` (shop time); none for other dimensions."""
    if dimension == "hour":
        is_today_alone = period.start == now.date()
        return list(range(now.hour + 1 if is_today_alone else 24))
    if dimension not in _BUCKETS:
        return []
    days = (min(period.last, now.date()) - period.start).days + 1
    names = dict.fromkeys(_BUCKETS[dimension](period.start + timedelta(days=n)) for n in range(days))
    return sorted(names, key=int) if dimension == "weekday" else list(names)
