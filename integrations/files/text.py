"""CSV: which encoding, which delimiter, and the rows."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice

from integrations.files.problems import FileProblem, told_plainly
from integrations.files.sources import Source

SCAN_BYTES = 2**18
READ_BYTES = 2**18
SNIFF_CHARS = 2**16  # a header and the first rows fit into it many times
SNIFF_ROWS = 30
ROWS_AHEAD = 1_000  # read at once
CELLS_AHEAD = 50_000  # and fewer of a table with very many columns
DELIMITERS = ",\t;|"
SWALLOWED_CELLS = 4  # a note of several lines may hold a few commas; as many as a whole row has, from this width on
_END = "\x04"  # a last row of our own: what is left of a cell that is still open takes it in

_HTML = re.compile(rb"\s*<(?:!doctype|html|table|\?xml)", re.IGNORECASE)
_CHINESE = re.compile("[\u4e00-\u9fff]")


class TextTable:
    """A CSV file. Making one reads it through once: an encoding is only known at the last byte."""

    is_opened_anew = True

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self._source = source
        self._fraction = 0.0
        head = source.head(SNIFF_CHARS)
        _refuse_other_files(source.name, head)
        self.row_hint: int | None
        self._encoding, self.row_hint = _scan(source)
        self._delimiter = _delimiter(head.decode(self._encoding, "ignore"))

    @property
    def fraction(self) -> float:
        """How much of the file the latest pass has read, 0 to 1."""
        return self._fraction

    def rows(self) -> Iterator[list[str]]:
        """A new pass over all rows."""
        with told_plainly(self.name), self._source.open() as (stream, fraction):
            text = io.TextIOWrapper(io.BufferedReader(stream, READ_BYTES), self._encoding, newline="")  # type: ignore[type-var]
            reader = csv.reader(chain(text, (_END,)), delimiter=self._delimiter)
            try:
                read, lines, size = 0, 0, 1
                while block := list(islice(reader, size)):
                    self._fraction = fraction()
                    if reader.line_num - lines > len(block):  # some cells go over several lines
                        self._refuse_open_quote(block, read)
                    lines, read = reader.line_num, read + len(block)
                    size = max(1, min(ROWS_AHEAD, CELLS_AHEAD // max(1, *map(len, block))))
                    if block[-1] == [_END]:
                        block.pop()
                    yield from block
            except csv.Error as error:
                raise self._open_quote(read + 1) from error

    def _refuse_open_quote(self, block: list[list[str]], read: int) -> None:
        """A quote that is not closed makes one cell of all the rows up to the next quote, or to the end of the file."""
        for number, row in enumerate(block, start=read + 1):
            if row != [_END] and any(cell.endswith(_END) or _holds_rows(cell, self._delimiter, len(row))
                                     for cell in row):
                raise self._open_quote(number)

    def _open_quote(self, row: int) -> FileProblem:
        return FileProblem(f"a quote opened near row {row} of {self.name} is never closed", key="file_open_quote",
                           file=self.name, row=str(row))


def _holds_rows(cell: str, delimiter: str, width: int) -> bool:
    return width >= SWALLOWED_CELLS and "\n" in cell and cell.count(delimiter) >= width - 1


def _refuse_other_files(name: str, head: bytes) -> None:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _neither(name, 1)
    if _HTML.match(head):
        raise FileProblem(f"{name} is a web page, not a table", key="file_web_page", file=name)
    if b"\0" in head or head.startswith(b"%PDF"):
        raise FileProblem(f"{name} is not a table", key="file_not_a_table", file=name)


def _scan(source: Source) -> tuple[str, int]:
    """The encoding of the whole file and the number of its lines."""
    failed_row, lines, has_chinese = _first_undecodable(source, "utf-8")
    if not failed_row:
        return "utf-8-sig", lines
    # Text that decoded as Chinese before it failed is damaged UTF-8; GB18030 would read it as other characters.
    if has_chinese or source.head(3) == codecs.BOM_UTF8:
        raise _neither(source.name, failed_row)
    failed_row, lines, _ = _first_undecodable(source, "gb18030")
    if failed_row:
        raise _neither(source.name, failed_row)
    return "gb18030", lines


def _neither(name: str, row: int) -> FileProblem:
    return FileProblem(f"row {row} of {name} is neither UTF-8 nor GB18030", key="file_encoding", file=name,
                       row=str(row))


def _first_undecodable(source: Source, encoding: str) -> tuple[int, int, bool]:
    """(row of the first byte that does not decode or 0, lines read, any Chinese before that byte)."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, has_chinese, chunk = 0, False, b"\n"
    with told_plainly(source.name), source.open() as (stream, _):
        while chunk:
            had_end, chunk = _ends_row(chunk), stream.read(SCAN_BYTES)
            if not had_end and not _ends_row(chunk) and len(chunk) == SCAN_BYTES:
                raise FileProblem(f"{source.name} is not a table", key="file_not_a_table", file=source.name)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                before = error.object[:error.start]
                has_chinese = has_chinese or bool(_CHINESE.search(before.decode(encoding, "ignore")))
                return lines + before.count(b"\n") + 1, lines, has_chinese
            has_chinese = has_chinese or (not text.isascii() and bool(_CHINESE.search(text)))
            lines += max(chunk.count(b"\n"), chunk.count(b"\r"))
    return 0, lines, has_chinese


def _ends_row(chunk: bytes) -> bool:
    """Rows of a shop's tables are shorter than a chunk; one that is not would fill the memory."""
    return b"\n" in chunk or b"\r" in chunk


def _delimiter(text: str) -> str:
    """The one that cuts the first rows into the most cells that most rows agree on."""
    lines = text.splitlines(keepends=True)[:SNIFF_ROWS]
    return max(DELIMITERS, key=lambda delimiter: _agreement(lines, delimiter))


def _agreement(lines: list[str], delimiter: str) -> int:
    try:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return 0
    return max(((width - 1) * count for width, count in widths.items()), default=0)
