"""Paces in the database, so that all processes together keep to them."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlmodel import col

from domain.messaging.gates import Pace
from domain.messaging.pacing import Rate
from storage.bulk import insert_into, table_of
from storage.engine import Database


def book(connection: Connection, rates: Mapping[str, Rate], now: datetime, latest: datetime) -> datetime | None:
    """Take the next moment that every pace allows; None, and nothing taken, when it is after `latest`.

    Rows are locked in the order of their keys, so that two processes never wait for each other in a circle.
    """
    due = _due(connection, sorted(rates))
    at = max(rate.earliest(due.get(key), now) for key, rate in rates.items())
    if at > latest:
        return None
    for key, rate in sorted(rates.items()):
        _set(connection, key, rate.due_after(due.get(key), at))
    return at


def settle(connection: Connection, rates: Mapping[str, Rate], done_at: datetime) -> None:
    """It took until now: the next one counts from the end of this one, not from when it was booked."""
    due = _due(connection, sorted(rates))
    for key, rate in sorted(rates.items()):
        if rate.burst == 1:
            _set(connection, key, max(due.get(key, done_at), done_at + rate.step))


def hold(connection: Connection, key: str, rate: Rate, until: datetime) -> None:
    """Nothing before the moment, because the channel said so."""
    due = _due(connection, [key]).get(key, until)
    _set(connection, key, max(due, rate.due_for(until)))


class Limits:
    """How often people may ask: the same paces, without waiting."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def allows(self, rates: Mapping[str, Rate], now: datetime) -> bool:
        """Whether one more is within every pace; it is counted only then."""
        with self._database.write() as connection:
            return book(connection, rates, now, now) is not None


def _due(connection: Connection, keys: list[str]) -> dict[str, datetime]:
    statement = select(col(Pace.key), col(Pace.due_at)).where(col(Pace.key).in_(keys)).order_by(col(Pace.key))
    return {row.key: row.due_at for row in connection.execute(statement.with_for_update())}


def _set(connection: Connection, key: str, due_at: datetime) -> None:
    statement = insert_into(connection, table_of(Pace)).values(key=key, due_at=due_at)
    changed = connection.execute(update(Pace).where(col(Pace.key) == key).values(due_at=due_at)).rowcount
    if not changed:
        connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"due_at": due_at}))
