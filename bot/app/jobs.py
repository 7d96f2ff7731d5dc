"""The runner of an open shop: its jobs, its clock, its rows."""

from collections.abc import Mapping
from uuid import uuid4

from bot.app.tools import tools_for
from bot.app.wiring import OpenShop, secret_of, tellers_of
from domain.jobs import TaskQueue
from scheduler import jobs
from scheduler.context import Job
from scheduler.in_process import InProcessTasks
from scheduler.runner import Runner
from scheduler.schedule import TIMETABLE, Row
from storage.jobs.job_runs import JobRuns


def runner_of(shop: OpenShop, tasks: TaskQueue | None = None, *, timetable: tuple[Row, ...] = TIMETABLE,
              found: Mapping[str, Job] | None = None) -> Runner:
    """A runner with a token of its own; parts of jobs run in this process unless another queue is given."""
    queue = tasks or InProcessTasks()
    tools = tools_for(shop.database, shop.calendar, shop.currency, secret=secret_of(shop.settings),
                      data_dir=shop.settings.data_dir, now=shop.now, tellers=tellers_of(shop))
    runner = Runner(JobRuns(shop.database, shop.calendar), tools, jobs.load() if found is None else found, queue,
                    uuid4().hex, timetable)
    if isinstance(queue, InProcessTasks):
        queue.serve(runner.run_due)
    return runner
