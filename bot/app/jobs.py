"""The scheduler of an open shop: which adapters the jobs work with, and the service that runs them."""

from collections.abc import Mapping
from uuid import uuid4

from bot.app.wiring import OpenShop, secret_of
from domain.jobs import TaskQueue
from scheduler import jobs
from scheduler.context import Job, Tools
from scheduler.in_process import InProcessTasks
from scheduler.runner import Runner
from scheduler.schedule import TIMETABLE, Row
from storage.job_runs import JobRuns
from storage.stock_watch import StoredStockWatch
from storage.upkeep import NoPlatforms, StoredUpkeep, StoredWaiting

BACKUP_FOLDER = "backups"


def tools_of(shop: OpenShop) -> Tools:
    """What jobs work with."""
    return Tools(shop.figures, shop.calendar, shop.currency, StoredStockWatch(shop.database, shop.calendar),
                 StoredWaiting(shop.database), upkeep_of(shop), NoPlatforms(), shop.now)


def upkeep_of(shop: OpenShop) -> StoredUpkeep:
    return StoredUpkeep(shop.database, secret_of(shop.settings), shop.settings.data_dir / BACKUP_FOLDER)


def runner_of(shop: OpenShop, tasks: TaskQueue | None = None, *, timetable: tuple[Row, ...] = TIMETABLE,
              found: Mapping[str, Job] | None = None) -> Runner:
    """A runner with a token of its own; parts of jobs run in this process unless another queue is given."""
    queue = tasks or InProcessTasks()
    runner = Runner(JobRuns(shop.database, shop.calendar), tools_of(shop), jobs.load() if found is None else found,
                    queue, uuid4().hex, timetable)
    if isinstance(queue, InProcessTasks):
        queue.serve(runner.run_due)
    return runner
