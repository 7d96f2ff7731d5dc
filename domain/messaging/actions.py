"""Verbs: get a report, stop getting it."""

from collections.abc import Mapping

from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, Word, action
from domain.books import Books
from domain.changes import SubscriptionChange
from domain.messaging.model import Report
from domain.people import Permission, may

_REPORT = Parameter("report", ParameterKind.REPORT, "报告", "report")

# A report may only go to a chat at the request of somebody who may see what is in it.
SHOWN_BY: Mapping[str, Permission] = {
    Report.DAILY_PROFIT: Permission.PROFIT,
    Report.LOW_STOCK: Permission.STOCK,
    Report.WEEKLY_REVIEW: Permission.SALES,
    Report.TO_SHIP: Permission.FULFILMENT,
}


@action(name="subscribe", parameters=(_REPORT,), permission=Permission.SUBSCRIBE, zh="订阅", en="subscribe")
def subscribe(books: Books, asked: Asked) -> Plan:
    report = Report(asked.arguments["report"])
    if not may(asked.role, SHOWN_BY[report]):
        raise Impossible("not_allowed_report", report=Word(f"report.{report}"))
    return _plan(books, asked, report, wanted=True, idle="already_subscribed")


@action(name="unsubscribe", parameters=(_REPORT,), permission=Permission.SUBSCRIBE, zh="取消订阅", en="unsubscribe")
def unsubscribe(books: Books, asked: Asked) -> Plan:
    return _plan(books, asked, Report(asked.arguments["report"]), wanted=False, idle="not_subscribed")


def _plan(books: Books, asked: Asked, report: Report, *, wanted: bool, idle: str) -> Plan:
    before = books.is_subscribed(asked.chat, report)
    words = {True: Word("subscribed.yes"), False: Word("subscribed.no")}
    return Plan(
        facts=(Fact("subscription", Word(f"report.{report}"), words[before], words[wanted]),),
        changes=(SubscriptionChange(asked.chat, report, asked.actor, before, wanted),),
        notes=(Note(idle),) if before == wanted else (),
        named={"report": Word(f"report.{report}")})
