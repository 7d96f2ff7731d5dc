"""What every test may ask for: a database of each kind, and the shop's calendar."""

import fcntl
import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL
from sqlalchemy.util import LRUCache

from bot.app import demo_shop
from bot.app.settings import Settings
from domain.clock import ShopCalendar
from storage.engine import Database, open_database
from storage.schema import metadata
from tests import postgres

BOTH = ("sqlite", "postgresql")
DEMO_AT = "2026-11-23T15:00"

# How long one example takes says something about the machine, not about the program.
hypothesis.settings.register_profile("any machine", deadline=None, max_examples=60)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=1000)
hypothesis.settings.register_profile("histories", deadline=None, max_examples=40_000)
hypothesis.settings.load_profile("any machine")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Names bytes by their argument: two workers that pack the same file a second apart must name one test alike."""
    return argname if isinstance(val, bytes) else None


class _OfAllDatabases(LRUCache[tuple[Any, ...], Any]):
    """What SQLAlchemy compiled, by the kind of database and no longer by the database.

    A shop opens one; a worker of the suite opens thousands, and took a third of its time to compile the same again.
    """

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((key[0].name, *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], value: Any) -> None:
        super().__setitem__((key[0].name, *key[1:]), value)


COMPILED = _OfAllDatabases(2000)  # some 50 kB each


@event.listens_for(Engine, "engine_connect")
def _compile_once(connection: Connection) -> None:
    connection.execution_options(compiled_cache=COMPILED)


@pytest.fixture(autouse=True)
def no_language_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have a key of a model; no test is to ask it."""
    monkeypatch.delenv("ZHANGGUI_OPENAI_API_KEY", raising=False)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A PostgreSQL server for this worker. Without one: failed where CI is set, else skipped, loudly."""
    try:
        with postgres.running(os.environ) as server:
            yield server
    except postgres.NoPostgresError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.warn(f"EVERY POSTGRESQL TEST IS SKIPPED: {error}", stacklevel=1)
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables and no rows; tests work on copies."""
    path = tmp_path_factory.mktemp("template") / "shop.db"
    database = open_database(f"sqlite:///{path}")
    metadata.create_all(database.engine)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: postgres.Server) -> Iterator[URL]:
    """A database with all tables and no rows; tests work on copies."""
    url = postgres_server.create()
    database = open_database(url.render_as_string(hide_password=False))
    metadata.create_all(database.engine)
    database.close()
    yield url
    postgres_server.drop(url)


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo shop as of DEMO_AT, built by the first worker that asks; tests work on copies."""
    run = tmp_path_factory.getbasetemp()
    place = (run.parent if os.environ.get("PYTEST_XDIST_WORKER") else run) / "demo-shop"
    place.parent.mkdir(exist_ok=True)
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "built").exists():
            demo_shop.build(Settings(place), at=DEMO_AT, fresh=True)
            (place / "built").touch()
    return place


@pytest.fixture(scope="module")
def demo_folder(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo shop as of DEMO_AT, the module's own."""
    return Path(shutil.copytree(demo_template, tmp_path_factory.mktemp("demo") / "data"))


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a SQLite database with all tables and no rows."""
    path = tmp_path / "shop.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_spare(postgres_server: postgres.Server, postgres_template: URL) -> Iterator[postgres.Spare]:
    """The database that tests of this worker take in turn."""
    spare = postgres.Spare(postgres_server, postgres_template)
    yield spare
    spare.drop()


@pytest.fixture
def postgres_url(postgres_spare: postgres.Spare) -> Iterator[str]:
    """The address of a PostgreSQL database with all tables and no rows."""
    yield postgres_spare.take().render_as_string(hide_password=False)
    postgres_spare.give_back()


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a database with all tables and no rows, of each kind in turn."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    url = server.create()
    yield url.render_as_string(hide_password=False)
    server.drop(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database with all tables and no rows, of each kind in turn."""
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """An open SQLite database with all tables and no rows, for tests the kind of database means nothing to."""
    opened = open_database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def calendar() -> ShopCalendar:
    return ShopCalendar.named("Asia/Shanghai")
