"""A long table is read by a process that runs ahead of the one that writes."""

import multiprocessing
import sys
import warnings
from collections.abc import Generator, Iterator
from itertools import chain
from pathlib import Path

import pytest

from domain.drafts import LineDraft
from integrations.files import ahead
from integrations.files.ahead import batches_ahead, read_elsewhere
from integrations.files.importing import Batch, ImportTable, open_import
from integrations.files.problems import FileProblem
from tests.integrations.files.reading import SHANGHAI, problem_of, write

HEADER = ("shop", "order_no", "created_at", "buyer_phone", "sku_code", "quantity", "unit_price")
MANY = 20_000  # rows: more than fits between the two processes


@pytest.fixture(autouse=True)
def _forked_among_threads() -> Iterator[None]:
    """The tests' own process has threads; the program asks first (`batches_ahead`)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def table_of(folder: Path, *more: tuple[object, ...]) -> ImportTable:
    rows = [("淘宝店", f"A{number // 2}", "2026-11-22 10:00:00", "13800138000", f"S{number % 50}",
             "x" if number % 1_000 == 7 else 2, "10.00") for number in range(MANY)]
    table, = open_import(write(folder / "many.csv", HEADER, *rows, *more), calendar=SHANGHAI, default_currency="CNY")
    return table


def lines_of(batches: list[Batch]) -> list[LineDraft]:
    return list(chain.from_iterable(batch.lines for batch in batches))


def test_what_is_read_elsewhere_is_what_is_read_here(tmp_path: Path) -> None:
    table = table_of(tmp_path)
    here, elsewhere = list(table.batches()), list(read_elsewhere(table))
    assert elsewhere == here
    assert lines_of(elsewhere)[-1] == lines_of(here)[-1]
    assert [reject.row_no for batch in elsewhere for reject in batch.rejects][:2] == [8, 1008]
    assert elsewhere[0].orders[0].created_at.tzinfo is here[0].orders[0].created_at.tzinfo  # not another, equal one
    assert not multiprocessing.active_children()


def test_a_problem_found_elsewhere_is_the_same_sentence(tmp_path: Path) -> None:
    table = table_of(tmp_path, ("淘宝店", 'A"', "never closed"))
    path = tmp_path / "many.csv"
    path.write_text(path.read_text(encoding="utf-8").replace('"A"""', '"A'), encoding="utf-8")
    with pytest.raises(FileProblem) as found:
        list(read_elsewhere(table))
    here = problem_of(path)
    assert (str(found.value), found.value.key, found.value.facts) == (str(here), here.key, here.facts)
    assert here.key == "file_open_quote"
    assert not multiprocessing.active_children()


def test_a_reader_that_is_killed_is_said_plainly(tmp_path: Path) -> None:
    batches = read_elsewhere(table_of(tmp_path))
    next(batches)
    reader, = multiprocessing.active_children()
    reader.kill()
    reader.join()
    with pytest.raises(FileProblem) as found:
        list(batches)
    assert found.value.key == "file_reader_ended"


def test_a_reader_whose_batches_nobody_wants_any_more_ends(tmp_path: Path) -> None:
    batches = read_elsewhere(table_of(tmp_path))
    next(batches)
    assert multiprocessing.active_children()
    batches.close()
    assert not multiprocessing.active_children()


def test_where_no_process_can_be_started_it_is_read_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_more() -> int:
        raise BlockingIOError

    table = table_of(tmp_path)
    monkeypatch.setattr("os.fork", no_more)
    assert list(read_elsewhere(table)) == list(table.batches())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process is copied")
@pytest.mark.parametrize(("cores", "threads", "rows"), [(1, 1, 0), (2, 2, 0), (2, 1, MANY + 1), (2, 1, 0)])
def test_it_is_read_elsewhere_where_that_is_safe_and_quicker(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cores: int, threads: int, rows: int) -> None:
    started: list[ImportTable] = []

    def noted(table: ImportTable) -> Generator[Batch]:
        started.append(table)
        yield from table.batches()

    monkeypatch.setattr(ahead, "read_elsewhere", noted)
    monkeypatch.setattr(ahead, "ROWS_WORTH_IT", rows)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(cores)))
    monkeypatch.setattr("threading.active_count", lambda: threads)
    table = table_of(tmp_path)
    assert sum(len(batch.lines) for batch in batches_ahead(table)) == MANY - MANY // 1_000
    assert len(started) == ((cores, threads, rows) == (2, 1, 0))
