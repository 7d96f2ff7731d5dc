"""Verbs: get a report, stop getting it, be left in peace at night."""

from dataclasses import replace

from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, Word, action
from domain.books import Books
from domain.changes.chats import QuietChange, SubscriptionChange
from domain.messaging.model import Report
from domain.messaging.quiet import ALL_REPORTS, OFF, USUAL_WORD
from domain.people import Permission, may
from domain.reports import NEEDS

_REPORT = Parameter("report", ParameterKind.REPORT, "报告", "report")
_AT = Parameter("at", ParameterKind.TIME, "时间", "time", required=False)
_HOURS = Parameter("hours", ParameterKind.QUIET, "免打扰时段", "quiet hours")
_OF_REPORT = Parameter("report", ParameterKind.REPORT, "报告", "report", required=False)


@action(name="subscribe", parameters=(_REPORT, _AT), permission=Permission.SUBSCRIBE, zh="订阅", en="subscribe")
def subscribe(books: Books, asked: Asked) -> Plan:
    """With a time, the report comes then; without one at the time it has, or the timetable's.

    A report may only go to a chat at the request of somebody who may see what is in it.
    """
    report = Report(asked.arguments["report"])
    if not may(asked.role, NEEDS[report]):
        raise Impossible("not_allowed_report", report=Word(f"report.{report}"))
    if books.is_subscribed(asked.chat, report):
        has = books.subscribed_at(asked.chat, report)
        if asked.arguments.get("at", has) == has:
            raise Impossible("already_subscribed", report=Word(f"report.{report}"),
                             at=has or Word("subscribed.usual_time"))
    return _plan(books, asked, report, wanted=True)


@action(name="unsubscribe", parameters=(_REPORT,), permission=Permission.SUBSCRIBE, zh="取消订阅", en="unsubscribe")
def unsubscribe(books: Books, asked: Asked) -> Plan:
    """Quiet hours of the report's own go with it."""
    report = Report(asked.arguments["report"])
    plan = _plan(books, asked, report, wanted=False)
    own = books.quiet_hours(asked.chat, report)
    if own is None:
        return plan
    return replace(plan, facts=(*plan.facts, Fact("quiet", Word(f"report.{report}"), _said(own), _said(None))),
                   changes=(*plan.changes, QuietChange(asked.chat, report, asked.actor, own, None)))


@action(name="quiet", parameters=(_HOURS, _OF_REPORT), permission=Permission.SUBSCRIBE, zh="设定免打扰",
        en="set quiet hours")
def quiet(books: Books, asked: Asked) -> Plan:
    """Of the chat, a group's with all its topics; or of one report that it gets."""
    report = asked.arguments.get("report", ALL_REPORTS)
    if report and not books.is_subscribed(asked.chat, Report(report)):
        raise Impossible("quiet_not_subscribed", report=Word(f"report.{report}"))
    chat = asked.chat if report else asked.chat.partition("/")[0]
    before, wanted = books.quiet_hours(chat, report), asked.arguments["hours"]
    after = None if wanted == USUAL_WORD else wanted
    named = Word(f"report.{report}") if report else Word("quiet.here")
    notes = [Note("already_quiet")] if before == after else []
    notes.append(Note("quiet_off" if after == OFF else "quiet_usual" if after is None else "quiet_held"))
    return Plan(facts=(Fact("quiet", named, _said(before), _said(after)),),
                changes=(QuietChange(chat, report, asked.actor, before, after),), notes=tuple(notes),
                named={"where": named, "hours": _said(after)})


def _said(hours: str | None) -> str | Word:
    return Word("quiet.usual") if hours is None else Word("quiet.off") if hours == OFF else hours


def _plan(books: Books, asked: Asked, report: Report, *, wanted: bool) -> Plan:
    before, at_before = books.is_subscribed(asked.chat, report), books.subscribed_at(asked.chat, report)
    at_after = asked.arguments.get("at", at_before) if wanted else None
    words = {True: Word("subscribed.yes"), False: Word("subscribed.no")}
    named = Word(f"report.{report}")
    facts = []
    if before != wanted or at_before == at_after:
        facts.append(Fact("subscription", named, words[before], words[wanted]))
    if at_before != at_after:
        facts.append(Fact("report_time", named, at_before or Word("subscribed.usual_time"),
                          at_after or Word("subscribed.usual_time")))
    return Plan(
        facts=tuple(facts),
        changes=(SubscriptionChange(asked.chat, report, asked.actor, before, wanted, at_before, at_after),),
        notes=() if before or wanted else (Note("not_subscribed"),),
        named={"report": named})
