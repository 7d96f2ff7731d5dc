"""Reservations a second from several processes, beside the bare statement in the same run; and the longest wait.

All cases reach for the same few SKUs until the time is up, in threads of several processes, and write the same two
rows for each piece they get. The naive case reads first and writes later: it must oversell, or the check shows nothing.
"""

import argparse
import multiprocessing
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import get_ident
from time import CLOCK_MONOTONIC, clock_gettime, perf_counter
from typing import Any

from benchmarks.report import Report, Spread, Table, percentile
from domain.fulfilment.allotment import Piece
from storage.engine import Database, open_database
from storage.schema import metadata
from storage.stock.reserving import Claim, Reserver

NAME, WHAT = "reservations", "how many orders get their piece a second, and how long the slowest waits"
SKUS = 20
PLENTY, SCARCE = 1_000_000, 50  # pieces of each: enough for everybody, or so few that most go without
ORDERS = 64  # rows that the pieces are held for; their line numbers run on
START_S = 3.0  # until every process stands ready

Take = Callable[[int, int], bool]  # (line number, SKU) → got it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one process saw; times in milliseconds."""

    tries: int
    waits_ms: list[float]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--postgresql", metavar="URL", help="an empty database, for the cases on PostgreSQL")
    parser.add_argument("--processes", type=int, default=4, help="that reserve at once")
    parser.add_argument("--threads", type=int, default=8, help="of each process")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each case")
    parser.add_argument("--runs", type=int, default=3, help="of each case")


def run(asked: argparse.Namespace, report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _all(f"sqlite:///{Path(folder) / 'shop.db'}", asked, report)
    if asked.postgresql:
        _all(asked.postgresql, asked, report)


def _all(url: str, asked: argparse.Namespace, report: Report) -> None:
    """Cases take turns, so that a busy minute of the machine meets each of them."""
    database = open_database(url)
    metadata.create_all(database.engine)
    found: dict[str, list[tuple[float, list[float], int]]] = {name: [] for name in ("bare", "ours", "naive")}
    for _ in range(asked.runs):
        for name, runs in found.items():
            _fill(database, SCARCE if name == "naive" else PLENTY)
            runs.append((*_measure(url, name, asked), _oversold(database)))
    database.close()
    report.add(_table("SQLite" if database.is_sqlite else "PostgreSQL", found))


def _table(title: str, found: dict[str, list[tuple[float, list[float], int]]]) -> Table:
    rows, figures = [], []
    bare = found["bare"]
    for name, runs in found.items():
        rate, most = Spread.of(run[0] for run in runs), Spread.of(max(run[1]) for run in runs)
        ratio = Spread.of(run[0] / other[0] for run, other in zip(runs, bare, strict=True))
        slowest = Spread.of(max(run[1]) / max(other[1]) for run, other in zip(runs, bare, strict=True))
        waits = sorted(wait for run in runs for wait in run[1])
        rows.append([name, rate.shown(), ratio.shown(2), f"{percentile(waits, 0.5):.2f}",
                     f"{percentile(waits, 0.99):.1f}", most.shown(), slowest.shown(2),
                     ", ".join(str(run[2]) for run in runs)])
        figures.append({"case": name, "per_s": rate.middle, "ratio": ratio.middle, "longest_ms": most.middle,
                        "longest_ratio": slowest.middle, "oversold": [run[2] for run in runs]})
    return Table(f"{title}: least / middle / most of the runs", (
        "case", "tries/s", "of bare", "p50 ms", "p99 ms", "longest ms", "of bare's", "pieces oversold"), rows, figures)


def _measure(url: str, case: str, asked: argparse.Namespace) -> tuple[float, list[float]]:
    begin = clock_gettime(CLOCK_MONOTONIC) + START_S  # the one clock that processes share
    with ProcessPoolExecutor(asked.processes, multiprocessing.get_context("spawn")) as processes:
        running = [processes.submit(_process, url, case, number, asked.threads, begin, asked.seconds)
                   for number in range(asked.processes)]
        outcomes = [one.result() for one in running]
    return (sum(one.tries for one in outcomes) / asked.seconds, [wait for one in outcomes for wait in one.waits_ms])


def _process(url: str, case: str, number: int, threads: int, begin: float, seconds: float) -> Outcome:  # noqa: PLR0917
    with _CASES[case](url) as open_thread, ThreadPoolExecutor(threads) as pool:
        shares = list(pool.map(lambda thread: _thread(open_thread, number * threads + thread, begin, seconds),
                               range(threads)))
    return Outcome(sum(map(len, shares)), [wait for share in shares for wait in share])


def _thread(open_thread: Callable[[int], Take], number: int, begin: float, seconds: float) -> list[float]:
    """Tries one after another until the time is up; how long each took, in milliseconds."""
    take, rng, waits, line = open_thread(number % ORDERS + 1), Random(number), [], number * 10_000_000
    while clock_gettime(CLOCK_MONOTONIC) < begin:
        pass
    until = perf_counter() + seconds
    while (start := perf_counter()) < until:
        line += 1
        take(line % 2_000_000_000, rng.randint(1, SKUS))
        waits.append((perf_counter() - start) * 1000)
    return waits


_GUARDED = ("UPDATE stock_balances SET reserved = reserved + 1 WHERE sku_id = {0} AND warehouse_id = 1 "
            "AND on_hand - reserved >= 1")
_SET = "UPDATE stock_balances SET reserved = {0} WHERE sku_id = {0} AND warehouse_id = 1"
_READ = "SELECT on_hand, reserved FROM stock_balances WHERE sku_id = {0} AND warehouse_id = 1"
_HOLD = ("INSERT INTO allocations (order_id, line_no, sku_id, warehouse_id, parcel_no, quantity, reason) "
         "VALUES ({0}, {0}, {0}, 1, 1, 1, 'stated')")


@contextmanager
def _bare(url: str) -> Iterator[Callable[[int], Take]]:
    """The statement itself, a transaction and a connection of its own for each thread."""
    yield lambda order: _statements(url, order, _guarded)


@contextmanager
def _naive(url: str) -> Iterator[Callable[[int], Take]]:
    yield lambda order: _statements(url, order, _read_then_written)


def _statements(url: str, order: int, reserve: Callable[[Any, str, str, int], bool]) -> Take:
    is_sqlite = url.startswith("sqlite")
    connection = _sqlite(url) if is_sqlite else _postgresql(url)
    mark, begin = ("?", "BEGIN IMMEDIATE") if is_sqlite else ("%s", "BEGIN")

    def take(line: int, sku: int) -> bool:
        got = reserve(connection, mark, begin, sku)
        if got:
            connection.execute(_HOLD.format(mark), (order, line, sku))
        connection.execute("COMMIT")
        return got

    return take


def _guarded(connection: Any, mark: str, begin: str, sku: int) -> bool:
    connection.execute(begin)
    return bool(connection.execute(_GUARDED.format(mark), (sku,)).rowcount)


def _read_then_written(connection: Any, mark: str, begin: str, sku: int) -> bool:
    on_hand, reserved = connection.execute(_READ.format(mark), (sku,)).fetchone()
    connection.execute(begin)
    if on_hand > reserved:
        connection.execute(_SET.format(mark), (reserved + 1, sku))
    return bool(on_hand > reserved)


def _sqlite(url: str) -> Any:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30, isolation_level=None,
                                 check_same_thread=False)
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def _postgresql(url: str) -> Any:
    import psycopg

    return psycopg.connect(url, autocommit=True)


