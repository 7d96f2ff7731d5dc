"""Pieces for orders as they come in: many at once, each all or nothing, nobody twice.

Requests that wait at the same time are written in one transaction by whoever is first: on SQLite, where one writer is
alone, that keeps the longest wait short; on PostgreSQL it saves commits. The guard is the same as everywhere, one
conditional UPDATE for each shelf with the order's needs summed, shelves touched in one order.
"""

import sqlite3
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
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
from storage.stock.shelves import Shelf

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
_IS_HELD = """SELECT 1 FROM allocations WHERE order_id = {0} AND line_no = {0} AND sku_id = {0} AND warehouse_id = {0}
AND parcel_no = 1"""
# PostgreSQL is asked about a whole group at once: a way there and back costs more than the work. Shelves are locked in
# order before one is touched: the orders of a group come in no order.
_SHELVES = """SELECT b.sku_id, b.warehouse_id, b.on_hand - b.reserved AS free, k.allows_backorder FROM stock_balances b
JOIN skus k ON k.id = b.sku_id JOIN unnest(%s::bigint[], %s::bigint[]) AS w (sku_id, warehouse_id)
  ON w.sku_id = b.sku_id AND w.warehouse_id = b.warehouse_id
ORDER BY b.sku_id, b.warehouse_id FOR NO KEY UPDATE OF b"""
_HELD = """SELECT a.order_id, a.line_no, a.sku_id, a.warehouse_id FROM allocations a
JOIN unnest(%s::bigint[], %s::int[], %s::bigint[], %s::bigint[]) AS w (order_id, line_no, sku_id, warehouse_id)
  ON w.order_id = a.order_id AND w.line_no = a.line_no AND w.sku_id = a.sku_id AND w.warehouse_id = a.warehouse_id
WHERE a.parcel_no = 1"""
_HOLD_ALL = """INSERT INTO allocations (order_id, line_no, sku_id, warehouse_id, parcel_no, quantity, reason)
SELECT order_id, line_no, sku_id, warehouse_id, 1, quantity, reason
FROM unnest(%s::bigint[], %s::int[], %s::bigint[], %s::bigint[], %s::int[], %s::text[])
  AS w (order_id, line_no, sku_id, warehouse_id, quantity, reason)"""
# Whether a SKU may be owed is asked of the SKU by the guard itself, and stays so to the end: whoever forbids it takes a
# stronger lock first (storage.ledger), so that one of the two sees what the other did.
_RESERVE_ALL = """UPDATE stock_balances AS b SET reserved = b.reserved + w.quantity
FROM shelves s JOIN unnest(%s::bigint[], %s::bigint[], %s::int[]) AS w (sku_id, warehouse_id, quantity)
  ON w.sku_id = s.sku_id AND w.warehouse_id = s.warehouse_id
WHERE b.sku_id = s.sku_id AND b.warehouse_id = s.warehouse_id
  AND (b.on_hand - b.reserved >= w.quantity OR EXISTS (
    SELECT 1 FROM skus k WHERE k.id = b.sku_id AND k.allows_backorder FOR KEY SHARE))"""
# Everybody gets what they want, or an error says that somebody does not.
_GRANT_ALL = f"""WITH shelves AS MATERIALIZED ({_SHELVES}), reserved AS ({_RESERVE_ALL} RETURNING 1),
held AS ({_HOLD_ALL} RETURNING 1)
SELECT 1 / (CASE WHEN (SELECT COUNT(*) FROM reserved) = %s THEN 1 ELSE 0 END)"""  # noqa: S608  (our own text)
_SOMEBODY_LOSES = frozenset({"22012", "23505"})  # divided by zero: too few; not unique: granted before


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


def _locked() -> Lock:
    lock = Lock()
    lock.acquire()
    return lock


class Busy(RetryLater):
    """The database did not let anybody write for too long; nothing was reserved."""


@dataclass(slots=True)
class _Request:
    claim: Claim
    outcome: TooFew | None = None
    error: BaseException | None = None
    is_done: bool = False
    asleep: Lock = field(default_factory=_locked)  # let go of when it is done, or its turn to write

    def wake(self) -> None:
        self.asleep.release()


@dataclass(slots=True)
class Reserver:
    """One for a process, used by any of its threads. Keeps one connection until it is closed."""

    database: Database
    _waiting: deque[_Request] = field(default_factory=deque)
    _changing: Lock = field(default_factory=Lock)  # who waits, and whether somebody writes
    _is_writing: bool = False
    _connection: PoolProxiedConnection | None = None

    def reserve(self, claim: Claim) -> TooFew | None:
        """None: all its pieces are the order's, and stay so whatever happens to this process. Raises Busy.

        A claim that was granted before is granted again and holds nothing twice.
        """
        request = _Request(claim)
        with self._changing:
            self._waiting.append(request)
            is_mine, self._is_writing = not self._is_writing, True
        if not is_mine:
            request.asleep.acquire()
        if not request.is_done:
            self._work_off()
        if request.error is not None:
            raise request.error
        return request.outcome

    def close(self) -> None:
        """When nobody reserves any more."""
        self._give_up_connection()

    def _work_off(self) -> None:
        """One group: the first who waits, whose thread this is, and all who came after. The next first goes on."""
        with self._changing:
            group = [self._waiting.popleft() for _ in range(min(MAX_GROUP, len(self._waiting)))]
        try:
            self._write(group)
        except BaseException as error:  # noqa: BLE001 (each request raises it in its own thread; none sleeps on)
            self._give_up_connection()
            for request in group:
                request.error = error
        for request in group:
            request.is_done = True
            request.wake()
        with self._changing:
            self._is_writing = bool(self._waiting)
            if self._waiting:
                self._waiting[0].wake()

    def _write(self, group: Sequence[_Request]) -> None:
        if self._connection is None:
            self._connection = self.database.engine.raw_connection()
            if not self.database.is_sqlite:
                self._connection.driver_connection.autocommit = True  # type: ignore[union-attr]
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
    """At once for all; where somebody gets nothing, one after another in a transaction."""
    for write in (_grant_at_once, *[_grant_by_turns] * MAX_TRIES):
        try:
            write(driver, group)
        except Exception as error:
            if getattr(error, "sqlstate", None) not in _IN_THE_WAY | _SOMEBODY_LOSES:
                raise
            last = error
        else:
            return
    raise Busy("other transactions were in the way each time") from last


