"""Jobs that run by the clock: the row that decides who runs one, what a run leaves behind, and the ports around it.

A run is named by (job, part, due_at). The unique row of that name is what makes a run happen once, however many
processes look at the clock; everything a run changes is written in the transaction that closes the row.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from domain.columns import BigId, EnumText, UtcDateTime, one_of
from domain.invariants import Break
from domain.inventory.watch import StockLine, WarningChanges
from domain.messaging.model import Report
from domain.people import Shops
from domain.reports import ReportBody

MAX_JOB = 40
MAX_PART = 80
MAX_TOKEN = 40
KEEPS_TIME = "timetable"  # the job of the row that says since when time is kept
_URGENT = frozenset({"laws_broken"})  # the longer books that disagree are written in, the more there is to mend
_OPEN = text("state IN ('running', 'failed') AND is_alone")


class RunState(StrEnum):
    """What became of a run."""

    RUNNING = "running"  # taken by a process, until its lease ends
    DONE = "done"
    FAILED = "failed"  # will be tried again when its time comes
    GIVEN_UP = "given_up"  # tried too often; the owner is told
    MISSED = "missed"  # nobody was there while it would have been of use


class JobRun(SQLModel, table=True):
    """One run of one job. The row is made by whoever takes the run; nobody else can make it again."""

    __tablename__ = "job_runs"
    __table_args__ = (
        UniqueConstraint("job", "part", "due_at"),
        one_of("state", RunState),
        # A job that may not overlap itself has one open run; the database says so, not the clocks of the processes.
        Index("uq_job_runs_alone", "job", "part", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_job_runs_open", "leased_until", sqlite_where=text("state IN ('running', 'failed')"),
              postgresql_where=text("state IN ('running', 'failed')")),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    job: str = Field(max_length=MAX_JOB)
    part: str = Field(default="", max_length=MAX_PART)  # of a job done in parts, such as shop by shop
    due_at: datetime = Field(sa_type=UtcDateTime)
    state: RunState = Field(sa_type=EnumText(RunState))
    is_by_hand: bool = False  # asked for by a person: goes to everybody who gets the report
    is_alone: bool = False
    token: str = Field(max_length=MAX_TOKEN)  # of whoever holds it; one who lost it cannot close it
    attempts: int = 1
    leased_until: datetime = Field(sa_type=UtcDateTime)  # nobody else touches it before
    claimed_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    messages: int = 0
    said: str | None = Field(default=None, sa_type=Text)
    error: str | None = Field(default=None, sa_type=Text)


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A run that is to happen."""

    job: str
    due_at: datetime
    part: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A run in our hands, until the lease ends or somebody takes it from a process that seems dead."""

    run_id: int
    due: Due
    token: str
    attempts: int
    is_by_hand: bool


class LostClaim(Exception):
    """The run is somebody else's by now; nothing of ours was written."""


class Audience(StrEnum):
    """Who gets a report."""

    DUE = "due"  # those whose time it is
    EVERYONE = "everyone"  # all who get the report, whatever their time: something has happened


@dataclass(frozen=True, slots=True)
class Send:
    """A report on its way to those who asked for it, and how long it is of use."""

    report: Report
    body: ReportBody
    audience: Audience
    useful_for: timedelta
    shops: Shops = None  # it is of these, and for those who are limited to these


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found and wants written. `said` is one sentence for whoever started it by hand, kept with the run.

    `key` of the catalogue's part `job` and its `facts` say the same in the language of that person.
    `alarms` are told to the owner: a stable name (told once as long as it is the same) and an English sentence.
    """

    said: str = ""
    sends: tuple[Send, ...] = ()
    warnings: WarningChanges = field(default_factory=WarningChanges)
    alarms: tuple["Alarm", ...] = ()
    key: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something the owner must know: `key` of the catalogue's part `alarm`, its facts, and what makes it the same."""

    name: str
    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_urgent(self) -> bool:
        """It is told at any hour."""
        return self.key in _URGENT


