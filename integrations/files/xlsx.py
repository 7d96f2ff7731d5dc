"""XLSX, streamed: calamine takes 580 MB for a million rows, openpyxl trips over the styles of many back-ends.

Cells come out as the text a person would type: dates as 2026-09-20 10:00:00, whole numbers without a point.
"""

import posixpath
import re
import tempfile
import zipfile
from array import array
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from typing import IO, Self
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from xml.parsers import expat

from integrations.files.problems import FileProblem, told_plainly
from integrations.files.sources import Source, check_unpacked, seekable

READ_BYTES = 2**17
STRINGS_KEPT = 50_000  # shared strings held in memory; the rest wait in a temporary file
MAX_COLUMNS = 16_384  # of the format itself
MAX_WIDTH = 1_024  # a stray cell further right still makes its row too long, but not a thousand times as long
MOST_EMPTY_ROWS = 100_000  # kept of a gap in a sheet
EXACT_DIGITS = 15  # Excel keeps no more digits of a number; longer ids have lost their end

_BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_DATE_FORMAT = re.compile(r'(?:"[^"]*"|\[[^\]]*\]|\\.|_.)|([ymdhs年月日时分秒])', re.IGNORECASE)
_DAY_ZERO = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001 (a wall clock, no zone)
_LAST_SERIAL = 2_957_003  # 9999-12-31 where days are counted from 1904
_DIGITS = "0123456789"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

Attributes = dict[str, str]


def sheets(source: Source) -> list["SheetTable"]:
    """The visible sheets of the workbook, in its order."""
    with told_plainly(source.name), seekable(source) as stream, zipfile.ZipFile(stream) as archive:
        check_unpacked(source.name, archive.infolist())
        workbook = _Workbook()
        _parse(archive, "xl/workbook.xml", workbook.start, source.name)
        targets = _Relations()
        _parse(archive, "xl/_rels/workbook.xml.rels", targets.start, source.name)
        names = set(archive.namelist())
        dates = _Styles()
        if "xl/styles.xml" in names:
            _parse(archive, "xl/styles.xml", dates.start, source.name)
        found = [(name, targets.paths.get(relation, "")) for name, relation in workbook.sheets]
        return [SheetTable(source, f"{source.name} · {name}" if len(found) > 1 else source.name, path,
                           dates.date_styles(), starts_1904=workbook.starts_1904)
                for name, path in found if path in names]


@lru_cache(maxsize=1_000)  # a sheet has a dozen different tags
def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _parse(archive: zipfile.ZipFile, member: str, start: Callable[[str, Attributes], None], name: str) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    try:
        with archive.open(member) as stream:
            parser.ParseFile(stream)
    except (expat.ExpatError, KeyError) as error:
        raise FileProblem(f"{name} is damaged or incomplete", key="file_damaged", file=name) from error


class _Workbook:
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.starts_1904 = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if _local(tag) == "workbookPr":
            self.starts_1904 = attributes.get("date1904") in ("1", "true")
        elif _local(tag) == "sheet" and attributes.get("state", "visible") == "visible":
            relation = next((value for key, value in attributes.items() if _local(key) == "id"), "")
            self.sheets.append((attributes.get("name", ""), relation))


class _Relations:
    def __init__(self) -> None:
        self.paths: dict[str, str] = {}

    def start(self, tag: str, attributes: Attributes) -> None:
        if _local(tag) == "Relationship":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
            self.paths[attributes.get("Id", "")] = path


class _Styles:
    """Which cell styles show a number as a date."""

    def __init__(self) -> None:
        self._custom: set[str] = set()
        self._formats: list[str] = []
        self._in_cells = False

    def start(self, tag: str, attributes: Attributes) -> None:
        tag = _local(tag)
        if tag == "numFmt" and _shows_date(attributes.get("formatCode", "")):
            self._custom.add(attributes.get("numFmtId", ""))
        elif tag in ("cellXfs", "cellStyles", "dxfs", "cellStyleXfs"):
            self._in_cells = tag == "cellXfs"
        elif tag == "xf" and self._in_cells:
            self._formats.append(attributes.get("numFmtId", "0"))

    def date_styles(self) -> frozenset[str]:
        return frozenset(str(number) for number, shown in enumerate(self._formats)
                         if shown in self._custom or (shown.isdecimal() and int(shown) in _BUILT_IN_DATES))


