"""Several processes on one database that are killed at random, until every due time is done and every push is out.

`work` is what one such process does; `besiege` starts and kills them. What arrives at the chats is a line each in the
file `pushed`, which outlives whoever wrote it.
"""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from bot.app.wiring import clock
from bot.outgoing import Outgoing, Renderers
from bot.relay import Relay
from bot.rendering.reply import Reply
from domain.jobs import Audience, Due, Outcome, Send
from domain.messaging.model import Report
from domain.messaging.pacing import Rate
from scheduler.context import JobContext
from storage.engine import open_database
from storage.messaging.chats import Chats
from storage.messaging.outbox import Outbox
from tests.processes import FORKSERVER
from tests.scheduler.world import AT, DAY, HOUR, SHANGHAI, World, often, report

LEASE = timedelta(milliseconds=700)  # short, so that the runs of the killed are taken over within the test
KILL_EVERY_S = 0.35
GIVE_UP_S = 600.0
JOB = "daily_profit"
CHATS = ("terminal", "another")


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


class _Channel:
    """Takes any message; between its arrival and its mark there is time to be killed."""

    def __init__(self, pushed: Path) -> None:
        self._pushed = pushed

    def rates(self, chat: str) -> Mapping[str, Any]:
        return {chat: Rate(0.001)}

    def parts(self, message: Outgoing) -> Sequence[str]:
        return [message.text]

    async def send(self, message: Outgoing, part: str, now: datetime) -> str:
        with self._pushed.open("a") as file:
            file.write(f"{message.chat} {part}\n")
        await asyncio.sleep(random.uniform(0, 0.02))
        return now.isoformat()


def _names_its_due_time(payload: Mapping[str, Any], _: str) -> Reply:
    return Reply("answer", payload["due_at"])


async def _work(url: str, number: int, pushed: Path) -> None:
    database = open_database(url)
    channel, outbox = _Channel(pushed), Outbox(database)
    relay = Relay(outbox, Chats(database), dict.fromkeys(CHATS, channel), Renderers({"report": _names_its_due_time}),
                  clock=clock, lease_s=LEASE.total_seconds())
    await relay.start()
    world = _Now(database, (often(JOB, 1, overlaps=True),), {JOB: slowly}, token=str(os.getpid()))
    runner = world.runner()
    runner.lease, runner.beat_s = LEASE, LEASE.total_seconds() / 4
    while len(world.rows("job_runs", "id", state="done")) < number or outbox.counts().get("queued"):
        todo = dues(number)
        random.shuffle(todo)
        known = runner.book.known(todo)
        for due in [due for due in todo if due not in known][:5]:
            await runner.run_due(due, is_by_hand=True)
        for claim in await runner.take_over():
            await runner.run_claimed(claim)
        await asyncio.sleep(0.01)
    await relay.stop()
    database.close()


def work(url: str, number: int, pushed: Path) -> None:
    asyncio.run(_work(url, number, pushed))


def _started(url: str, number: int, pushed: Path) -> ForkServerProcess:
    process = FORKSERVER.Process(target=work, args=(url, number, pushed))
    process.start()
    return process


def besiege(world: World, start: Callable[[], ForkServerProcess], *, processes: int, kills: int) -> int:
    """Run until all is done, killing one at random that has a run in its hands; how many were killed."""
    running = [start() for _ in range(processes)]
    killed, give_up = 0, time.monotonic() + GIVE_UP_S
    try:
        while any(process.is_alive() for process in running):
            assert time.monotonic() < give_up, "the runs did not come to an end"
            time.sleep(KILL_EVERY_S)
            at_work = set(world.rows("job_runs", "token", state="running"))
            victims = [n for n, process in enumerate(running) if str(process.pid) in at_work and process.is_alive()]
            if victims and killed < kills:
                place = random.choice(victims)
                running[place].kill()
                running[place].join()
                killed += 1
                running[place] = start()
        assert all(process.exitcode == 0 for process in running)
    finally:
        for process in running:
            process.kill()
            process.join()
    return killed


@dataclass(frozen=True)
class Siege:
    """What came of it: processes killed, runs that died with them, pushes that came twice."""

    killed: int
    died: int
    twice: int


def prove(url: str, pushed: Path, *, number: int, processes: int = 3, kills: int) -> Siege:
    """Every due time is done once, and every chat hears of it: twice only where the kill fell before the mark."""
    database = open_database(url)
    world = World(database, (), {})
    for chat in CHATS:
        world.subscribe(chat, since=AT - DAY)
    killed = besiege(world, lambda: _started(url, number, pushed), processes=processes, kills=kills)
    found = world.rows("job_runs", "due_at", "state", "messages", "attempts")
    sent = world.rows("outbox", "unique_key", "state", "repeats")
    database.close()
    assert sorted(due for due, *_ in found) == [due.due_at for due in dues(number)]
    assert {(state, messages) for _, state, messages, _ in found} == {("done", 2)}
    assert len({key for key, *_ in sent}) == len(sent) == 2 * number
    assert {state for _, state, _ in sent} == {"sent"}
    arrived = Counter(pushed.read_text().split("\n")[:-1])
    assert arrived.keys() == {f"{chat} {SHANGHAI.local(due.due_at).isoformat()}" for chat in CHATS
                              for due in dues(number)}
    twice = arrived.total() - len(arrived)
    assert twice <= sum(repeats for *_, repeats in sent), "a push that came twice is counted"
    return Siege(killed, sum(attempts > 1 for *_, attempts in found), twice)
