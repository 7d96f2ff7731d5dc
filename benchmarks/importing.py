"""`import`: rows a second of a file of orders into an empty shop, beside raw writes of the same rows."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.cases import Measured
from benchmarks.cases import run as run_case
from benchmarks.made_files import HEADERS, write_made, write_repeated
from benchmarks.report import Report, Spread, Table
from domain.clock import ShopCalendar
from domain.drafts import Kind
from integrations.files.importing import open_import

NAME = "import"
WHAT = "zhanggui import against raw writes of the same rows, on SQLite and PostgreSQL, with its peak memory"
ROWS = 541_909  # one year of one real shop
TIMES_LARGER = 4  # memory must not grow with the file
_MODULE = "benchmarks.import_cases"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, default=ROWS, help="order lines of the file that is made")
    parser.add_argument("--shape", choices=sorted(HEADERS), default="invoices", help="columns of the file that is made")
    parser.add_argument("--file", type=Path, help="measure with this CSV (or .csv.gz) instead of a made one")
    parser.add_argument("--postgres", metavar="URL", help="measure there, too; a database is made and dropped again")
    parser.add_argument("--repeat", type=int, default=3, help="how often everything is measured, in turns")
    parser.add_argument("--no-memory", action="store_true", help="leave out the file that is four times as long")
    parser.add_argument("--profile", action="store_true", help="show where one import's time goes, and nothing else")


@dataclass(slots=True)
class _Bench:
    """One run: the file, a folder for databases, and how to make an empty one."""

    folder: Path
    file: Path
    order_column: str
    made: int = 0
    found: dict[str, list[Measured]] = field(default_factory=dict)

    def empty_sqlite(self) -> str:
        self.made += 1
        return f"sqlite:///{self.folder / f'{self.made}.db'}"

    def measure(self, name: str, case: str, **arguments: Any) -> Measured:
        measured = run_case(_MODULE, case, **arguments)
        self.found.setdefault(name, []).append(measured)
        return measured

    def raw(self, name: str, case: str, url: Callable[[], str], **arguments: Any) -> None:
        self.measure(name, case, file=str(self.file), url=url(), order_column=self.order_column, **arguments)

    def ours(self, name: str, url: str, file: Path | None = None, **arguments: Any) -> Measured:
        return self.measure(name, "zhanggui", file=str(file or self.file), url=url, data_dir=str(self.folder),
                            **arguments)


def run(given: argparse.Namespace, report: Report) -> None:
    with TemporaryDirectory(prefix="zhanggui-bench-") as name:
        folder = Path(name)
        file = given.file or folder / "made.csv"
        if given.file is None:
            write_made(file, given.rows, given.shape)
        bench = _Bench(folder, file, _order_column(file))
        parsing = bench.measure("parse", "parse_alone", file=str(file), order_column=bench.order_column)
        report.say("data", f"{parsing.rows:,} rows, {file.stat().st_size / 2**20:.1f} MiB, "
                           f"{'the file given' if given.file else f'made, {given.shape}'}")
        report.say("csv.reader alone", f"{parsing.rows_per_s:,.0f} rows/s")
        if given.profile:
            bench.ours("profile", bench.empty_sqlite(), profile=True)
        else:
            _sqlite(bench, given.repeat, report)
        if given.postgres:
            with _databases(given.postgres, report) as empty:
                _postgres(bench, empty, given, report)
        if not given.no_memory and not given.profile:
            _memory(bench, given, report)


def _order_column(file: Path) -> str:
    calendar = ShopCalendar.named("Asia/Shanghai")
    tables = [table for table in open_import(file, calendar=calendar, default_currency="CNY")
              if table.kind is Kind.ORDER_LINES]
    if len(tables) != 1:
        raise ValueError(f"{file} is not one table of orders")
    return tables[0].columns["order_no"]


def _sqlite(bench: _Bench, repeat: int, report: Report) -> None:
    for _ in range(repeat):
        bench.raw("raw executemany, rows parsed before", "raw_sqlite", bench.empty_sqlite, parsed=True)
        bench.raw("raw executemany, csv parsed in the timer", "raw_sqlite", bench.empty_sqlite, parsed=False)
        url = bench.empty_sqlite()
        bench.ours("zhanggui import", url)
        bench.ours("the same file again", url)
        bench.raw("usual way: SQLModel add_all, a tenth", "usual_way", bench.empty_sqlite)
    limits = _named(bench, "raw executemany")
    report.add(_table("SQLite, WAL, synchronous=NORMAL", bench, limits))
    for limit in limits:  # of both processes: what a busy machine disturbs least, and what a second core cannot shorten
        ratios = Spread.of(raw.cpu_us_a_row / own.cpu_us_a_row for own, raw in
                           zip(bench.found["zhanggui import"], bench.found[limit], strict=True))
        report.note(f"in processor time zhanggui import is {ratios.shown(2)} of {limit}")


def _postgres(bench: _Bench, empty: Callable[[], str], given: argparse.Namespace, report: Report) -> None:
    if given.profile:
        bench.ours("profile on PostgreSQL", empty(), profile=True)
        return
    bench.found = {}
    for _ in range(given.repeat):
        bench.raw("COPY, rows parsed before", "raw_copy", empty, parsed=True)
        bench.raw("COPY, csv parsed in the timer", "raw_copy", empty, parsed=False)
        url = empty()
        bench.ours("zhanggui import", url)
        bench.ours("the same file again", url)
    report.add(_table("PostgreSQL", bench, _named(bench, "COPY")))
    if not given.no_memory:
        larger = _larger(bench, given)
        peak = bench.ours("larger", empty(), larger)
        report.note(f"PostgreSQL, {peak.rows:,} rows: {peak.rows_per_s:,.0f} rows/s, peak {peak.peak_mib:.0f} MiB")


def _named(bench: _Bench, start: str) -> list[str]:
    return [name for name in bench.found if name.startswith(start)]


def _table(title: str, bench: _Bench, limits: Sequence[str]) -> Table:
    """A row a case; the ratios are those of each turn to the raw write of the same turn."""
    header = ("case", "rows/s least / median / most", "cpu µs a row", "peak MiB", *(f"÷ {name}" for name in limits))
    rows, figures = [], []
    for name, measured in bench.found.items():
        if name == "parse":
            continue
        speed = Spread.of(each.rows_per_s for each in measured)
        cpu, peak = median(each.cpu_us_a_row for each in measured), max(each.peak_mib for each in measured)
        ratios = [Spread.of(own.rows_per_s / limit.rows_per_s for own, limit in
                            zip(measured, bench.found[limit], strict=True)) for limit in limits]
        rows.append((name, speed.shown(), f"{cpu:.1f}", f"{peak:.0f}", *(ratio.shown(2) for ratio in ratios)))
        figures.append({"case": name, "rows": measured[0].rows, "rows_per_s": speed._asdict(), "cpu_us_a_row": cpu,
                        "peak_mib": peak, "ratios": {limit: ratio._asdict() for limit, ratio in
                                                     zip(limits, ratios, strict=True)}})
    return Table(title, header, rows, figures)


def _larger(bench: _Bench, given: argparse.Namespace) -> Path:
    path = bench.folder / "larger.csv"
    if not path.exists():
        if given.file is None:
            write_made(path, given.rows * TIMES_LARGER, given.shape)
        else:
            write_repeated(given.file, path, TIMES_LARGER, bench.order_column)
    return path


def _memory(bench: _Bench, given: argparse.Namespace, report: Report) -> None:
    found = [bench.ours("memory", bench.empty_sqlite(), file) for file in (None, _larger(bench, given))]
    report.add(Table("Peak memory of one import into SQLite", ("rows", "peak MiB", "rows/s"), [
        (f"{each.rows:,}", f"{each.peak_mib:.0f}", f"{each.rows_per_s:,.0f}") for each in found], [
        {"rows": each.rows, "peak_mib": each.peak_mib} for each in found]))


@contextmanager
def _databases(url: str, report: Report) -> Iterator[Callable[[], str]]:
    """Empty databases on a server, dropped at the end."""
    import os

    import psycopg
    from sqlalchemy.engine import make_url

    server = make_url(url)
    made: list[str] = []

    def empty() -> str:
        name = f"zhanggui_bench_{os.getpid()}_{len(made)}"
        admin.execute(f'CREATE DATABASE "{name}"'.encode())
        made.append(name)
        return server.set(database=name).render_as_string(hide_password=False)

    default = server.set(database=server.database or "postgres").render_as_string(hide_password=False)
    with psycopg.connect(default, autocommit=True) as admin:
        shown = [f"{name}={admin.execute(f'SHOW {name}'.encode()).fetchone()[0]}"  # type: ignore[index]
                 for name in ("server_version", "fsync", "synchronous_commit", "shared_buffers", "max_wal_size")]
        report.say("postgresql", ", ".join(shown))
        try:
            yield empty
        finally:
            for name in made:
                admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
