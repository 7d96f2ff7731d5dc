"""A scheduler on a real database, with jobs made for the test and a clock that the test sets."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from domain.clock import ShopCalendar
from domain.jobs import KEEPS_TIME, Audience, Due, Outcome, Send, TaskQueue
from domain.messaging.model import Report
from domain.reports import Figure, Gaps, SalesReport
from domain.writebacks.telling import Tellers
from scheduler.context import Job, JobContext, Tools
from scheduler.due import Daily, Every
from scheduler.in_process import InProcessTasks
from scheduler.runner import Runner
from scheduler.schedule import Missed, Row
from scheduler.service import SchedulerService
from storage.engine import Database
from storage.figures import MetricFigures
from storage.jobs.job_runs import JobRuns
from storage.messaging.subscribers import StoredReaders
from storage.schema import metadata
from storage.stock.stock_watch import StoredStockWatch
from storage.upkeep.shop_data import NoPlatforms, StoredUpkeep, StoredWaiting
from storage.write_back_queue import WriteBackQueue

AT = datetime(2026, 11, 23, 1, 7, tzinfo=UTC)  # 09:07 in Shanghai
SHANGHAI = ShopCalendar.named("Asia/Shanghai")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def daily(job: str = "daily_profit", at: time = time(9, 7), **own: Any) -> Row:
    return Row(**{"job": job, "when": Daily(at), "grace": 2 * DAY, "missed": Missed.EACH, "overlaps": True,
                  "limit": MINUTE, "report": Report.DAILY_PROFIT if job == "daily_profit" else None, **own})


def often(job: str, minutes: int = 10, **own: Any) -> Row:
    return Row(**{"job": job, "when": Every(minutes), "grace": HOUR, "missed": Missed.LATEST, "overlaps": False,
                  "limit": MINUTE, **own})


def report(day: date, report: Report = Report.DAILY_PROFIT) -> SalesReport:
    """A day on which one order of ¥100.00 brought ¥40.00."""
    return SalesReport(report, day, day + DAY, "CNY",
                       (Figure("orders", 1), Figure("revenue", 10_000), Figure("gross_profit", 4_000)),
                       None, None, None, None, Gaps())


async def tells_yesterday(context: JobContext, due_at: datetime) -> Outcome:
    day = context.tools.calendar.day(due_at) - DAY
    return Outcome(str(day), (Send(Report.DAILY_PROFIT, report(day), Audience.DUE, 36 * HOUR),))


async def does_nothing(_: JobContext, due_at: datetime) -> Outcome:
    return Outcome(f"done {due_at}")


@dataclass
class World:
    """One process of a shop."""

    database: Database
    timetable: tuple[Row, ...]
    jobs: Mapping[str, Job]
    calendar: ShopCalendar = SHANGHAI
    now: datetime = AT
    token: str = "one"
    folder: Path = Path()
    failures: list[str] = field(default_factory=list)
    tasks: TaskQueue | None = None
    kept_since: datetime = AT - HOUR
    tellers: Tellers = lambda _: None

    def runner(self) -> Runner:
        queue = self.tasks or InProcessTasks()
        tools = Tools(
            MetricFigures(self.database, self.calendar, "CNY"), self.calendar, "CNY",
            StoredStockWatch(self.database, self.calendar), StoredWaiting(self.database),
            StoredUpkeep(self.database, "s" * 40, self.folder), NoPlatforms(), lambda: self.now,
            StoredReaders(self.database), WriteBackQueue(self.database, self.calendar), self.tellers)
        runner = Runner(JobRuns(self.database, self.calendar), tools, self.jobs, queue, self.token, self.timetable,
                        log_failure=lambda due, error: self.failures.append(f"{due.job}: {error}"))
        if isinstance(queue, InProcessTasks):
            queue.serve(runner.run_due)
        return runner

    def run(self, job: str, due_at: datetime, **how: Any) -> Any:
        return asyncio.run(self.runner().run_due(Due(job, due_at), **how))

    def tick(self, *moments: datetime) -> None:
        """Look at the clock at each of the moments, and wait for what begins."""
        async def look() -> None:
            JobRuns(self.database, self.calendar).began(self.kept_since)
            service = SchedulerService(self.runner())
            for moment in moments or (self.now,):
                self.now = moment
                await service.tick()
                await service.settle()
        asyncio.run(look())

    def rows(self, table: str, *columns: str, **where: Any) -> list[Any]:
        found = metadata.tables[table]
        statement = select(*(found.c[name] for name in columns)).order_by(found.c.id)
        if table == "job_runs":
            statement = statement.where(found.c.job != KEEPS_TIME)
        for name, value in where.items():
            statement = statement.where(found.c[name] == value)
        with self.database.read() as connection:
            return [row[0] if len(columns) == 1 else tuple(row) for row in connection.execute(statement)]

    def add(self, table: str, **values: Any) -> None:
        with self.database.write() as connection:
            connection.execute(insert(metadata.tables[table]).values(**values))

    def subscribe(self, chat: str = "terminal", report: str = "daily_profit", at: str | None = None,
                  by: str = "owner", since: datetime = AT - 30 * DAY) -> None:
        self.add("subscriptions", chat=chat, report=report, at=at, subscribed_by=by, created_at=since)

    def chat(self, key: str, *, is_group: bool = True, clearance: str | None = None, state: str = "active",
             shops: tuple[int, ...] | None = None) -> None:
        self.add("chats", key=key, channel=key.partition(":")[0], title=f"title of {key}", is_group=is_group,
                 clearance=clearance, language="zh", state=state, created_at=AT, changed_at=AT, shops=shops)

    def person(self, name: str, role: str, address: str | None = None, shops: tuple[int, ...] | None = None) -> None:
        """Somebody who works here, bound on Telegram where an address is given."""
        number = len(self.rows("staff", "id")) + 1
        self.add("staff", id=number, name=name, role=role, is_active=True, created_at=AT, shops=shops)
        if address is not None:
            self.add("staff_identities", staff_id=number, channel="telegram", external_id=address, bound_at=AT)
            self.chat(f"telegram:{address}", is_group=False)


def run_all(*work: Callable[[], Awaitable[Any]]) -> Sequence[Any]:
    async def together() -> Sequence[Any]:
        return await asyncio.gather(*(one() for one in work))
    return asyncio.run(together())
