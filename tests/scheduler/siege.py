"""Several processes on one database that are killed at random, until every due time is done.

`python -m tests.scheduler.siege URL DUES` is one such process; `besiege` starts and kills them.
"""

import asyncio
import os
import random
import subprocess
import sys
import time
from datetime import datetime, timedelta

from bot.app.wiring import clock
from domain.jobs import Audience, Due, Outcome, Send
from domain.messaging.model import Report
from scheduler.context import JobContext
from storage.engine import open_database
from tests.architecture.tree import ROOT
from tests.scheduler.world import AT, DAY, HOUR, World, often, report

LEASE = timedelta(milliseconds=700)  # short, so that the runs of the killed are taken over within the test
KILL_EVERY_S = 0.35
GIVE_UP_S = 600.0
JOB = "daily_profit"


async def slowly(context: JobContext, due_at: datetime) -> Outcome:
    """Takes long enough to be killed in the middle."""
    await asyncio.sleep(random.uniform(0, 0.25))
    return Outcome("told", (Send(Report.DAILY_PROFIT, report(context.tools.calendar.day(due_at)), Audience.EVERYONE,
                                 36 * HOUR),))


def dues(number: int) -> list[Due]:
    return [Due(JOB, AT + timedelta(minutes=n)) for n in range(number)]


class _Now(World):
    """A world on the clock of the machine."""

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def __getattribute__(self, name: str) -> object:
        return clock() if name == "now" else object.__getattribute__(self, name)


async def _work(url: str, number: int) -> None:
    database = open_database(url)
    world = _Now(database, (often(JOB, 1, overlaps=True),), {JOB: slowly}, token=str(os.getpid()))
    runner = world.runner()
    runner.lease, runner.beat_s = LEASE, LEASE.total_seconds() / 4
    while len(world.rows("job_runs", "id", state="done")) < number:
        todo = dues(number)
        random.shuffle(todo)
        known = runner.book.known(todo)
        for due in [due for due in todo if due not in known][:5]:
            await runner.run_due(due)
        for claim in await runner.take_over():
            await runner.run_claimed(claim)
    database.close()


def besiege(world: World, url: str, *, number: int, processes: int, kills: int) -> int:
    """Run until all is done, killing one at random that has a run in its hands; how many were killed."""
    command = [sys.executable, "-m", "tests.scheduler.siege", url, str(number)]
    running = [subprocess.Popen(command, cwd=ROOT) for _ in range(processes)]
    killed, give_up = 0, time.monotonic() + GIVE_UP_S
    try:
        while any(process.poll() is None for process in running):
            assert time.monotonic() < give_up, "the runs did not come to an end"
            time.sleep(KILL_EVERY_S)
            at_work = set(world.rows("job_runs", "token", state="running"))
            victims = [n for n, process in enumerate(running) if str(process.pid) in at_work and not process.poll()]
            if victims and killed < kills:
                place = random.choice(victims)
                running[place].kill()
                running[place].wait()
                killed += 1
                running[place] = subprocess.Popen(command, cwd=ROOT)
        assert all(process.returncode == 0 for process in running)
    finally:
        for process in running:
            process.kill()
            process.wait()
    return killed


def prove(url: str, *, number: int, processes: int = 3, kills: int) -> tuple[int, int]:
    """Every due time is done once and every chat gets it once; how many were killed, and how many runs died."""
    database = open_database(url)
    world = World(database, (), {})
    for chat in ("terminal", "another"):
        world.subscribe(chat, since=AT - DAY)
    killed = besiege(world, url, number=number, processes=processes, kills=kills)
    found = world.rows("job_runs", "due_at", "state", "messages", "attempts")
    keys = world.rows("outbox", "unique_key")
    database.close()
    assert sorted(due for due, *_ in found) == [due.due_at for due in dues(number)]
    assert {(state, messages) for _, state, messages, _ in found} == {("done", 2)}
    assert len(keys) == len(set(keys)) == 2 * number
    return killed, sum(attempts > 1 for *_, attempts in found)


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1], int(sys.argv[2])))
