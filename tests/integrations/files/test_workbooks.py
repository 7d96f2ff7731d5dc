"""XLSX and XLS: typed cells become what a person would have typed."""

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from domain.drafts import ExpenseDraft, StockDraft
from integrations.files import excel_size
from integrations.files.sources import sources
from tests.integrations.files.reading import problem_of, read

pytestmark = pytest.mark.usefixtures("_way")


@pytest.fixture(params=["loaded", "streamed"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every story holds for both libraries."""
    if request.param == "streamed":
        monkeypatch.setattr(excel_size, "LOADED_CELLS", 0)


HEADER = ("order_no", "created_at", "status", "sku_code", "title", "quantity", "unit_price")


def save(path: Path, *rows: tuple[Any, ...], title: str = "Sheet1") -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def test_typed_cells_are_read_as_written(tmp_path: Path) -> None:
    path = save(tmp_path / "orders.xlsx", HEADER,
                (536365, datetime(2026, 9, 20, 10, 0), "completed", 85123, "  Mug ", 2.0, 2.55),  # noqa: DTZ001
                ("0042", date(2026, 9, 20), "completed", "00017", "a_x0042_c", 1, 1234.5))
    found = read(path)
    assert not found.rejects
    assert [(line.order, line.sku_code, line.title, line.quantity, line.paid_minor) for line in found.lines] == [
        ("536365", "85123", "Mug", 2, 510), ("0042", "00017", "aBc", 1,
                                             123450)]  # _x0042_ is how workbooks write what XML cannot
    assert [SHOWN.format(order.created_at) for order in found.orders] == ["2026-09-20 02:00", "2026-09-19 16:00"]


SHOWN = "{:%Y-%m-%d %H:%M}"


def test_a_formula_nobody_has_computed_has_its_row_refused(tmp_path: Path) -> None:
    """As an empty cell it would be made up from other columns: an amount of quantity × price without the discount."""
    path = save(tmp_path / "orders.xlsx", (*HEADER, "line_paid"),
                ("A1", "2026-09-20", "completed", "X", "Mug", 1, 10, "=G2*0.9"),
                ("A2", "2026-09-20", "completed", "X", "Mug", 1, 3, 3),
                ("=1+1", "2026-09-20", "completed", "X", "Mug", 1, 3, 3))
    assert read(path).reasons == [(1, "row_formula"), (3, "row_formula")]


def test_a_computed_formula_counts_with_its_value(tmp_path: Path) -> None:
    path = save(tmp_path / "orders.xlsx", HEADER, ("A1", "2026-09-20", "completed", "X", "Mug", 1, "=1+1"))
    computed = tmp_path / "computed.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(computed, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>"))
    line, = read(computed).lines
    assert line.paid_minor == 200


def test_a_long_id_typed_as_a_number_has_lost_its_end(tmp_path: Path) -> None:
    """Excel keeps 15 digits; the order number below would quietly become another one."""
    path = save(tmp_path / "orders.xlsx", HEADER, (4100000000000000001, "2026-09-20", "completed", "X", "Mug", 1, 3),
                ("4100000000000000001", "2026-09-20", "completed", "X", "Mug", 1, 3))
    found = read(path)
    assert found.reasons == [(1, "row_id_damaged")]
    assert found.lines[0].order == "4100000000000000001"


def test_every_sheet_with_a_table_counts_and_notes_do_not(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(("说明:九月的订单",))
    for name, row in (("库存", ("A-1", "杭州仓", 3)), ("隐藏", ("A-2", "杭州仓", 4))):
        sheet = book.create_sheet(name)
        sheet.append(("商家编码", "仓库", "库存"))
        sheet.append(row)
    book.worksheets[2].sheet_state = "hidden"
    book.save(tmp_path / "all.xlsx")
    found = read(tmp_path / "all.xlsx")
    assert found.drafts == [StockDraft("A-1", "杭州仓", 3, None, None)]
    assert [table.name for table in found.tables] == ["all.xlsx · 库存"]


def test_gaps_keep_the_numbers_of_rows_right(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for column, cell in enumerate(("商家编码", "仓库", "库存"), start=1):
        sheet.cell(1, column, cell)
    for column, cell in enumerate(("A-1", "杭州仓", "abc"), start=1):
        sheet.cell(6, column, cell)
    book.save(tmp_path / "stock.xlsx")
    assert read(tmp_path / "stock.xlsx").reasons == [(5, "row_bad_quantity")]


def test_dates_are_told_from_numbers_by_their_style(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(("日期", "类别", "金额"))
    sheet.append((date(2026, 9, 20), "房租", 46285))
    sheet["A2"].number_format = 'yyyy"年"m"月"d"日"'
    sheet["C2"].number_format = '#,##0.00"元";[Red]-#,##0.00"元"'
    book.save(tmp_path / "expenses.xlsx")
    draft, = read(tmp_path / "expenses.xlsx").drafts
    assert isinstance(draft, ExpenseDraft)
    assert (draft.day, draft.amount_minor) == (date(2026, 9, 20), 46285_00)


def test_the_other_calendar_of_excel(tmp_path: Path) -> None:
    """Excel on old Macs counts its days from 1904."""
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.worksheets[0].append(HEADER)
    book.worksheets[0].append(("A1", datetime(2026, 9, 20, 10, 0), "completed", "X", "Mug", 1, 3))  # noqa: DTZ001
    book.save(tmp_path / "orders.xlsx")
    assert [SHOWN.format(order.created_at) for order in read(tmp_path / "orders.xlsx").orders] == ["2026-09-20 02:00"]


def test_old_workbooks(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    dated = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    row: tuple[Any, ...] = (536365.0, datetime(2026, 9, 20), "completed", "0017", "杯子", 2, 2.55)  # noqa: DTZ001
    for column, name in enumerate(HEADER):
        sheet.write(0, column, name)
    for column, cell in enumerate(row):
        sheet.write(1, column, cell, dated if column == 1 else xlwt.Style.default_style)
    book.save(str(tmp_path / "orders.xls"))
    found = read(tmp_path / "orders.xls")
    assert [(line.order, line.sku_code, line.title, line.paid_minor) for line in found.lines] == [
        ("536365", "0017", "杯子", 510)]
    assert SHOWN.format(found.orders[0].created_at) == "2026-09-19 16:00"


def test_a_damaged_or_bursting_workbook(tmp_path: Path) -> None:
    path = save(tmp_path / "stock.xlsx", ("sku_code", "warehouse", "on_hand"), ("A-1", "杭州仓", 7))
    (tmp_path / "short.xlsx").write_bytes(path.read_bytes()[:-200])
    assert problem_of(tmp_path / "short.xlsx").key == "file_damaged"
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            raw = source.read(name)
            target.writestr(name, raw[:-30] if name.endswith("sheet1.xml") else raw)
    assert problem_of(broken).key in {"file_damaged", "file_xlsx_strange"}


def test_an_empty_workbook(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    assert problem_of(tmp_path / "empty.xlsx").key == "file_empty"


def test_the_bytes_of_a_zip_member_are_a_workbook_too(tmp_path: Path) -> None:
    path = save(tmp_path / "stock.xlsx", ("sku_code", "warehouse", "on_hand"), ("A-1", "杭州仓", 7))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(path, "stock.xlsx")
    assert [source.name for source in sources(tmp_path / "all.zip")] == ["stock.xlsx"]
    assert len(read(tmp_path / "all.zip").drafts) == 1
