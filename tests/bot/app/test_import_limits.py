"""Imports that are too much are refused before anything of them is set aside."""

import io
from pathlib import Path

import pytest

from bot.app.importing import Limits, Options, Outcome, import_files
from bot.app.progress import Progress
from bot.app.settings import Settings
from bot.app.wiring import OpenShop, open_shop
from domain.drafts import Kind
from domain.errors import OperatorMustAct
from integrations.files.problems import FileProblem

TEBIBYTE = 2**40  # an hour of writing: no machine that runs tests has a million of them free


@pytest.fixture(params=["\n", "\r\n", "\r"], ids=["linux", "windows", "old mac"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "goods.csv"
    rows = ["商家编码,商品名称", "A-1,茶杯", "A-2,茶壶", "A-3,茶盘"]
    path.write_bytes("".join(row + request.param for row in rows).encode())
    return path


def _brought(shop: OpenShop, paths: list[Path], limits: Limits) -> Outcome:
    return import_files(shop, paths, Options(), dry_run=False, progress=Progress(io.StringIO(), is_tty=False),
                        limits=limits)


def test_more_rows_than_one_import_may_have_are_refused(tmp_path: Path, file: Path) -> None:
    with open_shop(Settings(tmp_path / "home")) as shop:
        with pytest.raises(FileProblem) as refused:
            _brought(shop, [file, file], Limits(rows=5))  # of all files together
        assert (refused.value.key, refused.value.facts["limit"]) == ("file_too_many_rows", "5")
        assert [found.rows for found in _brought(shop, [file, file], Limits(rows=6)).files] == [3, 3]


def test_what_the_disk_has_no_room_for_is_refused(tmp_path: Path, file: Path) -> None:
    with open_shop(Settings(tmp_path / "home")) as shop:
        with pytest.raises(OperatorMustAct) as refused:
            _brought(shop, [file], Limits(bytes_a_row=10**6 * TEBIBYTE))
        assert (refused.value.key, refused.value.facts["rows"]) == ("import_no_room", "3")
        assert _brought(shop, [file], Limits(bytes_a_row=1)).counts[Kind.PRODUCTS].accepted == 3