def _shows_date(code: str) -> bool:
    return any(match.group(1) for match in _DATE_FORMAT.finditer(code))


class SheetTable:
    """One sheet. Memory does not grow with its rows."""

    def __init__(self, source: Source, name: str, path: str, date_styles: frozenset[str], *,
                 starts_1904: bool) -> None:
        self.name = name
        self.row_hint: int | None = None
        self._source, self._path = source, path
        self._date_styles, self._day_zero = date_styles, _DAY_ZERO[starts_1904]
        self._fraction = 0.0

    @property
    def fraction(self) -> float:
        """How much of the sheet the latest pass has read, 0 to 1."""
        return self._fraction

    def rows(self) -> Iterator[list[str]]:
        """A new pass over all rows; rows that are left out in the sheet come as empty ones."""
        with (told_plainly(self.name), seekable(self._source) as stream, zipfile.ZipFile(stream) as archive,
              _SharedStrings(archive, self.name) as strings):
            size = max(archive.getinfo(self._path).file_size, 1)
            cells = _Cells(strings, self._date_styles, self._day_zero)
            with archive.open(self._path) as sheet:
                while chunk := sheet.read(READ_BYTES):
                    yield from cells.rows_of(chunk, self.name)
                    self._fraction = sheet.tell() / size
            yield from cells.rows_of(b"", self.name)


def _feed(parser: expat.XMLParserType, chunk: bytes, name: str) -> None:
    try:
        parser.Parse(chunk, not chunk)
    except (expat.ExpatError, ValueError, IndexError) as error:
        raise FileProblem(f"{name} is damaged or incomplete", key="file_damaged", file=name) from error


class _Cells:
    """Collects the rows of a sheet. The tree is built outside Python and cut off row by row."""

    def __init__(self, strings: "_SharedStrings", date_styles: frozenset[str], day_zero: datetime) -> None:
        self._strings, self._date_styles, self._day_zero = strings, date_styles, day_zero
        builder = TreeBuilder()  # expat limits what entities may grow to
        self._root = builder.start("root", {})
        self._parser = XMLParser(target=builder)  # noqa: S314
        self._row_no = 0

    def rows_of(self, chunk: bytes, name: str) -> list[list[str]]:
        """The rows that are whole after the next bytes of the sheet; no bytes stand for its end."""
        try:
            if chunk:
                self._parser.feed(chunk)
            else:
                self._root = self._end()
            rows: list[list[str]] = []
            for data in self._root.iterfind("*/{*}sheetData"):
                whole = data[:-1] if chunk else data[:]
                for row in whole:
                    self._add(row, rows)
                del data[:len(whole)]
        except (ParseError, ValueError, IndexError, OverflowError) as error:
            raise FileProblem(f"{name} is damaged or incomplete", key="file_damaged", file=name) from error
        return rows

    def _end(self) -> Element:
        """The parser closes the sheet, not the root that was put around it."""
        root = self._root
        with suppress(AssertionError):  # "missing end tags" of our own root
            self._parser.close()
        return root

    def _add(self, element: Element, rows: list[list[str]]) -> None:
        number = element.get("r")
        row_no = int(number) if number else self._row_no + 1
        # A gap keeps the numbering right, but a stray cell far below must not make a million empty rows.
        rows.extend([] for _ in range(min(row_no - self._row_no - 1, MOST_EMPTY_ROWS)))
        self._row_no = row_no
        row: list[str] = []
        strings, numbers = self._strings, self._number
        for cell in element:
            kind, style, reference = cell.get("t"), cell.get("s"), cell.get("r")
            value = _value(cell)
            if kind == "s":
                value = strings[int(value)] if value else ""
            elif kind is None or kind == "n":
                value = numbers(style, value) if value else ""
            elif value:
                value = _other_text(kind, value)
            if reference is not None:
                column = min(_column(reference.rstrip(_DIGITS)), MAX_WIDTH)
                if column > len(row):
                    row.extend([""] * (column - len(row)))
            row.append(value)
        rows.append(row)

    def _number(self, style: str | None, value: str) -> str:
        if style in self._date_styles:
            return serial_text(float(value), self._day_zero)
        if len(value) < EXACT_DIGITS and value.isdecimal():
            return value
        return number_text(float(value))


