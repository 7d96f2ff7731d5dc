"""Low stock: a warning when something crosses its line, once; and in the morning all that is low."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.inventory.watch import StockLine, crossings, low
from domain.jobs import Audience, Outcome, Send
from domain.messaging.model import Report
from domain.reports import LowLine, Place, StockReport
from scheduler.context import JobContext, Tools, aside

USEFUL_FOR = timedelta(hours=12)  # by then the stock has moved on
MAX_LINES = 20  # SKUs; more fit no phone's message; how many are left out is said


async def run(context: JobContext, due_at: datetime) -> Outcome:
    """Whoever's time it is gets the digest; who gets it needs no warning of the same lines beside it."""
    lines = await aside(context.tools.stock.lines, due_at)
    fresh, changes = crossings(lines, due_at)
    sends = []
    if context.ats:
        sends.append(Send(Report.LOW_STOCK, _report(low(lines), is_digest=True), Audience.DUE, USEFUL_FOR))
    if fresh:
        sends.append(Send(Report.LOW_STOCK, _report(low(fresh), is_digest=False), Audience.EVERYONE, USEFUL_FOR))
    return Outcome(f"{len(low(fresh))} newly low", tuple(sends), changes)


def make(tools: Tools, at: datetime) -> StockReport:
    """The digest, without noting anything."""
    return _report(low(tools.stock.lines(at)), is_digest=True)


def _report(skus: Sequence[Sequence[StockLine]], *, is_digest: bool) -> StockReport:
    return StockReport(Report.LOW_STOCK, is_digest, tuple(map(_line, skus[:MAX_LINES])), max(0, len(skus) - MAX_LINES))


def _line(places: Sequence[StockLine]) -> LowLine:
    sku = places[0]
    return LowLine(sku.sku, sku.name, tuple(map(_place, places)), sku.cover_days, sku.suggested, sku.reorder_point)


def _place(line: StockLine) -> Place:
    return Place(line.warehouse, line.available, line.incoming, line.place_point)
