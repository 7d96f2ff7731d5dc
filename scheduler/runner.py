"""Runs one job once: takes it, holds it, bounds it in time, closes it or notes why it failed."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from domain.jobs import Addressed, Claim, Due, LostClaim, Outcome, Queued, RunBook, TaskQueue
from scheduler import planner
from scheduler.context import Job, JobContext, Tools, aside
from scheduler.schedule import LATE_AFTER, TIMETABLE, Row, rows_of

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # how long after a process died another takes its run
BEAT_S = 30.0  # how often a lease is renewed: three chances to miss one
# How long to wait after each failure; after the last one the run is given up and the next due time is a new chance.
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=25), timedelta(hours=1))
MOST_TAKEN_OVER = 20  # runs of dead processes picked up at one look


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a run: the reports that were queued, and the job's own sentence, as words and to be worded."""

    queued: Sequence[Queued]
    said: str
    error: str = ""
    key: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Runner:
    """Runs jobs for one process. `token` names the process: whoever holds another token has lost the run."""

    book: RunBook
    tools: Tools
    jobs: Mapping[str, Job]
    tasks: TaskQueue
    token: str
    timetable: tuple[Row, ...] = TIMETABLE
    lease: timedelta = LEASE
    beat_s: float = BEAT_S
    retry_after: tuple[timedelta, ...] = RETRY_AFTER
    log_failure: Callable[[Due, str], None] = field(
        default=lambda due, error: log.error("%s due %s failed: %s", due.job, due.due_at, error))

    async def run_due(self, due: Due, *, is_by_hand: bool = False) -> Ran | None:
        """Run it unless somebody has; None when somebody has, or has an open run of a job that must be alone."""
        rows = rows_of(due.job, self.timetable)
        claim = await aside(self.book.claim, due, token=self.token, now=self.tools.clock(), lease=self.lease,
                            is_alone=not any(row.overlaps for row in rows), is_by_hand=is_by_hand)
        return await self.run_claimed(claim) if claim else None

    async def take_over(self) -> Sequence[Claim]:
        """Runs whose process died or whose next try has come; they are ours from now on."""
        return await aside(self.book.take_over, token=self.token, now=self.tools.clock(), lease=self.lease,
                           most=MOST_TAKEN_OVER)

    async def run_claimed(self, claim: Claim) -> Ran:
        """Never raises but when it is cancelled, and then gives the run back."""
        ended = asyncio.Event()
        beat = asyncio.create_task(self._hold(claim, ended))
        try:
            if claim.attempts > len(self.retry_after) + 1:
                return await self._failed(claim, "the process that ran it died every time")
            async with asyncio.timeout(self._limit(claim).total_seconds()):
                outcome, addressed = await self._work(claim)
            queued = await aside(self.book.finish, claim, outcome, addressed, self.tools.clock())
        except LostClaim:
            return Ran((), "", "another process has taken the run")
        except asyncio.CancelledError:
            with suppress(Exception):
                self.book.release(claim, self.tools.clock())
            raise
        except TimeoutError:
            return await self._failed(claim, f"it took longer than {self._limit(claim)}")
        except Exception as error:  # the edge of the process: whatever a job does, the others go on
            log.debug("%s failed", claim.due, exc_info=True)
            return await self._failed(claim, f"{type(error).__name__}: {error}")
        else:
            return Ran(queued, outcome.said, key=outcome.key, facts=outcome.facts)
        finally:
            ended.set()
            await asyncio.shield(beat)

    async def _work(self, claim: Claim) -> tuple[Outcome, Addressed]:
        due = claim.due
        rows = rows_of(due.job, self.timetable)
        is_report = any(row.report for row in rows)  # others have nobody's time to look up
        own = await aside(self.book.own_times) if is_report else ()
        ats = planner.served(rows, own, due.due_at, self.tools.calendar)
        context = JobContext(self.tools, self.tasks, due.job, due.part, ats)
        outcome = await self.jobs[due.job](context, due.due_at)
        return outcome, Addressed(ats, self.tools.clock() - due.due_at > LATE_AFTER)

    async def _failed(self, claim: Claim, error: str) -> Ran:
        self.log_failure(claim.due, error)
        now = self.tools.clock()
        is_last = claim.attempts > len(self.retry_after)
        retry_at = None if is_last else now + self.retry_after[claim.attempts - 1]
        try:
            await aside(self.book.fail, claim, error, retry_at=retry_at, now=now)
        except Exception:  # the database is gone, too: the lease will end and the run be taken up again
            log.exception("the failure of %s could not be noted", claim.due)
        return Ran((), "", error)

    async def _hold(self, claim: Claim, ended: asyncio.Event) -> None:
        """Renew the lease as long as the run lasts."""
        while not ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), self.beat_s)
                return
            with suppress(Exception):  # a busy database is no reason to give up; the lease has room for two misses
                await aside(self.book.renew, claim, self.tools.clock() + self.lease)

    def _limit(self, claim: Claim) -> timedelta:
        return max(row.limit for row in rows_of(claim.due.job, self.timetable))


def due_now(now: datetime) -> datetime:
    """The due time of a run by hand: this minute."""
    return now.replace(second=0, microsecond=0)
