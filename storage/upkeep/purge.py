"""Deleting what is of no more use, each kind after a time of its own. Orders, stock, money and the audit never go."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete
from sqlmodel import SQLModel, col

from domain.confirmations import Confirmation, State
from domain.jobs import JobRun, RunState
from domain.messaging.model import BindCode, InboxState, InboxUpdate, OutboxMessage, OutboxState
from storage.bulk import table_of
from storage.engine import Database

ANSWERED_FOR = timedelta(days=30)  # updates from channels: no channel sends one again after so long
SENT_FOR = timedelta(days=90)  # messages: long enough to look up what was sent
UNSENT_FOR = timedelta(days=180)  # those that never arrived, for whoever asks why
DROPPED_FOR = timedelta(days=90)  # proposals that came to nothing; confirmed ones belong to the audit and stay
CODES_FOR = timedelta(days=30)
QUIET_RUNS_FOR = timedelta(days=30)  # runs that sent nothing
PARTS_FOR = timedelta(days=3)  # a thousand shops every ten minutes make 144,000 a day
TOLD_RUNS_FOR = timedelta(days=400)  # runs that sent reports: asked for again a year later, they still send nothing


def purge(database: Database, at: datetime) -> Mapping[str, int]:
    """In one transaction; rows deleted by table."""
    gone: dict[str, int] = {}
    with database.write() as connection:
        for model, condition in _rules(at):
            name = str(model.__tablename__)
            gone[name] = gone.get(name, 0) + connection.execute(delete(table_of(model)).where(condition)).rowcount
    return gone


def _rules(at: datetime) -> list[tuple[type[SQLModel], ColumnElement[bool]]]:
    closed = col(JobRun.state).in_([RunState.DONE, RunState.MISSED, RunState.GIVEN_UP])
    return [
        (InboxUpdate, (col(InboxUpdate.state) == InboxState.DONE) & (col(InboxUpdate.received_at) < at - ANSWERED_FOR)),
        (OutboxMessage, col(OutboxMessage.state).in_([OutboxState.SENT, OutboxState.EXPIRED])
         & (col(OutboxMessage.created_at) < at - SENT_FOR)),
        (OutboxMessage, (col(OutboxMessage.state) == OutboxState.DEAD)
         & (col(OutboxMessage.created_at) < at - UNSENT_FOR)),
        (Confirmation, col(Confirmation.state).in_([State.EXPIRED, State.CANCELLED, State.SUPERSEDED])
         & (col(Confirmation.created_at) < at - DROPPED_FOR)),
        (BindCode, col(BindCode.expires_at) < at - CODES_FOR),
        (JobRun, closed & (col(JobRun.messages) == 0) & (col(JobRun.claimed_at) < at - QUIET_RUNS_FOR)),
        (JobRun, closed & (col(JobRun.part) != "") & (col(JobRun.claimed_at) < at - PARTS_FOR)),
        (JobRun, closed & (col(JobRun.claimed_at) < at - TOLD_RUNS_FOR)),
    ]
