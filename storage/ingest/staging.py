"""Temporary tables that an import fills before anything of the shop is touched.

They live in the connection's own temporary space, so filling them takes no lock, and memory does not grow with
the file. One row type per kind; the columns have the form they will be stored in.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from itertools import chain, islice, repeat
from typing import Any, cast

from sqlalchemy import Connection

_PG_TYPES = {"text": "text", "int": "int8", "short": "int4", "moment": "timestamptz", "day": "date", "bytes": "bytea"}

SORTERS = 1  # beside the thread that runs a statement
ROWS_AT_ONCE = 100  # of SQLite in one statement: a call for each row costs as much as the row itself
ROWS_LOOKED_AT = 5_000  # for what is the same in all of them: a batch of a file
MOMENT_CHARS = len("2026-11-23 07:00:00.000000")  # the zone that follows is always UTC

Columns = dict[str, str]  # column name → text, int, short (only where a table of the shop has it), moment, day, bytes
_WRITTEN = (int, type(None))  # what a statement may hold as it is

ORDERS: Columns = {
    "seq": "int", "source": "int", "shop": "int", "external_id": "text", "payment": "text", "fulfilment": "text",
    "after_sale": "text", "hold": "text", "status": "text", "raw_status": "text", "excluded": "text",
    "created_at": "moment", "paid_at": "moment", "paid_on": "day", "paid_hour": "int", "ship_by": "moment",
    "shipped_at": "moment", "shipped_on": "day", "signed_at": "moment", "signed_on": "day", "changed_at": "moment",
    "currency": "text", "booked_on": "day", "divisor": "int", "freight_minor": "int", "platform": "text",
    "buyer_id": "text", "receiver_sealed": "bytes", "phone_sealed": "bytes", "phone_index": "bytes",
    "province": "text", "city": "text", "address_sealed": "bytes", "carrier": "text", "waybill_no": "text",
    "warehouse": "text", "staff": "text", "remark": "text",
}
LINES: Columns = {  # what was sold
    "order_seq": "int", "line_no": "int", "external_id": "text", "sku": "int", "title": "text", "quantity": "int",
    "unit_price_e4": "int", "discount_minor": "int", "paid_minor": "int",
}
RETURNS: Columns = {  # what went back, or is asked back: of a line sold, or with `line_no` null of goods sent back
    "order_seq": "int", "row_no": "int", "line_no": "int", "sku": "int", "quantity": "int", "paid_minor": "int",
    "amount_minor": "int", "asked_minor": "int", "refunded_at": "moment", "refunded_on": "day",
    "refunded_hour": "int",
}
SUMS: Columns = {
    "order_seq": "int", "first_row": "int", "row_count": "int", "row_hash": "int", "is_sale": "int",
    "is_priced": "int", "paid_minor": "int",
    "discount_minor": "int", "refund_minor": "int",
}
DOUBTFUL: Columns = {  # rows that may yet be refused, once all are known; `line_no` where the row itself names one
    "order_seq": "int", "row_no": "int", "line_no": "int", "row_hash": "int", "paid_minor": "int",
    "discount_minor": "int", "refund_minor": "int",
}
TODO: Columns = {  # by number, which every line looks up: SQLite finds a row by its own number fastest
    "seq": "int", "shop_id": "int", "first_row": "int", "row_count": "int", "content_hash": "int", "paid_minor": "int",
    "discount_minor": "int", "refund_minor": "int", "is_priced": "int", "order_id": "int", "action": "text",
    "fx_rate": "int", "divisor": "int",
}
SKU_IDS: Columns = {"key": "int", "code": "text", "sku_id": "int", "cost_e4": "int"}
SKUS: Columns = {"key": "int", "code": "text", "title": "text", "kind": "text"}
SHOPS: Columns = {"key": "int", "shop_id": "int"}


def set_for_bulk(connection: Connection) -> None:
    """Let SQLite not look up again, row by row, what every statement here joined with: a tenth of the writing.

    And let it sort on a second core. For a connection that is thrown away afterwards; PostgreSQL does both by itself
    or not at all, and checks references all the same, in the same tests.
    """
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute(f"PRAGMA threads={SORTERS}")


def create(connection: Connection, table: str, columns: Columns, *, key: str | None = None) -> None:
    """Make an empty temporary table, in place of one left by an import that was given up."""
    is_pg = connection.dialect.name == "postgresql"
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {_temporary(connection, table)}")
    parts = [f"{name} {_PG_TYPES[kind] if is_pg else _sqlite_type(kind)}{' PRIMARY KEY' if name == key else ''}"
             for name, kind in columns.items()]
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {table} ({', '.join(parts)})")


def _temporary(connection: Connection, table: str) -> str:
    return f"pg_temp.{table}" if connection.dialect.name == "postgresql" else f"temp.{table}"


def _sqlite_type(kind: str) -> str:
    return {"int": "INTEGER", "short": "INTEGER", "bytes": "BLOB"}.get(kind, "TEXT")


def fill(connection: Connection, table: str, columns: Columns, rows: Iterable[Sequence[Any]]) -> None:
    """Append rows, each a value per column in the form `moment`, `day` and the like give."""
    left = iter(rows)
    while part := list(islice(left, ROWS_LOOKED_AT)):
        fill_columns(connection, table, columns, list(zip(*part, strict=True)))


def fill_columns(connection: Connection, table: str, columns: Columns, values: Sequence[Sequence[Any]], *,
                 is_temporary: bool = True) -> None:
    """The same with the rows' values column by column."""
    driver = connection.connection.driver_connection
    names = ", ".join(columns)
    if not values[0]:
        return
    if isinstance(driver, sqlite3.Connection):
        _insert(driver, f"{'temp' if is_temporary else 'main'}.{table} ({names})", values)
        return
    # numbers and moments written out as text cost us twice as much, and the server has to read them again
    into = f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)"
    with cast("Any", driver).cursor() as cursor, cursor.copy(into) as copy:
        copy.set_types([_PG_TYPES[kind] for kind in columns.values()])
        for row in zip(*values, strict=True):
            copy.write_row(row)


