"""Background work of one process, for `serve` and `worker`: the timetable, and on PostgreSQL the queue of parts."""

import asyncio
import signal
from contextlib import suppress
from dataclasses import dataclass, field

from bot.app.jobs import runner_of
from bot.app.wiring import OpenShop
from domain.errors import OperatorMustAct
from scheduler.in_process import InProcessTasks
from scheduler.service import SchedulerService
from storage.jobs.task_queue import PostgresTasks, cancelled

WORKER_AT_ONCE = 8  # parts wait for other people's servers most of the time
SERVER_AT_ONCE = 1  # a server answers people first; but parts get done where there is no worker


@dataclass(slots=True)
class Background:
    """Everything a process does by the clock: `await start()` inside the event loop, `await stop()` before it ends."""

    shop: OpenShop
    at_once: int = SERVER_AT_ONCE
    _queue: PostgresTasks | None = None
    _working: "asyncio.Task[None] | None" = None
    _scheduler: SchedulerService | None = field(default=None)

    async def start(self) -> None:
        if self.shop.database.is_sqlite:
            self._scheduler = SchedulerService(runner_of(self.shop, InProcessTasks()))
        else:
            self._queue = PostgresTasks(self.shop.database)
            await self._queue.open()
            runner = runner_of(self.shop, self._queue)
            self._queue.serve(runner.run_due)
            self._working = asyncio.create_task(self._queue.work(self.at_once))
            self._scheduler = SchedulerService(runner)
        await self._scheduler.start()

    async def stop(self) -> None:
        """Runs that do not end within seconds are given back to the other processes."""
        if self._scheduler is not None:
            await self._scheduler.stop()
        if self._working is not None:
            await cancelled(self._working)
        if self._queue is not None:
            await self._queue.close()
        self._scheduler = self._working = self._queue = None

    @property
    def name(self) -> str:
        return "scheduler"

    def problem(self) -> str | None:
        """For /readyz: the clock runs and the queue is worked on, or why not."""
        if self._scheduler is None or self._scheduler.next_look is None:
            return "the timetable is not being looked at"
        return "the queue of parts is not worked on" if self._working is not None and self._working.done() else None


async def work(shop: OpenShop) -> None:
    """`zhanggui worker`: background work alone, until it is told to end."""
    if shop.database.is_sqlite:
        raise OperatorMustAct(key="command.worker_needs")
    background = Background(shop, WORKER_AT_ONCE)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # a system without signals ends it the hard way; runs are taken over
            loop.add_signal_handler(one, ended.set)
    await background.start()
    try:
        await ended.wait()
    finally:
        await background.stop()
