"""Writing many rows of one table at once, and the ids that names stand for."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from storage.made import Made

_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def table_of(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


def insert_into(connection: Connection, table: Table) -> Any:
    """An INSERT that may say ON CONFLICT, which each database's own has; SQLAlchemy gives the two no common type."""
    return _INSERTS[connection.dialect.name](table)


def insert_made(model: type[SQLModel], made: Callable[[Any], Any]) -> Mapping[str, Made]:
    """The same INSERT for each database by its dialect's name, for what is asked many times a second: made once."""
    return {name: Made(made(insert(table_of(model)))) for name, insert in _INSERTS.items()}


def insert_rows(connection: Connection, model: type[SQLModel], columns: Sequence[str],
                rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows, each a Python value per named column, within the caller's transaction.

    Defaults of the model are not applied, so every column that may not be null must be named (its own number, the
    `id`, need not be). A row that breaks a constraint raises the driver's IntegrityError. Rows are not kept in memory.
    """
    table = table_of(model)
    names = ", ".join(table.c[name].name for name in columns)
    ready = _bound(connection, table, columns, rows)
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        marks = ", ".join("?" * len(columns))
        driver.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", ready)  # noqa: S608  (our own names)
        return
    with cast("Any", driver).cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in ready:
            copy.write_row(row)


def insert_few(connection: Connection, model: type[SQLModel], columns: Sequence[str],
               rows: Sequence[Sequence[Any]]) -> None:
    """As `insert_rows`, for a transaction's few hundred: what it breaks raises SQLAlchemy's IntegrityError."""
    if not rows:
        return
    table = table_of(model)
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})",  # noqa: S608
        [tuple(row) for row in _bound(connection, table, columns, rows)])


def _bound(connection: Connection, table: Table, columns: Sequence[str],
           rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
    """The rows as the driver takes them: what SQLAlchemy's own INSERT would do with each value."""
    dialect = connection.dialect
    processors = [(place, process) for place, name in enumerate(columns)
                  if (process := table.c[name].type.dialect_impl(dialect).bind_processor(dialect))]
    for row in rows:
        values = list(row)
        for place, process in processors:
            values[place] = process(values[place])
        yield values


def ids_by(connection: Connection, model: type[SQLModel], column: str) -> dict[str, int]:
    """Every row's id by the text of a column whose values are unique, such as a shop's name."""
    table = table_of(model)
    return {row[0]: row[1] for row in connection.execute(select(table.c[column], table.c.id))}
