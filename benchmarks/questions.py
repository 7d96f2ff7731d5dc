"""`questions`: from the message to the reply on a shop of a million order lines, beside bare SQL and DuckDB."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks import bare_sql
from benchmarks.bare_sql import BareSqlite, Duck
from benchmarks.made_shop import AT, CALENDAR, MadeShop
from benchmarks.report import Report, Table, percentile
from bot.app.settings import Settings
from bot.app.wiring import OpenShop, open_shop
from bot.rendering.reply import Reply
from bot.turn import Person
from domain.people import Role

NAME = "questions"
WHAT = "the whole reply to everyday questions, beside bare SQL on the same file and DuckDB on the same rows"
MOMENTS = 28  # questions are asked on so many days, one after the other, so that no page is the only one read
_SECRET = "only for measuring: this is no secret at all"  # the made shop holds no personal data
_OWNER = Person("owner", Role.OWNER)
Span = tuple[date, date]


def _yesterday(at: datetime) -> Span:
    return at.date() - timedelta(days=1), at.date()


def _last_month(at: datetime) -> Span:
    after = at.date().replace(day=1)
    return (after - timedelta(days=1)).replace(day=1), after


def _thirty_days(at: datetime) -> Span:
    return at.date() - timedelta(days=30), at.date()


@dataclass(frozen=True, slots=True)
class Question:
    """A message, the days it speaks of and the same figures in SQL."""

    message: str
    span: Callable[[datetime], Span]
    sql: str


QUESTIONS = (
    Question("昨天销售额", _yesterday, bare_sql.REVENUE),
    Question("昨天毛利", _yesterday, bare_sql.GROSS_PROFIT),
    Question("上月销量最高的10个商品", _last_month, bare_sql.TOP_GOODS),
    Question("哪些货要补", _yesterday, bare_sql.SHORT),
    Question("近30天销售额走势", _thirty_days, bare_sql.TREND),
    Question("上月各省销售额", _last_month, bare_sql.PROVINCES),
    Question("上月买家数", _last_month, bare_sql.CUSTOMERS),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lines", type=int, default=1_000_000, help="order lines of the shop that is made")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="make the shop there, or use the one that is there")
    parser.add_argument("--repeat", type=int, default=100, help="how often each question is asked")


def run(given: argparse.Namespace, report: Report) -> None:
    with _folder(given.keep) as folder:
        settings = Settings(data_dir=folder, database_url=f"sqlite:///{folder / f'{given.lines}.db'}",
                            secret_key=_SECRET)
        path = folder / f"{given.lines}.db"
        with open_shop(settings) as shop:
            _make(shop, given.lines, report)
        with open_shop(settings) as shop, TemporaryDirectory(prefix="zhanggui-bench-") as scratch:
            duck = Duck(path, Path(scratch))
            report.say("data", f"{_count(path, 'order_lines'):,} order lines of {_count(path, 'orders'):,} orders, "
                               f"{_count(path, 'skus'):,} SKUs, {path.stat().st_size / 2**20:.0f} MiB")
            report.say("duckdb", duck.version)
            _ask(shop, BareSqlite(path), duck, repeat=given.repeat, report=report)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with TemporaryDirectory(prefix="zhanggui-bench-") as name:
        yield Path(name)


def _make(shop: OpenShop, lines: int, report: Report) -> None:
    with shop.database.read() as connection:
        if connection.exec_driver_sql("SELECT 1 FROM orders LIMIT 1").first():
            return
    start = perf_counter()
    with shop.ingest(CALENDAR.utc(AT)) as sink:
        MadeShop(lines).stage(sink)
        sink.finish()
    report.say("made in", f"{perf_counter() - start:.0f} s")


def _count(path: Path, table: str) -> int:
    return int(BareSqlite(path).rows(f"SELECT COUNT(*) FROM {table}", AT.date(), AT.date())[0][0])


@dataclass(slots=True)
class _Spent:
    """Milliseconds of each asking of one question."""

    reply: list[float] = field(default_factory=list)
    understand: list[float] = field(default_factory=list)
    query: list[float] = field(default_factory=list)
    render: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    duck: list[float] = field(default_factory=list)


def _ask(shop: OpenShop, bare: BareSqlite, duck: Duck, *, repeat: int, report: Report) -> None:
    first, _ = _timed(lambda: shop.dispatcher.reply(QUESTIONS[0].message, person=_OWNER, at=AT, chat=""))
    report.say("first question after opening", f"{first:.0f} ms (reads all names)")
    spent = {question.message: _Spent() for question in QUESTIONS}
    for turn in range(repeat):
        at = AT - timedelta(days=turn % MOMENTS)
        for question in QUESTIONS:
            own, span = spent[question.message], question.span(at)
            taken, reply = _timed(lambda: shop.dispatcher.reply(question.message, person=_OWNER, at=at, chat=""))  # noqa: B023
            own.reply.append(taken)
            own.understand.append(reply.timing.understand)
            own.query.append(reply.timing.query)
            own.render.append(reply.timing.render)
            taken, rows = _timed(lambda: bare.rows(question.sql, *span))  # noqa: B023
            own.bare.append(taken)
            own.duck.append(_timed(lambda: duck.rows(question.sql, *span))[0])  # noqa: B023
            if turn < MOMENTS:
                _agree(question.message, reply, rows)
    _show(spent, report)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = perf_counter()
    found = work()
    return (perf_counter() - start) * 1000, found


def _agree(message: str, reply: Reply, rows: list[tuple[Any, ...]]) -> None:
    """Speed says nothing of different figures: both must have the same."""
    ours, theirs = (sorted(row[-1] for row in found if row[-1]) for found in (reply.rows, rows))
    if ours != theirs:
        raise ValueError(f"{message}: the reply says {ours[:5]} …, bare SQL {theirs[:5]} …")


def _show(spent: dict[str, _Spent], report: Report) -> None:
    rows, figures = [], []
    for message, own in spent.items():
        p50, p95 = median(own.reply), percentile(own.reply, 0.95)
        bare, duck = median(own.bare), median(own.duck)
        parts = [median(part) for part in (own.understand, own.query, own.render)]
        rows.append((message, f"{min(own.reply):.1f} / {p50:.1f} / {p95:.1f} / {max(own.reply):.1f}",
                     " + ".join(f"{part:.1f}" for part in parts), f"{bare:.1f} / {percentile(own.bare, 0.95):.1f}",
                     f"{duck:.1f} / {percentile(own.duck, 0.95):.1f}", f"{p50 / bare:.2f}", f"{p50 / duck:.2f}"))
        figures.append({"question": message, "p50_ms": p50, "p95_ms": p95, "max_ms": max(own.reply), "parts_ms": dict(
            zip(("understand", "query", "render"), parts, strict=True)), "bare_p50_ms": bare, "duckdb_p50_ms": duck})
    header = ("question", "reply ms least / p50 / p95 / most", "understand + query + render", "bare SQL p50 / p95",
              "DuckDB p50 / p95", "reply ÷ bare", "reply ÷ DuckDB")
    report.add(Table(f"Replies, each asked {len(next(iter(spent.values())).reply)} times", header, rows, figures))
