"""Statements that are asked with every message: written once, and given to the driver with nothing but their values.

SQLAlchemy takes several times as long to hand a small statement to SQLite as SQLite takes to answer it: it finds what
it compiled before, spreads lists out into their values, and wraps what comes back. All of that is the same each time.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.sql.compiler import SQLCompiler

from storage.engine import reading

Process = Callable[[Any], Any] | None
Given = Mapping[str, Any]
_NOTHING: Given = {}
_LIST = (list, tuple)
MOST_VALUES = 32_000  # of one list: SQLite takes 32,766 in all


@dataclass(frozen=True, slots=True)
class _Place:
    """A value of the statement: the given one of the name, or one out of the given list, or always the same."""

    name: str
    of_list: int | None
    process: Process
    otherwise: Any


@dataclass(slots=True)
class _Written:
    """A statement in the words of one database, for lists of a certain length."""

    sql: str
    places: Sequence[_Place]
    names: Sequence[str] | None  # of the places, where the database has them named
    results: Sequence[Process] | None = None  # of the columns; empty where they are right as they come

    def values(self, given: Given) -> Any:
        """As the driver takes them. One loop: there are dozens of values in each turn of a chat."""
        values = []
        for place in self.places:
            if place.name not in given:
                values.append(place.otherwise)
                continue
            value = given[place.name]
            if place.of_list is not None:
                value = value[place.of_list]
            values.append(value if place.process is None else place.process(value))
        return values if self.names is None else dict(zip(self.names, values, strict=True))


class Made:
    """One statement of SQLAlchemy's. Its lists (`expanding`) may be of any length, each time another."""

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        self._columns = tuple(statement.exported_columns)
        self._names = tuple(statement.exported_columns.keys())
        self._record: Any = namedtuple("Row", self._names, rename=True)  # type: ignore[misc]  # noqa: PYI024
        self._written: dict[tuple[Any, ...], _Written] = {}

    def rows(self, connection: Connection, given: Given = _NOTHING) -> list[Any]:
        """What comes back, each row in the order of its columns."""
        lists = {name: _filled_up(value) for name, value in given.items() if isinstance(value, _LIST)}
        if lists:
            given = {**given, **lists}
        written = self._for(connection, given, (*lists, *map(len, lists.values())))
        cursor = _cursor(connection)
        try:
            cursor.execute(written.sql, written.values(given))
            return self._read(connection, written, cursor)
        finally:
            cursor.close()

    def each(self, connection: Connection, rows: Sequence[Given]) -> list[Any]:
        """The same for each of the rows, which name the same values and hold no lists; what comes back of them all."""
        if not rows:
            return []
        written = self._for(connection, rows[0], ())
        values = [written.values(row) for row in rows]
        with closing(_cursor(connection)) as cursor:
            if not self._columns:
                cursor.executemany(written.sql, values)
                return []
            if connection.dialect.name == "sqlite":
                return [row for each in values
                        for row in self._read(connection, written, cursor.execute(written.sql, each))]
            cursor.executemany(written.sql, values, returning=True)
            return [row for _ in cursor.results() for row in self._read(connection, written, cursor)]

    def mappings(self, connection: Connection, given: Given = _NOTHING) -> list[dict[str, Any]]:
        """What comes back, by the names of its columns."""
        return [dict(zip(self._names, row, strict=True)) for row in self.rows(connection, given)]

    def records(self, connection: Connection, given: Given = _NOTHING) -> list[Any]:
        """What comes back, each row a tuple with the names of its columns."""
        return list(map(self._record._make, self.rows(connection, given)))

    def firsts(self, connection: Connection, given: Given = _NOTHING) -> tuple[Any, ...]:
        """The first value of each row."""
        return tuple(row[0] for row in self.rows(connection, given))

    def _for(self, connection: Connection, given: Given, lists: tuple[Any, ...]) -> _Written:
        key = (connection.dialect.name, *lists)
        written = self._written.get(key)
        if written is None:
            written = self._written[key] = _write(self.statement, connection, given)
        return written

    def _read(self, connection: Connection, written: _Written, cursor: Any) -> list[Any]:
        if not self._columns:
            return []
        rows = cursor.fetchall()
        if written.results is None:
            results = [_result_of(column, connection, kind) for column, (_, kind, *_) in zip(
                self._columns, cursor.description, strict=True)]
            written.results = results if any(results) else ()
        if not written.results:
            return list(rows)
        return [tuple(value if process is None else process(value)
                      for process, value in zip(written.results, row, strict=True)) for row in rows]


def _cursor(connection: Connection) -> Any:
    """The driver's own, in the connection's transaction."""
    if not connection.in_transaction():  # what is read belongs together
        if connection.dialect.name == "sqlite":
            return reading(connection).cursor()
        connection.begin()
    return connection.connection.cursor()


def _filled_up(values: Sequence[Any]) -> Sequence[Any]:
    """As long as the next power of two, by its last value: to be in it means the same, and there are few lengths."""
    missing = max(0, min(1 << (len(values) - 1).bit_length(), MOST_VALUES) - len(values)) if values else 0
    return [*values, *[values[-1]] * missing] if missing else values


def _write(statement: Any, connection: Connection, given: Given) -> _Written:
    dialect = connection.dialect
    compiled: Any = statement.compile(dialect=dialect, **({"column_keys": list(given)} if statement.is_insert else {}))
    assert isinstance(compiled, SQLCompiler)
    if compiled.insert_prefetch or compiled.update_prefetch:
        raise ValueError(f"values that Python makes must be given: {compiled}")
    state = compiled.construct_expanded_state(dict(given))
    process = {name: bind.type.dialect_impl(dialect).bind_processor(dialect)
               for bind, name in compiled.bind_names.items()}
    of_list: dict[str, tuple[str, int | None]] = {
        name: (parent, at) for parent, names in state.parameter_expansion.items() for at, name in enumerate(names)}
    places = []
    for name in state.positiontup or state.parameters:
        given_name, at = of_list.get(name, (name, None))
        do, value = process.get(given_name), state.parameters[name]
        places.append(_Place(given_name, at, do, value if do is None else do(value)))
    return _Written(state.statement, places, None if state.positiontup is not None else list(state.parameters))


def _result_of(column: Any, connection: Connection, kind: Any) -> Process:
    """What makes of a column's values what the statement says they are."""
    process: Process = column.type.dialect_impl(connection.dialect).result_processor(connection.dialect, kind)
    return process
