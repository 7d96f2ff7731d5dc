"""The reports as they would be now, for a test send: nothing is taken, noted or queued."""

from collections.abc import Callable, Mapping
from datetime import datetime

from domain.messaging.model import Report
from domain.people import Shops
from domain.reports import ReportBody
from scheduler.context import Tools
from scheduler.jobs import daily_profit, low_stock, to_ship, weekly_review

_MAKERS: Mapping[Report, Callable[[Tools, datetime, Shops], ReportBody]] = {
    Report.DAILY_PROFIT: daily_profit.make,
    Report.LOW_STOCK: low_stock.make,
    Report.WEEKLY_REVIEW: weekly_review.make,
    Report.TO_SHIP: to_ship.make,
}


def make(report: Report, tools: Tools, at: datetime, shops: Shops) -> ReportBody:
    """The report as it would be due at the moment, for somebody limited to the shops."""
    return _MAKERS[report](tools, at, shops)
