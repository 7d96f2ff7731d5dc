"""Parts of a job, run in the process of the job itself: the way of a single machine."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from domain.jobs import Due

AT_ONCE = 4  # parts that run beside each other; SQLite writes one at a time anyway


class InProcessTasks:
    """Meets `domain.jobs.TaskQueue`. `defer` returns when every part has run.

    So nothing waits in memory alone: a process that dies leaves the job's own run open, whoever takes it up defers
    again, and parts that were done are known by their rows.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._run: Callable[[Due], Awaitable[object]] | None = None

    def serve(self, run: Callable[[Due], Awaitable[object]]) -> None:
        """Say what runs a part; apart from the constructor, because the runner holds the queue."""
        self._run = run

    async def defer(self, dues: Sequence[Due]) -> None:
        run = self._run
        assert run is not None, "serve() comes first"
        slots = asyncio.Semaphore(self._at_once)

        async def one(due: Due) -> None:
            async with slots:
                await run(due)

        await asyncio.gather(*(one(due) for due in dues))
