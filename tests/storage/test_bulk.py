"""Many rows at once arrive as SQLAlchemy's own INSERT would have written them, on both databases."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError as WrappedError
from sqlmodel import col

from domain.catalog.model import Platform, Shop
from domain.finance.model import FxRate
from domain.people import Role, Staff
from storage.bulk import ids_by, insert_rows
from storage.engine import Database

OPENED = datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=8)))


def test_values_come_back_as_they_went_in(database: Database) -> None:
    """Enums, moments of another zone and empty cells: what a raw driver would get wrong."""
    with database.write() as connection:
        insert_rows(connection, Shop, ("name", "platform", "currency", "fresh_at", "created_at"),
                    [("测试一店", Platform.JD, "CNY", None, OPENED), ("测试二店", Platform.XHS, "CNY", OPENED, OPENED)])
    columns = (col(Shop.name), col(Shop.platform), col(Shop.fresh_at), col(Shop.created_at))
    statement = select(*columns).order_by(col(Shop.id))
    with database.read() as connection:
        rows = [tuple(row) for row in connection.execute(statement)]
    opened = datetime(2026, 3, 1, 1, 30, tzinfo=UTC)
    assert rows == [("测试一店", Platform.JD, None, opened), ("测试二店", Platform.XHS, opened, opened)]


def test_days_and_large_numbers_keep_their_value(database: Database) -> None:
    with database.write() as connection:
        insert_rows(connection, FxRate, ("day", "currency", "rate", "source"),
                    [(date(2026, 2, 28), "USD", 712_345_678, "made up")])
    with database.read() as connection:
        row = connection.execute(select(col(FxRate.day), col(FxRate.rate))).one()
    assert tuple(row) == (date(2026, 2, 28), 712_345_678)


def test_ids_are_found_by_name(database: Database) -> None:
    with database.write() as connection:
        insert_rows(connection, Staff, ("name", "role", "is_active", "created_at"),
                    [(name, Role.SERVICE, True, OPENED) for name in ("甲", "乙")])
    with database.read() as connection:
        ids = ids_by(connection, Staff, "name")
        stored = {name: number for number, name in connection.execute(select(col(Staff.id), col(Staff.name)))}
    assert ids == stored
    assert set(ids) == {"甲", "乙"}


def test_a_row_that_breaks_a_rule_takes_the_others_with_it(database: Database) -> None:
    def write() -> None:
        with database.write() as connection:
            insert_rows(connection, FxRate, ("day", "currency", "rate", "source"),
                        [(date(2026, 2, 27), "USD", 700_000_000, "made up"), (date(2026, 2, 28), "USD", 0, "made up")])

    with pytest.raises(Exception, match="rate") as caught:
        write()
    assert type(caught.value).__name__ in ("IntegrityError", "CheckViolation")
    assert not isinstance(caught.value, WrappedError)
    with database.read() as connection:
        assert connection.execute(select(col(FxRate.day))).all() == []


def test_an_unknown_column_is_an_error_before_anything_is_written(database: Database) -> None:
    with database.write() as connection, pytest.raises(KeyError, match="colour"):
        insert_rows(connection, FxRate, ("colour",), [("red",)])
