"""Reports as typed figures: what is queued for a chat, rendered only when it is sent, in the chat's own language.

Every figure bears the id of its metric, so what a role may not see can be left out by one rule, before it is stored.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from domain.messaging.model import Report
from domain.metrics.catalog import METRICS
from domain.metrics.result import Cell
from domain.people import Permission, Role, Shops, may

# What it takes to get a report at all; what is in it is judged figure by figure.
NEEDS: Mapping[Report, Permission] = {
    Report.DAILY_PROFIT: Permission.PROFIT,
    Report.LOW_STOCK: Permission.STOCK,
    Report.WEEKLY_REVIEW: Permission.SALES,
    Report.TO_SHIP: Permission.FULFILMENT,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with the one of the period before and of the same weekday (or week) further back."""

    metric: str
    value: Cell
    before: Cell = None
    further: Cell = None


@dataclass(frozen=True, slots=True)
class Split:
    """A small table: rows of (label, figures in the order of metrics)."""

    by: str
    metrics: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def for_role(self, role: Role) -> "Split | None":
        kept = [n for n, metric in enumerate(self.metrics) if may(role, METRICS[metric].permission)]
        if not kept:
            return None
        return Split(self.by, tuple(self.metrics[n] for n in kept),
                     tuple((row[0], *(row[n + 1] for n in kept)) for row in self.rows))


@dataclass(frozen=True, slots=True)
class Gaps:
    """What the figures leave out. Amounts in minor units of the base currency."""

    lines_without_cost: int = 0
    amount_without_cost: int = 0
    unsynced: tuple[tuple[str, datetime | None], ...] = ()  # shops whose orders are not known to the end of the period
    estimated_charges: int = 0


@dataclass(frozen=True, slots=True)
class SalesReport:
    """A day or a week: its figures, its platforms, its best and worst product, the days before it as a line."""

    report: Report
    start: date
    end: date  # not included
    currency: str
    figures: tuple[Figure, ...]
    platforms: Split | None
    best: Split | None
    worst: Split | None
    trend: Split | None
    gaps: Gaps
    is_empty: bool = False  # nothing was sold at all: said so, not shown as zeros
    kind: Literal["sales"] = "sales"

    def for_role(self, role: Role) -> "SalesReport | None":
        figures = tuple(figure for figure in self.figures if may(role, METRICS[figure.metric].permission))
        if not figures:
            return None
        platforms, best, worst, trend = (
            split.for_role(role) if split else None for split in (self.platforms, self.best, self.worst, self.trend))
        gaps = self.gaps if may(role, Permission.PROFIT) else Gaps(unsynced=self.gaps.unsynced)
        return replace(self, figures=figures, gaps=gaps, platforms=platforms, best=best, worst=worst,
                       trend=trend)


@dataclass(frozen=True, slots=True)
class Place:
    """What is left of a SKU in one warehouse, what comes there, and the reorder point of its own, if any."""

    warehouse: str
    available: int
    incoming: int
    reorder_point: int | None = None


@dataclass(frozen=True, slots=True)
class LowLine:
    """One SKU with the warehouses where it is low. Cover and suggestion are of the SKU as a whole."""

    sku: str
    name: str
    places: tuple[Place, ...]
    cover_days: float | None
    suggested: int | None
    reorder_point: int | None


@dataclass(frozen=True, slots=True)
class StockReport:
    """What has just become low, or in the morning all that is."""

    report: Report
    is_digest: bool
    lines: tuple[LowLine, ...]
    left_out: int = 0  # more lines than one message tells
    kind: Literal["stock"] = "stock"

    def for_role(self, role: Role) -> "StockReport | None":
        return self if may(role, Permission.STOCK) else None


@dataclass(frozen=True, slots=True)
class WaitingReport:
    """Orders that wait to be shipped, those over their time first."""

    report: Report
    to_ship: int
    overdue: int
    shops: Split | None
    oldest: tuple[tuple[str, str, datetime | None], ...]  # number, shop, latest time to ship
    kind: Literal["waiting"] = "waiting"

    def for_role(self, role: Role) -> "WaitingReport | None":
        return self if may(role, Permission.FULFILMENT) else None


ReportBody = Annotated[SalesReport | StockReport | WaitingReport, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class ReportMessage:
    """What one chat gets at one time: usually one report, several where they are due together.

    `dues` tell, part by part, when each was due where some waited for the end of quiet hours, which then is `due_at`.
    `withheld` are reports of which something was left out here; `told_privately` is how many people got them whole.
    It is of these `shops` alone.
    """

    due_at: datetime  # with the shop's own offset
    parts: tuple[ReportBody, ...]
    is_late: bool = False
    withheld: tuple[Report, ...] = ()
    told_privately: int = 0
    shops: Shops = None
    dues: tuple[datetime, ...] = ()

    def timed(self) -> Iterator[tuple[ReportBody, datetime]]:
        """Each part with the moment it was due."""
        return zip(self.parts, self.dues or (self.due_at,) * len(self.parts), strict=True)

    def with_parts(self, timed: Sequence[tuple[ReportBody, datetime]]) -> "ReportMessage":
        dues = tuple(due for _, due in timed)
        return replace(self, parts=tuple(body for body, _ in timed),
                       dues=() if all(due == self.due_at for due in dues) else dues)

    def as_payload(self) -> dict[str, Any]:
        made: dict[str, Any] = _message().dump_python(self, mode="json")
        return made


@cache
def _message() -> TypeAdapter[ReportMessage]:
    """Made when first needed: it costs more than most questions."""
    return TypeAdapter(ReportMessage)


def message_from(payload: Mapping[str, Any]) -> ReportMessage:
    """The way back from the outbox; raises ValueError for what is no such payload."""
    return _message().validate_python(payload)
