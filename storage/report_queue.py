"""Reports on their way to chats: who sees what of them, and one message for all that are due at one minute."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, select, update
from sqlmodel import col

from domain.clock import ShopCalendar
from domain.jobs import Addressed, Alarm, Audience, Queued, Send
from domain.messaging.model import OutboxMessage, OutboxState, Report
from domain.reports import ReportBody, ReportMessage, message_from
from storage import outbox, subscribers
from storage.subscribers import Recipient

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
    alarms: dict[str, Alarm] = {}
    for one in sends:
        who = subscribers.audience(connection, one.report)
        for alarm in _alarms(one.report, who):
            alarms[alarm.name] = alarm
        for part in _parts(one, who, run):
            message = _queue(connection, part, run, now)
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


def _queue(connection: Connection, part: _Part, run: Run, now: datetime) -> ReportMessage | None:
    """The part alone, as a message, when it was queued now; None when the chat has it already."""
    alone = ReportMessage(
        run.calendar.local(run.due_at), (part.body,), is_late=run.addressed.is_late and not run.is_by_hand,
        withheld=(part.send.report,) if part.is_withheld else (), told_privately=part.told_privately,
        shops=part.send.shops)
    times = _times(part, run, now)
    stamp = run.due_at.astimezone(UTC).isoformat()
    key = f"report:{stamp}:{part.chat}"
    if outbox.enqueue(connection, chat=part.chat, unique_key=key, kind=KIND, payload=alone.as_payload(), now=now,
                      **times):
        return alone
    there = _lock(connection, key)
    if any(body.report == part.send.report for body in message_from(json.loads(there.payload)).parts):
        return None
    if _join(connection, there, alone, times):
        return alone
    own_key = f"report:{stamp}:{part.chat}:{part.send.report}"
    is_new = outbox.enqueue(connection, chat=part.chat, unique_key=own_key, kind=KIND, payload=alone.as_payload(),
                            now=now, **times)
    return alone if is_new else None


def _lock(connection: Connection, key: str) -> Any:
    """The message with the key, held until the end of the transaction; SQLite's writer is alone anyway."""
    return connection.execute(select(
        col(OutboxMessage.id), col(OutboxMessage.payload), col(OutboxMessage.not_before), col(OutboxMessage.expires_at))
        .where(col(OutboxMessage.unique_key) == key).with_for_update()).one()


def _join(connection: Connection, there: Any, alone: ReportMessage, times: dict[str, datetime]) -> bool:
    """Put the part beside the others, while nobody has begun to send the message."""
    message = message_from(json.loads(there.payload))
    parts = tuple(sorted((*message.parts, *alone.parts), key=lambda body: _ORDER.index(body.report)))
    joined = replace(message, parts=parts, is_late=message.is_late or alone.is_late,
                     withheld=(*message.withheld, *alone.withheld),
                     told_privately=max(message.told_privately, alone.told_privately))
    return connection.execute(
        update(OutboxMessage)
        .where(col(OutboxMessage.id) == there.id, col(OutboxMessage.state) == OutboxState.QUEUED,
               col(OutboxMessage.attempts) == 0, col(OutboxMessage.leased_until).is_(None))
        .values(payload=json.dumps(joined.as_payload(), ensure_ascii=False, sort_keys=True),
                not_before=max(there.not_before, times["not_before"]),
                expires_at=max(there.expires_at or times["expires_at"], times["expires_at"]))).rowcount == 1


def _times(part: _Part, run: Run, now: datetime) -> dict[str, datetime]:
    """A report of a chosen time goes out at once; news and what is late wait for the end of the quiet hours."""
    ready = now if run.is_by_hand else now + MERGED_WITHIN
    is_chosen = part.send.audience is Audience.DUE and not run.addressed.is_late
    if not run.is_by_hand and not is_chosen:
        ready = _after_quiet(ready, run)
    return {"not_before": ready, "expires_at": max(ready, run.due_at) + part.send.useful_for}


def _after_quiet(moment: datetime, run: Run) -> datetime:
    start, end = run.addressed.quiet
    local = run.calendar.local(moment)
    if not is_quiet(local.time(), start, end):
        return moment
    day = local.date() if local.time() < end else local.date() + timedelta(days=1)
    return datetime.combine(day, end, local.tzinfo).astimezone(UTC)


def is_quiet(now: time, start: time, end: time) -> bool:
    """Between the two, over midnight where the end is the earlier; equal ends mean never."""
    if start <= end:
        return start <= now < end
    return now >= start or now < end
