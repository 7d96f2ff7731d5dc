"""What is due now: catch-up with its limit, own times of chats, and clocks that jump."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from domain.clock import ShopCalendar
from domain.jobs import Due, OwnTime
from domain.messaging.model import Report
from scheduler import jobs
from scheduler.planner import plan, served
from scheduler.schedule import LOOK_BACK, TIMETABLE, Missed, names
from tests.scheduler.world import AT, DAY, HOUR, MINUTE, SHANGHAI, daily, often

LONG_AGO = AT - 365 * DAY


def due_jobs(now: datetime, *rows: object, own: tuple[OwnTime, ...] = (), began: datetime = LONG_AGO) -> list[Due]:
    return list(plan(rows, own, SHANGHAI, began=began, now=now).due)  # type: ignore[arg-type]


def test_each_job_has_a_file_and_a_row() -> None:
    """A new job is one file and one row: neither can be forgotten."""
    assert set(jobs.load()) == set(names())
    assert all(row.grace > timedelta() and row.limit > timedelta() for row in TIMETABLE)


def test_two_days_of_grace_catch_up_two_summaries_and_note_the_rest() -> None:
    found = plan((daily(),), (), SHANGHAI, began=LONG_AGO, now=AT + HOUR)
    assert [due.due_at for due in found.due] == [AT - DAY, AT]
    assert [due.due_at for due in found.missed] == [AT - n * DAY for n in (6, 5, 4, 3, 2)]
    assert min(due.due_at for due in found.missed) > AT + HOUR - LOOK_BACK


def test_of_a_frequent_job_only_the_latest_is_caught_up() -> None:
    assert due_jobs(AT, often("sync_orders")) == [Due("sync_orders", AT.replace(minute=0))]


def test_what_is_too_late_does_not_run() -> None:
    row = daily("to_ship", missed=Missed.LATEST, grace=HOUR)
    assert due_jobs(AT + HOUR, row) == [Due("to_ship", AT)]
    assert due_jobs(AT + HOUR + MINUTE, row) == []


def test_a_shop_that_kept_no_time_before_has_missed_nothing() -> None:
    assert due_jobs(AT + HOUR, daily(), began=AT + MINUTE) == []


def test_own_times_are_due_beside_the_timetables_and_only_from_when_they_were_asked_for() -> None:
    """Asked for at 10:00, a report for 08:30 first comes tomorrow, not at once and late."""
    own = (OwnTime(Report.DAILY_PROFIT, "08:30", AT + HOUR),)
    assert [due.due_at for due in due_jobs(AT + 2 * HOUR, daily(), own=own, began=AT - MINUTE)] == [AT]
    tomorrow = due_jobs(AT + DAY, daily(), own=own, began=AT + MINUTE)
    assert [SHANGHAI.local(due.due_at).strftime("%H:%M") for due in tomorrow] == ["08:30", "09:07"]


def test_a_time_no_clock_shows_is_never_due() -> None:
    """Rows may be written by hand: 25:61 must not stop the others."""
    assert len(due_jobs(AT, daily(), own=(OwnTime(Report.DAILY_PROFIT, "25:61", LONG_AGO),), began=AT - HOUR)) == 1


def test_a_clock_that_jumps_back_an_hour_makes_nothing_due_again_or_early() -> None:
    assert Due("daily_profit", AT) in due_jobs(AT + MINUTE, daily())
    assert Due("daily_profit", AT) not in due_jobs(AT + MINUTE - HOUR, daily())
    assert due_jobs(AT - HOUR, daily(), began=AT) == []


@pytest.mark.parametrize(("due_at", "expected"), [
    (AT, {None}), (AT - 37 * MINUTE, {"08:30"}), (AT + MINUTE, set())], ids=["default", "own", "by hand"])
def test_whose_time_it_is(due_at: datetime, expected: set[str | None]) -> None:
    own = (OwnTime(Report.DAILY_PROFIT, "08:30", LONG_AGO), OwnTime(Report.TO_SHIP, "09:07", LONG_AGO))
    assert served((daily(),), own, due_at, SHANGHAI) == expected


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Shanghai"])
def test_a_year_looked_at_every_twenty_minutes_has_each_day_once(zone: str) -> None:
    """26,352 looks, with a clock that runs through both changes, a leap day and a stop of two days in July."""
    calendar = ShopCalendar.named(zone)
    now, end = datetime(2028, 1, 1, 12, tzinfo=UTC), datetime(2029, 1, 1, 12, tzinfo=UTC)
    began, taken = now, set[Due]()
    while now < end:
        now += timedelta(minutes=20) if now.date() != date(2028, 7, 9) else timedelta(days=2)
        taken |= set(plan((daily(at=time(2, 30)),), (), calendar, began=began, now=now).due)
    days = sorted(calendar.day(due.due_at) for due in taken)
    assert len(days) == len(set(days)) == 366
