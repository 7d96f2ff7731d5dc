"""What every merge needs to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from domain.clock import ShopCalendar
from domain.drafts import Kind, Reject
from domain.money import RATE_SCALE, UNIT_SCALE, minor_per_unit
from storage.ingest.staging import Stored
from storage.rollups import refresh


@dataclass(frozen=True, slots=True)
class Terms:
    """The shop's calendar and base currency, and the moment of the import."""

    calendar: ShopCalendar
    base_currency: str
    now: datetime
    stored: Stored

    @property
    def parameters(self) -> dict[str, Any]:
        return {"now": self.stored.moment(self.now), "base": self.base_currency, "rate_scale": RATE_SCALE,
                "cost_divisor": UNIT_SCALE // minor_per_unit(self.base_currency)}


def execute(connection: Connection, terms: Terms, *statements: str) -> int:
    """Run statements in order with the terms' parameters; how many rows the last one touched."""
    touched = 0
    for statement in statements:
        touched = connection.execute(text(statement), terms.parameters).rowcount
    return touched


def rate_of(row: str) -> str:
    """SQL for the exchange rate of a staged row with `currency` and `day`; NULL when none is known."""
    return (f"CASE WHEN {row}.currency = :base THEN :rate_scale ELSE (SELECT f.rate FROM fx_rates f "
            f"WHERE f.currency = {row}.currency AND f.day <= {row}.day ORDER BY f.day DESC LIMIT 1) END")


def refuse_without_rate(connection: Connection, terms: Terms, kind: Kind, rejects: list[tuple[Kind, Reject]]) -> int:
    """Take staged rows out whose currency has no rate on their day; how many."""
    table = f"stage_{kind.value}"
    without = f"FROM {table} WHERE {rate_of(table)} IS NULL"
    found = connection.execute(text(f"SELECT row_no, currency, day {without}"), terms.parameters).all()
    rejects.extend((kind, Reject(row_no, "no_rate", {"currency": currency, "day": str(day)[:10]}, ()))
                   for row_no, currency, day in found)
    if found:
        connection.execute(text(f"DELETE {without}"), terms.parameters)
    return len(found)


def refresh_days(connection: Connection, days: Sequence[Any]) -> None:
    """Bring the rollups of (shop id, day) pairs up to date; days as the database gives them."""
    refresh(connection, [(shop_id, date.fromisoformat(day) if isinstance(day, str) else day) for shop_id, day in days])
