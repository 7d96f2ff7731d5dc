"""Files that spreadsheets open: numbers are numbers, days are days, and no cell runs as a formula."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from domain.errors import UserCanFix
from domain.sheets import CellKind, Sheet, SheetCell, SheetColumn
from integrations.files import writing
from integrations.files.writing import write_sheet

COLUMNS = [SheetColumn("店铺", CellKind.TEXT), SheetColumn("日期", CellKind.DAY), SheetColumn("月", CellKind.MONTH),
           SheetColumn("付款时间", CellKind.MOMENT), SheetColumn("销售额", CellKind.MONEY),
           SheetColumn("件数", CellKind.NUMBER), SheetColumn("毛利率", CellKind.RATE)]
ROW: list[SheetCell] = ["京东店", date(2026, 11, 22), date(2026, 11, 1), datetime(2026, 11, 22, 9, 30),  # noqa: DTZ001
                        Decimal("1234.50"), 3, 0.312]
UNKNOWN: list[SheetCell] = ['=HYPERLINK("http://x")', None, None, None, None, None, None]
EVIL = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "\r=1"]


def sheet(rows: list[list[SheetCell]], **more: object) -> Sheet:
    return Sheet("销售额", COLUMNS, iter(rows), **more)  # type: ignore[arg-type]


def test_a_workbook_has_typed_cells_a_frozen_header_and_a_sheet_about_it(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    assert write_sheet(path, sheet([ROW, UNKNOWN], about_title="说明", about=["口径:…", "=1"])) == 2
    book = load_workbook(path)
    page = book["销售额"]
    assert page.freeze_panes == "A2"
    assert [cell.value for cell in page[1]] == [column.heading for column in COLUMNS]
    shop, day, month, moment, money, pieces, rate = page[2]
    assert shop.value == "京东店"
    assert (day.value, day.number_format) == (datetime(2026, 11, 22), "yyyy-mm-dd")  # noqa: DTZ001
    assert month.number_format == "yyyy-mm"
    assert moment.value == datetime(2026, 11, 22, 9, 30)  # noqa: DTZ001
    assert (money.value, money.data_type, money.number_format) == (1234.5, "n", "#,##0.00")
    assert (pieces.value, rate.value, rate.number_format) == (3, 0.312, "0.0%")
    assert page["A3"].data_type == "s"
    assert str(page["A3"].value).startswith("'=")
    assert [row[0].value for row in book["说明"]] == ["口径:…", "'=1"]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("text", EVIL)
def test_no_name_of_a_shop_is_run_as_a_formula(tmp_path: Path, suffix: str, text: str) -> None:
    path = tmp_path / f"a{suffix}"
    write_sheet(path, Sheet(text, [SheetColumn(text, CellKind.TEXT)], [[text]]))
    if suffix == ".xlsx":
        cells = [cell for row in load_workbook(path).worksheets[0].iter_rows() for cell in row]
        assert all(cell.data_type != "f" and str(cell.value)[0] not in "=+-@\t\r" for cell in cells)
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert all(cell[0] not in "=+-@\t\r" for row in csv.reader(file) for cell in row)


def test_a_csv_opens_in_excel_and_keeps_every_digit(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_sheet(path, sheet([ROW, UNKNOWN]))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[1] == ["京东店", "2026-11-22", "2026-11", "2026-11-22 09:30:00", "1234.50", "3", "0.312"]
    assert rows[2][1:] == [""] * 6


def test_control_characters_are_no_reason_to_fail(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_sheet(path, Sheet("[a]/b", [SheetColumn("x", CellKind.TEXT)], [["a\x00b\x1fc"], ["x" * 40_000]]))
    assert [row[0].value for row in load_workbook(path).worksheets[0]][1] == "abc"


def test_a_name_that_is_no_table_is_said_so(tmp_path: Path) -> None:
    for name in ("a.pdf", "a", "a.xls"):
        with pytest.raises(UserCanFix, match=r"\.csv or \.xlsx"):
            write_sheet(tmp_path / name, sheet([ROW]))
    with pytest.raises(UserCanFix, match="cannot write"):
        write_sheet(tmp_path / "nowhere" / "a.csv", sheet([ROW]))


def test_what_breaks_off_leaves_no_half_of_a_file(tmp_path: Path) -> None:
    """The file that stood there before stays as it was."""
    path = tmp_path / "a.csv"
    path.write_text("before", encoding="utf-8")

    def broken() -> Iterator[list[SheetCell]]:
        yield ROW
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        write_sheet(path, Sheet("x", COLUMNS, broken()))
    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MAX_SHEET_ROWS", 2)
    assert write_sheet(tmp_path / "a.xlsx", sheet([ROW] * 2)) == 2
    with pytest.raises(UserCanFix, match=r"write a \.csv"):
        write_sheet(tmp_path / "a.xlsx", sheet([ROW] * 3))