def _grant_at_once(driver: Any, group: Sequence[_Request]) -> None:
    rows = [row for request in group for row in _rows(request.claim)]
    sums: Counter[Shelf] = Counter()
    for request in group:
        sums.update(dict(request.claim.shelves()))
    taken = [(*shelf, pieces) for shelf, pieces in sorted(sums.items())]
    driver.execute(_GRANT_ALL, [*_columns(taken, 2), *_columns(taken, 3), *_columns(rows, 6), len(taken)])


def _grant_by_turns(driver: Any, group: Sequence[_Request]) -> None:
    with driver.transaction(), driver.cursor() as cursor:
        _decide_each(cursor, group)


def _decide_each(cursor: Any, group: Sequence[_Request]) -> None:
    """What `_grant` does for one claim, for all of them."""
    shelves = sorted({shelf for request in group for shelf, _ in request.claim.shelves()})
    free: dict[Shelf, tuple[int, bool]] = {
        (sku_id, place): (pieces, is_patient) for sku_id, place, pieces, is_patient in cursor.execute(
            _SHELVES, _columns(shelves, 2)).fetchall()}
    rows = [row for request in group for row in _rows(request.claim)]
    held = set(cursor.execute(_HELD, _columns([row[:4] for row in rows], 4)).fetchall())
    granted: list[tuple[Any, ...]] = []
    sums: Counter[Shelf] = Counter()
    for request in group:
        mine = [row for row in _rows(request.claim) if row[:4] not in held]
        request.outcome = _decide(request.claim, free, sums) if mine else None
        if mine and request.outcome is None:
            granted += mine
            held.update(row[:4] for row in mine)
            sums.update(dict(request.claim.shelves()))
    if granted:
        taken = [(*shelf, pieces) for shelf, pieces in sorted(sums.items())]
        cursor.execute(_GRANT_ALL, [*_columns(taken, 2), *_columns(taken, 3), *_columns(granted, 6), len(taken)])


def _rows(claim: Claim) -> list[tuple[Any, ...]]:
    return [(claim.order_id, piece.line_no, piece.sku_id, piece.warehouse_id, piece.quantity, claim.reason.value)
            for piece in claim.pieces]


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [[row[at] for row in rows] for at in range(width)]


def _decide(claim: Claim, free: Mapping[Shelf, tuple[int, bool]], taken: Mapping[Shelf, int]) -> TooFew | None:
    """Whether there is enough for all of one claim after what others of the group have taken."""
    for shelf, quantity in claim.shelves():
        pieces, is_patient = free.get(shelf, (0, False))
        left = pieces - taken.get(shelf, 0)
        if left < quantity and not (is_patient and shelf in free):
            return TooFew(*shelf, quantity, left)
    return None


@dataclass(frozen=True, slots=True)
class _Statements:
    """The statements on one claim, with the marks of the driver."""

    reserve: str
    give_back: str
    hold: str
    free: str
    is_held: str

    @classmethod
    def marked(cls, mark: str) -> "_Statements":
        return cls(*(text.format(mark) for text in (_RESERVE, _GIVE_BACK, _HOLD, _FREE, _IS_HELD)))


_SQLITE = _Statements.marked("?")


def _grant(execute: Callable[..., Any], say: _Statements, claim: Claim) -> TooFew | None:
    """All of one claim or, with what was taken given back in the same transaction, nothing."""
    taken: list[tuple[int, int, int]] = []
    for (sku_id, warehouse_id), quantity in claim.shelves():
        if execute(say.reserve, (quantity, sku_id, warehouse_id, quantity, sku_id)).rowcount != 1:
            _give_back(execute, say, taken)
            if _is_held(execute, say, claim):
                return None  # granted before, maybe with the last pieces
            row = execute(say.free, (sku_id, warehouse_id)).fetchone()
            return TooFew(sku_id, warehouse_id, quantity, row[0] if row else 0)
        taken.append((quantity, sku_id, warehouse_id))
    held = [execute(say.hold, (claim.order_id, piece.line_no, piece.sku_id, piece.warehouse_id, piece.quantity,
                               claim.reason.value)).rowcount for piece in claim.pieces]
    if not all(held):
        _give_back(execute, say, taken)  # granted before
    return None


def _is_held(execute: Callable[..., Any], say: _Statements, claim: Claim) -> bool:
    return all(execute(say.is_held, row[:4]).fetchone() for row in _rows(claim))


def _give_back(execute: Callable[..., Any], say: _Statements, taken: Sequence[tuple[int, int, int]]) -> None:
    for shelf in taken:
        execute(say.give_back, shelf)
