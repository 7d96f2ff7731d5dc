"""What a job may use, and the way out of the event loop for work that waits for the database."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from domain.clock import ShopCalendar
from domain.jobs import Clock, Outcome, Platforms, Readers, StockWatch, TaskQueue, Upkeep, Waiting
from domain.messaging.model import Report
from domain.people import Shops
from domain.ports import Figures
from domain.writebacks.model import WriteBacks
from domain.writebacks.telling import Tellers

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tools:
    """The ports that jobs work with, the same for all runs."""

    figures: Figures
    calendar: ShopCalendar
    currency: str
    stock: StockWatch
    waiting: Waiting
    upkeep: Upkeep
    platforms: Platforms
    clock: Clock
    readers: Readers
    write_backs: WriteBacks
    tellers: Tellers


@dataclass(frozen=True, slots=True)
class JobContext:
    """One run's surroundings. `ats` tells whose time it is, `part` which part of the job this is."""

    tools: Tools
    tasks: TaskQueue
    job: str
    part: str = ""
    ats: frozenset[str | None] = frozenset()


def for_each_limit(tools: Tools, report: Report, make: Callable[[Tools, datetime, Shops], T],
                   at: datetime) -> dict[Shops, T]:
    """The report once for each set of shops that those who get it are limited to; the one of all shops leads."""
    return {shops: make(tools, at, shops) for shops in tools.readers.limits(report)}


Job = Callable[[JobContext, datetime], Awaitable[Outcome]]


async def aside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call something that blocks on a thread of its own, which never keeps the process alive.

    A pool would wait for a call that hangs when the process ends, and would soon be full of them.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: Any, error: BaseException | None) -> None:
        if done.done():  # nobody waits any more: the run was stopped
            return
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)

    def call() -> None:
        result, error = None, None
        try:
            result = work(*args, **kwargs)
        except BaseException as raised:  # noqa: BLE001  (whatever it is, the one who waits must hear of it)
            error = raised
        with suppress(RuntimeError):  # the loop is closed: the process is ending
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=call, daemon=True, name=f"aside {getattr(work, '__name__', 'work')}").start()
    return await done
