"""What went wrong lately with jobs and messages, for `doctor`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import col

from domain.jobs import JobRun, RunState
from domain.messaging.model import OutboxMessage, OutboxState, Report
from storage.engine import Database
from storage.messaging.subscribers import audience

LATELY = timedelta(days=7)
MOST = 10  # of each kind: enough to know where to look
_WHY = {"chat_left": "the bot is no longer there", "nobody_bound": "nobody there is bound to a person of the shop",
        "group_not_cleared": "nobody said what the group may see (zhanggui chat-group clear)"}


@dataclass(frozen=True, slots=True)
class Health:
    """Runs given up (job, due, error), runs missed (job, how many), messages given up (chat, how many)."""

    given_up: tuple[tuple[str, datetime, str], ...]
    missed: tuple[tuple[str, int], ...]
    unsent: tuple[tuple[str, int], ...]
    unreachable: tuple[tuple[str, str], ...]
    unasked: tuple[str, ...]


def health(database: Database, at: datetime) -> Health:
    since = at - LATELY
    given_up = select(col(JobRun.job), col(JobRun.due_at), col(JobRun.error)).where(
        col(JobRun.state) == RunState.GIVEN_UP, col(JobRun.due_at) >= since).order_by(
            col(JobRun.due_at).desc()).limit(MOST)
    missed = select(col(JobRun.job), func.count()).where(
        col(JobRun.state) == RunState.MISSED, col(JobRun.due_at) >= since).group_by(col(JobRun.job)).order_by(
            col(JobRun.job))
    unsent = select(col(OutboxMessage.chat), func.count()).where(
        col(OutboxMessage.state) == OutboxState.DEAD, col(OutboxMessage.created_at) >= since).group_by(
            col(OutboxMessage.chat)).order_by(col(OutboxMessage.chat)).limit(MOST)
    with database.read() as connection:
        asked = {report: audience(connection, report) for report in Report}
        gone = {one.chat: (one.title, _WHY[one.why]) for who in asked.values() for one in who.unreachable}
        return Health(
            tuple((job, due, (error or "").partition("\n")[0]) for job, due, error in connection.execute(given_up)),
            tuple((job, number) for job, number in connection.execute(missed)),
            tuple((chat, number) for chat, number in connection.execute(unsent)), tuple(gone.values()),
            tuple(report.value for report, who in asked.items() if not who.is_asked_for))
