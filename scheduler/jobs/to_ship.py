"""Orders that wait to be shipped, with those over their time."""

from datetime import datetime, timedelta

from domain.jobs import Audience, Outcome, Send
from domain.messaging.model import Report
from domain.metrics.query import Direction, MetricQuery, Order
from domain.people import Shops
from domain.reports import Split, WaitingReport
from scheduler.context import JobContext, Tools, aside, for_each_limit

USEFUL_FOR = timedelta(hours=6)
MAX_ORDERS = 10  # named one by one; the counts are of all
_METRICS = ("orders_to_ship", "orders_overdue")


async def run(context: JobContext, due_at: datetime) -> Outcome:
    bodies = await aside(for_each_limit, context.tools, Report.TO_SHIP, make, due_at)
    return Outcome(f"{bodies[None].to_ship} to ship, {bodies[None].overdue} overdue", tuple(
        Send(Report.TO_SHIP, body, Audience.DUE, USEFUL_FOR, shops) for shops, body in bodies.items()),
        key="to_ship", facts={"n": bodies[None].to_ship, "overdue": bodies[None].overdue})


def make(tools: Tools, at: datetime, shops: Shops) -> WaitingReport:
    local = tools.calendar.local(at)
    to_ship, overdue = tools.figures.answer(MetricQuery(_METRICS), local, shops).rows[0]
    by_shop = MetricQuery(_METRICS, by=("shop",), order=(Order(_METRICS[0], Direction.DESC),))
    each = tools.figures.answer(by_shop, local, shops)
    return WaitingReport(Report.TO_SHIP, int(to_ship or 0), int(overdue or 0),
                         Split("shop", _METRICS, each.rows) if each.rows else None,
                         tuple(tools.waiting.oldest(local, MAX_ORDERS, shops)))
