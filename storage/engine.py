"""Opening a database: SQLite by default, PostgreSQL for several processes, one way to read and one to write."""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from domain.errors import OperatorMustAct

BUSY_TIMEOUT_S = 30  # how long a SQLite writer waits for another; imports hold the lock for seconds
KEPT = 2  # connections of each kind that lie ready
CACHE_KIB = 32 * 1024  # SQLite page cache of one connection


@dataclass(frozen=True, slots=True)
class Database:
    """One open database. Reads see a snapshot; a write is one transaction that commits or leaves nothing."""

    engine: Engine
    # SQLite's writers wait for each other by trying again after ever longer naps: our own threads queue up instead
    _writing: RLock = field(default_factory=RLock, repr=False)
    _readers: deque[Connection] = field(default_factory=deque, repr=False)
    _writers: deque[Connection] = field(default_factory=deque, repr=False)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection in a read transaction; nothing written through it is kept."""
        with self._at_hand(self._readers, self.engine.connect) as connection:
            yield connection

    def glance(self, sql: str) -> Any:
        """The first value that a statement without values of its own finds, in no transaction of ours."""
        with self._at_hand(self._readers, self.engine.connect) as connection:
            cursor = connection.connection.cursor()
            cursor.execute(sql)
            found = cursor.fetchone()
            cursor.close()
        return found[0] if found else None

    @contextmanager
    def _at_hand(self, kept: deque[Connection], connect: Callable[[], Connection]) -> Iterator[Connection]:
        """One of SQLite's connections that lie ready, or a new one: the pool's checks cost more than a small question.

        A server may have gone away meanwhile: there, the pool looks.
        """
        try:
            connection = kept.pop()
        except IndexError:
            connection = connect()
        try:
            yield connection
            if connection.in_transaction():
                connection.rollback()
            elif self.is_sqlite and (driver := _driver(connection)).in_transaction:
                driver.rollback()
        except BaseException:
            connection.close()
            raise
        if self.is_sqlite and len(kept) < KEPT:
            kept.append(connection)
        else:
            connection.close()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in a write transaction: committed at the end, rolled back on any error."""
        if not self.is_sqlite:
            with self.engine.connect() as connection, connection.begin():
                yield connection
            return
        is_our_turn = self._writing.acquire(timeout=BUSY_TIMEOUT_S)  # after that SQLite says that it is locked
        try:
            with self._at_hand(self._writers, self._writer) as connection, connection.begin():
                yield connection
        finally:
            if is_our_turn:
                self._writing.release()

    def _writer(self) -> Connection:
        return self.engine.connect().execution_options(zhanggui_write=True)

    def close(self) -> None:
        for kept in (self._readers, self._writers):
            while kept:
                kept.pop().close()
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open `sqlite:///path` or `postgresql://…`; it need not hold any tables yet."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise OperatorMustAct(f"{url!r} is no database address; write sqlite:///shop.db or postgresql://…") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return Database(_sqlite(parsed))
    if backend == "postgresql":
        return Database(_postgresql(parsed))
    raise OperatorMustAct(f"databases of the kind {backend!r} are not supported; use sqlite:///… or postgresql://…")


def _postgresql(url: URL) -> Engine:
    engine = create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    try:
        with engine.connect():
            pass
    except OperationalError as error:
        raise OperatorMustAct(f"cannot reach the database at {url.render_as_string(hide_password=True)}: "
                              f"{str(error.orig).strip().splitlines()[0]}") from error
    return engine


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    try:
        with engine.connect():
            pass
    except DatabaseError as error:
        raise OperatorMustAct(f"cannot open the database file {url.database}: {error.orig}") from error
    return engine


def _set_pragmas(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin in `_begin`, not wherever the driver guesses
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"cache_size=-{CACHE_KIB}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """A writer takes the lock at once: a read that turns into a write could fail half-way."""
    if connection.get_execution_options().get("zhanggui_write", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        reading(connection)


def reading(connection: Connection) -> sqlite3.Connection:
    """SQLite's own connection, in a transaction that reads: none of SQLAlchemy's, which costs more than it.

    It takes no lock, so that nothing can go wrong that the engine would have to know of.
    """
    driver = _driver(connection)
    if not driver.in_transaction:
        driver.execute("BEGIN")
    return driver


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)
