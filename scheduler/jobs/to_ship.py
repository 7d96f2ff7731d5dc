"""Orders that wait to be shipped, with those over their time."""

from datetime import datetime, timedelta

from domain.jobs import Audience, Outcome, Send
from domain.messaging.model import Report
from domain.metrics.query import Direction, MetricQuery, Order
from domain.reports import Split, WaitingReport
from scheduler.context import JobContext, Tools, aside

USEFUL_FOR = timedelta(hours=6)
MAX_ORDERS = 10  # named one by one; the counts are of all
_METRICS = ("orders_to_ship", "orders_overdue")


async def run(context: JobContext, due_at: datetime) -> Outcome:
    body = await aside(make, context.tools, due_at)
    return Outcome(f"{body.to_ship} to ship, {body.overdue} overdue",
                   (Send(Report.TO_SHIP, body, Audience.DUE, USEFUL_FOR),))


def make(tools: Tools, at: datetime) -> WaitingReport:
    local = tools.calendar.local(at)
    to_ship, overdue = tools.figures.answer(MetricQuery(_METRICS), local).rows[0]
    by_shop = MetricQuery(_METRICS, by=("shop",), order=(Order(_METRICS[0], Direction.DESC),))
    shops = tools.figures.answer(by_shop, local)
    return WaitingReport(Report.TO_SHIP, int(to_ship or 0), int(overdue or 0),
                         Split("shop", _METRICS, shops.rows) if shops.rows else None,
                         tuple(tools.waiting.oldest(local, MAX_ORDERS)))
