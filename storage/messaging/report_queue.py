"""Reports on their way to chats: who sees what of them, and one message for all that are due at one minute."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update
from sqlmodel import col

from domain.clock import ShopCalendar
from domain.jobs import Addressed, Alarm, Audience, Queued, Send
from domain.messaging.model import OutboxMessage, OutboxState, Report
from domain.reports import ReportBody, ReportMessage, StockReport, message_from
from storage.messaging import outbox, subscribers
from storage.messaging.quiet_hours import Chosen
from storage.messaging.subscribers import Recipient

KIND = "report"
MERGED_WITHIN = timedelta(seconds=10)  # the jobs of one minute are done by then; a report can wait that long
_ORDER = list(Report)


@dataclass(frozen=True, slots=True)
class Run:
    """The run that made the reports."""

    due_at: datetime
    is_by_hand: bool
    addressed: Addressed
    calendar: ShopCalendar

    def serves(self, who: Recipient, audience: Audience) -> bool:
        """Asked for by hand, or news: everybody. Else those whose time it is, if they had asked by then."""
        if self.is_by_hand or audience is Audience.EVERYONE:
            return True
        return who.at in self.addressed.ats and who.since <= self.due_at


@dataclass(frozen=True, slots=True)
class _Part:
    """One report for one chat."""

    chat: str
    send: Send
    body: ReportBody
    is_withheld: bool = False
    told_privately: int = 0


def send(connection: Connection, sends: Sequence[Send], run: Run, now: datetime) -> tuple[list[Queued], list[Alarm]]:
    """Queue each report once for each chat that gets it; what is queued, and what the owner must hear."""
    queued: list[Queued] = []
    chosen = Chosen.of(connection, run.calendar)
    alarms: dict[str, Alarm] = {}
    for one in sends:
        who = subscribers.audience(connection, one.report)
        for alarm in _alarms(one.report, who):
            alarms[alarm.name] = alarm
        for part in _parts(one, who, run):
            message = _queue(connection, part, run, _ready(part, run, chosen, now))
            if message is not None:
                queued.append(Queued(part.chat, one.report, message.as_payload()))
    return queued, list(alarms.values())


def _alarms(report: Report, who: subscribers.Audience) -> Iterator[Alarm]:
    if not who.is_asked_for:
        yield Alarm(f"nobody:{report}", "nobody_subscribed", {"report": report.value})
    for gone in who.unreachable:
        yield Alarm(f"{gone.why}:{report}:{gone.chat}", gone.why, {"report": report.value, "chat": gone.title})


def _parts(one: Send, who: subscribers.Audience, run: Run) -> Iterator[_Part]:
    """What each chat may see; what a group may not see goes privately to those of its channel who may."""
    for recipient in who.recipients:
        if recipient.shops != one.shops or not run.serves(recipient, one.audience):
            continue
        seen = one.body.for_role(recipient.role)
        people = []
        if recipient.is_group and seen != one.body:
            people = [person for person in who.privately(recipient) if one.body.for_role(person.role) == one.body]
        yield from (_Part(person.chat, one, one.body) for person in people)
        if seen is not None:
            yield _Part(recipient.chat, one, seen, seen != one.body and recipient.is_group, len(people))


@dataclass(frozen=True, slots=True)
class _Ready:
    """When a part may go: `now` is this moment, `not_before` the soonest, `quiet_until` what it waits for."""

    now: datetime
    not_before: datetime
    quiet_until: datetime | None = None


def _ready(part: _Part, run: Run, chosen: Chosen, now: datetime) -> _Ready:
    """Asked for by hand it goes at once; else it waits for what is due with it, and for the end of quiet hours."""
    if run.is_by_hand:
        return _Ready(now, now)
    is_chosen = part.send.audience is Audience.DUE and not run.addressed.is_late
    until = chosen.end(part.chat, part.send.report, now + MERGED_WITHIN, is_chosen=is_chosen)
    return _Ready(now, (until or now) + MERGED_WITHIN, until)


def _queue(connection: Connection, part: _Part, run: Run, ready: _Ready) -> ReportMessage | None:
    """The part alone, as a message, when it was queued now; None when the chat has it already.

    What waits for the end of quiet hours is put together as what is due then.
    """
    alone = ReportMessage(
        run.calendar.local(ready.quiet_until or run.due_at), (part.body,),
        is_late=run.addressed.is_late and not run.is_by_hand and ready.quiet_until is None,
        withheld=(part.send.report,) if part.is_withheld else (), told_privately=part.told_privately,
        shops=part.send.shops, dues=(run.calendar.local(run.due_at),) if ready.quiet_until else ())
    times = {"not_before": ready.not_before,
             "expires_at": max(ready.not_before, run.due_at) + part.send.useful_for}
    row: dict[str, Any] = {"chat": part.chat, "kind": KIND, "payload": alone.as_payload(), "now": ready.now, **times}
    key = f"report:{(ready.quiet_until or run.due_at).astimezone(UTC).isoformat()}:{part.chat}"
    if outbox.enqueue(connection, unique_key=key, **row):
        return alone
    there = _lock(connection, key)
    if _has(message_from(json.loads(there.payload)), part.send.report, run.due_at):
        return None
    if _join(connection, there, alone, times):
        return alone
    own_key = f"report:{run.due_at.astimezone(UTC).isoformat()}:{part.chat}:{part.send.report}"
    return alone if outbox.enqueue(connection, unique_key=own_key, **row) else None


def _has(message: ReportMessage, report: Report, due: datetime) -> bool:
    """A warning of a run beside the list of the same run says nothing new."""
    return any(body.report == report and when == due for body, when in message.timed())


def _lock(connection: Connection, key: str) -> Any:
    """The message with the key, held until the end of the transaction; SQLite's writer is alone anyway."""
    return connection.execute(select(
        col(OutboxMessage.id), col(OutboxMessage.payload), col(OutboxMessage.not_before), col(OutboxMessage.expires_at))
        .where(col(OutboxMessage.unique_key) == key).with_for_update()).one()


