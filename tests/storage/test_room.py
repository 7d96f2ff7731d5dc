"""A disk that fills while an import is written: one sentence, and nothing of it is kept."""

import pytest
from psycopg.errors import DiskFull
from sqlalchemy.exc import OperationalError

from domain.errors import OperatorMustAct
from storage.engine import Database, open_database
from storage.room import free_bytes, is_full
from tests.storage.drafting import ingest, line, order, rows

_ORDERS = 200  # more than a page holds


def test_a_full_disk_is_one_sentence_and_leaves_nothing(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    with database.engine.connect() as connection:  # goes back to the pool, from where the import takes it
        connection.exec_driver_sql("PRAGMA max_page_count=1")  # no page more than there is
    with pytest.raises(OperatorMustAct, match="disk is full"):
        _bring_many(database)
    assert rows(database, "SELECT COUNT(*) FROM orders") == [(0,)]
    assert (free_bytes(database) or 0) > 0
    database.close()


def _bring_many(database: Database) -> None:
    numbers = [str(number) for number in range(_ORDERS)]
    with ingest(database) as sink:
        sink.stage_orders([order(external_id=number) for number in numbers], [line(order=number) for number in numbers])
        sink.finish()


def test_a_full_disk_of_a_server_is_told_by_its_code() -> None:
    assert is_full(OperationalError("INSERT", {}, DiskFull("no space left on device")))
    assert not is_full(OperationalError("INSERT", {}, Exception("locked")))
    assert not is_full(None)