def _insert(driver: sqlite3.Connection, into: str, columns: Sequence[Sequence[Any]]) -> None:
    """Handing a value to SQLite takes as long as keeping it: a number that is the same in all rows is not handed over.

    Most rows go many to a statement; those left over one by one, as a statement of each length would be compiled anew.
    """
    same = [column[0].__class__ in _WRITTEN and column.count(column[0]) == len(column) for column in columns]
    marks = ", ".join(("NULL" if column[0] is None else str(column[0])) if once else "?"
                      for column, once in zip(columns, same, strict=True))
    handed = [column for column, once in zip(columns, same, strict=True) if not once]
    rows = zip(*handed, strict=True) if handed else repeat((), len(columns[0]))
    statement = f"INSERT INTO {into} VALUES {', '.join([f'({marks})'] * ROWS_AT_ONCE)}"
    for _ in range(len(columns[0]) // ROWS_AT_ONCE):
        driver.execute(statement, list(chain.from_iterable(islice(rows, ROWS_AT_ONCE))))
    driver.executemany(f"INSERT INTO {into} VALUES ({marks})", rows)


def index(connection: Connection, table: str, columns: str) -> None:
    """An index on a filled temporary table, and what the planner needs to know of it."""
    name = f"{table}_{columns.replace(', ', '_')}"
    place = "" if connection.dialect.name == "postgresql" else "temp."
    connection.exec_driver_sql(f"CREATE INDEX {place}{name} ON {table} ({columns})")
    analyze(connection, table)


def analyze(connection: Connection, *tables: str) -> None:
    """PostgreSQL knows nothing of a temporary table until it is told; its guess makes minutes of seconds."""
    if connection.dialect.name == "postgresql":
        for table in tables:
            connection.exec_driver_sql(f"ANALYZE {table}")


class Stored:
    """Moments and days in the form the database keeps them in."""

    def __init__(self, *, is_sqlite: bool) -> None:
        self.is_sqlite = is_sqlite

    def moment(self, value: datetime | None) -> datetime | str | None:
        if value is None or not self.is_sqlite:
            return value
        moment = value if value.tzinfo is UTC else value.astimezone(UTC)
        return moment.isoformat(" ", "microseconds")[:MOMENT_CHARS]

    def day(self, value: date | None) -> date | str | None:
        return value.isoformat() if value is not None and self.is_sqlite else value
