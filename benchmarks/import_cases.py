"""The ways of bringing a file of orders in that `import` compares, one to a process."""

import csv
import io
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, cast

from benchmarks.cases import Measured, answer, held_mib
from benchmarks.made_files import opened
from benchmarks.profiling import profiled

Row = list[Any]
LINE_NO = "line_no_in_order"
USUAL_SHARE = 10  # one by one takes so long that a tenth of the file has to do


def _header(file: Path) -> list[str]:
    with opened(file) as stream:
        return next(csv.reader(stream))


def _numbered(file: Path, order_at: int) -> Iterator[Row]:
    """The rows as the file has them, each with its place in its order: the least a primary key of lines takes."""
    places: defaultdict[str, int] = defaultdict(int)
    with opened(file) as stream:
        reader = csv.reader(stream)
        next(reader)
        for row in reader:
            number = row[order_at]
            places[number] += 1
            row.append(places[number])  # type: ignore[arg-type]  # a cell that is a number already
            yield row


def _source(file: Path, order_column: str, *, parsed: bool) -> tuple[list[str], Iterable[Row]]:
    header = _header(file)
    rows: Iterable[Row] = _numbered(file, header.index(order_column))
    return [*header, LINE_NO], list(rows) if parsed else rows


def _ddl(columns: Sequence[str], order_column: str) -> str:
    typed = ", ".join(f'"{name}" {"INTEGER" if name == LINE_NO else "TEXT"}' for name in columns)
    return f'CREATE TABLE raw_lines ({typed}, PRIMARY KEY ("{order_column}", {LINE_NO}))'


def raw_sqlite(file: str, url: str, order_column: str, *, parsed: bool) -> Measured:
    """executemany into one table with our lines' primary key and journal, in one transaction."""
    measured = Measured()
    columns, rows = _source(Path(file), order_column, parsed=parsed)
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute(_ddl(columns, order_column) + " WITHOUT ROWID")
    with measured.timed():
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO raw_lines VALUES ({', '.join('?' * len(columns))})", rows)
        connection.execute("COMMIT")
    measured.rows = connection.execute("SELECT COUNT(*) FROM raw_lines").fetchone()[0]
    connection.close()
    return measured


def raw_copy(file: str, url: str, order_column: str, *, parsed: bool) -> Measured:
    """COPY into one table with our lines' primary key, in one transaction."""
    import psycopg

    measured = Measured()
    columns, rows = _source(Path(file), order_column, parsed=parsed)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(_ddl(columns, order_column).encode())
        connection.commit()
        with measured.timed():
            with cursor.copy("COPY raw_lines FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            connection.commit()
        found = cursor.execute("SELECT COUNT(*) FROM raw_lines").fetchone()
        assert found is not None
        measured.rows = found[0]
    return measured


def usual_way(file: str, url: str, order_column: str) -> Measured:
    """What most programs of this kind do: objects of a mapper, added to one session; parsed rows, a tenth of them."""
    from pydantic import create_model
    from sqlmodel import Field, Session, SQLModel  # noqa: TID251 (what the usual way opens is measured here)

    from storage.engine import open_database

    measured = Measured()
    columns, rows = _source(Path(file), order_column, parsed=True)
    keys = {order_column, LINE_NO}
    fields: dict[str, Any] = {
        f"c{at}": (int if name == LINE_NO else str, Field(primary_key=name in keys, sa_column_kwargs={"name": name}))
        for at, name in enumerate(columns)}
    line: Any = cast("Any", create_model)("RawLine", __base__=SQLModel, __cls_kwargs__={"table": True}, **fields)
    database = open_database(url)
    line.__table__.create(database.engine)
    part = list(islice(rows, max(1, len(list(rows)) // USUAL_SHARE)))
    with measured.timed(), Session(database.engine) as session:
        session.add_all([line(**{f"c{at}": cell for at, cell in enumerate(row)}) for row in part])
        session.commit()
    measured.rows = len(part)
    return measured


def zhanggui(file: str, url: str, data_dir: str, *, profile: bool = False) -> Measured:
    """`zhanggui import`, from the open file to the commit; the database has its tables already."""
    from bot.app.importing import Options, import_files
    from bot.app.progress import Progress
    from bot.app.settings import Settings
    from bot.app.wiring import open_shop

    measured = Measured()
    with open_shop(Settings(data_dir=Path(data_dir), database_url=url)) as shop:

        class Watching(Progress):
            """Shown with each batch: two processes are at work then."""

            def show(self, what: str, fraction: float, rows: int) -> None:
                super().show(what, fraction, rows)
                measured.peak_mib = max(measured.peak_mib, held_mib())

        progress = Watching(io.StringIO(), is_tty=False)
        with profiled(shop.database.engine, wanted=profile), measured.timed():
            outcome = import_files(shop, [Path(file)], Options(), dry_run=False, progress=progress)
    measured.rows = sum(item.rows for item in outcome.files)
    return measured


def parse_alone(file: str, order_column: str) -> Measured:
    """What csv.reader and the numbering of lines cost by themselves."""
    measured = Measured()
    _, rows = _source(Path(file), order_column, parsed=False)
    with measured.timed():
        measured.rows = sum(1 for _ in rows)
    return measured


CASES: dict[str, Callable[..., Measured]] = {
    "raw_sqlite": raw_sqlite, "raw_copy": raw_copy, "usual_way": usual_way, "zhanggui": zhanggui,
    "parse_alone": parse_alone}

if __name__ == "__main__":
    answer(CASES)
