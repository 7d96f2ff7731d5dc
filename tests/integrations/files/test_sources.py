"""Encodings, delimiters, .gz, zips, and what is no table at all."""

import gzip
import io
import struct
import zipfile
from pathlib import Path

import pytest

from domain.drafts import Kind, ProductDraft
from integrations.files import sources
from tests.integrations.files.reading import csv_text, problem_of, read, write

HEADER = ("商家编码", "仓库", "库存")
ROWS = (("YS-01-M", "杭州仓", 12), ("YS-02-L", "广州仓", 0))
STOCK = [("YS-01-M", "杭州仓", 12), ("YS-02-L", "广州仓", 0)]


def stock_of(path: Path) -> list[tuple[object, ...]]:
    found = read(path)
    assert [table.kind for table in found.tables] == [Kind.STOCK] * len(found.tables)
    return [draft[:3] for draft in found.drafts]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_in_any_usual_shape(tmp_path: Path, encoding: str, delimiter: str) -> None:
    assert stock_of(write(tmp_path / "stock.csv", HEADER, *ROWS, encoding=encoding, delimiter=delimiter)) == STOCK


def test_the_first_chinese_may_come_late(tmp_path: Path) -> None:
    """An encoding taken from the first bytes is UTF-8 here, and the names at the end come out wrong."""
    plain = [(f"A-{number}", "main", 1) for number in range(60_000)]
    path = write(tmp_path / "stock.csv", ("sku_code", "warehouse", "on_hand"), *plain, *ROWS, encoding="gb18030")
    assert stock_of(path)[-2:] == STOCK


def test_text_that_is_neither_names_the_row(tmp_path: Path) -> None:
    path = tmp_path / "stock.csv"
    path.write_bytes(csv_text(HEADER, *ROWS).encode() + b"YS-03,\xff\xff,1\r\n")
    problem = problem_of(path)
    assert (problem.key, problem.facts["row"]) == ("file_encoding", "4")


def test_damaged_utf8_is_not_taken_for_gb18030(tmp_path: Path) -> None:
    """The damaged byte decodes in GB18030, and with it every name of the file as other characters."""
    path = tmp_path / "stock.csv"
    path.write_bytes(csv_text(HEADER, *ROWS).encode() + "YS-03,杭州仓,1\r\n".encode().replace("州".encode(),
                                                                                           b"\xe5\xb7A"))
    assert problem_of(path).facts["row"] == "4"


def test_gzip_and_zip_of_several(tmp_path: Path) -> None:
    text = csv_text(HEADER, *ROWS).encode("gb18030")
    (tmp_path / "stock.csv.gz").write_bytes(gzip.compress(text))
    assert stock_of(tmp_path / "stock.csv.gz") == STOCK
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/stock.csv", text)
        archive.writestr("b/stock.csv.gz", gzip.compress(text))
        archive.writestr("readme.md", "not a table")
        archive.writestr("__MACOSX/a/._stock.csv", b"\0\1")
    assert stock_of(tmp_path / "all.zip") == STOCK * 2


def test_member_names_from_a_chinese_windows(tmp_path: Path) -> None:
    raw = "库存表.csv".encode("gb18030")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("X" * len(raw), csv_text(HEADER, *ROWS))
    path = tmp_path / "all.zip"
    path.write_bytes(stream.getvalue().replace(b"X" * len(raw), raw))
    assert read(path).tables[0].name == "库存表.csv"


