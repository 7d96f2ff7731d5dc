"""Filling tables for the first time: bare of indexes and keys, which are made and checked at once after.

A foreign key that PostgreSQL checks row by row costs more than writing the row, a primary key half as much. Only what
holds nothing yet is bared: the locks this takes until the end of the transaction keep nobody from reading anything.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Connection, Constraint, ForeignKeyConstraint, Table, select
from sqlalchemy.schema import AddConstraint, DropConstraint

Fill = Callable[[Connection, Table], AbstractContextManager[None]]  # within it the table is filled


def way_to_fill(connection: Connection, leading: Table) -> Fill:
    """Bare while the leading table holds nothing; afterwards tables that happen to be empty are not touched either."""
    is_empty = connection.scalar(select(1).select_from(leading).limit(1)) is None
    return _bare_if_empty if is_empty else _as_it_stands


def _as_it_stands(_connection: Connection, _table: Table) -> AbstractContextManager[None]:
    return nullcontext()


def _bare_if_empty(connection: Connection, table: Table) -> AbstractContextManager[None]:
    is_empty = connection.scalar(select(1).select_from(table).limit(1)) is None
    return _bare(connection, table) if is_empty else nullcontext()


@contextmanager
def _bare(connection: Connection, table: Table) -> Iterator[None]:
    """In the caller's transaction. A row that breaks a key is found at the end."""
    is_pg = connection.dialect.name == "postgresql"
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    # SQLite cannot add a key to a table that is there; checking one costs it little.
    keys = _keys(table) if is_pg else []
    for index in indexes:
        index.drop(connection)
    for key in keys:
        connection.execute(DropConstraint(key))
    yield
    for index in indexes:
        index.create(connection)
    for key in keys:
        # `isolate_from_table` would leave the key out of every CREATE TABLE that this process makes later
        connection.execute(AddConstraint(key, isolate_from_table=False))
    if is_pg:
        connection.exec_driver_sql(f"ANALYZE {table.name}")


def _keys(table: Table) -> list[Constraint]:
    """Those that can be taken away for a while: a primary key that another table refers to cannot."""
    is_referred_to = any(key.column.table is table for other in table.metadata.tables.values()
                         for key in other.foreign_keys)
    own: list[Constraint] = [] if is_referred_to else [table.primary_key]
    return [*own, *(key for key in table.constraints if isinstance(key, ForeignKeyConstraint))]
