"""A run happens once, is held while it lasts, is taken from the dead, and its failures stop nobody else."""

import asyncio
import time as clock
from datetime import datetime, timedelta
from threading import Event

import pytest

from domain.clock import ShopCalendar
from domain.jobs import Addressed, Due, LostClaim, Outcome
from domain.messaging.model import Report
from scheduler.context import JobContext, aside
from scheduler.runner import RETRY_AFTER
from storage.engine import Database
from storage.jobs.job_runs import JobRuns
from storage.messaging.chats import Chats
from tests.scheduler.world import (
    AT,
    DAY,
    HOUR,
    MINUTE,
    World,
    daily,
    does_nothing,
    often,
    run_all,
    tells_yesterday,
)

DAILY = (daily(),)
TELLS = {"daily_profit": tells_yesterday}
TO_ALL = Addressed(frozenset({None}), is_late=False)


@pytest.fixture
def world(database: Database) -> World:
    return World(database, DAILY, TELLS)


def test_the_second_run_claims_nothing_and_sends_nothing(world: World) -> None:
    world.subscribe()
    first, second = world.run("daily_profit", AT), world.run("daily_profit", AT)
    assert not first.error
    assert [queued.chat for queued in first.queued] == ["terminal"]
    assert second is None
    assert world.rows("outbox", "kind", "chat") == [("report", "terminal")]
    assert world.rows("job_runs", "state", "messages") == [("done", 1)]


def test_of_many_that_try_at_once_one_runs(world: World) -> None:
    world.subscribe()
    others = [World(world.database, DAILY, TELLS, token=f"other {n}") for n in range(6)]
    ran = run_all(*(lambda one=one: one.runner().run_due(Due("daily_profit", AT)) for one in others))
    assert sum(result is not None for result in ran) == 1
    assert len(world.rows("outbox", "id")) == 1


def test_a_missed_summary_comes_once_for_its_own_day_and_says_that_it_is_late(world: World) -> None:
    """The machine was off for 26 hours, from 10:07 to 12:07 the day after, and with it the report of 09:07."""
    world.subscribe()
    world.tick(AT, AT + HOUR)
    world.tick(AT + 27 * HOUR, AT + 28 * HOUR)
    in_time, late = world.rows("outbox", "unique_key", "payload")
    assert "2026-11-24T01:07" in late[0]
    assert '"start": "2026-11-23"' in late[1]
    assert ['"is_late": true' in payload for _, payload in (in_time, late)] == [False, True]


def test_a_time_changed_on_the_command_line_counts_from_then_on(world: World) -> None:
    """It had counted from the first subscription: the new time was caught up on for today and the day before."""
    world.subscribe()
    Chats(world.database).subscribe("terminal", Report.DAILY_PROFIT, at="08:30", by="owner", now=AT)
    world.tick()
    assert not world.rows("outbox", "id")
    world.tick(AT + DAY)
    assert len(world.rows("outbox", "id")) == 1


def test_what_came_too_late_is_on_record(world: World) -> None:
    world.tick(AT - MINUTE, AT)
    world.tick(AT + 5 * DAY)
    assert sorted(world.rows("job_runs", "due_at", "state")) == [
        (AT, "done"), (AT + DAY, "missed"), (AT + 2 * DAY, "missed"), (AT + 3 * DAY, "done"), (AT + 4 * DAY, "done"),
        (AT + 5 * DAY, "done")]


def test_a_clock_that_jumps_back_runs_nothing_twice(world: World) -> None:
    world.subscribe()
    world.tick(AT - MINUTE, AT + MINUTE, AT - HOUR, AT, AT + MINUTE, AT + HOUR)
    assert len(world.rows("outbox", "id")) == 1


def test_a_run_whose_process_died_is_finished_by_another_once(world: World) -> None:
    """Killed after the claim: the row says running, nobody holds it, nothing was sent."""
    world.subscribe()
    book = JobRuns(world.database, world.calendar)
    dead = book.claim(Due("daily_profit", AT), token="dead", now=AT, lease=2 * MINUTE, is_alone=False)
    assert dead is not None
    world.token, world.now = "alive", AT + MINUTE
    world.tick()
    assert world.rows("job_runs", "state") == ["running"], "the lease has not ended"
    world.tick(AT + 3 * MINUTE)
    assert world.rows("job_runs", "state", "attempts", "messages") == [("done", 2, 1)]
    with pytest.raises(LostClaim):
        book.finish(dead, Outcome(), TO_ALL, AT + 4 * MINUTE)
    assert len(world.rows("outbox", "id")) == 1


def test_whoever_lost_a_run_writes_nothing(world: World) -> None:
    """A process that slept through its lease wakes up and wants to send what another has sent."""
    world.subscribe()
    book = JobRuns(world.database, world.calendar)
    slow = book.claim(Due("daily_profit", AT), token="slow", now=AT, lease=MINUTE, is_alone=False)
    assert slow is not None
    assert book.take_over(token="quick", now=AT + HOUR, lease=MINUTE, most=5)
    assert not book.renew(slow, AT + DAY)
    outcome = asyncio.run(tells_yesterday(JobContext(world.runner().tools, world.runner().tasks, "x"), AT))
    with pytest.raises(LostClaim):
        book.finish(slow, outcome, TO_ALL, AT + HOUR)
    assert world.rows("outbox", "id") == []


