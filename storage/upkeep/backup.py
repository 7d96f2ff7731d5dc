"""Backups of a whole database, sealed, and the way back: SQLite by VACUUM INTO, PostgreSQL by pg_dump."""

import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from domain.errors import OperatorMustAct
from domain.invariants import Break
from storage.engine import Database, open_database
from storage.migrate import State, ensure_schema, revisions, state_of
from storage.upkeep import sealed_file
from storage.upkeep.verify import verify

SUFFIX = ".zgb"
KEPT = 14  # nightly backups: two weeks to notice that something went wrong
DUMP_LIMIT_S = 7200  # a dump that takes longer has lost its server
TASKS_SCHEMA = "zhanggui_tasks"  # the workers' queue: work in flight is not part of the shop


def backup(database: Database, secret: str, out: Path, made_at: datetime) -> sealed_file.Head:
    """Write a sealed copy of the database as it is at one moment; others may go on writing meanwhile."""
    if not out.parent.is_dir():
        raise OperatorMustAct(f"there is no folder {out.parent}")
    with _workplace(out.parent) as folder:
        plain = folder / "plain"
        if database.is_sqlite:
            _copy_sqlite(database, plain)
        else:
            _dump_postgresql(database.engine.url, plain, folder)
        return sealed_file.seal(plain, out, secret, kind=database.engine.dialect.name, revision=revisions()[-1],
                                made_at=made_at.isoformat(timespec="seconds"))


def nightly(database: Database, secret: str, folder: Path, due_at: datetime, *, kept: int = KEPT) -> Path:
    """The backup of that night, under a name of its own; then the oldest beyond those kept are deleted."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    out = folder / f"shop-{due_at:%Y%m%dT%H%MZ}{SUFFIX}"
    backup(database, secret, out, due_at)
    for old in sorted(folder.glob(f"shop-*{SUFFIX}"))[:-kept]:
        old.unlink(missing_ok=True)
    return out


def restore(source: Path, secret: str, url: str) -> list[Break]:
    """Fill an empty database from a backup and check every law on it; what is broken. Nothing is overwritten."""
    head, target = sealed_file.read_head(source), make_url(url)
    if target.get_backend_name() != head.kind:
        raise OperatorMustAct(f"{source.name} is of a {head.kind} database and cannot be restored into "
                              f"{target.get_backend_name()}")
    if head.revision not in revisions():
        raise OperatorMustAct(f"{source.name} was made by a newer version of zhanggui; install that version")
    _require_empty(target)
    place = Path(target.database or "").parent if head.kind == "sqlite" else Path(tempfile.gettempdir())
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _workplace(place) as folder:
        plain = folder / "plain"
        sealed_file.unseal(source, plain, secret)
        if head.kind == "sqlite":
            _place_sqlite(plain, Path(target.database or ""))
        else:
            _load_postgresql(target, plain, folder)
    return _checked(url)


def _checked(url: str) -> list[Break]:
    database = open_database(url)
    try:
        ensure_schema(database)
        return verify(database)
    finally:
        database.close()


def _require_empty(target: URL) -> None:
    if target.get_backend_name() == "sqlite" and not Path(target.database or "").exists():
        return
    database = open_database(target.render_as_string(hide_password=False))
    try:
        is_empty = state_of(database) is State.EMPTY
    finally:
        database.close()
    if not is_empty:
        raise OperatorMustAct("the database to restore into already holds tables; give an empty one with --into, "
                              "or move the old one away first")


@contextmanager
def _workplace(beside: Path) -> Iterator[Path]:
    """A folder nobody else can look into, for the moment the contents lie open."""
    folder = Path(tempfile.mkdtemp(prefix=".zhanggui-", dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_sqlite(database: Database, plain: Path) -> None:
    with closing(sqlite3.connect(str(database.engine.url.database))) as connection:
        connection.execute("VACUUM INTO ?", (str(plain),))


def _place_sqlite(plain: Path, target: Path) -> None:
    with closing(sqlite3.connect(plain)) as connection:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise OperatorMustAct(f"the copy in the backup is not sound: {found}")
    for leftover in ("-wal", "-shm"):
        target.with_name(target.name + leftover).unlink(missing_ok=True)
    plain.replace(target)


def _dump_postgresql(url: URL, plain: Path, folder: Path) -> None:
    """Uncompressed: the sealed file compresses, once."""
    _run("pg_dump", url, folder, "--format=custom", "--compress=0", "--no-owner", "--no-privileges",
         f"--exclude-schema={TASKS_SCHEMA}", f"--file={plain}")


def _load_postgresql(url: URL, plain: Path, folder: Path) -> None:
    _run("pg_restore", url, folder, "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
         str(plain))


def _run(program: str, url: URL, folder: Path, *options: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise OperatorMustAct(f"{program} is not installed; install PostgreSQL's client tools, of the server's version")
    password = folder / "password"  # never on the command line, where everybody on the machine reads it
    password.touch(mode=0o600)
    password.write_text(f"*:*:*:*:{_escaped(url.password or '')}\n", encoding="utf-8")
    open_url = url.set(drivername="postgresql", password=None).update_query_dict({"passfile": str(password)})
    done = subprocess.run([found, f"--dbname={open_url.render_as_string(hide_password=False)}", *options],  # noqa: S603
                          check=False, capture_output=True, text=True, timeout=DUMP_LIMIT_S)
    if done.returncode:
        reason = (done.stderr.strip() or "no reason given").splitlines()[0]
        raise OperatorMustAct(f"{program} failed: {reason}")


def _escaped(password: str) -> str:
    return password.replace("\\", "\\\\").replace(":", "\\:")