def _join(connection: Connection, there: Any, alone: ReportMessage, times: dict[str, datetime]) -> bool:
    """Put the part beside the others, while nobody has begun to send the message."""
    message = message_from(json.loads(there.payload))
    timed = sorted(_together([*message.timed(), *alone.timed()]), key=lambda one: (_ORDER.index(one[0].report), one[1]))
    joined = replace(message, is_late=message.is_late or alone.is_late, withheld=(*message.withheld, *alone.withheld),
                     told_privately=max(message.told_privately, alone.told_privately)).with_parts(timed)
    return connection.execute(
        update(OutboxMessage)
        .where(col(OutboxMessage.id) == there.id, col(OutboxMessage.state) == OutboxState.QUEUED,
               col(OutboxMessage.attempts) == 0, col(OutboxMessage.leased_until).is_(None))
        .values(payload=json.dumps(joined.as_payload(), ensure_ascii=False, sort_keys=True),
                not_before=max(there.not_before, times["not_before"]),
                expires_at=max(there.expires_at or times["expires_at"], times["expires_at"]))).rowcount == 1


def _together(timed: Sequence[tuple[ReportBody, datetime]]) -> list[tuple[ReportBody, datetime]]:
    """Warnings of a night are one: each SKU as it was told last, at the time of the last."""
    news = [(body, due) for body, due in timed if isinstance(body, StockReport) and not body.is_digest]
    if len(news) < 2:
        return list(timed)
    lines = {line.sku: line for body, _ in news for line in body.lines}
    one = replace(news[-1][0], lines=tuple(lines.values()), left_out=sum(body.left_out for body, _ in news))
    return [each for each in timed if each not in news] + [(one, max(due for _, due in news))]
