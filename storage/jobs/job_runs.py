"""The rows of job runs: taken once, held by a lease, closed together with everything the run leaves behind."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, select, update
from sqlmodel import col

from domain.clock import ShopCalendar
from domain.jobs import (
    KEEPS_TIME,
    Addressed,
    Alarm,
    Claim,
    Due,
    JobRun,
    LostClaim,
    Outcome,
    OwnTime,
    Queued,
    RunState,
)
from domain.messaging.model import Subscription
from storage.bulk import insert_into, table_of
from storage.engine import Database
from storage.messaging import notices, report_queue
from storage.stock import stock_watch

MAX_ERROR = 2000  # characters kept of what went wrong
TOLD_FROM = 2  # a first failure is often the network's; the owner hears of the second
_OPEN = (RunState.RUNNING, RunState.FAILED)


class JobRuns:
    """Meets `domain.jobs.RunBook`."""

    def __init__(self, database: Database, calendar: ShopCalendar) -> None:
        self._database = database
        self._calendar = calendar

    def claim(self, due: Due, *, token: str, now: datetime, lease: timedelta, is_alone: bool,
              is_by_hand: bool = False) -> Claim | None:
        values = {**_key(due), "state": RunState.RUNNING, "token": token, "attempts": 1, "leased_until": now + lease,
                  "claimed_at": now, "is_alone": is_alone, "is_by_hand": is_by_hand, "messages": 0}
        with self._database.write() as connection:
            if not _insert(connection, [values]):
                return None
            run_id = connection.execute(select(col(JobRun.id)).where(_is(due))).scalar_one()
        assert run_id is not None
        return Claim(run_id, due, token, 1, is_by_hand)

    def take_over(self, *, token: str, now: datetime, lease: timedelta, most: int) -> Sequence[Claim]:
        waiting = select(col(JobRun.id), col(JobRun.token), col(JobRun.leased_until)).where(
            col(JobRun.state).in_(_OPEN), col(JobRun.leased_until) <= now).order_by(
                col(JobRun.leased_until)).limit(most)
        with self._database.read() as connection:
            found = connection.execute(waiting).all()
        if not found:
            return []
        with self._database.write() as connection:
            return [claim for row in found if (claim := _taken(connection, row, token, now + lease))]

    def renew(self, claim: Claim, until: datetime) -> bool:
        with self._database.write() as connection:
            return connection.execute(update(JobRun).where(_ours(claim)).values(leased_until=until)).rowcount == 1

    def finish(self, claim: Claim, outcome: Outcome, addressed: Addressed, now: datetime) -> Sequence[Queued]:
        with self._database.write() as connection:
            closed = connection.execute(update(JobRun).where(_ours(claim)).values(
                state=RunState.DONE, finished_at=now, said=outcome.said or None, error=None)).rowcount
            if closed != 1:
                raise LostClaim
            stock_watch.note(connection, outcome.warnings, now)
            queued, alarms = report_queue.send(connection, outcome.sends, report_queue.Run(
                claim.due.due_at, claim.is_by_hand, addressed, self._calendar), now)
            for alarm in (*outcome.alarms, *alarms):
                notices.tell_owners(connection, alarm, now, self._calendar)
            if queued:
                connection.execute(update(JobRun).where(col(JobRun.id) == claim.run_id).values(messages=len(queued)))
        return queued

    def fail(self, claim: Claim, error: str, *, retry_at: datetime | None, now: datetime) -> None:
        state = RunState.FAILED if retry_at else RunState.GIVEN_UP
        with self._database.write() as connection:
            is_ours = connection.execute(update(JobRun).where(_ours(claim)).values(
                state=state, error=error[:MAX_ERROR], leased_until=retry_at or now,
                finished_at=None if retry_at else now)).rowcount
            if is_ours and (claim.attempts >= TOLD_FROM or retry_at is None):
                notices.tell_owners(connection, _failing(connection, claim, error), now,
                                    self._calendar)

    def release(self, claim: Claim, now: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(update(JobRun).where(_ours(claim)).values(leased_until=now))

    def known(self, dues: Collection[Due]) -> set[Due]:
        if not dues:
            return set()
        statement = select(col(JobRun.job), col(JobRun.due_at), col(JobRun.part)).where(
            col(JobRun.job).in_({due.job for due in dues}), col(JobRun.due_at).in_({due.due_at for due in dues}))
        with self._database.read() as connection:
            return {Due(*row) for row in connection.execute(statement)} & set(dues)

    def miss(self, dues: Collection[Due], now: datetime) -> None:
        if dues:
            with self._database.write() as connection:
                _insert(connection, [_closed(due, RunState.MISSED, now) for due in dues])

    def began(self, now: datetime) -> datetime:
        statement = select(func.min(col(JobRun.due_at))).where(~col(JobRun.is_by_hand))
        with self._database.read() as connection:
            found = connection.execute(statement).scalar()
        if found is None:
            with self._database.write() as connection:
                _insert(connection, [_closed(Due(KEEPS_TIME, now), RunState.DONE, now)])
        return found or now

    def own_times(self) -> Sequence[OwnTime]:
        statement = select(col(Subscription.report), col(Subscription.at), col(Subscription.created_at)).where(
            col(Subscription.at).is_not(None))
        with self._database.read() as connection:
            return [OwnTime(report, at or "", since) for report, at, since in connection.execute(statement)]


def _key(due: Due) -> dict[str, object]:
    return {"job": due.job, "part": due.part, "due_at": due.due_at}


def _closed(due: Due, state: RunState, now: datetime) -> dict[str, object]:
    """A row that nobody holds."""
    return {**_key(due), "state": state, "token": "", "attempts": 0, "leased_until": now, "claimed_at": now,
            "finished_at": now, "is_alone": False, "is_by_hand": False, "messages": 0}


def _is(due: Due) -> ColumnElement[bool]:
    return and_(col(JobRun.job) == due.job, col(JobRun.part) == due.part, col(JobRun.due_at) == due.due_at)


def _ours(claim: Claim) -> ColumnElement[bool]:
    return and_(col(JobRun.id) == claim.run_id, col(JobRun.token) == claim.token,
                col(JobRun.state) == RunState.RUNNING)


def _insert(connection: Connection, rows: Iterable[dict[str, object]]) -> int:
    """Rows that break no rule of uniqueness; how many there were, told by the rows themselves."""
    statement = insert_into(connection, table_of(JobRun)).on_conflict_do_nothing().returning(col(JobRun.id))
    return sum(connection.execute(statement.values(**row)).first() is not None for row in rows)


def _taken(connection: Connection, row: tuple[int | None, str, datetime], token: str, until: datetime) -> Claim | None:
    """The run, if it is still as it was seen."""
    run_id, old_token, old_lease = row
    taken = connection.execute(
        update(JobRun)
        .where(col(JobRun.id) == run_id, col(JobRun.token) == old_token, col(JobRun.leased_until) == old_lease,
               col(JobRun.state).in_(_OPEN))
        .values(state=RunState.RUNNING, token=token, leased_until=until, attempts=col(JobRun.attempts) + 1)
        .returning(col(JobRun.id), col(JobRun.job), col(JobRun.due_at), col(JobRun.part), col(JobRun.attempts),
                   col(JobRun.is_by_hand))).first()
    if taken is None:
        return None
    return Claim(taken[0] or 0, Due(taken[1], taken[2], taken[3]), token, taken[4], taken[5])


def _failing(connection: Connection, claim: Claim, error: str) -> Alarm:
    """The same alarm until the job succeeds again: a job that fails every time is told of once."""
    last = connection.execute(select(func.max(col(JobRun.due_at))).where(
        col(JobRun.job) == claim.due.job, col(JobRun.state) == RunState.DONE)).scalar()
    since = last.isoformat() if last else "never"
    return Alarm(f"failing:{claim.due.job}:{since}", "job_failing",
                 {"job": claim.due.job, "error": error.splitlines()[0][:200] if error else "?"})
