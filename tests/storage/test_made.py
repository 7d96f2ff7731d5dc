"""Statements that are made once answer as SQLAlchemy would have them answered, on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, insert, select, update

from domain.catalog.model import Platform, Shop
from domain.messaging.gates import Pace
from domain.people import Role, Staff
from storage.bulk import insert_made, table_of
from storage.engine import Database
from storage.made import Made

EAST = datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=8)))
SAME = datetime(2026, 3, 1, 1, 30, tzinfo=UTC)
_PACES, _SHOPS = table_of(Pace), table_of(Shop)
_KEEP = insert_made(Pace, lambda into: into.on_conflict_do_nothing().returning(_PACES.c.key, _PACES.c.due_at))
_AMONG = Made(select(_PACES.c.key, _PACES.c.due_at).where(_PACES.c.key.in_(bindparam("keys", expanding=True)))
              .order_by(_PACES.c.key))


def _kept(database: Database, *keys: str) -> list[tuple[str, datetime]]:
    with database.write() as connection:
        return [tuple(row) for row in _KEEP[connection.dialect.name].each(
            connection, [{"key": key, "due_at": EAST} for key in keys])]


def test_lists_are_of_any_length(database: Database) -> None:
    """Also of none, and of one that is no power of two."""
    _kept(database, *"abcdefg")
    with database.read() as connection:
        for wanted in ("", "a", "ab", "abc", "abcde", "c", "xyz"):
            rows = _AMONG.rows(connection, {"keys": list(wanted)})
            assert [tuple(row) for row in rows] == [(key, SAME) for key in wanted if key in "abcdefg"]


def test_only_rows_that_are_new_come_back(database: Database) -> None:
    """Moments of another zone come back as the same moments."""
    assert _kept(database, "a", "b") == [("a", SAME), ("b", SAME)]
    assert _kept(database, "b", "c") == [("c", SAME)]
    assert _kept(database) == []


def test_many_rows_are_changed_each_by_its_own_values(database: Database) -> None:
    _kept(database, "a", "b")
    later = Made(update(_PACES).where(_PACES.c.key == bindparam("which")).values(due_at=bindparam("at")))
    with database.write() as connection:
        later.each(connection, [{"which": key, "at": EAST + timedelta(hours=n)} for n, key in enumerate("ab")])
    with database.read() as connection:
        assert [row[1] for row in _AMONG.rows(connection, {"keys": ["a", "b"]})] == [SAME, SAME + timedelta(hours=1)]


def test_enums_keep_their_kind_and_literals_stay(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(_SHOPS), [
            {"name": name, "platform": platform, "currency": "CNY", "created_at": EAST}
            for name, platform in (("测试一店", Platform.JD), ("测试二店", Platform.XHS))])
    of_jd = Made(select(_SHOPS.c.name, _SHOPS.c.platform, _SHOPS.c.fresh_at).where(
        _SHOPS.c.platform == Platform.JD, _SHOPS.c.name.in_(bindparam("names", expanding=True))))
    with database.read() as connection:
        assert of_jd.mappings(connection, {"names": ["测试一店", "测试二店"]}) == [
            {"name": "测试一店", "platform": Platform.JD, "fresh_at": None}]
        assert of_jd.firsts(connection, {"names": ["测试二店"]}) == ()


def test_what_is_read_belongs_together(database: Database) -> None:
    """Two statements of one read see the same moment, on SQLite; none of them leaves a transaction behind."""
    with database.read() as connection:
        _AMONG.rows(connection, {"keys": ["a"]})
        assert database.is_sqlite or connection.in_transaction()
        if database.is_sqlite:
            _kept(database, "a")
            assert not _AMONG.rows(connection, {"keys": ["a"]})
    with database.read() as connection:
        assert bool(_AMONG.rows(connection, {"keys": ["a"]})) == database.is_sqlite


def test_a_value_that_python_makes_must_be_given(database: Database) -> None:
    """SQLAlchemy would make it for each row; a statement that goes to the driver as it is would write nothing."""
    staff = insert_made(Staff, lambda into: into)
    with database.write() as connection, pytest.raises(ValueError, match="must be given"):
        staff[connection.dialect.name].each(connection, [{"name": "小王", "role": Role.SERVICE, "created_at": EAST}])
