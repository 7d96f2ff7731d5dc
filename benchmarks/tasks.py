"""`tasks`: parts of jobs a second, one part for each shop and due time, on one worker process and on more."""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from benchmarks.report import Report, Table
from bot.app.wiring import clock
from domain.clock import ShopCalendar
from domain.jobs import Due, JobRun, Outcome, RunState
from scheduler.context import JobContext, Tools
from scheduler.due import Every
from scheduler.runner import Runner
from scheduler.schedule import Missed, Row
from storage.engine import Database, open_database
from storage.figures import MetricFigures
from storage.job_runs import JobRuns
from storage.migrate import upgrade
from storage.stock_watch import StoredStockWatch
from storage.task_queue import PostgresTasks
from storage.upkeep import NoPlatforms, StoredUpkeep, StoredWaiting

NAME = "tasks"
WHAT = "per-shop parts of jobs through the queue on PostgreSQL, on 1, 2 and 4 worker processes"
JOB = "sync_orders"
AT_ONCE = 8
BATCH = 1000  # parts handed out in one statement: as many as there are shops
START = datetime(2026, 11, 23, tzinfo=UTC)
_ROWS = (Row(JOB, Every(60), timedelta(hours=1), Missed.LATEST, overlaps=True, limit=timedelta(minutes=1)),)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--postgres", metavar="URL", required=True,
                        help="an empty database; what is in it is deleted between the measurements")
    parser.add_argument("--shops", type=int, default=1000)
    parser.add_argument("--hours", type=int, default=24, help="due times, one an hour")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])


def run(given: argparse.Namespace, report: Report) -> None:
    database = open_database(given.postgres)
    upgrade(database)
    dues = [Due(JOB, START + timedelta(hours=hour), f"shop {shop}")
            for hour in range(given.hours) for shop in range(given.shops)]
    rows = []
    for workers in given.workers:
        handed_s = asyncio.run(_hand_out(database, dues))
        seconds = _work(given.postgres, workers)
        done = _done(database)
        if done != len(dues):
            raise ValueError(f"{done} of {len(dues)} parts were done")
        rows.append({"workers": workers, "parts": len(dues), "handed_out_a_second": len(dues) / handed_s,
                     "seconds": seconds, "parts_a_second": len(dues) / seconds})
    database.close()
    report.add(Table(f"{given.shops} shops x {given.hours} h, {AT_ONCE} parts at once in a worker",
                     ("workers", "parts", "handed out/s", "seconds", "parts/s"), _shown(rows), rows))


def _shown(rows: Sequence[dict[str, Any]]) -> list[list[str]]:
    return [[f"{value:,.0f}" if name != "seconds" else f"{value:,.1f}" for name, value in row.items()] for row in rows]


async def _hand_out(database: Database, dues: Sequence[Due]) -> float:
    """Everything at once onto an empty queue; the seconds it took."""
    with database.write() as connection:
        connection.exec_driver_sql("DELETE FROM job_runs")
    queue = PostgresTasks(database)
    await queue.open()
    start = perf_counter()
    for first in range(0, len(dues), BATCH):
        await queue.defer(dues[first:first + BATCH])
    seconds = perf_counter() - start
    await queue.close()
    return seconds


def _work(url: str, workers: int) -> float:
    """From the start of the processes to the end of the last: their start counts, as it would after a stop."""
    start = perf_counter()
    running = [subprocess.Popen([sys.executable, "-m", "benchmarks.tasks", url]) for _ in range(workers)]
    codes = [process.wait() for process in running]
    if any(codes):
        raise ValueError("a worker failed")
    return perf_counter() - start


def _done(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(JobRun).where(
            col(JobRun.state) == RunState.DONE)).scalar_one())


async def _nothing(_: JobContext, due_at: datetime) -> Outcome:
    """A platform that answers at once: what is measured is everything else."""
    return Outcome(f"{due_at:%H:%M}")


async def _worker(url: str) -> None:
    database, calendar = open_database(url), ShopCalendar.named("Asia/Shanghai")
    tools = Tools(MetricFigures(database, calendar, "CNY"), calendar, "CNY", StoredStockWatch(database, calendar),
                  StoredWaiting(database), StoredUpkeep(database, "", Path()), NoPlatforms(), clock)
    queue = PostgresTasks(database)
    runner = Runner(JobRuns(database, calendar), tools, {JOB: _nothing}, queue, "worker", _ROWS)
    queue.serve(runner.run_due)
    await queue.open()
    await queue.work(AT_ONCE, until_empty=True)
    await queue.close()
    database.close()


if __name__ == "__main__":
    asyncio.run(_worker(sys.argv[1]))