def test_a_job_that_raises_backs_off_is_told_of_once_and_stops_nobody(database: Database) -> None:
    async def raises(_: JobContext, due_at: datetime) -> Outcome:
        raise ValueError(f"no luck at {due_at:%H:%M}")

    world = World(database, (often("sync_orders"), often("purge")), {"sync_orders": raises, "purge": does_nothing})
    world.person("陈总", "owner", "1")
    moments = [AT + n * MINUTE for n in range(0, 180, 2)]
    world.tick(*moments)
    assert world.rows("job_runs", "state", job="purge").count("done") >= 17
    told = world.rows("outbox", "kind", "payload")
    assert [kind for kind, _ in told] == ["notice"]
    assert "no luck" in told[0][1]
    tries = len(world.failures)
    assert tries <= 2 * (len(RETRY_AFTER) + 1), "five tries of one run take an hour and a half"
    assert world.rows("job_runs", "state", job="sync_orders")[0] == "given_up"


def test_a_job_that_recovers_and_fails_again_is_told_of_again(database: Database) -> None:
    is_broken = Event()

    async def moody(_: JobContext, due_at: datetime) -> Outcome:
        if is_broken.is_set():
            raise ValueError("moody")
        return Outcome()

    world = World(database, (often("sync_orders", 10),), {"sync_orders": moody})
    world.person("陈总", "owner", "1")
    for round_ in range(2):
        is_broken.set()
        world.tick(*(AT + round_ * DAY + n * MINUTE for n in range(0, 20, 2)))
        is_broken.clear()
        world.tick(*(AT + round_ * DAY + n * MINUTE for n in range(20, 120, 2)))
    assert len(world.rows("outbox", "id")) == 2


def test_a_job_that_hangs_is_ended_and_the_others_go_on(database: Database) -> None:
    """The thread cannot be killed; what it would have written is refused when it comes back."""
    release = Event()

    async def hangs(_: JobContext, due_at: datetime) -> Outcome:
        await aside(release.wait)
        return Outcome()

    rows = (often("sync_orders", limit=timedelta(milliseconds=50)), often("purge"))
    world = World(database, rows, {"sync_orders": hangs, "purge": does_nothing})
    try:
        world.tick(AT)
    finally:
        release.set()
    assert world.rows("job_runs", "state", job="purge") == ["done"]
    assert world.rows("job_runs", "state", "error", job="sync_orders")[0][0] == "failed"
    assert "longer than" in world.failures[0]


def test_a_process_that_dies_every_time_is_given_up(world: World) -> None:
    """A run that kills its process (memory) must not be handed from one to the next for ever."""
    book = JobRuns(world.database, world.calendar)
    book.claim(Due("daily_profit", AT), token="0", now=AT, lease=MINUTE, is_alone=False)
    now = AT
    for n in range(len(RETRY_AFTER)):
        now += 2 * MINUTE
        assert book.take_over(token=f"{n}", now=now, lease=MINUTE, most=1)
    world.tick(now + 2 * MINUTE)
    assert world.rows("job_runs", "state", "attempts") == [("given_up", len(RETRY_AFTER) + 2)]


def test_a_job_that_must_be_alone_waits_for_its_open_run(database: Database) -> None:
    world = World(database, (often("sync_orders"),), {"sync_orders": does_nothing})
    book = JobRuns(database, world.calendar)
    held = book.claim(Due("sync_orders", AT - HOUR), token="other", now=AT, lease=HOUR, is_alone=True)
    assert held is not None
    world.tick(AT)
    assert world.rows("job_runs", "due_at") == [AT - HOUR]
    book.finish(held, Outcome(), TO_ALL, AT)
    world.tick(AT)
    assert len(world.rows("job_runs", "id")) == 2


def test_a_lease_is_renewed_as_long_as_the_run_lasts(database: Database) -> None:
    seen: list[datetime] = []
    one = World(database, (often("purge"),), {})

    async def looks_at_its_lease(context: JobContext, due_at: datetime) -> Outcome:
        one.now = AT + HOUR
        give_up = clock.monotonic() + 10
        while len(seen) < 1 and clock.monotonic() < give_up:
            await asyncio.sleep(0.01)
            seen.extend(lease for lease in one.rows("job_runs", "leased_until") if lease > AT + HOUR)
        return Outcome()

    one.jobs = {"purge": looks_at_its_lease}
    runner = one.runner()
    runner.beat_s = 0.01
    asyncio.run(runner.run_due(Due("purge", AT)))
    assert seen


def test_stopping_gives_unfinished_runs_back(database: Database) -> None:
    started = Event()

    async def never_ends(_: JobContext, due_at: datetime) -> Outcome:
        started.set()
        await asyncio.sleep(3600)
        return Outcome()

    one = World(database, (often("purge"),), {"purge": never_ends})

    async def begin_and_stop() -> None:
        task = asyncio.create_task(one.runner().run_due(Due("purge", AT)))
        await aside(started.wait)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(begin_and_stop())
    assert one.rows("job_runs", "state", "leased_until") == [("running", AT)]
    other = World(database, (often("purge"),), {"purge": does_nothing}, token="other")
    other.tick(AT + MINUTE)
    assert ("done", 2) in one.rows("job_runs", "state", "attempts")


def test_a_year_of_runs_in_two_zones(sqlite_database: Database) -> None:
    """Through the real rows, one look a day shortly after it is due: 366 reports each, the leap day's among them."""
    for zone in ("America/New_York", "Asia/Shanghai"):
        calendar = ShopCalendar.named(zone)
        job = f"daily {zone}"[:40]
        start = datetime(2028, 1, 1, 9, 8)  # noqa: DTZ001  (a wall clock's time)
        world = World(sqlite_database, (daily(job),), {job: does_nothing}, calendar,
                      kept_since=calendar.local(start - DAY))
        world.tick(*(calendar.local(start + n * DAY) for n in range(366)))
        days = [calendar.day(due) for due in world.rows("job_runs", "due_at", job=job)]
        assert len(days) == len(set(days)) == 366
