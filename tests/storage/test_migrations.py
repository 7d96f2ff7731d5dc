"""Models and migrations agree, on both databases, and bringing a database up to date is safe."""

import multiprocessing
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory

from domain.errors import OperatorMustAct
from storage.engine import Database, open_database
from storage.migrate import MIGRATIONS, State, ensure_schema, is_current, migrating, revisions, state_of, upgrade
from storage.schema import metadata


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Database]:
    """A database without any table, of each kind in turn."""
    opened = open_database(empty_database_url)
    yield opened
    opened.close()


def index_shape(index: Mapping[str, Any]) -> str:
    """The index in words; a partial one's condition comes as an object."""
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return str({**index, "dialect_options": options})


def shape(database: Database) -> dict[str, Any]:
    """Everything the database itself says of its tables, in an order of our own."""
    with database.read() as connection:
        inspector = sa.inspect(connection)
        return {
            table: {
                "columns": [(c["name"], str(c["type"]), c["nullable"], c["default"])
                            for c in inspector.get_columns(table)],
                "primary key": inspector.get_pk_constraint(table),
                "foreign keys": sorted(map(str, inspector.get_foreign_keys(table))),
                "unique": sorted(map(str, inspector.get_unique_constraints(table))),
                "checks": sorted((str(c["name"]), str(c["sqltext"])) for c in inspector.get_check_constraints(table)),
                "options": inspector.get_table_options(table),
                "indexes": sorted(index_shape(index) for index in inspector.get_indexes(table)),
            }
            for table in inspector.get_table_names() if table != "alembic_version"
        }


def triggers(database: Database) -> list[tuple[str, str]]:
    """Each with the table it stands on."""
    with database.read() as connection:
        found = connection.exec_driver_sql(
            "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'" if database.is_sqlite else
            "SELECT tgname, CAST(CAST(tgrelid AS regclass) AS text) FROM pg_trigger WHERE NOT tgisinternal")
        return sorted((name, table) for name, table in found)


def test_migrations_make_the_tables_the_models_describe(empty: Database) -> None:
    """Compared as the databases tell it, because alembic's own comparison overlooks every CHECK."""
    metadata.create_all(empty.engine)
    described, acting = shape(empty), triggers(empty)
    metadata.drop_all(empty.engine)
    assert triggers(empty) == []
    upgrade(empty)
    made = shape(empty)
    assert triggers(empty) == acting != []
    assert made.keys() == described.keys()
    for table in described:
        assert made[table] == described[table], table


def test_alembic_finds_nothing_to_add(empty: Database) -> None:
    upgrade(empty)
    with empty.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []


def test_every_step_can_be_undone_and_done_again(empty: Database) -> None:
    upgrade(empty)
    before = shape(empty)
    with migrating(empty) as config:
        command.downgrade(config, "base")
    assert shape(empty) == {}
    assert triggers(empty) == []
    assert state_of(empty) is State.EMPTY
    upgrade(empty)
    assert shape(empty) == before


def test_the_known_steps_are_those_alembic_would_run() -> None:
    steps = [step.revision for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    assert revisions() == list(reversed(steps))


def test_a_new_database_gets_its_tables_by_itself(empty: Database) -> None:
    assert not is_current(empty)
    ensure_schema(empty)
    assert is_current(empty)
    ensure_schema(empty)


def set_version(database: Database, version: str) -> None:
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version})


def test_a_newer_versions_database_is_left_alone(empty: Database) -> None:
    upgrade(empty)
    set_version(empty, "9999")
    for act in (ensure_schema, upgrade):
        with pytest.raises(OperatorMustAct, match="newer version"):
            act(empty)


def test_another_programs_database_is_left_alone(empty: Database) -> None:
    with empty.write() as connection:
        connection.execute(sa.text("CREATE TABLE bookmarks (id INTEGER)"))
    for act in (ensure_schema, upgrade):
        with pytest.raises(OperatorMustAct, match="another program"):
            act(empty)
    assert list(shape(empty)) == ["bookmarks"]


def add_step(folder: Path, body: str) -> None:
    """A step after the last, as a later version would bring."""
    number = len(revisions()) + 1
    (folder / "versions" / f"{number:04d}_later.py").write_text(
        f"from alembic import op\nimport sqlalchemy as sa\n"
        f"revision = '{number:04d}'\ndown_revision = '{number - 1:04d}'\n"
        f"def upgrade() -> None:\n    {body}\ndef downgrade() -> None:\n    pass\n", encoding="utf-8")


