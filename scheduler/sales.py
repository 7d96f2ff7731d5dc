"""A period's figures as a report: against the one before and the same weekday, by platform, best and worst, gaps.

Every figure is an answer of the same port that `ask` uses, at the moment the report is due, so both say the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.clock import ShopCalendar
from domain.messaging.model import Report
from domain.metrics.periods import Period
from domain.metrics.query import Compare, Direction, MetricQuery, Order
from domain.metrics.result import Cell, Coverage, ResultTable
from domain.people import Shops
from domain.ports import Figures
from domain.reports import Figure, Gaps, SalesReport, Split

# In the order in which they are told, from what came in to what is left; a query takes six at most.
_HEADS = (("revenue", "orders", "aov", "refund_amount", "cogs", "gross_profit"),
          ("gross_margin", "ad_spend", "roi", "net_profit", "net_margin"))
# By what a period is told apart: with the profit, and where no cost is known at all, without it.
_PLATFORM = {True: ("revenue", "orders", "gross_profit"), False: ("revenue", "orders")}
_PRODUCT = {True: ("gross_profit", "units"), False: ("revenue", "units")}
_TREND = {True: ("revenue", "gross_profit"), False: ("revenue",)}
_SIGNS_OF_LIFE = frozenset({"revenue", "orders", "refund_amount"})
TREND_DAYS = 14  # two weeks: enough to see weekdays repeat, few enough for a phone
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Reckoning:
    """One period looked at from one moment."""

    figures: Figures
    calendar: ShopCalendar
    currency: str
    period: Period
    at: datetime
    shops: Shops = None

    def report(self, report: Report) -> SalesReport:
        tables = [self._head(metrics) for metrics in _HEADS]
        told = tuple(figure for figures, _ in tables for figure in figures)
        has_profit = any(figure.metric == "gross_profit" and figure.value is not None for figure in told)
        best, worst = (self._product(_PRODUCT[has_profit], way) for way in (Direction.DESC, Direction.ASC))
        return SalesReport(
            report, self.period.start, self.period.end, self.currency, told,
            platforms=self._split("platform", _PLATFORM[has_profit], Direction.DESC),
            best=best, worst=None if worst == best else worst, trend=self._trend(_TREND[has_profit]),
            gaps=self._gaps([table.coverage for _, table in tables]),
            is_empty=all(not figure.value for figure in told if figure.metric in _SIGNS_OF_LIFE))

    def _head(self, metrics: tuple[str, ...]) -> tuple[list[Figure], ResultTable]:
        """The figures, the period before, and for a day the same weekday of the week before."""
        now = self._answer(MetricQuery(metrics, period=self.period, compare=Compare.PREVIOUS_PERIOD))
        before = now.comparison_rows[0] if now.comparison_rows else None
        further = self._further(metrics)
        return [Figure(name, now.rows[0][n], before[n] if before else None, further[n])
                for n, name in enumerate(metrics)], now

    def _further(self, metrics: tuple[str, ...]) -> tuple[Cell, ...]:
        if self.period.days != 1:  # a week's weekdays are the same as those of the week before
            return (None,) * len(metrics)
        week_ago = Period(self.period.start - _WEEK, self.period.end - _WEEK, self.period.grain)
        return self._answer(MetricQuery(metrics, period=week_ago)).rows[0]

    def _split(self, by: str, metrics: tuple[str, ...], direction: Direction, limit: int | None = None) -> Split | None:
        found = self._answer(MetricQuery(metrics, by=(by,), period=self.period, limit=limit,
                                         order=(Order(metrics[0], direction),)))
        return Split(by, metrics, found.rows) if found.rows else None

    def _product(self, metrics: tuple[str, ...], direction: Direction) -> Split | None:
        return self._split("product", metrics, direction, limit=1)

    def _trend(self, metrics: tuple[str, ...]) -> Split | None:
        days = Period(self.period.end - timedelta(days=TREND_DAYS), self.period.end)
        found = self._answer(MetricQuery(metrics, by=("day",), period=days))
        return Split("day", metrics, found.rows) if len(found.rows) > 1 else None

    def _gaps(self, covers: Sequence[Coverage]) -> Gaps:
        """Each query covers what its own figures rest on: costs those of gross profit, charges those of net profit."""
        end = self.calendar.start_of(self.period.end)
        unsynced = tuple((shop, fresh) for shop, fresh in sorted(covers[0].fresh.items())
                         if fresh is None or fresh < end)
        return Gaps(covers[0].lines_without_cost or 0, covers[0].amount_without_cost or 0, unsynced,
                    max(cover.estimated_charges or 0 for cover in covers))

    def _answer(self, query: MetricQuery) -> ResultTable:
        return self.figures.answer(query, self.at, self.shops)
