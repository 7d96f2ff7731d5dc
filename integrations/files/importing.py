"""The entry: a file in, tables of drafts out."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple, Protocol

from domain.catalog.model import Platform
from domain.clock import ShopCalendar
from domain.drafts import Draft, Kind, Lines, OrderDraft, Reject
from domain.importing.model import Learned, Remember, hash_of
from integrations.files import amounts, cells
from integrations.files.block import row_number
from integrations.files.cells import Bad, DayOrder, Moments
from integrations.files.excel import Shelf, sheet_tables
from integrations.files.formats import PaidRule, header_key
from integrations.files.header import HEADER_ROWS, Plan, make_plan
from integrations.files.orders import OrderReader
from integrations.files.problems import FileProblem
from integrations.files.setting import Setting
from integrations.files.shop_tables import ShopTableReader
from integrations.files.sources import OLE_MAGIC, ZIP_MAGIC, Source, sources
from integrations.files.text import TextTable

BATCH_ROWS = 5_000  # large enough for work by columns, small enough for the processor's cache
BATCH_CELLS = 200_000  # wider tables come in fewer rows, so that memory does not grow with their width
LONGEST_ORDER = 20_000  # rows of one order that are kept together; a longer one comes in parts
ORDERS_REMEMBERED = 1_000_000  # where an order's amount is shared over its rows, seen orders are kept in memory
SAMPLE_ROWS = 1_000  # show how dates are written
_MOMENTS = ("created_at", "paid_at", "shipped_at", "signed_at", "ship_by", "changed_at", "refunded_at", "day",
            "counted_at")


class Batch(NamedTuple):
    """Some rows of a table: orders and lines, or drafts of another kind."""

    orders: list[OrderDraft]
    lines: Lines
    drafts: list[Draft]
    rejects: list[Reject]
    rows_read: int  # of the table, up to and with this batch
    fraction: float  # of the table, 0 to 1


class Table(Protocol):
    """A sheet or text file that can be read through again and again."""

    name: str
    is_opened_anew: bool  # for each pass, so that another process may make one

    @property
    def row_hint(self) -> int | None: ...

    @property
    def fraction(self) -> float: ...

    def rows(self) -> Iterator[list[str]]: ...


class ImportTable:
    """One table of the file, recognised and ready to be read."""

    def __init__(self, table: Table, plan: Plan, setting: Setting, learned: Learned | None = None) -> None:
        self.name = table.name
        self.kind = plan.format.kind
        self.format = plan.format.name
        self.header = plan.header
        self.learned = learned  # what was remembered of such a table, where it was read by that
        self.headers_hash = headers_hash(plan.header)
        self.columns = {column: plan.header[position] for column, position in plan.columns.items()}
        self.ignored_columns = plan.ignored
        self.total_rows_hint = None if table.row_hint is None else max(table.row_hint - plan.header_at - 1, 0)
        self.can_be_read_elsewhere = table.is_opened_anew
        self.rows_before = 0  # in the tables of the import that come before: rows are numbered through them all
        self._table, self._plan, self._setting = table, plan, setting

    def batches(self, most_rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """All rows from the first. Rows of one order that stand together come in one batch."""
        batch_rows = max(1, min(most_rows, BATCH_CELLS // len(self.header)))
        rows = islice(self._table.rows(), self._plan.header_at + 1, None)
        if self.kind is Kind.ORDER_LINES:
            return self._order_batches(rows, batch_rows)
        return self._other_batches(rows, batch_rows)

    def own_rejects(self, rejects: Sequence[Reject]) -> Iterator[Reject]:
        """Those of this table by its own row numbers, in their order, each with the cells of its row."""
        wanted = sorted(rejects, key=row_number)
        rows = enumerate(islice(self._table.rows(), self._plan.header_at + 1, None), self.rows_before + 1)
        at, row = self.rows_before, list[str]()
        for reject in wanted:
            while not reject.cells and at < reject.row_no:
                at, row = next(rows)
            yield reject._replace(row_no=reject.row_no - self.rows_before, cells=reject.cells or tuple(row))

    def _order_batches(self, rows: Iterator[list[str]], batch_rows: int) -> Iterator[Batch]:
        reader = OrderReader(self._plan, self._setting)
        once = _OnceEach(self.name) if self._plan.format.paid is PaidRule.SHARED else None
        blocks = _whole_orders(rows, self._plan.columns["order_no"], batch_rows)
        read = 0
        while True:
            with _collector_paused():
                block = next(blocks, None)
                if block is None:
                    return
                orders, lines, rejects = reader.batch(block, self.rows_before + read + 1)
            read += len(block)
            if once:
                once.check(orders)
            yield Batch(orders, lines, [], rejects, read, self._table.fraction)

    def _other_batches(self, rows: Iterator[list[str]], batch_rows: int) -> Iterator[Batch]:
        reader = ShopTableReader(self.name, self._plan, self._setting)
        read = 0
        while block := list(islice(rows, batch_rows)):
            drafts, rejects = reader.batch(block, self.rows_before + read + 1)
            read += len(block)
            yield Batch([], Lines(), drafts, rejects, read, self._table.fraction)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """A batch makes a hundred thousand tuples and no cycles; looking for some takes a third of the time.

    The two calls at the end move what was made to the oldest generation: the next collection would look through it all.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()
        if was_enabled:
            gc.enable()