@pytest.fixture
def later_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes the program take its steps from a copy of its own, which the test can add to."""
    copy = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, copy)
    monkeypatch.setattr("storage.migrate.MIGRATIONS", copy)
    return copy


def test_an_embedded_database_that_is_behind_is_upgraded_and_a_shared_one_waits_for_its_operator(
        empty: Database, later_version: Path) -> None:
    upgrade(empty)
    add_step(later_version, "op.add_column('shops', sa.Column('motto', sa.String(20)))")
    assert state_of(empty) is State.BEHIND
    if empty.is_sqlite:
        ensure_schema(empty)
    else:
        with pytest.raises(OperatorMustAct, match="zhanggui db upgrade"):
            ensure_schema(empty)
        upgrade(empty)
    assert is_current(empty)
    assert "motto" in {column[0] for column in shape(empty)["shops"]["columns"]}


def test_a_step_that_fails_half_way_leaves_nothing_behind(empty: Database, later_version: Path) -> None:
    upgrade(empty)
    before = shape(empty)
    add_step(later_version, "op.add_column('shops', sa.Column('motto', sa.String(20))); op.execute('nonsense')")
    with pytest.raises(OperatorMustAct, match="nothing was changed"):
        upgrade(empty)
    assert shape(empty) == before
    assert state_of(empty) is State.BEHIND


ADD_A_SHOP = ("INSERT INTO shops (id, name, platform, currency, created_at) "
              "VALUES (1, 'one', 'jd', 'CNY', '2026-01-01 00:00:00')")
ADD_TRAFFIC = "INSERT INTO traffic (day, shop_id, visitors, page_views) VALUES ('2026-01-01', 1, 5, 9)"


def test_remaking_a_table_keeps_the_rows_that_point_to_it(empty: Database) -> None:
    """SQLite changes a table by dropping it; with foreign keys on, that fails or takes the pointing rows along."""
    upgrade(empty)
    with empty.write() as connection:
        connection.execute(sa.text(ADD_A_SHOP))
        connection.execute(sa.text(ADD_TRAFFIC))
    with migrating(empty) as config:
        operations = Operations(MigrationContext.configure(config.attributes["connection"]))
        with operations.batch_alter_table("shops") as batch:
            batch.alter_column("name", existing_type=sa.String(80), type_=sa.String(120))
    with empty.write() as connection:
        assert connection.scalar(sa.text("SELECT sum(visitors) FROM traffic")) == 5
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(sa.text("DELETE FROM shops"))


def test_a_step_may_not_leave_rows_that_belong_to_nothing(empty: Database) -> None:
    upgrade(empty)
    with empty.write() as connection:
        connection.execute(sa.text(ADD_A_SHOP))
        connection.execute(sa.text(ADD_TRAFFIC))
    with pytest.raises((OperatorMustAct, sa.exc.IntegrityError)), migrating(empty) as config:
        config.attributes["connection"].execute(sa.text("DELETE FROM shops"))
    with empty.read() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM shops")) == 1


def upgrade_at(url: str) -> str:
    """What one of several processes does that start at the same time."""
    database = open_database(url)
    upgrade(database)
    state = state_of(database).name
    database.close()
    return state


def test_processes_that_start_together_do_not_disturb_each_other(empty_database_url: str) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert pool.map(upgrade_at, [empty_database_url] * 3) == ["CURRENT"] * 3


def test_asking_whether_the_tables_are_current_does_not_load_alembic(sqlite_url: str) -> None:
    """Alembic costs a quarter of a second, which every start of the program would pay."""
    database = open_database(sqlite_url)
    with database.write() as connection:
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num TEXT)"))
        connection.execute(sa.text(f"INSERT INTO alembic_version VALUES ('{revisions()[-1]}')"))
    database.close()
    code = ("import sys; from storage.engine import open_database; from storage.migrate import ensure_schema;"
            "ensure_schema(open_database(sys.argv[1])); print('alembic' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code, sqlite_url], check=True, capture_output=True, text=True,
                          cwd=Path(__file__).parents[2])
    assert done.stdout == "False\n"
