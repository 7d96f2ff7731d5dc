"""The timetable: every job, when it is due, how late it may still run, and what happens to what was missed.

A new job is one file in scheduler/jobs/ and one row here. The times of reports are the shop's defaults: a chat may
have its own (`/subscribe daily_profit 08:30`). Odd minutes are meant: chat platforms are busy at :00 and :30.
"""

from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum

from domain.messaging.model import Report
from scheduler.due import Daily, Every, Weekly, When


class Missed(StrEnum):
    """What to do about due times that passed while nobody kept time."""

    EACH = "each"  # every one of them runs, for its own day, as long as it is not too late
    LATEST = "latest"  # one run does for all


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the timetable.

    `grace` is how late a run may still begin, `limit` how long it may take. A row with a report is due at the own
    times of chats, too. Without `overlaps` no second run of the job begins while one is open.
    """

    job: str
    when: When
    grace: timedelta
    missed: Missed
    overlaps: bool
    limit: timedelta
    report: Report | None = None


def _row(job: str, when: When, grace: timedelta, missed: Missed, *, limit_min: int = 10,
         report: Report | None = None) -> Row:
    """A report's runs for chats with different times may overlap; stock is looked at by one run at a time."""
    overlaps = report is not None and report is not Report.LOW_STOCK
    return Row(job, when, grace, missed, overlaps, timedelta(minutes=limit_min), report)


_D, _H, _M = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
_EACH, _LATEST = Missed.EACH, Missed.LATEST

TIMETABLE: tuple[Row, ...] = (
    # job                    when                       late by   missed   more
    _row("sync_orders",          Every(10),                 1 * _H,   _LATEST, limit_min=30),
    _row("sync_stock",           Every(30),                 1 * _H,   _LATEST, limit_min=30),
    _row("track_shipments",      Every(60),                 2 * _H,   _LATEST, limit_min=30),
    _row("write_back",           Every(1),                  1 * _H,   _LATEST),
    _row("low_stock",            Every(30),                 1 * _H,   _LATEST),
    _row("low_stock",            Daily(time(8, 37)),        4 * _H,   _LATEST, report=Report.LOW_STOCK),
    _row("daily_profit",         Daily(time(9, 7)),         2 * _D,   _EACH,   report=Report.DAILY_PROFIT),
    _row("weekly_review",        Weekly(0, time(9, 17)),    4 * _D,   _EACH,   report=Report.WEEKLY_REVIEW),
    _row("to_ship",              Daily(time(10, 13)),       4 * _H,   _LATEST, report=Report.TO_SHIP),
    _row("refresh_rates",        Daily(time(6, 23)),        12 * _H,  _LATEST),
    _row("check_invariants",     Daily(time(3, 23)),        12 * _H,  _LATEST, limit_min=60),
    _row("expire_confirmations", Every(5),                  1 * _H,   _LATEST),
    _row("backup",               Daily(time(2, 41)),        20 * _H,  _LATEST, limit_min=120),
    _row("purge",                Daily(time(4, 11)),        20 * _H,  _LATEST, limit_min=60),
)

# How far back missed due times are looked for; older ones are of no use to anybody.
LOOK_BACK = timedelta(days=7)
# A report that comes later than this says so.
LATE_AFTER = 10 * _M


def rows_of(job: str, timetable: tuple[Row, ...] = TIMETABLE) -> tuple[Row, ...]:
    """The lines of a job, of which some have two."""
    return tuple(row for row in timetable if row.job == job)


def names(timetable: tuple[Row, ...] = TIMETABLE) -> tuple[str, ...]:
    """Every job once, in the order of the timetable."""
    return tuple(dict.fromkeys(row.job for row in timetable))