class _OnceEach:
    """Refuses a table in which an order's rows stand apart though its amount must be shared over all of them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._seen: set[int] = set()

    def check(self, orders: Sequence[OrderDraft]) -> None:
        for order in orders:
            key = hash((order.shop, order.external_id))
            if key in self._seen:
                raise FileProblem(f"the rows of order {order.external_id} stand apart in {self._name}; "
                                  "sort it by order number", key="file_order_apart", file=self._name,
                                  order=order.external_id)
            self._seen.add(key)
        if len(self._seen) > ORDERS_REMEMBERED:
            raise FileProblem(f"{self._name} has too many orders for one file of this format",
                              key="file_too_many_rows", file=self._name, limit=f"{ORDERS_REMEMBERED:,}")


def _whole_orders(rows: Iterator[list[str]], order_at: int, batch_rows: int) -> Iterator[list[list[str]]]:
    """Blocks of about `batch_rows` that end where an order ends."""
    ahead: list[list[str]] = []
    while block := list(islice(chain(ahead, rows), batch_rows)):
        ahead = ahead[batch_rows:]
        last = block[-1][order_at:order_at + 1]
        for row in islice(rows, LONGEST_ORDER):
            if row[order_at:order_at + 1] != last:
                ahead = [row]
                break
            block.append(row)
        yield block


def _nothing(_: Sequence[str]) -> Mapping[str, Learned]:
    return {}


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of the tables beside what stands in them."""

    kind: Kind | None
    mapping: Mapping[str, str]
    remember: Remember


def headers_hash(row: Sequence[str]) -> str:
    """By which a table with the same headers is known again, in whatever order and spelling they stand."""
    return hash_of([header_key(cell) for cell in row])


def open_import(path: Path, *, calendar: ShopCalendar, default_currency: str, kind: Kind | None = None,
                shop: str | None = None, mapping: Mapping[str, str] | None = None,
                platform: Platform | None = None, remember: Remember = _nothing) -> list[ImportTable]:
    """The tables of a CSV, XLSX, XLS, .gz or zip file. FileProblem (one sentence) when it holds none.

    `shop` stands for every row, whatever the file says; `mapping` tells the header of some of our columns, beside
    and before what `remember` knows of a table with the same headers.
    """
    setting = Setting(Moments(calendar), default_currency, shop, platform)
    found = []
    shelf = Shelf()
    for source in sources(path):
        found.extend(_recognised(_tables(source, shelf), _Told(kind, mapping or {}, remember), setting))
    return found


