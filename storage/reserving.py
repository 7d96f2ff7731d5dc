"""Pieces for orders as they come in: many at once, each all or nothing, nobody twice.

Requests that wait at the same time are written in one transaction by whoever is first: on SQLite, where one writer is
alone, that keeps the longest wait short; on PostgreSQL it saves commits. The guard is the same as everywhere, one
conditional UPDATE for each shelf with the order's needs summed, shelves touched in one order.
"""

import sqlite3
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic, sleep
from typing import Any

from sqlalchemy.pool import PoolProxiedConnection

from domain.errors import RetryLater
from domain.fulfilment.allotment import Piece
from domain.inventory.model import AllocationReason
from storage.engine import BUSY_TIMEOUT_S, Database
from storage.shelves import Shelf

MAX_GROUP = 128  # requests of one transaction: some milliseconds in which other processes wait
MAX_TRIES = 5  # of a group that another transaction got in the way of; with shelves in one order it hardly happens
# SQLite's own waiting doubles up to a tenth of a second, and whoever comes later often gets in first.
_POLL_S = 0.0007
_IN_THE_WAY = frozenset({"40P01", "40001"})  # PostgreSQL: a circle of waiting transactions, or two in each other's way

_RESERVE = """UPDATE stock_balances SET reserved = reserved + {0} WHERE sku_id = {0} AND warehouse_id = {0}
AND (on_hand - reserved >= {0} OR EXISTS (SELECT 1 FROM skus WHERE id = {0} AND allows_backorder))"""
_GIVE_BACK = "UPDATE stock_balances SET reserved = reserved - {0} WHERE sku_id = {0} AND warehouse_id = {0}"
_HOLD = """INSERT INTO allocations (order_id, line_no, sku_id, warehouse_id, parcel_no, quantity, reason)
VALUES ({0}, {0}, {0}, {0}, 1, {0}, {0}) ON CONFLICT DO NOTHING"""
_FREE = "SELECT on_hand - reserved FROM stock_balances WHERE sku_id = {0} AND warehouse_id = {0}"
_LOCK = """SELECT 1 FROM stock_balances WHERE (sku_id, warehouse_id) IN ({0})
ORDER BY sku_id, warehouse_id FOR NO KEY UPDATE"""


@dataclass(frozen=True, slots=True)
class Claim:
    """What an order wants, from where (domain.fulfilment.allotment says from where)."""

    order_id: int
    pieces: tuple[Piece, ...]
    reason: AllocationReason = AllocationReason.STATED

    def shelves(self) -> list[tuple[Shelf, int]]:
        """Pieces by shelf, two lines of one SKU as their sum, in the order in which everybody touches them."""
        sums: Counter[Shelf] = Counter()
        for piece in self.pieces:
            sums[piece.sku_id, piece.warehouse_id] += piece.quantity
        return sorted(sums.items())


@dataclass(frozen=True, slots=True)
class TooFew:
    """Why an order got nothing: this shelf has `free` pieces where it wants more."""

    sku_id: int
    warehouse_id: int
    wanted: int
    free: int


class Busy(RetryLater):
    """The database did not let anybody write for too long; nothing was reserved."""


@dataclass(slots=True)
class _Request:
    claim: Claim
    outcome: TooFew | None = None
    error: Exception | None = None
    is_done: bool = False


@dataclass(slots=True)
class Reserver:
    """One for a process, used by any of its threads. Keeps one connection until it is closed."""

    database: Database
    _waiting: deque[_Request] = field(default_factory=deque)
    _turn: Lock = field(default_factory=Lock)
    _connection: PoolProxiedConnection | None = None

    def reserve(self, claim: Claim) -> TooFew | None:
        """None: all its pieces are the order's, and stay so whatever happens to this process. Raises Busy.

        A claim that was granted before is granted again and holds nothing twice.
        """
        request = _Request(claim)
        self._waiting.append(request)
        with self._turn:
            if not request.is_done:
                self._work_off()
        if request.error is not None:
            raise request.error
        return request.outcome

    def close(self) -> None:
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _work_off(self) -> None:
        """Those who wait now, this thread's own request among them."""
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(min(MAX_GROUP, len(self._waiting)))]
            try:
                self._write(group)
            except Exception as error:  # noqa: BLE001 (each request raises it in its own thread)
                self._give_up_connection()
                for request in group:
                    request.error = error
            for request in group:
                request.is_done = True

    def _write(self, group: Sequence[_Request]) -> None:
        if self._connection is None:
            self._connection = self.database.engine.raw_connection()
        driver: Any = self._connection.driver_connection
        write = _write_sqlite if isinstance(driver, sqlite3.Connection) else _write_postgresql
        write(driver, group)

    def _give_up_connection(self) -> None:
        if self._connection is not None:
            with suppress(Exception):
                self._connection.invalidate()
            self._connection = None


