"""Last week, Monday to Sunday, against the week before."""

from datetime import datetime, timedelta

from domain.jobs import Audience, Outcome, Send
from domain.messaging.model import Report
from domain.metrics.periods import Grain, Period
from domain.reports import SalesReport
from scheduler.context import JobContext, Tools, aside
from scheduler.sales import Reckoning

USEFUL_FOR = timedelta(days=4)


async def run(context: JobContext, due_at: datetime) -> Outcome:
    body = await aside(make, context.tools, due_at)
    return Outcome(f"the week from {body.start}", (Send(Report.WEEKLY_REVIEW, body, Audience.DUE, USEFUL_FOR),))


def make(tools: Tools, at: datetime) -> SalesReport:
    today = tools.calendar.day(at)
    monday = today - timedelta(days=today.weekday())
    week = Period(monday - timedelta(days=7), monday, Grain.WEEK)
    return Reckoning(tools.figures, tools.calendar, tools.currency, week, tools.calendar.local(at)).report(
        Report.WEEKLY_REVIEW)
