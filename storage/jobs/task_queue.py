"""Parts of jobs spread over machines: procrastinate's queue, in a schema of its own in the shop's PostgreSQL.

The queue only carries word of what is to run; that it runs once is decided where all runs are, in `job_runs`. So a
message that comes twice, or one whose worker was killed, needs no care here.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from domain.jobs import Due
from storage.engine import Database
from storage.upkeep.backup import TASKS_SCHEMA

if TYPE_CHECKING:
    from procrastinate import App

log = logging.getLogger(__name__)

TASK = "zhanggui.part"
LOCK_KEY = 7_310_413  # any number, the same in all versions: who holds it makes the queue's tables
POLL_S = 5.0  # the queue tells of new parts at once; this is for what was missed
STOP_WITHIN_S = 10.0


class PostgresTasks:
    """Meets `domain.jobs.TaskQueue`. Open it before use; `work` runs parts until it is cancelled."""

    def __init__(self, database: Database, run: Callable[[Due], Awaitable[object]] | None = None) -> None:
        self._database = database
        self._run = run
        self._app: App | None = None

    def serve(self, run: Callable[[Due], Awaitable[object]]) -> None:
        """Say what runs a part; apart from the constructor, because the runner holds the queue."""
        self._run = run

    async def open(self) -> None:
        """Connect, and make the queue's tables where they are missing."""
        from procrastinate import App, PsycopgConnector  # noqa: PLC0415  (heavy)

        address = self._database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        app = App(connector=PsycopgConnector(conninfo=address,
                                             kwargs={"options": f"-c search_path={TASKS_SCHEMA}"}))
        app.task(name=TASK)(self._part)
        await app.open_async()
        self._app = app
        await self._make_tables(app)

    async def close(self) -> None:
        if self._app is not None:
            await self._app.close_async()
            self._app = None

    async def defer(self, dues: Sequence[Due]) -> None:
        """Returns once the queue has them all, in one statement."""
        if dues:
            told: list[dict[str, Any]] = [
                {"job": due.job, "part": due.part, "due_at": due.due_at.isoformat()} for due in dues]
            await self._opened.configure_task(TASK).batch_defer_async(*told)

    async def work(self, at_once: int, *, until_empty: bool = False) -> None:
        """Run parts, so many beside each other. When cancelled, what is running is waited for a little."""
        await self._opened.run_worker_async(
            concurrency=at_once, wait=not until_empty, install_signal_handlers=False, delete_jobs="always",
            fetch_job_polling_interval=POLL_S, shutdown_graceful_timeout=STOP_WITHIN_S)

    @property
    def _opened(self) -> "App":
        assert self._app is not None, "open() comes first"
        return self._app

    async def _part(self, job: str, part: str, due_at: str) -> None:
        assert self._run is not None, "serve() comes first"
        await self._run(Due(job, datetime.fromisoformat(due_at), part))

    async def _make_tables(self, app: "App") -> None:
        """Of several processes that start together one makes them and the others wait."""
        with self._database.write() as connection:
            await asyncio.to_thread(connection.execute, text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
            if connection.scalar(text("SELECT to_regclass(:name)"), {"name": f"{TASKS_SCHEMA}.procrastinate_jobs"}):
                return
            with self._database.write() as other:  # seen by the queue's own connection, so committed at once
                other.execute(text(f"CREATE SCHEMA IF NOT EXISTS {TASKS_SCHEMA}"))
            await app.schema_manager.apply_schema_async()


async def cancelled(task: "asyncio.Task[None]") -> None:
    """Cancel a worker and wait until it has stopped in order."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