def _other_text(kind: str, value: str) -> str:
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    return "" if kind == "e" else _unescaped(value)  # an error such as #N/A is a missing value


def _value(cell: Element) -> str:
    """What is kept in the cell: the last computed value of a formula, never the formula itself."""
    for part in reversed(cell):
        if part.tag[-1] == "v":
            return part.text or ""
        if part.tag.endswith("is"):
            return "".join(text.text or "" for text in (*part.iterfind("{*}t"), *part.iterfind("{*}r/{*}t")))
    return ""


@lru_cache(maxsize=MAX_COLUMNS)
def _column(letters: str) -> int:
    """Position of column A, B … AA …, from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    if not 0 < number <= MAX_COLUMNS:
        raise ValueError(letters)
    return number - 1


@lru_cache(maxsize=10_000)  # prices repeat
def number_text(value: float) -> str:
    """A number as a person would type it; one with more digits than Excel keeps shows that they are lost."""
    if value.is_integer() and abs(value) < 10**EXACT_DIGITS:
        return str(int(value))
    return repr(value) if abs(value) < 10**EXACT_DIGITS else f"{value:.14e}".upper()


@lru_cache(maxsize=10_000)  # the rows of one order have one time
def serial_text(serial: float, day_zero: datetime) -> str:
    """Excel's count of days as date and time, rounded to the second."""
    if not 0 <= serial <= _LAST_SERIAL:
        return number_text(serial)
    return (day_zero + timedelta(seconds=round(serial * 86_400))).isoformat(" ")


def _unescaped(text: str) -> str:
    if "_x" not in text:
        return text
    plain = _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text)
    return plain.replace("\0", "").encode("utf-8", "replace").decode()


class _SharedStrings:
    """The texts of a workbook by number: in a temporary file, the latest ones in memory."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive, self._name = archive, name
        self._ends = array("Q", [0])
        self._kept: dict[int, str] = {}
        self._parts: list[str] = []
        self._skips = self._reads = False

    def __enter__(self) -> Self:
        self._file: IO[bytes] = tempfile.TemporaryFile()
        if "xl/sharedStrings.xml" in self._archive.namelist():
            parser = expat.ParserCreate()
            parser.buffer_text = True
            parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
            parser.CharacterDataHandler = self._text
            with self._archive.open("xl/sharedStrings.xml") as stream:
                while chunk := stream.read(READ_BYTES):
                    _feed(parser, chunk, self._name)
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _start(self, tag: str, _: Attributes) -> None:
        tag = _local(tag)
        self._skips = self._skips or tag == "rPh"
        self._reads = tag == "t" and not self._skips

    def _text(self, text: str) -> None:
        if self._reads:
            self._parts.append(text)

    def _end(self, tag: str) -> None:
        tag = _local(tag)
        self._reads = False
        if tag == "rPh":
            self._skips = False
        elif tag == "si":
            text = _unescaped("".join(self._parts))
            self._parts.clear()
            if len(self._kept) < STRINGS_KEPT:
                self._kept[len(self._ends) - 1] = text
            raw = text.encode("utf-8", "replace")
            self._file.write(raw)
            self._ends.append(self._ends[-1] + len(raw))

    def __getitem__(self, number: int) -> str:
        text = self._kept.get(number)
        if text is None:
            start, end = self._ends[number], self._ends[number + 1]
            self._file.seek(start)
            text = self._file.read(end - start).decode()
            if len(self._kept) >= STRINGS_KEPT:
                self._kept.clear()
            self._kept[number] = text
        return text
