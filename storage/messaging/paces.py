"""Paces in the database, so that all processes together keep to them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from domain.messaging.gates import Pace
from domain.messaging.pacing import Rate
from storage.bulk import insert_made, table_of
from storage.engine import Database
from storage.made import Made

Rates = Mapping[str, Rate]


def book(connection: Connection, asked: Sequence[Rates], now: datetime, latest: datetime) -> list[datetime | None]:
    """For each in turn the next moment that all its paces allow; None, and nothing taken, when it is after `latest`.

    Rows are locked in the order of their keys, so that two processes never wait for each other in a circle.
    """
    due = _due(connection, {key for rates in asked for key in rates})
    booked = [_booked(due, rates, now, latest) for rates in asked]
    taken = {key for rates, at in zip(asked, booked, strict=True) if at is not None for key in rates}
    _set(connection, _SET, {key: due[key] for key in taken})
    return booked


def _booked(due: dict[str, datetime], rates: Rates, now: datetime, latest: datetime) -> datetime | None:
    at = max((rate.earliest(due.get(key), now) for key, rate in rates.items()), default=now)
    if at > latest:
        return None
    due.update({key: rate.due_after(due.get(key), at) for key, rate in rates.items()})
    return at


def settle(connection: Connection, done: Sequence[tuple[Rates, datetime]]) -> None:
    """They took until then: the next one counts from the end of this one, not from when it was booked."""
    _set(connection, _SET_LATER, {key: at + rate.step for rates, at in sorted(done, key=_moment)
                                  for key, rate in rates.items() if rate.burst == 1})


def hold(connection: Connection, key: str, rate: Rate, until: datetime) -> None:
    """Nothing before the moment, because the channel said so."""
    _set(connection, _SET_LATER, {key: rate.due_for(until)})


class Limits:
    """How often people may ask: the same paces, without waiting."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def allow(self, asked: Sequence[Rates], now: datetime) -> list[bool]:
        """Of each in turn whether one more is within all its paces; it is counted only then."""
        with self._database.write() as connection:
            return [at is not None for at in book(connection, asked, now, now)]


def _due(connection: Connection, keys: Collection[str]) -> dict[str, datetime]:
    return dict(_DUE.rows(connection, {"keys": sorted(keys)})) if keys else {}


def _set(connection: Connection, statement: Mapping[str, Made], due: Mapping[str, datetime]) -> None:
    statement[connection.dialect.name].each(connection, [{"key": key, "due_at": at} for key, at in sorted(due.items())])


def _moment(done: tuple[Rates, datetime]) -> datetime:
    return done[1]


# asked many times a second: made once
_PACES = table_of(Pace)
_DUE = Made(select(_PACES.c.key, _PACES.c.due_at).where(_PACES.c.key.in_(bindparam("keys", expanding=True)))
            .order_by(_PACES.c.key).with_for_update())
_SET = insert_made(Pace, lambda insert: insert.on_conflict_do_update(
    index_elements=["key"], set_={"due_at": insert.excluded.due_at}))
_SET_LATER = insert_made(Pace, lambda insert: insert.on_conflict_do_update(
    index_elements=["key"], set_={"due_at": insert.excluded.due_at}, where=_PACES.c.due_at < insert.excluded.due_at))
