"""XLS, the workbook of Excel 97 to 2003; it holds at most 65,536 rows, so a sheet is read at once."""

from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from typing import Any

from integrations.files.problems import FileProblem, told_plainly
from integrations.files.sources import Source, seekable
from integrations.files.xlsx import number_text

MAX_BYTES = 64 * 2**20  # 65,536 rows of an order export take about 20 MiB


class OldSheetTable:
    """One sheet of an XLS workbook."""

    def __init__(self, name: str, sheet: Any) -> None:
        self.name = name
        self.row_hint: int | None = int(sheet.total_height)
        self._sheet = sheet
        self._fraction = 0.0

    @property
    def fraction(self) -> float:
        """How much of the sheet the latest pass has read, 0 to 1."""
        return self._fraction

    def rows(self) -> Iterator[list[str]]:
        """A new pass over all rows."""
        total = max(self.row_hint or 1, 1)
        for number, row in enumerate(self._sheet.iter_rows(), start=1):
            self._fraction = number / total
            yield [_shown(cell) for cell in row]


def old_sheets(source: Source) -> list[OldSheetTable]:
    """The sheets of an XLS workbook. FileProblem when it is locked, damaged or too large."""
    from python_calamine import CalamineError, PasswordError, load_workbook  # noqa: PLC0415 (heavy)

    with told_plainly(source.name), seekable(source) as stream:
        raw = stream.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise FileProblem(f"{source.name} is too large for an old Excel file", key="file_xls_too_large",
                          file=source.name, limit=f"{MAX_BYTES // 2**20} MiB")
    try:
        workbook = load_workbook(BytesIO(raw))
        found = [(name, workbook.get_sheet_by_name(name)) for name in workbook.sheet_names]
    except PasswordError as error:
        raise FileProblem(f"{source.name} is locked with a password", key="file_encrypted", file=source.name) from error
    except CalamineError as error:
        raise FileProblem(f"{source.name} is damaged or incomplete", key="file_damaged", file=source.name) from error
    return [OldSheetTable(f"{source.name} · {name}" if len(found) > 1 else source.name, sheet)
            for name, sheet in found if sheet.height]


def _shown(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return number_text(float(cell))
    return cell.isoformat(" ") if isinstance(cell, datetime) else _day_or_other(cell)


def _day_or_other(cell: Any) -> str:
    return cell.isoformat() if isinstance(cell, date) else str(cell)
