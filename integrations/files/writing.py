"""Tables into .csv and .xlsx files, row by row: memory does not grow with the rows.

Text that a spreadsheet would run as a formula gets a ' before it, in both kinds of file; the import takes it off.
"""

import csv
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from domain.errors import UserCanFix, WrongUsage
from domain.sheets import CellKind, Sheet, SheetCell
from integrations.files.rejected import harmless

MAX_SHEET_ROWS = 1_048_575  # what a sheet of Excel holds below its header
MAX_CELL_CHARS = 32_767  # what a cell of Excel holds
_TITLE_CHARS = 31  # of a sheet's name
_FORMATS = {
    CellKind.MONEY: "#,##0.00", CellKind.NUMBER: "#,##0", CellKind.EXACT: "General", CellKind.DECIMAL: "#,##0.00",
    CellKind.RATE: "0.0%", CellKind.DAY: "yyyy-mm-dd", CellKind.MONTH: "yyyy-mm",
    CellKind.MOMENT: "yyyy-mm-dd hh:mm:ss"}
_WIDTHS = {CellKind.TEXT: 20, CellKind.DAY: 12, CellKind.MONTH: 10, CellKind.MOMENT: 19}
_NUMBER_WIDTH = 14
_ABOUT_WIDTH = 90
_NOT_IN_TITLES = str.maketrans("", "", "[]:*?/\\'")


def write_sheet(path: Path, sheet: Sheet) -> int:
    """Write the file its name asks for; how many rows it has. Raises UserCanFix where it cannot be written."""
    check_name(path)
    try:
        with _whole(path) as unfinished:
            return _WRITERS[path.suffix.lower()](unfinished, sheet)
    except OSError as error:
        raise UserCanFix(f"cannot write {path}: {error.strerror or error}", key="export_unwritable", file=path.name,
                         reason=str(error.strerror or error)) from error


def check_name(path: Path) -> None:
    """Raise WrongUsage for a file that ends in neither .csv nor .xlsx."""
    if path.suffix.lower() not in _WRITERS:
        raise WrongUsage(f"{path.name} must end in .csv or .xlsx", key="export_suffix", file=path.name)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file beside it that takes its name at the end: a crash leaves no half of one."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _csv(path: Path, sheet: Sheet) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # the mark makes Excel read it as UTF-8
        writer = csv.writer(file)
        writer.writerow([harmless(column.heading) for column in sheet.columns])
        kinds = [column.kind for column in sheet.columns]
        for row in sheet.rows:
            writer.writerow([_as_text(cell, kind) for cell, kind in zip(row, kinds, strict=True)])
            count += 1
    return count


def _as_text(cell: SheetCell, kind: CellKind) -> str:
    match cell:
        case None:
            return ""
        case str():
            return harmless(cell)
        case datetime():
            return cell.strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return cell.strftime("%Y-%m" if kind is CellKind.MONTH else "%Y-%m-%d")
        case Decimal():
            return f"{cell:.2f}" if kind is CellKind.MONEY else f"{cell:f}"
    return str(cell)


def _xlsx(path: Path, sheet: Sheet) -> int:
    from openpyxl import Workbook  # noqa: PLC0415  (heavy)

    book = Workbook(write_only=True)
    page = book.create_sheet(_sheet_title(sheet.title))
    page.freeze_panes = "A2"
    _set_widths(page, [_WIDTHS.get(column.kind, _NUMBER_WIDTH) for column in sheet.columns])
    page.append([_header_cell(page, column.heading) for column in sheet.columns])
    try:
        count = _append(page, sheet)
    except BaseException:
        page.close()
        raise
    if sheet.about:
        _add_about(book, sheet)
    book.save(path)
    return count


def _append(page: Any, sheet: Sheet) -> int:
    cells = [_cell_maker(page, column.kind) for column in sheet.columns]
    count = 0
    rows = iter(sheet.rows)
    for row in islice(rows, MAX_SHEET_ROWS):
        page.append([make(cell) for make, cell in zip(cells, row, strict=True)])
        count += 1
    if next(rows, None) is not None:
        raise UserCanFix(f"more than {MAX_SHEET_ROWS:,} rows do not fit a sheet; write a .csv instead",
                         key="export_too_long", most=f"{MAX_SHEET_ROWS:,}")
    return count


def _add_about(book: Any, sheet: Sheet) -> None:
    about = book.create_sheet(_sheet_title(sheet.about_title))
    _set_widths(about, [_ABOUT_WIDTH])
    for line in sheet.about:
        about.append([_safe(line)])


def _sheet_title(title: str) -> str:
    return title.translate(_NOT_IN_TITLES)[:_TITLE_CHARS] or "1"


def _set_widths(page: Any, widths: list[int]) -> None:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415  (heavy)

    for number, width in enumerate(widths, 1):
        page.column_dimensions[get_column_letter(number)].width = width


def _header_cell(page: Any, heading: str) -> Any:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415  (heavy)
    from openpyxl.styles import Font  # noqa: PLC0415  (heavy)

    cell = WriteOnlyCell(page, _safe(heading))
    cell.font = Font(bold=True)
    return cell


def _cell_maker(page: Any, kind: CellKind) -> Callable[[SheetCell], Any]:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415  (heavy)

    shown = _FORMATS.get(kind)

    def make(value: SheetCell) -> Any:
        if value is None or isinstance(value, str):
            return _safe(value) if value else None
        cell = WriteOnlyCell(page, value)
        if shown:
            cell.number_format = shown
        return cell

    return make


def _safe(text: str) -> str:
    """The text without the control characters no workbook takes, and without what would run as a formula."""
    printable = "".join(char for char in text if char.isprintable() or char in "\n\t")
    return harmless(printable[:MAX_CELL_CHARS])


_WRITERS: dict[str, Callable[[Path, Sheet], int]] = {".csv": _csv, ".xlsx": _xlsx}
