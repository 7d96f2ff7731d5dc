"""Yesterday's profit: the business day before the one the report is due on, however late it runs."""

from datetime import datetime, timedelta

from domain.jobs import Audience, Outcome, Send
from domain.messaging.model import Report
from domain.metrics.periods import Grain, Period
from domain.reports import SalesReport
from scheduler.context import JobContext, Tools, aside
from scheduler.sales import Reckoning

USEFUL_FOR = timedelta(hours=36)


async def run(context: JobContext, due_at: datetime) -> Outcome:
    body = await aside(make, context.tools, due_at)
    return Outcome(f"the profit of {body.start}", (Send(Report.DAILY_PROFIT, body, Audience.DUE, USEFUL_FOR),))


def make(tools: Tools, at: datetime) -> SalesReport:
    today = tools.calendar.day(at)
    yesterday = Period(today - timedelta(days=1), today, Grain.DAY)
    return Reckoning(tools.figures, tools.calendar, tools.currency, yesterday, tools.calendar.local(at)).report(
        Report.DAILY_PROFIT)
