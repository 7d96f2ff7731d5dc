"""Workbooks too large or too strange for one of the two libraries that read them."""

import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from domain.drafts import StockDraft
from integrations.files import excel, excel_size
from integrations.files.sources import sources
from tests.integrations.files.reading import problem_of, read

HEADER = ("order_no", "created_at", "status", "sku_code", "title", "quantity", "unit_price")


def test_workbooks_of_other_programs(tmp_path: Path) -> None:
    """Back-ends write inline strings, prefixed tags, absolute paths, no places and no styles; openpyxl refuses some."""
    cells = "".join(f'<x:c t="inlineStr"><x:is><x:r><x:t>{text[:1]}</x:t></x:r>'
                    f"<x:r><x:t>{text[1:]}</x:t></x:r></x:is></x:c>"
                    for text in ("sku_code", "warehouse", "on_hand"))
    rows = (f'<x:row>{cells}</x:row><x:row><x:c t="str"><x:v>A-1</x:v></x:c>'
            '<x:c t="inlineStr"><x:is><x:t>杭州仓</x:t></x:is></x:c><x:c><x:v>7</x:v></x:c></x:row>'
            '<x:row><x:c t="str"><x:v>A-2</x:v></x:c><x:c t="e"><x:v>#N/A</x:v></x:c><x:c><x:v>7</x:v></x:c></x:row>')
    found = read(bare(tmp_path / "stock.xlsx", rows))
    assert found.drafts == [StockDraft("A-1", "杭州仓", 7, None, None)]
    assert found.reasons == [(2, "row_missing")]


def bare(path: Path, rows: str) -> Path:
    """The least that is a workbook."""
    office, packages = (f"http://schemas.openxmlformats.org/{part}/2006" for part in ("officeDocument", "package"))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

    def relation(kind: str, number: str, target: str) -> str:
        return (f'<Relationships xmlns="{packages}/relationships"><Relationship Id="{number}" Target="{target}" '
                f'Type="{office}/relationships/{kind}"/></Relationships>')

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", relation("officeDocument", "R0", "xl/workbook.xml"))
        archive.writestr("xl/workbook.xml", f'<x:workbook xmlns:x="{main}" xmlns:r="{office}/relationships"><x:sheets>'
                                            '<x:sheet name="S" sheetId="1" r:id="R1"/></x:sheets></x:workbook>')
        archive.writestr("xl/_rels/workbook.xml.rels", relation("worksheet", "R1", "/xl/worksheets/s.xml"))
        archive.writestr("xl/worksheets/s.xml",
                         f'<x:worksheet xmlns:x="{main}"><x:sheetData>{rows}</x:sheetData></x:worksheet>')
    return path


@pytest.mark.parametrize("place", ["XFD60000", "XFD100"])
def test_a_stray_cell_far_out_does_no_harm(tmp_path: Path, place: str) -> None:
    """Calamine lays out the rectangle around all cells: with XFD60000 that is 30 GiB, and the process aborts."""
    book = openpyxl.Workbook()
    for row in (("sku_code", "warehouse", "on_hand"), ("A-1", "杭州仓", 7)):
        book.worksheets[0].append(row)
    book.worksheets[0][place] = "x"
    book.save(tmp_path / "stock.xlsx")
    found = read(tmp_path / "stock.xlsx")
    assert found.drafts == [StockDraft("A-1", "杭州仓", 7, None, None)]
    assert len(found.rejects) == 1


@pytest.mark.parametrize("rows", [
    "<x:row>" + "<x:c/>" * 30_000 + "</x:row>" + "<x:row/>" * 30_000 + "<x:row><x:c><x:v>1</x:v></x:c></x:row>",
    '<x:row r="900000000"><x:c r="A900000000"><x:v>1</x:v></x:c></x:row>',
    '<x:row r="1"><x:c r="AAAAAA1"><x:v>1</x:v></x:c></x:row><x:row r="9"><x:c\nr="A9"><x:v>1</x:v></x:c></x:row>',
])
def test_cells_out_of_all_bounds_are_not_loaded(tmp_path: Path, rows: str) -> None:
    """They go to openpyxl, which in turn refuses so bare a workbook."""
    assert problem_of(bare(tmp_path / "stock.xlsx", rows)).key == "file_xlsx_strange"


def test_a_workbook_with_too_much_text_is_to_be_saved_as_csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither library reads a sheet without holding all shared strings."""
    path = bare(tmp_path / "stock.xlsx", '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row>')
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", "<sst>" + "<si><t>A-1</t></si>" * 1_000 + "</sst>")
    monkeypatch.setattr(excel_size, "BUDGET_BYTES", excel_size.OPENPYXL_BYTES + 10_000)
    monkeypatch.setattr(excel_size, "LOADED_CELLS", 0)
    assert problem_of(path).key == "file_xlsx_too_large"


def test_rows_say_the_same_whichever_library_reads_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are told apart by a hash of their text: next month's larger file holds the same orders again."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    moment = datetime(2026, 9, 20, 10, 0, 0, 999_999)  # noqa: DTZ001
    for row in ((None, *HEADER, "remark"), (None, "A1", moment, "completed", "X", "a_x000D_b", 2, 2.55, True),
                (None, 4100000000000000001, date(2026, 9, 20), "#N/A", "X", " ", -1.50, 1e20, 0.1 + 0.2)):
        sheet.append(row)
    book.save(tmp_path / "orders.xlsx")
    source, = sources(tmp_path / "orders.xlsx")
    loaded, = excel.sheet_tables(source, excel.Shelf())
    monkeypatch.setattr(excel_size, "LOADED_CELLS", 0)
    streamed, = excel.sheet_tables(source, excel.Shelf())
    rows = list(loaded.rows())
    assert rows == list(streamed.rows())
    assert rows[1] == ["", "A1", "2026-09-20 10:00:01", "completed", "X", "a\rb", "2", "2.55", "TRUE"]
    assert rows[2] == ["", "4.10000000000000E+18", "2026-09-20 00:00:00", "", "X", "", "-1.5",
                       "1.00000000000000E+20", "0.3"]
    assert (loaded.row_hint, loaded.fraction, streamed.row_hint, streamed.fraction) == (3, 1.0, 3, 1.0)


@pytest.mark.parametrize(("part", "old", "new"), [
    ("xl/styles.xml", b"<patternFill />", b""),  # what many back-ends write
    ("xl/worksheets/sheet1.xml", b'<row r="2"', b'<row r="1048577"'),
    ("xl/worksheets/sheet1.xml", b"</row></sheetData>", b"</sheetData>"),
])
def test_a_large_workbook_that_openpyxl_stumbles_over_is_to_be_saved_as_csv(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, old: bytes, new: bytes) -> None:
    book = openpyxl.Workbook()
    for row in (("sku_code", "warehouse", "on_hand"), ("A-1", "杭州仓", 7)):
        book.worksheets[0].append(row)
    book.save(tmp_path / "whole.xlsx")
    with zipfile.ZipFile(tmp_path / "whole.xlsx") as whole, zipfile.ZipFile(tmp_path / "stock.xlsx", "w") as broken:
        for name in whole.namelist():
            raw = whole.read(name)
            assert name != part or old in raw
            broken.writestr(name, raw.replace(old, new) if name == part else raw)
    monkeypatch.setattr(excel_size, "LOADED_CELLS", 0)
    assert problem_of(tmp_path / "stock.xlsx").key == "file_xlsx_strange"
