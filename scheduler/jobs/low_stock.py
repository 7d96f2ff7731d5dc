"""Low stock: a warning when something crosses its line, once; and in the morning all that is low."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.inventory.watch import StockLine, crossings, low
from domain.jobs import Audience, Outcome, Send, StockWatch
from domain.messaging.model import Report
from domain.metrics.limits import can_tell
from domain.people import Shops
from domain.reports import LowLine, Place, StockReport
from scheduler.context import JobContext, Tools, aside

USEFUL_FOR = timedelta(hours=12)  # by then the stock has moved on
MAX_LINES = 20  # SKUs; more fit no phone's message; how many are left out is said


async def run(context: JobContext, due_at: datetime) -> Outcome:
    """Whoever's time it is gets the digest; who gets it needs no warning of the same lines beside it."""
    lines = await aside(context.tools.stock.lines, due_at)
    fresh, changes = crossings(lines, due_at)
    sends = []
    for shops in await aside(context.tools.readers.limits, Report.LOW_STOCK):
        if context.ats:
            sends.append(Send(Report.LOW_STOCK, _report(low(lines), shops, is_digest=True), Audience.DUE, USEFUL_FOR,
                              shops))
        if fresh:
            sends.append(Send(Report.LOW_STOCK, _report(low(fresh), shops, is_digest=False), Audience.EVERYONE,
                              USEFUL_FOR, shops))
    number = len(low(fresh))
    return Outcome(f"{number} newly low", tuple(sends), changes, key="low_stock", facts={"n": number})


def make(tools: Tools, at: datetime, shops: Shops) -> StockReport:
    """The digest, without noting anything."""
    return _report(low(tools.stock.lines(at)), shops, is_digest=True)


def still(stock: StockWatch, told: StockReport, at: datetime, shops: Shops) -> StockReport | None:
    """A warning as far as it is true at the moment, with the figures of then; None when nothing of it is left."""
    skus = {line.sku for line in told.lines}
    lines = [line for line in stock.lines(at) if line.snoozed_until is None or line.snoozed_until <= at]
    left = [places for places in low(lines) if places[0].sku in skus]
    return _report(left, shops, is_digest=False) if left else None


def _report(skus: Sequence[Sequence[StockLine]], shops: Shops, *, is_digest: bool) -> StockReport:
    return StockReport(Report.LOW_STOCK, is_digest, tuple(_line(sku, shops) for sku in skus[:MAX_LINES]),
                       max(0, len(skus) - MAX_LINES))


def _line(places: Sequence[StockLine], shops: Shops) -> LowLine:
    """How long stock lasts tells what all shops sell; whoever is limited to some is told what is left of it."""
    sku = places[0]
    return LowLine(sku.sku, sku.name, tuple(map(_place, places)),
                   sku.cover_days if can_tell("days_of_cover", shops) else None,
                   sku.suggested if can_tell("reorder_quantity", shops) else None, sku.reorder_point)


def _place(line: StockLine) -> Place:
    return Place(line.warehouse, line.available, line.incoming, line.place_point)
