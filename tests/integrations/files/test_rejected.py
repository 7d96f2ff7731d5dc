"""The file of rows that were not taken."""

import csv
from collections.abc import Mapping
from pathlib import Path

from domain.drafts import Reject
from integrations.files.rejected import write_rejects
from tests.integrations.files.reading import read, write


def say(key: str, facts: Mapping[str, str]) -> str:
    return f"{key} {facts.get('value', '')}".strip()


def test_rejects_can_be_mended_and_imported_again(tmp_path: Path) -> None:
    header = ("商家编码", "仓库", "库存")
    path = write(tmp_path / "stock.csv", header, ("A-1", "杭州仓", "abc"), ("=A-2", "@仓", "-3.5"), ("A-3", "杭州仓",
                                                                                                 1))
    found = read(path)
    out = tmp_path / "stock.csv.rejected.csv"
    assert write_rejects(out, header, found.rejects, say) == 2
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [["rejected_row_no", "rejected_reason", *header], ["1", "row_bad_quantity abc", "A-1", "杭州仓",
                                                                      "abc"],
                    ["2", "row_bad_quantity -3.5", "'=A-2", "'@仓", "-3.5"]]
    assert read(out).reasons == [(1, "row_bad_quantity"), (2, "row_bad_quantity")]


def test_no_cell_of_it_runs_as_a_formula(tmp_path: Path) -> None:
    out = tmp_path / "r.csv"
    cells = ("=1+1", "+1", "-1", "@x", "\t=1", "plain", "-2+cmd|' /C calc'!A0")
    write_rejects(out, ("h",), [Reject(1, "k", {}, cells)], say)
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1][2:] == ["'=1+1", "+1", "-1", "'@x", "'\t=1", "plain", "'-2+cmd|' /C calc'!A0"]
