"""The scheduler as a background service: APScheduler is the clock that wakes it, the database decides who runs what."""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from domain.jobs import Due
from scheduler.context import aside
from scheduler.planner import plan
from scheduler.runner import Runner

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)

LOOK_AT_S = "*/20"  # seconds of the minute: a due time is seen within 20 s, a dead process within its lease and that
AT_ONCE = 4  # runs beside each other in one process
STOP_WITHIN_S = 10.0  # how long running jobs are waited for; then they are given back for another process
FIRST_LOOK_BACK = timedelta(minutes=1)  # a shop that never kept time before has missed nothing


@dataclass(slots=True)
class SchedulerService:
    """Start it inside a running event loop; several processes may each have one."""

    runner: Runner
    _clock: "AsyncIOScheduler | None" = None
    _began: datetime | None = None  # looked up once: it is in the past and stays there
    _running: dict[Due, asyncio.Task[Any]] = field(default_factory=dict)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def start(self) -> None:
        """Look at once, then three times a minute."""
        from apscheduler.schedulers.asyncio import AsyncIOScheduler  # noqa: PLC0415  (heavy)

        self._clock = AsyncIOScheduler(timezone="UTC")
        self._clock.add_job(self._look, "cron", second=LOOK_AT_S, max_instances=1, coalesce=True,
                            misfire_grace_time=None)
        self._clock.start()
        await self._look()

    async def stop(self) -> None:
        """Look no more; wait a little for what is running, then give it back."""
        if self._clock is not None:
            self._clock.shutdown(wait=False)
            self._clock = None
        running = list(self._running.values())
        if running:
            await asyncio.wait(running, timeout=STOP_WITHIN_S)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def settle(self) -> None:
        """Wait until nothing runs: for tests and for stopping in order."""
        while self._running:
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def tick(self) -> None:
        """One look at the clock: begin what is due and nobody has begun, and what dead processes left."""
        runner, now = self.runner, self.runner.tools.clock()
        own = await aside(runner.book.own_times)
        if self._began is None:
            self._began = await aside(runner.book.began, now - FIRST_LOOK_BACK) - timedelta(microseconds=1)
        found = plan(runner.timetable, own, runner.tools.calendar, began=self._began, now=now)
        known = await aside(runner.book.known, (*found.due, *found.missed))
        await aside(runner.book.miss, [due for due in found.missed if due not in known], now)
        for due in found.due:
            if due not in known:
                self._begin(due, runner.run_due(due))
        for claim in await runner.take_over():
            self._begin(claim.due, runner.run_claimed(claim))

    @property
    def next_look(self) -> datetime | None:
        """When the clock will wake it next; None while it is stopped."""
        jobs = self._clock.get_jobs() if self._clock else []
        moment: datetime | None = jobs[0].next_run_time if jobs else None
        return moment

    async def _look(self) -> None:
        try:
            await self.tick()
        except Exception:  # a database that is away for a minute must not end the clock
            log.exception("the timetable could not be looked at")

    def _begin(self, due: Due, run: Any) -> None:
        if due in self._running:
            run.close()
            return
        self._running[due] = asyncio.create_task(self._bounded(due, run))

    async def _bounded(self, due: Due, run: Any) -> None:
        try:
            async with self._slots:
                await run
        except Exception:
            log.exception("%s could not be run", due)
        finally:
            self._running.pop(due, None)
