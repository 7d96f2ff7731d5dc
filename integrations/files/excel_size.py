"""How much memory a workbook takes, told from its zip directory and the places of its cells, before it is loaded."""

import re
import zipfile
from collections.abc import Iterator
from enum import Enum, auto
from typing import IO

# What is left for the workbook below the limit of 300 MiB: `zhanggui import` itself takes 133 MiB for 100,000 rows.
BUDGET_BYTES = 164 * 2**20
# Measured as peak memory above that, by byte of XML. Calamine takes 2.0 of a sheet of numbers, 1.9 of one of texts, 1.4
# of shared strings (12 columns, 100,000 to 200,000 rows). openpyxl takes 30 MiB and 0.85 of shared strings; a sheet
# costs nothing but what storing its rows takes, 67 MiB for 1,048,575 of 8 columns.
SHEET_LOADED, STRINGS_LOADED = 2.0, 1.5
SHEET_STREAMED, STRINGS_STREAMED = 0.2, 0.85
OPENPYXL_BYTES, FULL_SHEET_STREAMED = 30 * 2**20, 67 * 2**20
LOADED_CELLS = 2_000_000  # calamine lays out the rectangle around all cells, 72 bytes for each place in it
LOADED_COLUMNS = 1_000  # it makes every row as wide as the widest; tables with more columns are refused anyway
READ_BYTES = 2**18
SEAM_BYTES = 512  # the end of a block that is looked at again with the next one; a formula's end is shorter

_COLUMN = re.compile(rb""" r=["']([A-Za-z]+)""")
_ROW = re.compile(rb""" r=["'][A-Za-z]*([0-9]{1,9})""")
_UNPLACED = re.compile(rb"""<(?:\w+:)?(row|c)(?=[\s/>])(?![^>]*? r=["'])""")
_UNCOMPUTED = re.compile(rb"""(?:</(?:\w+:)?f>|<(?:\w+:)?f(?:\s[^<>]*)?/>)\s*"""
                         rb"""(?:</(?:\w+:)?c>|<(?:\w+:)?v\s*/>|<(?:\w+:)?v></)""")


class Way(Enum):
    """How a workbook can be read."""

    LOADED = auto()  # at once
    STREAMED = auto()  # row by row
    TOO_LARGE = auto()  # neither


def way_to_read(stream: IO[bytes]) -> Way:
    """For an XLSX workbook. A part that is longer than the zip declares raises BadZipFile."""
    with zipfile.ZipFile(stream) as archive:
        infos = archive.infolist()
        parts = [info for info in infos if info.filename.lower().endswith(".xml")]
        strings = sum(info.file_size for info in parts if _holds_strings(info))
        sheet = max((info.file_size for info in parts if not _holds_strings(info)), default=0)
        packed = sum(info.compress_size for info in infos)
        if packed + strings * STRINGS_LOADED + sheet * SHEET_LOADED <= BUDGET_BYTES and all(
                _is_plain(archive, info) for info in parts):
            return Way.LOADED
    streamed = OPENPYXL_BYTES + strings * STRINGS_STREAMED + min(sheet * SHEET_STREAMED, FULL_SHEET_STREAMED)
    return Way.STREAMED if streamed <= BUDGET_BYTES else Way.TOO_LARGE


def _holds_strings(part: zipfile.ZipInfo) -> bool:
    return part.filename.lower().endswith("sharedstrings.xml")


def _is_plain(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether the rectangle around all cells is small, and each formula has its result.

    One stray cell far out makes billions of places. Calamine shows a formula that nobody computed as an empty cell.
    """
    last_row = last_column = rows = columns = 0  # cells and rows that do not tell their places come after the others
    seam = b""
    for tags in _whole_tags(archive, part):
        if _UNCOMPUTED.search(seam + tags):
            return False
        seam = tags[-SEAM_BYTES:]
        last_row = max(last_row, *map(int, set(_ROW.findall(tags))), 0)
        last_column = max(last_column, *map(_column_number, set(_COLUMN.findall(tags))), 0)
        unplaced = _UNPLACED.findall(tags)
        rows, columns = rows + unplaced.count(b"row"), columns + unplaced.count(b"c")
    width = last_column + columns
    return width <= LOADED_COLUMNS and width * (last_row + rows) <= LOADED_CELLS


def _whole_tags(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part in blocks that end before the start of a tag."""
    rest = b""
    with archive.open(part) as stream:
        while block := stream.read(READ_BYTES):
            whole, start, rest = (rest + block).rpartition(b"<")
            rest = start + rest
            yield whole
    yield rest


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
