"""A stand-in Telegram, and the shop's bot on it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.telegram.fake import FakeTelegram, running
from tests.telegram.stage import CHEN, WANG, Stage, fill, served


@pytest.fixture
def world() -> Iterator[FakeTelegram]:
    with running(FakeTelegram()) as made:
        yield made


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shop; tests work on copies."""
    path = tmp_path_factory.mktemp("telegram") / "shop.db"
    fill(f"sqlite:///{path}")
    return path


@pytest.fixture
def shop_url(filled: Path, tmp_path: Path) -> str:
    shutil.copyfile(filled, tmp_path / "shop.db")
    return f"sqlite:///{tmp_path / 'shop.db'}"


@pytest.fixture
def stage(world: FakeTelegram, shop_url: str, tmp_path: Path) -> Iterator[Stage]:
    """On SQLite; nobody is bound."""
    with served(world, shop_url, tmp_path) as made:
        yield made


@pytest.fixture
def shop(stage: Stage) -> Stage:
    """小王 of the warehouse and 陈总, the owner, are bound."""
    stage.bind(WANG, "小王")
    stage.bind(CHEN, "陈总")
    return stage


@pytest.fixture
def both_url(empty_database_url: str, filled: Path, tmp_path: Path) -> str:
    """A small shop on each kind of database."""
    if empty_database_url.startswith("sqlite"):
        shutil.copyfile(filled, tmp_path / "shop.db")
        return f"sqlite:///{tmp_path / 'shop.db'}"
    fill(empty_database_url)
    return empty_database_url