@contextmanager
def _ours(url: str) -> Iterator[Callable[[int], Take]]:
    """One Reserver for the process, as the program has it."""
    database = open_database(url)
    reserver = Reserver(database)

    def open_thread(order: int) -> Take:
        return lambda line, sku: reserver.reserve(Claim(order, (Piece(line, sku, 1, 1),))) is None

    yield open_thread
    reserver.close()
    database.close()


_CASES = {"bare": _bare, "ours": _ours, "naive": _naive}


_PLACES = (
    "INSERT INTO shops (id, name, platform, currency, created_at) VALUES (1, 'S', 'jd', 'CNY', '2026-01-01')",
    "INSERT INTO warehouses (id, name, priority) VALUES (1, 'W', 1)",
    "INSERT INTO products (id, name, kind, created_at) VALUES (1, 'P', 'goods', '2026-01-01')",
)


def _fill(database: Database, pieces: int) -> None:
    """An empty shop with so many pieces of each SKU."""
    said = str(get_ident())
    with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        for statement in _PLACES:
            connection.exec_driver_sql(statement)
        for sku in range(1, SKUS + 1):
            connection.exec_driver_sql(
                "INSERT INTO skus (id, code, product_id, variant, currency, allows_backorder, is_active, created_at) "
                f"VALUES ({sku}, 'S{sku}-{said}', 1, '', 'CNY', FALSE, TRUE, '2026-01-01')")
            connection.exec_driver_sql("INSERT INTO stock_balances (sku_id, warehouse_id, on_hand, reserved, incoming) "
                                       f"VALUES ({sku}, 1, {pieces}, 0, 0)")
        for order in range(1, ORDERS + 1):
            connection.exec_driver_sql(
                "INSERT INTO orders (id, shop_id, external_id, payment, fulfilment, after_sale, hold, status, "
                "raw_status, created_at, currency, fx_rate, discount_minor, freight_minor, paid_minor, discount_base, "
                f"freight_base, paid_base, content_hash) VALUES ({order}, 1, 'N{order}', 'paid', 'unshipped', 'none', "
                "'none', 'to_ship', '', '2026-01-01', 'CNY', 1, 0, 0, 0, 0, 0, 0, 0)")


def _oversold(database: Database) -> int:
    """Pieces held for orders beyond those that were there."""
    with database.read() as connection:
        return int(connection.exec_driver_sql(
            "SELECT COALESCE(SUM(CASE WHEN a.held > b.on_hand THEN a.held - b.on_hand ELSE 0 END), 0) FROM "
            "(SELECT sku_id, SUM(quantity) AS held FROM allocations GROUP BY sku_id) AS a "
            "JOIN stock_balances b ON b.sku_id = a.sku_id").scalar_one())
