"""Yesterday's profit: the business day before the one the report is due on, however late it runs."""

from datetime import datetime, timedelta

from domain.jobs import Audience, Outcome, Send
from domain.messaging.model import Report
from domain.metrics.periods import Grain, Period
from domain.people import Shops
from domain.reports import SalesReport
from scheduler.context import JobContext, Tools, aside, for_each_limit
from scheduler.sales import Reckoning

USEFUL_FOR = timedelta(hours=36)


async def run(context: JobContext, due_at: datetime) -> Outcome:
    bodies = await aside(for_each_limit, context.tools, Report.DAILY_PROFIT, make, due_at)
    return Outcome(f"the profit of {bodies[None].start}", tuple(
        Send(Report.DAILY_PROFIT, body, Audience.DUE, USEFUL_FOR, shops) for shops, body in bodies.items()),
        key="daily_profit", facts={"day": bodies[None].start})


def make(tools: Tools, at: datetime, shops: Shops) -> SalesReport:
    today = tools.calendar.day(at)
    yesterday = Period(today - timedelta(days=1), today, Grain.DAY)
    return Reckoning(tools.figures, tools.calendar, tools.currency, yesterday, tools.calendar.local(at), shops).report(
        Report.DAILY_PROFIT)
