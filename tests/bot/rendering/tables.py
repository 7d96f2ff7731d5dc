"""Small tables of figures as the storage would give them, asked for on Monday 23 November 2026 at 15:00."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.metrics.catalog import METRICS
from domain.metrics.periods import Grain, Period
from domain.metrics.query import MetricQuery
from domain.metrics.result import Beside, Cell, Column, Coverage, ResultTable, Row

AT = datetime(2026, 11, 23, 15, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = AT.date()
ONE_DAY = Period(TODAY, TODAY + timedelta(days=1), Grain.DAY)
YESTERDAY = Period(date(2026, 11, 22), TODAY, Grain.DAY)
LAST_WEEK = Period(date(2026, 11, 16), TODAY, Grain.WEEK)
LAST_30_DAYS = Period(date(2026, 10, 24), TODAY)
THIS_MONTH = Period(date(2026, 11, 1), date(2026, 11, 24), Grain.MONTH)
THIS_YEAR = Period(date(2026, 1, 1), date(2026, 11, 24), Grain.YEAR)
FRESH: dict[str, datetime | None] = {
    "天猫旗舰店": AT.replace(hour=14, minute=3), "京东旗舰店": AT.replace(hour=14, minute=5)}


def columns(query: MetricQuery) -> tuple[Column, ...]:
    units = [(name, METRICS[name].unit) for name in query.metrics]
    return (*(Column(name, "text") for name in query.by),
            *(Column(name, unit.value, "CNY" if unit == "money" else None) for name, unit in units))


def table(query: MetricQuery, rows: Sequence[Sequence[Cell]], *, before: Sequence[Row | None] | None = None,
          before_period: Period | None = None, coverage: Coverage | None = None,
          total: int | None = None, beside: Beside | None = None) -> ResultTable:
    """Data of two shops up to 14:03, and nothing else to tell, unless told otherwise."""
    return ResultTable(query, columns(query), tuple(tuple(row) for row in rows), coverage or Coverage(fresh=FRESH),
                       None if before is None else tuple(before), before_period, total, beside)


def days(first: date, figures: Sequence[Cell]) -> list[Row]:
    return [((first + timedelta(days=index)).isoformat(), figure) for index, figure in enumerate(figures)]
