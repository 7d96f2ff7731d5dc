"""The budget and the audit of what a language model is asked, kept in the database so that all processes share them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Connection, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from domain.audit import AuditEntry
from domain.clock import ShopCalendar
from domain.language.model import Consultation, ModelUse, Reservation
from storage import audit
from storage.engine import Database

EVENT = "model_asked"
MAX_ACTION = 40  # the width of the audit's column
PER = Decimal(1_000_000)  # tokens that prices are given for


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost, asked and answered, in whatever currency the bill comes in."""

    tokens_in: Decimal
    tokens_out: Decimal

    def cost(self, consultation: Consultation) -> Decimal:
        return (self.tokens_in * consultation.tokens_in + self.tokens_out * consultation.tokens_out) / PER


class StoredModelBook:
    """Meets `domain.ports.ModelBook`. Days are the shop's, by the real clock: a question about last year is of today.

    `daily_tokens` is each person's limit; without `prices` the audit has no cost.
    """

    def __init__(self, database: Database, calendar: ShopCalendar, clock: Callable[[], datetime], *, model: str,
                 daily_tokens: int, prices: Prices | None = None) -> None:
        self._database = database
        self._calendar = calendar
        self._clock = clock
        self._model = model
        self._daily_tokens = daily_tokens
        self._prices = prices

    def reserve(self, person: str, tokens: int) -> Reservation | None:
        """One update decides, so that two processes cannot both take the last tokens."""
        day = self._calendar.day(self._clock())
        self._begin(person, day)
        with self._database.write() as connection:
            is_left = connection.execute(
                update(ModelUse)
                .where(*_of(person, day), col(ModelUse.tokens) + tokens <= self._daily_tokens)
                .values(tokens=col(ModelUse.tokens) + tokens, calls=col(ModelUse.calls) + 1)).rowcount == 1
        return Reservation(person, day, tokens) if is_left else None

    def settle(self, reservation: Reservation, used: int) -> None:
        with self._database.write() as connection:
            connection.execute(update(ModelUse).where(*_of(reservation.person, reservation.day))
                               .values(tokens=col(ModelUse.tokens) + used - reservation.tokens))

    def record(self, consultation: Consultation) -> None:
        asked = {"prompt_sha256": consultation.prompt_sha256, "rounds": consultation.rounds,
                 "tools": consultation.tools, "tokens_in": consultation.tokens_in,
                 "tokens_out": consultation.tokens_out, "cost": self._cost(consultation)}
        found = {"outcome": consultation.outcome, "results_sha256": consultation.results_sha256,
                 "answer_sha256": consultation.answer_sha256}
        with self._database.write() as connection:
            audit.append(connection, AuditEntry(
                at=self._clock(), actor=consultation.actor, role=consultation.role, chat=consultation.chat,
                event=EVENT, action=self._model[:MAX_ACTION], arguments=_json(asked), facts=_json(found),
                previous_hash="", hash=""))

    def used(self, person: str) -> int:
        """Tokens of the person's day that are used or set aside."""
        with self._database.read() as connection:
            return self._row(connection, person, self._calendar.day(self._clock())) or 0

    def _begin(self, person: str, day: date) -> None:
        """The day's row, unless it is there or somebody else makes it at the same moment."""
        with self._database.read() as connection:
            if self._row(connection, person, day) is not None:
                return
        try:
            with self._database.write() as connection:
                connection.execute(insert(ModelUse).values(person=person, day=day, tokens=0, calls=0))
        except IntegrityError:
            return

    def _row(self, connection: Connection, person: str, day: date) -> int | None:
        return connection.execute(select(col(ModelUse.tokens)).where(*_of(person, day))).scalar()

    def _cost(self, consultation: Consultation) -> str | None:
        return str(self._prices.cost(consultation).normalize()) if self._prices else None


def _of(person: str, day: date) -> tuple[ColumnElement[bool], ...]:
    return col(ModelUse.person) == person, col(ModelUse.day) == day


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