def test_a_locked_zip_is_said_to_be_locked(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("stock.csv", csv_text(HEADER, *ROWS))
    raw = bytearray(stream.getvalue())
    raw[6] |= 1  # the flag in the member's own header
    raw[raw.index(b"PK\1\2") + 8] |= 1  # and in the directory
    (tmp_path / "all.zip").write_bytes(raw)
    assert problem_of(tmp_path / "all.zip").key == "file_encrypted"


def test_bombs_are_refused_before_they_burst(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("stock.csv", b"0" * (sources.RATIO_FREE + 1))
    assert problem_of(tmp_path / "bomb.zip").key == "file_bomb"
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(b"a,b\n" * (sources.RATIO_FREE // 2)))
    assert problem_of(tmp_path / "bomb.csv.gz").key == "file_bomb"


def test_a_member_that_lies_about_its_size_gives_no_more(tmp_path: Path) -> None:
    """zipfile reads as many bytes as the directory declares and then checks their sum."""
    text = csv_text(HEADER, *ROWS * 1_000).encode()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("stock.csv", text)
    raw = bytearray(stream.getvalue())
    struct.pack_into("<I", raw, raw.index(b"PK\1\2") + 24, 50)
    (tmp_path / "all.zip").write_bytes(raw)
    assert problem_of(tmp_path / "all.zip").key == "file_damaged"


def test_a_zip_in_a_zip_and_a_zip_of_nothing(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", csv_text(HEADER, *ROWS))
        archive.writestr("b.csv", csv_text(HEADER, *ROWS))
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.writestr("inner.csv", inner.getvalue())
    assert problem_of(tmp_path / "outer.zip").key == "file_nested_zip"
    with zipfile.ZipFile(tmp_path / "nothing.zip", "w"):
        pass
    assert problem_of(tmp_path / "nothing.zip").key == "file_zip_without_table"


@pytest.mark.parametrize(("content", "key"), [
    (b"", "file_empty"), (b"\r\n \r\n,,\r\n", "file_empty"), (b"%PDF-1.7 ...", "file_not_a_table"),
    (b"\x89PNG\r\n\x1a\n\0\0", "file_not_a_table"), (b"<html><table><tr><td>1", "file_web_page"),
    ("商家编码,仓库\r\n".encode("utf-16"), "file_encoding"), (b"hello\nworld\n", "file_unknown_table"),
    (gzip.compress(b"a,b\n" * 9_000, mtime=0)[:-20], "file_damaged"), (b"PK\3\4 no zip at all", "file_damaged"),
    (b"," * 2**20, "file_not_a_table"), (b"," * 5_000 + b"\na,b\n", "file_too_wide"),
    (b"\xd0\xcf\x11\xe0 no workbook", "file_damaged"), (b"Caf\xe9,1\n", "file_encoding"),
    ('商家编码,仓库,库存\nA,"杭州,1\n'.encode() + b"B,C,1\n" * 40_000, "file_open_quote"),
    ('商家编码,仓库,库存\nA,杭州,1\nA,"杭州,1\n'.encode() + b"B,C,1\n" * 20, "file_open_quote"),
    ('商家编码,仓库,库存\nA,杭州,1\nA,杭州,"1'.encode(), "file_open_quote"),
    ('商家编码,仓库,库存,备注\nA,杭州,1,"急\nB,杭州,1,\nC,杭州,1,"轻放"\nD,杭州,1,\n'.encode(), "file_open_quote"),
    (b"\xef\xbb\xbf" + "交易时间,交易类型,交易对方,商品,收/支,金额(元)\n".encode(), "file_bill"),
    ("记账日期,货币,交易金额,联机余额,交易摘要\n".encode(), "file_bill"),
])
def test_what_is_no_table_gets_a_sentence(tmp_path: Path, content: bytes, key: str) -> None:
    (tmp_path / "file.csv").write_bytes(content)
    assert problem_of(tmp_path / "file.csv").key == key


def test_a_cell_of_several_lines_stays_one_cell(tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_bytes('sku_code,product,category,price\nA,"大杯,\n蓝,红\n送勺",杯,1\nB,"5"" 盘",盘,"2"'.encode())
    assert [(draft.product, draft.price_minor) for draft in read(path).drafts
            if isinstance(draft, ProductDraft)] == [("大杯,\n蓝,红\n送勺", 100), ('5" 盘', 200)]


def test_files_that_are_not_there(tmp_path: Path) -> None:
    assert problem_of(tmp_path / "no.csv").key == "file_missing"
    assert problem_of(tmp_path).key == "file_unreadable"


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    path = write(tmp_path / "stock.csv", HEADER, *ROWS * 4_000)
    table, = read(path).tables
    batches = list(table.batches(1_000))
    assert [batch.rows_read for batch in batches] == list(range(1_000, 8_001, 1_000))
    assert batches[-1].fraction == 1.0
    assert table.total_rows_hint == 8_000
