"""Backups: sealed, whole or not at all, and only ever restored into an empty database of their kind."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from domain.errors import OperatorMustAct
from storage.engine import Database, open_database
from storage.migrate import upgrade
from storage.schema import metadata
from storage.upkeep import sealed_file
from storage.upkeep.backup import backup, nightly, restore
from tests.storage.made_shop import Line, MadeShop, local

AT = datetime(2026, 11, 23, 2, 41, tzinfo=UTC)
SECRET, OTHER = "a" * 40, "b" * 40


@pytest.fixture
def shop(empty_database_url: str) -> Database:
    """A shop with one order, its tables made by the migrations as everywhere."""
    database = open_database(empty_database_url)
    upgrade(database)
    made = MadeShop(database)
    made.order(local(AT.date()), [Line(1, 9_900)], external_id="N-秘密-1")
    made.open()
    return database


def test_a_backup_comes_back_as_it_was(shop: Database, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    out, into = tmp_path / "shop.zgb", address(shop, tmp_path, request)
    backup(shop, SECRET, out, AT)
    assert restore(out, SECRET, into) == []
    with pytest.raises(OperatorMustAct, match="already holds tables"):
        restore(out, SECRET, into)
    restored = open_database(into)
    for table in metadata.sorted_tables:
        with shop.read() as one, restored.read() as other:
            assert set(one.execute(select(table))) == set(other.execute(select(table))), table.name
    restored.close()
    shop.close()


def address(shop: Database, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """An empty place of the same kind."""
    if shop.is_sqlite:
        return f"sqlite:///{tmp_path / 'new' / 'restored.db'}"
    if shutil.which("pg_dump") is None:
        pytest.skip("PostgreSQL's client tools are not installed")
    server = request.getfixturevalue("postgres_server")
    url = server.create()
    request.addfinalizer(lambda: server.drop(url))
    return str(url.render_as_string(hide_password=False))


def test_nothing_in_the_file_can_be_read_without_the_key(sqlite_url: str, tmp_path: Path) -> None:
    database = open_database(sqlite_url)
    MadeShop(database).open()
    out = tmp_path / "shop.zgb"
    backup(database, SECRET, out, AT)
    raw = out.read_bytes()
    assert "华东仓".encode() not in raw
    assert b"SQLite format" not in raw
    assert out.stat().st_mode & 0o077 == 0
    with pytest.raises(OperatorMustAct, match="another key"):
        restore(out, OTHER, f"sqlite:///{tmp_path / 'new.db'}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop.db", "shop.db-shm", "shop.db-wal", "shop.zgb"]
    database.close()


@pytest.mark.parametrize("spoil", ["cut", "changed", "swapped", "head", "foreign", "empty"])
def test_a_damaged_file_restores_nothing(spoil: str, tmp_path: Path) -> None:
    plain, out = tmp_path / "plain", tmp_path / "file.zgb"
    plain.write_bytes(bytes(range(256)) * 30_000 + tmp_path.name.encode() * 9)
    plain.write_bytes(plain.read_bytes() + os.urandom(3 * sealed_file.PIECE))
    sealed_file.seal(plain, out, SECRET, kind="sqlite", revision="0001", made_at="now")
    raw = bytearray(out.read_bytes())
    head = len(sealed_file.MAGIC) + 4 + int.from_bytes(raw[8:12], "big")
    piece = 4 + sealed_file.PIECE + 16
    kinds: dict[str, bytes | bytearray] = {
        "cut": raw[:head + 2 * piece], "head": raw.replace(b'"0001"', b'"0002"'), "foreign": b"PK\x03\x04" + raw,
        "changed": raw[:-50] + bytes([raw[-50] ^ 1]) + raw[-49:], "empty": b"",
        "swapped": raw[:head] + raw[head + piece:head + 2 * piece] + raw[head:head + piece] + raw[head + 2 * piece:]}
    out.write_bytes(kinds[spoil])
    with pytest.raises(OperatorMustAct, match=r"damaged|no backup"):
        sealed_file.unseal(out, tmp_path / "open", SECRET)
    with pytest.raises(OperatorMustAct):
        restore(out, SECRET, f"sqlite:///{tmp_path / 'new.db'}")
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize("size", [0, 1, sealed_file.PIECE, 2 * sealed_file.PIECE + 1])
def test_any_size_comes_back(size: int, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(os.urandom(size))
    sealed_file.seal(plain, tmp_path / "sealed", SECRET, kind="sqlite", revision="0001", made_at="now")
    sealed_file.unseal(tmp_path / "sealed", tmp_path / "open", SECRET)
    assert (tmp_path / "open").read_bytes() == plain.read_bytes()


def test_a_backup_of_another_kind_or_a_newer_version_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    database = open_database(sqlite_url)
    out = tmp_path / "shop.zgb"
    backup(database, SECRET, out, AT)
    with pytest.raises(OperatorMustAct, match="of a sqlite database"):
        restore(out, SECRET, "postgresql://nobody@nowhere/shop")
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    sealed_file.seal(plain, out, SECRET, kind="sqlite", revision="9999", made_at="later")
    with pytest.raises(OperatorMustAct, match="newer version"):
        restore(out, SECRET, f"sqlite:///{tmp_path / 'new.db'}")
    database.close()


def test_the_newest_are_kept_and_the_same_night_is_one_file(sqlite_url: str, tmp_path: Path) -> None:
    database = open_database(sqlite_url)
    for night in (0, 1, 2, 2, 3):
        nightly(database, SECRET, tmp_path / "backups", AT + timedelta(days=night), kept=3)
    database.close()
    assert sorted(path.name for path in (tmp_path / "backups").iterdir()) == [
        f"shop-202611{24 + n}T0241Z.zgb" for n in range(3)]


def test_writing_goes_on_while_a_backup_is_made(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'shop.db'}")
    upgrade(database)
    with database.write() as connection:
        connection.execute(text("INSERT INTO shop_settings VALUES ('a', 'b')"))
        backup(database, SECRET, tmp_path / "shop.zgb", AT)
    restore(tmp_path / "shop.zgb", SECRET, f"sqlite:///{tmp_path / 'new.db'}")
    restored = open_database(f"sqlite:///{tmp_path / 'new.db'}")
    with restored.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM shop_settings")) == 0, "what was not committed is not there"
    restored.close()
    database.close()
