"""An empty table is filled bare, and stands there afterwards as if it had been filled in the usual way."""

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from storage.engine import Database
from storage.first_fill import way_to_fill
from storage.schema import metadata
from tests.storage.drafting import ingest, line, order, rows

INDEXES = {True: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL",
           False: "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL "
                  "SELECT conrelid::regclass || pg_get_constraintdef(oid) || convalidated FROM pg_constraint "
                  "WHERE connamespace = 'public'::regnamespace"}


def shape(database: Database) -> list[str]:
    """Every index and constraint of the shop's tables, as the database itself describes it.

    Temporary tables of an import are none of them: one that goes just now still has a row, but no definition any more.
    """
    return sorted(" ".join(text.split()) for text, in rows(database, INDEXES[database.is_sqlite]))


def bring(database: Database, number: str) -> list[str]:
    """Import one order with a line that went back; the statements that change the shape of a table."""
    altered = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().startswith(("ALTER", "DROP INDEX")):
            altered.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    with ingest(database) as sink:
        sink.stage_orders([order(external_id=number, buyer_id=number)], [
            line(order=number, row_no=1), line(order=number, row_no=2, quantity=-1, row_hash=2)])
        sink.finish()
    event.remove(database.engine, "before_cursor_execute", note)
    return altered


def test_indexes_and_foreign_keys_are_back_after_the_first_import(database: Database) -> None:
    before = shape(database)
    assert bring(database, "A1")
    assert shape(database) == before


def test_tables_that_hold_rows_are_left_as_they_are(database: Database) -> None:
    bring(database, "A1")
    assert bring(database, "A2") == []
    assert rows(database, "SELECT external_id FROM orders ORDER BY id") == [("A1",), ("A2",)]


def test_what_the_first_import_refers_to_is_there(database: Database) -> None:
    """SQLite does not look references up while it imports, PostgreSQL only at the end."""
    bring(database, "A1")
    if database.is_sqlite:
        assert rows(database, "PRAGMA foreign_key_check") == []


def test_after_an_import_references_are_looked_up_again(database: Database) -> None:
    bring(database, "A1")
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.exec_driver_sql("UPDATE order_lines SET sku_id = 999")


def test_a_reference_to_nothing_is_found_at_the_end(database: Database) -> None:
    accounts = metadata.tables["customer_accounts"]
    with pytest.raises(IntegrityError), database.write() as connection, way_to_fill(connection, accounts)(
            connection, accounts):
        connection.exec_driver_sql(
            "INSERT INTO customer_accounts (customer_id, platform, buyer_id) VALUES (999, 'jd', 'b')")
    assert rows(database, "SELECT * FROM customer_accounts") == []
