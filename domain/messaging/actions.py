"""Verbs: get a report, stop getting it."""


from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, Word, action
from domain.books import Books
from domain.changes import SubscriptionChange
from domain.messaging.model import Report
from domain.people import Permission, may
from domain.reports import NEEDS

_REPORT = Parameter("report", ParameterKind.REPORT, "报告", "report")
_AT = Parameter("at", ParameterKind.TIME, "时间", "time", required=False)


@action(name="subscribe", parameters=(_REPORT, _AT), permission=Permission.SUBSCRIBE, zh="订阅", en="subscribe")
def subscribe(books: Books, asked: Asked) -> Plan:
    """With a time, the report comes then; without one at the time it has, or the timetable's.

    A report may only go to a chat at the request of somebody who may see what is in it.
    """
    report = Report(asked.arguments["report"])
    if not may(asked.role, NEEDS[report]):
        raise Impossible("not_allowed_report", report=Word(f"report.{report}"))
    return _plan(books, asked, report, wanted=True, idle="already_subscribed")


@action(name="unsubscribe", parameters=(_REPORT,), permission=Permission.SUBSCRIBE, zh="取消订阅", en="unsubscribe")
def unsubscribe(books: Books, asked: Asked) -> Plan:
    return _plan(books, asked, Report(asked.arguments["report"]), wanted=False, idle="not_subscribed")


def _plan(books: Books, asked: Asked, report: Report, *, wanted: bool, idle: str) -> Plan:
    before, at_before = books.is_subscribed(asked.chat, report), books.subscribed_at(asked.chat, report)
    at_after = asked.arguments.get("at", at_before) if wanted else None
    words = {True: Word("subscribed.yes"), False: Word("subscribed.no")}
    named = Word(f"report.{report}")
    facts = [Fact("subscription", named, words[before], words[wanted])]
    if at_before != at_after:
        facts.append(Fact("report_time", named, at_before or Word("subscribed.usual_time"),
                          at_after or Word("subscribed.usual_time")))
    is_idle = before == wanted and at_before == at_after
    return Plan(
        facts=tuple(facts),
        changes=(SubscriptionChange(asked.chat, report, asked.actor, before, wanted, at_before, at_after),),
        notes=(Note(idle),) if is_idle else (),
        named={"report": named})
