"""Quiet hours as they are kept: of a chat, of one of its reports, and which of them hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select
from sqlmodel import col

from domain.clock import ShopCalendar
from domain.messaging.model import QuietHours
from domain.messaging.quiet import ALL_REPORTS, OFF, STALE_AFTER, USUAL, USUAL_WORD, QuietSpan
from storage.engine import Database


def read(connection: Connection, chat: str, report: str = ALL_REPORTS) -> str | None:
    """22:00-08:00, `off`, or None where nothing was said."""
    return connection.execute(select(col(QuietHours.hours)).where(_of(chat, report))).scalar()


def write(connection: Connection, chat: str, report: str, hours: str, *, by: str, at: datetime) -> None:
    forget(connection, chat, report)
    if hours != USUAL_WORD:
        connection.execute(insert(QuietHours).values(chat=chat, report=report, hours=hours, set_by=by, created_at=at))


def forget(connection: Connection, chat: str, report: str) -> None:
    """Nothing was said about them any more."""
    connection.execute(delete(QuietHours).where(_of(chat, report)))


@dataclass(frozen=True, slots=True)
class Chosen:
    """All quiet hours that somebody set, by chat and report; few enough to be read at once."""

    hours: Mapping[tuple[str, str], str]
    calendar: ShopCalendar

    @classmethod
    def of(cls, connection: Connection, calendar: ShopCalendar) -> "Chosen":
        rows = connection.execute(select(col(QuietHours.chat), col(QuietHours.report), col(QuietHours.hours)))
        return cls({(chat, report): hours for chat, report, hours in rows}, calendar)

    def end(self, chat: str, report: str, moment: datetime, *, is_chosen: bool = False) -> datetime | None:
        """When the chat may hear of the report again; None: now. A chosen time is kept in the usual hours."""
        said = self.hours.get((chat, report)) or self.hours.get((chat.partition("/")[0], ALL_REPORTS))
        if said == OFF or (said is None and is_chosen):
            return None
        span = QuietSpan.read(said) if said else USUAL
        return span.end_after(moment, self.calendar)


class Overdue(Protocol):
    """A message in the relay's hand (storage.messaging.outbox.Leased)."""

    @property
    def chat(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...
    @property
    def created_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class NightGate:
    """Looked at when a message is about to go out: what was held up until the night waits for the morning."""

    database: Database
    calendar: ShopCalendar

    def until(self, message: Overdue, now: datetime) -> datetime | None:
        """When it may go; None: now, as it may when one of its reports may."""
        if message.kind != "report" or now - message.created_at <= STALE_AFTER:
            return None
        with self.database.read() as connection:
            chosen = Chosen.of(connection, self.calendar)
        ends = [chosen.end(message.chat, part["report"], now) for part in message.payload["parts"]]
        return None if None in ends else min(end for end in ends if end is not None)


def _of(chat: str, report: str) -> ColumnElement[bool]:
    return and_(col(QuietHours.chat) == chat, col(QuietHours.report) == report)
