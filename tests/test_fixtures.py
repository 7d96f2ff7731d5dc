"""The databases handed to tests are real, empty and separate."""

from sqlalchemy import func, select, text

from domain.catalog.model import Shop
from domain.clock import ShopCalendar
from storage.engine import Database


def test_each_kind_of_database_comes_with_all_tables_and_no_rows(database: Database) -> None:
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Shop)) == 0


def test_what_one_test_writes_the_next_does_not_see(database: Database, calendar: ShopCalendar) -> None:
    assert calendar.zone.key == "Asia/Shanghai"
    for name in ("a", "b"):
        with database.write() as connection:
            connection.execute(text(
                "INSERT INTO shops (name, platform, currency, created_at) "
                f"VALUES ('{name}', 'jd', 'CNY', '2026-01-01')"))
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Shop)) == 2