def _tables(source: Source, shelf: Shelf) -> Sequence[Table]:
    return sheet_tables(source, shelf) if source.head(4) in (ZIP_MAGIC, OLE_MAGIC) else [TextTable(source)]


def _recognised(tables: Sequence[Table], told: _Told, setting: Setting) -> list[ImportTable]:
    """The tables that hold something known; of a workbook some sheets may hold notes."""
    found: list[ImportTable] = []
    problems: list[FileProblem] = []
    for table in tables:
        try:
            found.append(_recognise(table, told, setting))
        except FileProblem as problem:
            problems.append(problem)
    if not found:
        raise next((problem for problem in problems if problem.key != "file_empty"), None) or (
            problems[0] if problems else FileProblem("the workbook has no sheet to read", key="file_no_sheet"))
    return found


def _recognise(table: Table, told: _Told, setting: Setting) -> ImportTable:
    first = list(islice(table.rows(), HEADER_ROWS))
    if not any(cell.strip() for row in first for cell in row):
        raise FileProblem(f"{table.name} is empty", key="file_empty", file=table.name)
    plan, learned = _planned(table, first, told, setting)
    moments = Moments(setting.moments.calendar, _day_order(table, plan))
    known = Setting(moments, setting.currency, setting.shop, setting.platform, _left_is_net(table, plan))
    return ImportTable(table, plan, known, learned)


def _planned(table: Table, first: Sequence[Sequence[str]], told: _Told,
             setting: Setting) -> tuple[Plan, Learned | None]:
    """By what is remembered of these headers, if that still fits; else by the headers alone."""
    hashes = [headers_hash(row) for row in first if sum(map(bool, row)) > 1]
    known = told.remember(hashes) if hashes else {}
    learned = next((known[one] for one in hashes if one in known), None)
    if learned is not None and told.kind in {None, learned.kept.kind}:
        together = {**dict(learned.kept.mapping), **told.mapping}
        with suppress(FileProblem):  # what was remembered no longer says which column is which
            return make_plan(table.name, first, kind=learned.kept.kind, platform=setting.platform,
                             mapping=together), learned
    return make_plan(table.name, first, kind=told.kind, platform=setting.platform, mapping=told.mapping), None


def _day_order(table: Table, plan: Plan) -> DayOrder:
    """Whether 03/04/2026 is March or April, should dates be written so: one pass over the table decides."""
    columns = sorted({plan.columns[column] for column in _MOMENTS if column in plan.columns})
    written = (cells.year_last(row[at]) for row in _body(table, plan) for at in columns if at < len(row))
    sample = islice(written, SAMPLE_ROWS * len(columns))
    if not any(sample):
        return DayOrder.UNKNOWN
    all_written = (cells.year_last(row[at]) for row in _body(table, plan) for at in columns if at < len(row))
    told = {cells.day_order(*pair) for pair in all_written if pair} - {DayOrder.UNKNOWN}
    return told.pop() if len(told) == 1 else DayOrder.UNKNOWN


def _left_is_net(table: Table, plan: Plan) -> bool:
    """Whether what the buyer paid has refunds taken off: the sums of most refunded rows tell."""
    if plan.format.paid is not PaidRule.ORDER or "refund_amount" not in plan.columns:
        return True
    at = [plan.columns[column] for column in ("order_total", "order_paid", "refund_amount")]
    return amounts.is_net(row for row in _amount_rows(table, plan, at))


def _amount_rows(table: Table, plan: Plan, at: list[int]) -> Iterator[tuple[amounts.Exact, ...]]:
    for row in _body(table, plan):
        read = [cells.amount(row[position]) for position in at if position < len(row)]
        known = [value for value in read if value is not None and not isinstance(value, Bad)]
        if len(known) == len(at):
            yield tuple(known)


def _body(table: Table, plan: Plan) -> Iterator[list[str]]:
    return islice(table.rows(), plan.header_at + 1, None)
