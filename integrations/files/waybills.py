"""A table of order and waybill numbers and nothing that would make it orders: parcels that were handed over."""

from itertools import islice
from pathlib import Path

from domain.drafts import Kind
from integrations.files.cells import clean
from integrations.files.excel import Shelf, sheet_tables
from integrations.files.formats import formats, header_key
from integrations.files.header import HEADER_ROWS
from integrations.files.importing import Table
from integrations.files.problems import FileProblem
from integrations.files.sources import OLE_MAGIC, ZIP_MAGIC, sources
from integrations.files.text import TextTable

MAX_ROWS = 1_000  # more is no list of today's parcels
_ORDERS_HAVE = ("created_at", "paid_at", "line_paid", "unit_price", "goods_total", "quantity")
Line = tuple[str, str, str]  # order, carrier or empty, waybill


def read_waybills(path: Path) -> list[Line] | None:
    """The lines; None when the file is something else, or cannot be read at all."""
    try:
        shelf = Shelf()
        for source in sources(path):
            is_book = source.head(4) in (ZIP_MAGIC, OLE_MAGIC)
            tables: list[Table] = [*sheet_tables(source, shelf)] if is_book else [TextTable(source)]
            for table in tables:
                if found := _lines(table):
                    return found
    except FileProblem:  # the import says what is wrong with it
        return None
    return None


def _lines(table: Table) -> list[Line] | None:
    columns = next(item.columns for item in formats() if item.kind is Kind.ORDER_LINES and not item.signature)
    for at, row in enumerate(islice(table.rows(), HEADER_ROWS)):
        keys = [header_key(cell) for cell in row]
        places = {name: next((keys.index(key) for key in columns[name] if key in keys), None)
                  for name in ("order_no", "carrier", "waybill_no", *_ORDERS_HAVE)}
        if places["order_no"] is None or places["waybill_no"] is None:
            continue
        if any(places[name] is not None for name in _ORDERS_HAVE):
            return None
        wanted = [places["order_no"], places["carrier"], places["waybill_no"]]
        return [_line(cells, wanted) for cells in islice(table.rows(), at + 1, at + 1 + MAX_ROWS) if any(cells)]
    return None


def _line(cells: list[str], wanted: list[int | None]) -> Line:
    order, carrier, waybill = (clean(cells[at]) if at is not None and at < len(cells) else "" for at in wanted)
    return order, carrier.replace(" ", ""), waybill
