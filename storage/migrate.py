"""Bringing a database's tables up to date.

Alembic takes a quarter of a second to import, so it is touched only when there is a step to run: whether there is
one shows from a single row of the database and the names of the step files.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from domain.errors import OperatorMustAct
from storage import names_version
from storage.engine import Database

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_KEY = 7_310_411  # any number, the same in all versions: who holds it on PostgreSQL is migrating


class State(Enum):
    """How a database's tables compare with what this version needs."""

    EMPTY = auto()  # no tables at all
    BEHIND = auto()
    CURRENT = auto()
    UNKNOWN = auto()  # at a step this version does not know: a newer version's
    FOREIGN = auto()  # another program's tables, and none of ours


REFUSALS = {
    State.UNKNOWN: "a newer version of zhanggui made this database; install that version, or use another database",
    State.FOREIGN: "the database holds another program's tables; give zhanggui an empty one",
    State.BEHIND: "the database is of an older version; run: zhanggui db upgrade",
}


def revisions() -> list[str]:
    """Every step there is, oldest first."""
    return sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))


def is_current(database: Database) -> bool:
    """Whether nothing is left to do."""
    return state_of(database) is State.CURRENT


def state_of(database: Database) -> State:
    """Told from one row; from the list of tables where there is no such row."""
    version = _version(database)
    if version is None:
        tables = _tables(database)
        if not tables - {"alembic_version"}:
            return State.EMPTY
        version = _version(database)  # anew: another process may have made the tables between the two looks
        if version is None:
            return State.FOREIGN
    known = revisions()
    if version not in known:
        return State.UNKNOWN
    return State.CURRENT if version == known[-1] else State.BEHIND


def ensure_schema(database: Database) -> None:
    """Make the tables of a new database; bring an embedded one up to date.

    Raises OperatorMustAct for a database of another program or a newer version, and for a PostgreSQL one that is
    behind: others may be using it, so when to change it is for whoever runs it to say.
    """
    state = state_of(database)
    if state is State.EMPTY or (state is State.BEHIND and database.is_sqlite):
        upgrade(database)
    elif state is not State.CURRENT:
        raise OperatorMustAct(REFUSALS[state])


def upgrade(database: Database) -> None:
    """Run every step the database has not had; safe to call from several processes at once."""
    state = state_of(database)
    if state is State.CURRENT:
        return
    if state in (State.UNKNOWN, State.FOREIGN):
        raise OperatorMustAct(REFUSALS[state])
    from alembic import command  # noqa: PLC0415  (heavy)

    try:
        with migrating(database) as config:
            command.upgrade(config, "head")
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise OperatorMustAct(f"the tables could not be brought up to date, nothing was changed: {reason}") from error


@contextmanager
def migrating(database: Database) -> Iterator["Config"]:
    """Alembic's configuration on a connection that no other migrator can hold; all steps are one transaction."""
    from alembic.config import Config  # noqa: PLC0415  (heavy)

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with _locked(database) as connection:
        config.attributes["connection"] = connection
        names_version.remove(connection)  # no column that a trigger speaks of can be changed under it
        yield config
        if inspect(connection).has_table(names_version.NamesVersion.__tablename__):
            names_version.install(connection)


@contextmanager
def _locked(database: Database) -> Iterator[Connection]:
    """One write transaction that other migrators wait for."""
    if database.is_sqlite:
        with _without_foreign_keys(database) as connection:
            yield connection
    else:
        with database.write() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
            yield connection


@contextmanager
def _without_foreign_keys(database: Database) -> Iterator[Connection]:
    """SQLite changes a table by making it anew, which to its foreign keys is the loss of every row.

    They are off meanwhile (a transaction cannot do that itself) and checked as a whole before the commit.
    """
    with database.engine.connect().execution_options(zhanggui_write=True) as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise OperatorMustAct("the step would leave rows that belong to nothing; nothing was changed")
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def _version(database: Database) -> str | None:
    """The last step the database had; None where no step was ever run."""
    try:
        with database.read() as connection:
            version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return version
    except (OperationalError, ProgrammingError):  # no such table, in SQLite's and PostgreSQL's words
        return None


def _tables(database: Database) -> set[str]:
    with database.read() as connection:
        return set(inspect(connection).get_table_names())
