"""Bringing drafts into the shop: staged aside, then merged set by set in one transaction, or not at all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Self

from sqlalchemy import Connection, Transaction

from domain.clock import ShopCalendar
from domain.drafts import Counts, Draft, Kind, LineDraft, Lines, OrderDraft, Reject
from domain.errors import OperatorMustAct
from storage.encryption import Vault
from storage.engine import Database
from storage.ingest import merge_orders, merge_other, staging
from storage.ingest.first_orders import FirstOrders, is_empty
from storage.ingest.order_rows import OrderRows
from storage.ingest.staging import Stored
from storage.ingest.terms import Terms
from storage.rollups import ORDERS_AT_ONCE
from storage.room import is_full
from storage.stock import allocations

# Each for this transaction alone. Compiling a statement takes longer than it saves; sorts of a file fit into memory;
# what the planner needs to know of a table for the next statement, a tenth of the usual sample tells. What was just
# written is in memory: a thousand orders' lines are looked up faster than all are read.
_BATCH_JOB = ("SELECT pg_advisory_xact_lock(hashtext('zhanggui import'))", "SET LOCAL jit = off",
              "SET LOCAL work_mem = '64MB'", "SET LOCAL default_statistics_target = 10",
              "SET LOCAL random_page_cost = 1.1")


class Ingest:
    """One import (domain.ports.ImportSink). Use it as a context: leaving it without `finish` keeps nothing."""

    def __init__(self, database: Database, *, calendar: ShopCalendar, vault: Vault, base_currency: str,
                 now: datetime) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._transaction: Transaction | None = None  # of the whole import, where its first batch began one
        self._first: FirstOrders | None = None
        stored = Stored(is_sqlite=database.is_sqlite)
        self._rows = OrderRows(calendar, vault, base_currency, stored)
        self._other = merge_other.Staged(stored, vault, base_currency)
        self._terms = Terms(calendar, base_currency, now, stored)
        self._rejects: list[tuple[Kind, Reject]] = []

    def __enter__(self) -> Self:
        self._connection = self._database.engine.connect()
        staging.set_for_bulk(self._connection)
        with self._connection.begin():
            staging.create(self._connection, "stage_orders", staging.ORDERS, key="seq")
            staging.create(self._connection, "stage_lines", staging.LINES)
            staging.create(self._connection, "stage_returns", staging.RETURNS)
            staging.create(self._connection, "stage_sums", staging.SUMS)
            staging.create(self._connection, "stage_doubtful", staging.DOUBTFUL)
            staging.index(self._connection, "stage_sums", "order_seq")
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if self._connection is not None:
            self._connection.invalidate()  # its temporary tables go with it
            self._connection.close()
        if is_full(error):
            raise OperatorMustAct("the disk is full; nothing was imported", key="import_disk_full") from error

    @property
    def rejects(self) -> Sequence[tuple[Kind, Reject]]:
        return self._rejects

    def begin_table(self) -> None:
        self._rows.begin_table()

    def stage_orders(self, orders: Sequence[OrderDraft], lines: Iterable[LineDraft]) -> None:
        if not self._rows.orders_staged and not self._transaction and self._other.seen.keys().isdisjoint(
                merge_other.BEFORE_ORDERS):
            self._begin_first()
        if any(draft.currency != self._terms.base_currency for draft in orders):
            self._take_back()
        places, before = self._rows.places(), self._rows.orders_staged
        with self._part():
            staging.fill(self._open, "stage_orders", staging.ORDERS, self._rows.orders(orders, places))
            columns = self._rows.lines(Lines.of(lines), places)
            if any(place.rows and place.seq <= before for place in places.values()):
                self._take_back()  # an order goes on
            if self._first:
                self._first.fill(columns)
            else:
                staging.fill_columns(self._open, "stage_lines", staging.LINES, columns)
            staging.fill(self._open, "stage_returns", staging.RETURNS, self._rows.take_returns())
            staging.fill(self._open, "stage_doubtful", staging.DOUBTFUL, self._rows.take_doubtful())
            staging.fill(self._open, "stage_sums", staging.SUMS, self._rows.sums(places))
            if self._first and not self._first.book(self._rows, ORDERS_AT_ONCE):
                self._take_back()

    def stage(self, kind: Kind, drafts: Sequence[Draft]) -> None:
        if kind in merge_other.BEFORE_ORDERS:
            self._take_back()
        with self._part():
            self._other.stage(self._open, kind, drafts)

    def _begin_first(self) -> None:
        """Where nothing is known that orders could meet, one transaction from here to the end writes them at once."""
        connection = self._open
        with connection.begin():
            if not is_empty(connection):
                return
        transaction = connection.execution_options(zhanggui_write=True).begin()
        _prepare(connection)
        if is_empty(connection):  # still
            self._transaction, self._first = transaction, FirstOrders(connection, self._terms)
        else:
            transaction.rollback()

    def _take_back(self) -> None:
        """What was staged beside the first lines decides what they are: they are merged with it as any others."""
        if self._first:
            self._first.take_back()
            self._first = None

    @contextmanager
    def _part(self) -> Iterator[Transaction]:
        """A batch is a transaction of its own, unless there is one of the whole import."""
        if self._transaction:
            yield self._transaction
            return
        with self._open.begin() as transaction:
            yield transaction

    @property
    def _open(self) -> Connection:
        if self._connection is None:
            raise RuntimeError("an import is used inside its with block")
        return self._connection

    def finish(self, *, dry_run: bool = False) -> Mapping[Kind, Counts]:
        connection = self._open.execution_options(zhanggui_write=True)
        with self._transaction or connection.begin() as transaction:
            _prepare(connection)
            if self._first and not self._first.book(self._rows):
                self._take_back()
            counts = dict(self._other.merge(connection, merge_other.BEFORE_ORDERS, self._terms, self._rejects))
            if self._rows.orders_staged:
                counts[Kind.ORDER_LINES] = merge_orders.merge(
                    connection, self._rows, self._terms, self._rejects, first=self._first)
            if self._first:
                self._first.close()  # where no order was left to merge, too
            counts |= self._other.merge(connection, merge_other.AFTER_ORDERS, self._terms, self._rejects)
            allocations.reserve_waiting(connection)
            if dry_run:
                transaction.rollback()
        return counts


def _prepare(connection: Connection) -> None:
    """On PostgreSQL imports take turns, as they do on SQLite, and statements may use what a batch job may use."""
    if connection.dialect.name == "postgresql":
        for statement in _BATCH_JOB:
            connection.exec_driver_sql(statement)
