"""XLSX row by row, by openpyxl. Apart from the other way to read because it is loaded for large workbooks alone."""

import warnings
from array import array
from collections.abc import Iterator, Sequence
from typing import IO, Any
from xml.etree.ElementTree import iterparse

from openpyxl.cell.cell import ERROR_CODES
from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.escape import unescape
from openpyxl.worksheet._reader import DATA_TAG, FORMULA_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS

from integrations.files.cells import FORMULA
from integrations.files.problems import FileProblem

MAX_ROWS = 1_048_576  # of the format itself
MAX_WIDTH = 1_024  # a stray cell further right still makes its row too long, but not a thousand times as long
_ERRORS = frozenset(ERROR_CODES)


class StreamedBook:
    """A workbook of which only the shared strings are in memory; `stream` must stay open."""

    def __init__(self, name: str, stream: IO[bytes]) -> None:
        warnings.filterwarnings("ignore", module="openpyxl")  # of styles and dates that nobody reads
        self._name = name
        try:
            reader = _Reader(stream, read_only=True, data_only=True, keep_links=False)
            reader.read()
        except Exception as error:  # whatever the broken part made it stumble over
            raise _strange(name) from error
        self._workbook = reader.wb
        self._sheets = {sheet.title: sheet for sheet in reader.wb.worksheets if sheet.sheet_state == "visible"}
        self.sheets = list(self._sheets)

    def height(self, sheet: str) -> int | None:
        height: int | None = self._sheets[sheet].max_row
        return height

    def rows(self, sheet: str) -> Iterator[Sequence[Any]]:
        latest = 0
        parsed = self._parsed(self._sheets[sheet])
        while True:
            try:
                number, cells = next(parsed, (0, []))
            except Exception as error:  # as above
                raise _strange(self._name) from error
            if not number:
                return
            if number > MAX_ROWS:
                raise _strange(self._name)
            yield from [()] * (number - latest - 1)
            yield _placed(cells)
            latest = number

    def _parsed(self, sheet: Any) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        workbook = self._workbook
        with sheet._get_source() as source:  # noqa: SLF001 (openpyxl's own loop over rows is what is replaced)
            yield from _Rows(source, sheet._shared_strings, data_only=True, epoch=workbook.epoch,  # noqa: SLF001
                             date_formats=workbook._date_formats,  # noqa: SLF001
                             timedelta_formats=workbook._timedelta_formats).parse()  # noqa: SLF001


def _placed(cells: list[dict[str, Any]]) -> list[Any]:
    row: list[Any] = []
    for cell in cells:
        column = min(cell["column"], MAX_WIDTH)
        if column > len(row):
            row.extend([None] * (column - len(row)))
        value = cell["value"]
        row[column - 1] = _text(value) if value.__class__ is str else value
    return row


def _text(cell: str) -> str:
    if cell in _ERRORS:
        return ""
    return unescape(cell) if "_x" in cell else cell


def _strange(name: str) -> FileProblem:
    return FileProblem(f"{name} cannot be read as a workbook", key="file_xlsx_strange", file=name)


class _Rows(WorkSheetParser):  # type: ignore[misc]  # openpyxl has no types
    """openpyxl, but for what it keeps of rows that are done: 85 bytes, and 400 of one that has a height of its own.

    And for formulas that nobody computed: they come as text behind a mark, which no reader of amounts or ids takes.
    """

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and element.get("t") != "str":
            formula = element.find(FORMULA_TAG)
            if formula is not None:
                cell["value"] = f"{FORMULA}={formula.text or '…'}"
        return cell

    def parse(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        for event, element in iterparse(self.source, events=("start", "end")):  # noqa: S314 (expat limits entities)
            if event == "start" and element.tag == DATA_TAG:
                data = element
            elif event == "end" and element.tag == ROW_TAG:
                yield self.parse_row(element)
                data.clear()
                self.row_dimensions.clear()


class _Reader(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
    """openpyxl, but for where it keeps shared strings: its list of them takes six times their bytes in the file."""

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = _Strings(source)


class _Strings:
    """Texts by number, one after the other in one piece of memory."""

    def __init__(self, source: IO[bytes]) -> None:
        self._raw, self._ends = bytearray(), array("Q", [0])
        steps = iterparse(source, events=("start", "end"))  # noqa: S314 (expat limits what entities may grow to)
        _, root = next(steps)
        for event, node in steps:
            if event == "end" and node.tag.endswith("}si"):
                self._raw += Text.from_tree(node).content.encode("utf-8", "replace")
                self._ends.append(len(self._raw))
                root.clear()

    def __getitem__(self, number: int) -> str:
        return self._raw[self._ends[number]:self._ends[number + 1]].decode()
