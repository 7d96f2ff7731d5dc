"""Last week, Monday to Sunday, against the week before."""

from datetime import datetime, timedelta

from domain.jobs import Audience, Outcome, Send
from domain.messaging.model import Report
from domain.metrics.periods import Grain, Period
from domain.people import Shops
from domain.reports import SalesReport
from scheduler.context import JobContext, Tools, aside, for_each_limit
from scheduler.sales import Reckoning

USEFUL_FOR = timedelta(days=4)


async def run(context: JobContext, due_at: datetime) -> Outcome:
    bodies = await aside(for_each_limit, context.tools, Report.WEEKLY_REVIEW, make, due_at)
    return Outcome(f"the week from {bodies[None].start}", tuple(
        Send(Report.WEEKLY_REVIEW, body, Audience.DUE, USEFUL_FOR, shops) for shops, body in bodies.items()),
        key="weekly_review", facts={"day": bodies[None].start})


def make(tools: Tools, at: datetime, shops: Shops) -> SalesReport:
    today = tools.calendar.day(at)
    monday = today - timedelta(days=today.weekday())
    week = Period(monday - timedelta(days=7), monday, Grain.WEEK)
    return Reckoning(tools.figures, tools.calendar, tools.currency, week, tools.calendar.local(at), shops).report(
        Report.WEEKLY_REVIEW)
