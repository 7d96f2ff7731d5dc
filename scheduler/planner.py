"""From the timetable and the clock to the runs that are due now. Pure: nothing is taken, nothing is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from domain.clock import ShopCalendar
from domain.jobs import Due, OwnTime
from scheduler.due import When, at_time, between, is_due, latest
from scheduler.schedule import LOOK_BACK, Missed, Row


@dataclass(frozen=True, slots=True)
class Plan:
    """Runs to take now, and those that nobody was there for in time. Either may have been dealt with before."""

    due: tuple[Due, ...]
    missed: tuple[Due, ...]


def plan(timetable: Sequence[Row], own: Sequence[OwnTime], calendar: ShopCalendar, *, began: datetime,
         now: datetime) -> Plan:
    """Everything due up to now. Nothing before `began` counts: nobody had asked for it then."""
    start = max(began, now - LOOK_BACK)
    due: dict[Due, None] = {}
    missed: dict[Due, None] = {}
    for row in timetable:
        for when, since in _whens(row, own, start):
            for moment in _moments(row, when, since, now, calendar=calendar):
                is_too_late = now - moment > row.grace
                (missed if is_too_late else due)[Due(row.job, moment)] = None
    return Plan(tuple(sorted(due, key=lambda one: one.due_at)), tuple(one for one in missed if one not in due))


def served(rows: Sequence[Row], own: Sequence[OwnTime], due_at: datetime, calendar: ShopCalendar,
           ) -> frozenset[str | None]:
    """Whose time the moment is: own times of chats, and None for those who go by the timetable."""
    found: set[str | None] = set()
    for row in rows:
        if row.report is None:
            continue
        if is_due(row.when, due_at, calendar):
            found.add(None)
        for one in own:
            clock = clock_time(one.at)
            if one.report is row.report and clock and is_due(at_time(row.when, clock), due_at, calendar):
                found.add(one.at)
    return frozenset(found)


def clock_time(text: str) -> time | None:
    """HH:MM; None for what no clock shows."""
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


def _whens(row: Row, own: Sequence[OwnTime], start: datetime) -> Iterator[tuple[When, datetime]]:
    """The row's own time, and each chat's for its report from when it was asked for."""
    yield row.when, start
    first: dict[str, datetime] = {}
    for one in own:
        if row.report is not None and one.report is row.report:
            first[one.at] = min(first.get(one.at, one.since), one.since)
    for at, since in first.items():
        if clock := clock_time(at):
            yield at_time(row.when, clock), max(start, since)


def _moments(row: Row, when: When, since: datetime, now: datetime, *, calendar: ShopCalendar) -> list[datetime]:
    if since >= now:
        return []
    if row.missed is Missed.EACH:
        return list(between(when, since, now, calendar))
    moment = latest(when, now, calendar)
    return [moment] if moment > since and now - moment <= row.grace else []
