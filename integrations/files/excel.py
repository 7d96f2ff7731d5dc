"""XLSX and XLS: calamine reads what fits into memory, openpyxl streams the rest, far slower.

Cells come out as the text a person would type: dates as 2026-09-20 10:00:00, whole numbers without a point.
"""

import weakref
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import IO, Any, Protocol

from integrations.files.excel_size import Way, way_to_read
from integrations.files.problems import FileProblem, told_plainly
from integrations.files.sources import OLE_MAGIC, Source, seekable

MAX_XLS_BYTES = 64 * 2**20  # 65,536 rows of an order export take about 20 MiB
ROWS_OF_A_FULL_SHEET = 1_048_576  # for the progress of a sheet that does not say how many it has
EXACT_DIGITS = 15  # Excel keeps no more digits of a number; longer ids have lost their end
_HALF_SECOND = timedelta(seconds=0.5)


class Book(Protocol):
    """An opened workbook."""

    sheets: list[str]  # the visible ones

    def height(self, sheet: str) -> int | None:
        """How many rows the sheet has, where that is known beforehand."""

    def rows(self, sheet: str) -> Iterator[Sequence[Any]]:
        """A new pass over all rows, of typed cells; rows that are left out in the sheet come as empty ones."""


class Shelf:
    """Holds the workbook read last: several passes go over each sheet, but two workbooks at once may be too large."""

    def __init__(self) -> None:
        self._held: tuple[Source, Book] | None = None

    def book(self, source: Source) -> Book:
        """FileProblem when the workbook cannot be opened."""
        if self._held is None or self._held[0] is not source:
            self._held = None  # gone before the next one comes
            self._held = source, _opened(source)
        return self._held[1]


class SheetTable:
    """One sheet of a workbook."""

    is_opened_anew = False  # the workbook stays open, and a second one in memory may be too much

    def __init__(self, source: Source, shelf: Shelf, sheet: str, name: str) -> None:
        self.name = name
        self._source, self._shelf, self._sheet = source, shelf, sheet
        self._fraction = 0.0

    @property
    def row_hint(self) -> int | None:
        return self._shelf.book(self._source).height(self._sheet)

    @property
    def fraction(self) -> float:
        """How much of the sheet the latest pass has read, 0 to 1."""
        return self._fraction

    def rows(self) -> Iterator[list[str]]:
        """A new pass over all rows."""
        total = self.row_hint or ROWS_OF_A_FULL_SHEET
        for number, row in enumerate(self._shelf.book(self._source).rows(self._sheet), start=1):
            self._fraction = min(number / total, 1.0)
            yield [cell.strip() if cell.__class__ is str else _shown(cell) for cell in row]


def sheet_tables(source: Source, shelf: Shelf) -> list[SheetTable]:
    """The visible sheets of an XLSX or XLS workbook. FileProblem when it is locked, damaged or too large."""
    sheets = shelf.book(source).sheets
    return [SheetTable(source, shelf, sheet, f"{source.name} · {sheet}" if len(sheets) > 1 else source.name)
            for sheet in sheets]


def _opened(source: Source) -> Book:
    with told_plainly(source.name), ExitStack() as closing:
        stream = closing.enter_context(seekable(source))
        way = _way(source, stream)
        stream.seek(0)
        if way is Way.LOADED:
            return _LoadedBook(source.name, stream)
        if way is Way.STREAMED:
            from integrations.files.excel_streamed import StreamedBook  # noqa: PLC0415 (openpyxl is heavy)

            book = StreamedBook(source.name, stream)
            weakref.finalize(book, closing.pop_all().close)  # the file stays open as long as the book is held
            return book
    raise FileProblem(f"{source.name} holds too much text for an Excel file", key="file_xlsx_too_large",
                      file=source.name)


def _way(source: Source, stream: IO[bytes]) -> Way:
    if not source.head(4).startswith(OLE_MAGIC):
        return way_to_read(stream)
    if stream.seek(0, 2) > MAX_XLS_BYTES:
        raise FileProblem(f"{source.name} is too large for an old Excel file", key="file_xls_too_large",
                          file=source.name, limit=f"{MAX_XLS_BYTES // 2**20} MiB")
    return Way.LOADED


class _LoadedBook:
    """A workbook in memory, with the sheet read last."""

    def __init__(self, name: str, stream: IO[bytes]) -> None:
        from python_calamine import (  # noqa: PLC0415 (heavy)
            CalamineError,
            PasswordError,
            SheetTypeEnum,
            SheetVisibleEnum,
            load_workbook,
        )

        self._name, self._error = name, CalamineError
        try:
            self._workbook = load_workbook(stream)
        except PasswordError as error:
            raise FileProblem(f"{name} is locked with a password", key="file_encrypted", file=name) from error
        except CalamineError as error:
            raise _damaged(name) from error
        self.sheets = [sheet.name for sheet in self._workbook.sheets_metadata
                       if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet]
        self._latest: tuple[str, Any] | None = None

    def height(self, sheet: str) -> int | None:
        found = self._sheet(sheet)
        return int(found.start[0] + found.height) if found.start else 0

    def rows(self, sheet: str) -> Iterator[Sequence[Any]]:
        found = self._sheet(sheet)
        left = [""] * found.start[1] if found.start else []  # columns before the first that is used
        return ([*left, *row] for row in found.iter_rows()) if left else found.iter_rows()

    def _sheet(self, sheet: str) -> Any:
        if self._latest is None or self._latest[0] != sheet:
            self._latest = None  # gone before the next one comes
            try:
                self._latest = sheet, self._workbook.get_sheet_by_name(sheet)
            except self._error as error:
                raise _damaged(self._name) from error
        return self._latest[1]


def _damaged(name: str) -> FileProblem:
    return FileProblem(f"{name} is damaged or incomplete", key="file_damaged", file=name)


@lru_cache(maxsize=20_000, typed=True)  # prices repeat, and the rows of one order have one time
def _shown(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return _number_text(float(cell))
    if isinstance(cell, datetime):
        return (cell + _HALF_SECOND).isoformat(" ", "seconds")
    return f"{cell} 00:00:00" if isinstance(cell, date) else str(cell)


def _number_text(value: float) -> str:
    """A number as a person would type it; one with more digits than Excel keeps shows that they are lost."""
    if value.is_integer() and abs(value) < 10**EXACT_DIGITS:
        return str(int(value))
    return repr(value) if abs(value) < 10**EXACT_DIGITS else f"{value:.14e}".upper()
