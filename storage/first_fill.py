"""Filling a table that holds nothing yet: bare of indexes and foreign keys, which are made and checked at once after.

A foreign key that PostgreSQL checks row by row costs more than writing the row. Only an empty table is bared: the
locks this takes until the end of the transaction keep nobody from reading anything.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, ForeignKeyConstraint, Table, select
from sqlalchemy.schema import AddConstraint, DropConstraint


def is_empty(connection: Connection, table: Table) -> bool:
    return connection.scalar(select(1).select_from(table).limit(1)) is None


@contextmanager
def bare_if_empty(connection: Connection, table: Table) -> Iterator[None]:
    """Within it, fill the table in the caller's transaction. A row that breaks a foreign key is found at the end."""
    if not is_empty(connection, table):
        yield
        return
    is_pg = connection.dialect.name == "postgresql"
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    # SQLite cannot add a foreign key to a table that is there; checking one costs it little.
    keys = [key for key in table.constraints if isinstance(key, ForeignKeyConstraint)] if is_pg else []
    for index in indexes:
        index.drop(connection)
    for key in keys:
        connection.execute(DropConstraint(key))
    yield
    for index in indexes:
        index.create(connection)
    for key in keys:
        connection.execute(AddConstraint(key, isolate_from_table=False))
    if is_pg:
        connection.exec_driver_sql(f"ANALYZE {table.name}")