def _write_sqlite(driver: sqlite3.Connection, group: Sequence[_Request]) -> None:
    _begin_alone(driver)
    try:
        for request in group:
            request.outcome = _grant(driver.execute, _SQLITE, request.claim)
        driver.execute("COMMIT")
    except BaseException:
        driver.execute("ROLLBACK")
        raise


def _begin_alone(driver: sqlite3.Connection) -> None:
    """Look for the lock often, so that nobody's turn comes a tenth of a second late."""
    driver.execute("PRAGMA busy_timeout = 0")
    until = monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            if monotonic() > until:
                raise Busy(f"the database was locked for {BUSY_TIMEOUT_S} s") from error
            sleep(_POLL_S)
        else:
            return


def _write_postgresql(driver: Any, group: Sequence[_Request]) -> None:
    for attempt in range(1, MAX_TRIES + 1):
        try:
            with driver.cursor() as cursor:
                _lock(cursor.execute, {shelf for request in group for shelf, _ in request.claim.shelves()})
                for request in group:
                    request.outcome = _grant(cursor.execute, _POSTGRESQL, request.claim)
            driver.commit()
        except Exception as error:
            driver.rollback()
            if getattr(error, "sqlstate", None) not in _IN_THE_WAY:
                raise
            if attempt == MAX_TRIES:
                raise Busy("other transactions were in the way each time") from error
        else:
            return


def _lock(execute: Callable[..., Any], shelves: set[Shelf]) -> None:
    """All shelves of the group before the first is touched: its orders come in no order, the shelves must."""
    if len(shelves) > 1:
        marks = ", ".join(["(%s::bigint, %s::bigint)"] * len(shelves))
        execute(_LOCK.format(marks), [part for shelf in sorted(shelves) for part in shelf])


@dataclass(frozen=True, slots=True)
class _Statements:
    """The statements with the marks of one driver."""

    reserve: str
    give_back: str
    hold: str
    free: str

    @classmethod
    def marked(cls, mark: str) -> "_Statements":
        return cls(*(text.format(mark) for text in (_RESERVE, _GIVE_BACK, _HOLD, _FREE)))


_SQLITE, _POSTGRESQL = _Statements.marked("?"), _Statements.marked("%s")


def _grant(execute: Callable[..., Any], say: _Statements, claim: Claim) -> TooFew | None:
    """All of one claim or, with what was taken given back in the same transaction, nothing."""
    taken: list[tuple[int, int, int]] = []
    for (sku_id, warehouse_id), quantity in claim.shelves():
        if execute(say.reserve, (quantity, sku_id, warehouse_id, quantity, sku_id)).rowcount != 1:
            _give_back(execute, say, taken)
            row = execute(say.free, (sku_id, warehouse_id)).fetchone()
            return TooFew(sku_id, warehouse_id, quantity, row[0] if row else 0)
        taken.append((quantity, sku_id, warehouse_id))
    held = [execute(say.hold, (claim.order_id, piece.line_no, piece.sku_id, piece.warehouse_id, piece.quantity,
                               claim.reason.value)).rowcount for piece in claim.pieces]
    if not all(held):
        _give_back(execute, say, taken)  # granted before
    return None


def _give_back(execute: Callable[..., Any], say: _Statements, taken: Sequence[tuple[int, int, int]]) -> None:
    for shelf in taken:
        execute(say.give_back, shelf)
