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
from openpyxl.xml.constants import SHARED_STRINGS

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
        self._sheets = {sheet.title: sheet for sheet in reader.wb.worksheets if sheet.sheet_state == "visible"}
        self.sheets = list(self._sheets)
        self._heights: dict[str, int | None] = {title: sheet.max_row for title, sheet in self._sheets.items()}
        for sheet in self._sheets.values():
            sheet.reset_dimensions()  # what it says about its size is often wrong

    def height(self, sheet: str) -> int | None:
        return self._heights[sheet]

    def rows(self, sheet: str) -> Iterator[Sequence[Any]]:
        rows = self._sheets[sheet].iter_rows(values_only=True)
        for _ in range(MAX_ROWS + 1):
            try:
                row = next(rows, None)
            except Exception as error:  # as above
                raise _strange(self._name) from error
            if row is None:
                return
            cells = row if len(row) <= MAX_WIDTH else (*row[:MAX_WIDTH], row[-1])
            yield [_text(cell) if cell.__class__ is str else cell for cell in cells]
        raise _strange(self._name)


def _text(cell: str) -> str:
    if cell in _ERRORS:
        return ""
    return unescape(cell) if "_x" in cell else cell


def _strange(name: str) -> FileProblem:
    return FileProblem(f"{name} cannot be read as a workbook", key="file_xlsx_strange", file=name)


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
