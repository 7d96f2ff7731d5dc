"""Words about reports that are no figures: a test send, silence in a chat, and putting a low-stock warning off."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Protocol

from bot.pictures import drawn
from bot.rendering.dates import clock
from bot.rendering.messages import say
from bot.rendering.reply import Button, Reply
from bot.rendering.report import Draw, picture, render_parts
from bot.turn import Turn
from bot.understanding.readings import Act, Context, Understood
from domain.messaging.model import Report
from domain.messaging.quiet import OFF
from domain.people import Permission, Shops
from domain.reports import ReportBody, ReportMessage

MAX_NAME = 40  # characters of what somebody took for a report's name
PUT_OFF_UNTIL = time(8, 0)  # of tomorrow: before the morning's list of everything that is low


class Subscribed(Protocol):
    """One report of a chat (storage.messaging.chats.Subscribed)."""

    @property
    def report(self) -> Report: ...
    @property
    def at(self) -> str | None: ...
    @property
    def quiet(self) -> str | None: ...


class Subscriptions(Protocol):
    """What a chat gets (storage.messaging.chats.Subscriptions)."""

    @property
    def quiet(self) -> str | None: ...
    @property
    def reports(self) -> Sequence[Subscribed]: ...


@dataclass(frozen=True, slots=True)
class Reporting:
    """`make` reckons a report as it would be now, `snooze` silences a SKU, `read` understands a message.

    `pause` lets nothing come to a chat unasked, or lets it come again; False where nothing comes anyway. `subscribed`
    tells what a chat gets.
    """

    make: Callable[[Report, datetime, Shops], ReportBody]
    snooze: Callable[[str, datetime], int]
    read: Callable[[str, datetime, Context], Understood]
    draw: Draw
    pause: Callable[[str, bool], bool]
    subscribed: Callable[[str], Subscriptions]

    @property
    def commands(self) -> Mapping[str, Callable[[str, Turn], Reply]]:
        return {"test": partial(self._told, is_test=True), "report": self._told, "snooze": self._put_off,
                "pause": partial(self._pause, wanted=True), "resume": partial(self._pause, wanted=False),
                "quiet": self._subscriptions, "subscriptions": self._subscriptions}

    def _told(self, argument: str, turn: Turn, *, is_test: bool = False) -> Reply:
        """The report as far as it may be seen here; nothing is noted, and the real one still comes."""
        report = self._named(argument, turn)
        if report is None:
            unknown = f"{say('no.unknown_report', turn.language, report=argument[:MAX_NAME])}\n" if argument else ""
            names = ("、" if turn.language == "zh" else ", ").join(Report)
            return Reply("clarify", unknown + say("reporting.which_report", turn.language, reports=names),
                         choices=tuple(f"/test {one}" for one in list(Report)[:3]))
        body = self.make(report, turn.at, turn.person.shops)
        seen = body.for_role(turn.person.acting_role)
        if seen is None:
            return Reply("refused", say("reporting.may_not", turn.language,
                                        report=say(f"report.{report}", turn.language)))
        message = ReportMessage(turn.at, (seen,), withheld=() if seen == body else (report,),
                                shops=turn.person.shops)
        reply = render_parts(message, turn.language, is_test=is_test)
        reply.charts = self._chart(message, turn)
        return reply

    def _named(self, argument: str, turn: Turn) -> Report | None:
        """By its id or as people call it."""
        if argument.strip().lower() in set(Report):
            return Report(argument.strip().lower())
        act = self.read(f"订阅{argument}", turn.at, Context()).reading if argument.strip() else None
        is_named = isinstance(act, Act) and act.action == "subscribe" and "report" in act.arguments
        return Report(act.arguments["report"]) if is_named and isinstance(act, Act) else None

    def _chart(self, message: ReportMessage, turn: Turn) -> list[str]:
        return drawn(turn, "-report", lambda path: picture(message, turn.language, self.draw, path))

    def _pause(self, _: str, turn: Turn, *, wanted: bool) -> Reply:
        """Of a group, all its topics: whoever silences one means the bot."""
        turn.person.require(Permission.SUBSCRIBE)
        if not self.pause(turn.chat.partition("/")[0], wanted):
            return Reply("refused", say("reporting.nothing_comes", turn.language))
        return Reply("done", say("reporting.paused" if wanted else "reporting.resumed", turn.language),
                     buttons=self._way_back(turn.language) if wanted else (), understood_by="command")

    def _subscriptions(self, _: str, turn: Turn) -> Reply:
        """What comes here by itself, and when it does not."""
        turn.person.require(Permission.SUBSCRIBE)
        found = self.subscribed(turn.chat)
        key = "quiet.chat_usual" if found.quiet is None else "quiet.chat"
        lines = [say(key, turn.language, hours=_hours(found.quiet, turn.language))]
        lines += [_subscribed(one, turn.language) for one in found.reports] or [say("quiet.nothing", turn.language)]
        return Reply("answer", "\n".join([*lines, say("quiet.how", turn.language)]), understood_by="command")

    def _way_back(self, language: str) -> tuple[Button, ...]:
        words = say("reporting.resume_message", language)
        return (Button(words, words),)

    def _put_off(self, sku: str, turn: Turn) -> Reply:
        turn.person.require(Permission.STOCK)
        turn.person.require_every_shop()
        tomorrow = turn.at.date() + timedelta(days=1)
        until = datetime.combine(tomorrow, PUT_OFF_UNTIL, turn.at.tzinfo)
        if not self.snooze(sku, until):
            return Reply("refused", say("reporting.snoozed_nothing", turn.language, sku=sku))
        shown = clock(until, turn.at.date(), turn.language)
        return Reply("done", say("reporting.snoozed", turn.language, sku=sku, until=shown), understood_by="command")


def _hours(hours: str | None, language: str) -> str:
    return say("quiet.usual" if hours is None else "quiet.off", language) if hours in {None, OFF} else str(hours)


def _subscribed(one: Subscribed, language: str) -> str:
    key = "quiet.report" if one.quiet is None else "quiet.report_own"
    return say(key, language, report=say(f"report.{one.report}", language),
               at=one.at or say("quiet.usual_time", language), hours=_hours(one.quiet, language))