@dataclass(frozen=True, slots=True)
class Queued:
    """One report that now waits in the outbox for one chat."""

    chat: str
    report: Report
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Addressed:
    """How a run reaches its chats. `ats` are the own times it serves, None standing for the timetable's."""

    ats: frozenset[str | None]
    is_late: bool


@dataclass(frozen=True, slots=True)
class OwnTime:
    """A chat's own time for a report, HH:MM on the shop's clock; it counts from `since`."""

    report: Report
    at: str
    since: datetime


class RunBook(Protocol):
    """The rows of runs (storage.jobs.job_runs). Every call is one transaction."""

    def claim(self, due: Due, *, token: str, now: datetime, lease: timedelta, is_alone: bool,
              is_by_hand: bool = False) -> Claim | None:
        """Take a run nobody has had; None when somebody has, or when the job has an open run and must be alone."""

    def take_over(self, *, token: str, now: datetime, lease: timedelta, most: int) -> Sequence[Claim]:
        """Take runs whose process died, or whose time to be tried again has come."""

    def renew(self, claim: Claim, until: datetime) -> bool:
        """Go on holding the run. False: it is somebody else's."""

    def finish(self, claim: Claim, outcome: Outcome, addressed: Addressed, now: datetime) -> Sequence[Queued]:
        """Close the run and write all it leaves behind, in one transaction. Raises LostClaim."""

    def fail(self, claim: Claim, error: str, *, retry_at: datetime | None, now: datetime) -> None:
        """Note the failure; without a time to try again the run is given up. The owner hears of it once."""

    def release(self, claim: Claim, now: datetime) -> None:
        """Give an unfinished run back at once, for another process to take."""

    def known(self, dues: Collection[Due]) -> set[Due]:
        """Those that have a row, whatever became of it."""

    def miss(self, dues: Collection[Due], now: datetime) -> None:
        """Note runs that nobody was there for."""

    def began(self, now: datetime) -> datetime:
        """Since when somebody has kept time; from now on, where nobody has: what was due before was not missed."""

    def own_times(self) -> Sequence[OwnTime]:
        """Times that chats chose for their reports."""


class Upkeep(Protocol):
    """Work on the shop's data as a whole; each call is complete in itself and may be repeated."""

    def broken_laws(self) -> Sequence[Break]:
        """Each law that the data break, as a sentence."""

    def expire_confirmations(self, at: datetime) -> int:
        """How many proposals ran out."""

    def backup(self, due_at: datetime) -> str:
        """Write the sealed backup of that moment and drop the oldest beyond those kept; the file's name."""

    def purge(self, at: datetime) -> Mapping[str, int]:
        """Delete what is of no more use; rows by table."""


class StockWatch(Protocol):
    """What is looked at for low stock."""

    def lines(self, at: datetime) -> Sequence[StockLine]:
        """Every SKU and warehouse that may be low or was warned of."""


class Waiting(Protocol):
    """Orders that wait to be shipped."""

    def oldest(self, at: datetime, most: int, shops: Shops) -> Sequence[tuple[str, str, datetime | None]]:
        """Order number, shop, and the latest time to ship; those that are late or due first come first."""


class Readers(Protocol):
    """Who gets reports."""

    def limits(self, report: Report) -> Sequence[Shops]:
        """The shops that those who get it are limited to, each once: None for all leads, whoever gets it."""


class Platforms(Protocol):
    """The shops that are connected to their platform."""

    def connected(self, need: str, /) -> Sequence[str]:
        """Ids of shops that can do what is needed: orders, stock or shipments."""


class TaskQueue(Protocol):
    """Runs parts of jobs: here and now in one process, or on any of several workers."""

    async def defer(self, dues: Sequence[Due]) -> None:
        """Have each part run. Deferring the same part again does no harm."""


Clock = Callable[[], datetime]
