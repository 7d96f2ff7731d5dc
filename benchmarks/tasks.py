"""`tasks`: parts of jobs a second, one part for each shop and due time, on one worker process and on more."""

import argparse
import asyncio
import resource
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
from storage.jobs.job_runs import JobRuns
from storage.jobs.task_queue import PostgresTasks
from storage.messaging.subscribers import StoredReaders
from storage.migrate import upgrade
from storage.stock.stock_watch import StoredStockWatch
from storage.upkeep.shop_data import NoPlatforms, StoredUpkeep, StoredWaiting
from storage.write_back_queue import WriteBackQueue

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
    parser.add_argument("--answer-ms", type=float, default=0, help="how long a platform takes to answer a part; "
                        "0: what is measured is everything else")


def run(given: argparse.Namespace, report: Report) -> None:
    database = open_database(given.postgres)
    upgrade(database)
    dues = [Due(JOB, START + timedelta(hours=hour), f"shop {shop}")
            for hour in range(given.hours) for shop in range(given.shops)]
    rows = []
    for workers in given.workers:
        handed_s = asyncio.run(_hand_out(database, dues))
        before = _cpu_s()
        seconds = _work(given.postgres, workers, given.answer_ms)
        done = _done(database)
        if done != len(dues):
            raise ValueError(f"{done} of {len(dues)} parts were done")
        rows.append({"workers": workers, "parts": len(dues), "handed_out_a_second": len(dues) / handed_s,
                     "seconds": seconds, "parts_a_second": len(dues) / seconds,
                     "cpu_ms_a_part": (_cpu_s() - before) * 1000 / len(dues)})
    database.close()
    report.add(Table(f"{given.shops} shops x {given.hours} h, {AT_ONCE} parts at once in a worker, "
                     f"a platform answers in {given.answer_ms:g} ms",
                     ("workers", "parts", "handed out/s", "seconds", "parts/s", "CPU ms/part of workers"),
                     _shown(rows), rows))


def _shown(rows: Sequence[dict[str, Any]]) -> list[list[str]]:
    return [[f"{value:,.1f}" if name in {"seconds", "cpu_ms_a_part"} else f"{value:,.0f}"
             for name, value in row.items()] for row in rows]


def _cpu_s() -> float:
    """Processor time of all workers that have ended; a busy machine changes it less than the seconds on the wall."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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


def _work(url: str, workers: int, answer_ms: float) -> float:
    """From the start of the processes to the end of the last: their start counts, as it would after a stop."""
    start = perf_counter()
    command = [sys.executable, "-m", "benchmarks.tasks", url, str(answer_ms)]
    running = [subprocess.Popen(command) for _ in range(workers)]
    codes = [process.wait() for process in running]
    if any(codes):
        raise ValueError("a worker failed")
    return perf_counter() - start


def _done(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(JobRun).where(
            col(JobRun.state) == RunState.DONE)).scalar_one())


async def _worker(url: str, answer_s: float) -> None:
    async def asks(_: JobContext, due_at: datetime) -> Outcome:
        await asyncio.sleep(answer_s)
        return Outcome(f"{due_at:%H:%M}")

    database, calendar = open_database(url), ShopCalendar.named("Asia/Shanghai")
    tools = Tools(MetricFigures(database, calendar, "CNY"), calendar, "CNY", StoredStockWatch(database, calendar),
                  StoredWaiting(database), StoredUpkeep(database, "", Path()), NoPlatforms(), clock,
                  StoredReaders(database), WriteBackQueue(database, calendar), lambda _: None)
    queue = PostgresTasks(database)
    runner = Runner(JobRuns(database, calendar), tools, {JOB: asks}, queue, "worker", _ROWS)
    queue.serve(runner.run_due)
    await queue.open()
    await queue.work(AT_ONCE, until_empty=True)
    await queue.close()
    database.close()


if __name__ == "__main__":
    asyncio.run(_worker(sys.argv[1], float(sys.argv[2]) / 1000))
