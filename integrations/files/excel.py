"""XLSX and XLS: calamine where the workbook fits into memory, openpyxl row by row where it does not.

Cells come out as the text a person would type: dates as 2026-09-20 10:00:00, whole numbers without a point.
"""

import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import IO, Any, Protocol

from integrations.files.problems import FileProblem, told_plainly
from integrations.files.sheet_extent import Extent, extent
from integrations.files.sources import OLE_MAGIC, Source, check_unpacked, seekable

MAX_XLS_BYTES = 64 * 2**20  # 65,536 rows of an order export take about 20 MiB
# Calamine keeps the packed file, the shared strings and one whole sheet: measured 2.0 times the sheet's XML where it
# holds numbers, 1.7 times sheet and strings together where it holds texts. At the bound that is 145 MiB beside the
# 115 MiB of the importing program itself, below its limit of 300 MiB.
IN_MEMORY_BYTES = 72 * 2**20
IN_MEMORY_CELLS = 2_000_000  # of the sheet's whole rectangle, at 72 bytes each
IN_MEMORY_COLUMNS = 1_000  # every row is as wide as the widest; a table with more is refused anyway
# openpyxl keeps all shared strings, see STREAMED above
MAX_STRING_BYTES = 96 * 2**20
MAX_ROWS = 1_048_576  # of the format itself
MAX_WIDTH = 1_024  # a stray cell further right still makes its row too long, but not a thousand times as long
EXACT_DIGITS = 15  # Excel keeps no more digits of a number; longer ids have lost their end
_HALF_SECOND = timedelta(seconds=0.5)


class Book(Protocol):
    """An opened workbook: the names of its visible sheets, and the rows of each."""

    names: list[str]

    def height(self, name: str) -> int | None:
        """How many rows the sheet has, where that is known beforehand."""

    def rows(self, name: str) -> Iterator[list[str]]: ...


class Shelf:
    """Holds the workbook read last: several passes go over a sheet, but two workbooks at once may be too large."""

    def __init__(self) -> None:
        self._source: Source | None = None
        self._book: Book | None = None

    def book(self, source: Source) -> Book:
        if self._book is None or self._source is not source:
            self._book = None  # gone before the next one comes
            self._book = _opened(source)
            self._source = source
        return self._book


class SheetTable:
    """One sheet of a workbook."""

    def __init__(self, source: Source, shelf: Shelf, sheet: str, name: str) -> None:
        self.name = name
        self._source, self._shelf, self._sheet = source, shelf, sheet
        self.row_hint = shelf.book(source).height(sheet)
        self._fraction = 0.0

    @property
    def fraction(self) -> float:
        """How much of the sheet the latest pass has read, 0 to 1."""
        return self._fraction

    def rows(self) -> Iterator[list[str]]:
        """A new pass over all rows; rows that are left out in the sheet come as empty ones."""
        total = max(self.row_hint or MAX_ROWS, 1)
        for number, row in enumerate(self._shelf.book(self._source).rows(self._sheet), start=1):
            self._fraction = min(number / total, 1.0)
            yield row


def sheets(source: Source, shelf: Shelf) -> list[SheetTable]:
    """The visible sheets of an XLSX or XLS workbook, in its order. FileProblem when it cannot be read."""
    names = shelf.book(source).names
    return [SheetTable(source, shelf, name, f"{source.name} · {name}" if len(names) > 1 else source.name)
            for name in names]


def _opened(source: Source) -> Book:
    with ExitStack() as closing:
        closing.enter_context(told_plainly(source.name))
        stream = closing.enter_context(seekable(source))
        if source.head(4) == OLE_MAGIC:
            return _InMemory(source.name, _whole_xls(source.name, stream))
        if _fits_memory(source.name, stream):
            stream.seek(0)
            return _InMemory(source.name, stream)
        return _Streamed(source.name, stream, closing.pop_all())


def _whole_xls(name: str, stream: IO[bytes]) -> IO[bytes]:
    size = stream.seek(0, 2)
    stream.seek(0)
    if size > MAX_XLS_BYTES:
        raise FileProblem(f"{name} is too large for an old Excel file", key="file_xls_too_large", file=name,
                          limit=f"{MAX_XLS_BYTES // 2**20} MiB")
    return stream
