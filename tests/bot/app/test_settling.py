"""What `serve` loads before the first message asks for it, and then leaves alone."""

import gc
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.app.server import _settle
from bot.app.serving import Serving
from bot.app.wiring import OpenShop
from bot.understanding.readings import Context
from bot.understanding.understand import Understanding
from domain.ports import Name

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """The tests go on with a garbage collector that looks at everything."""
    yield
    gc.unfreeze()


class Names:
    """Of a shop; counts how often they are read."""

    reads = 0

    def version(self) -> int:
        return 1

    def all(self) -> list[Name]:
        self.reads += 1
        return []


def test_names_and_words_are_there_before_anybody_asks() -> None:
    names = Names()
    reader = Understanding(names)
    dispatcher = SimpleNamespace(reader=reader)
    shop: Any = SimpleNamespace(dispatcher=dispatcher, now=lambda: NOW, database=None, calendar=None)
    shop.warm_up = partial(OpenShop.warm_up, shop)
    _settle(Serving(shop))
    assert (names.reads, gc.get_freeze_count() > 0) == (1, True)
    reader.read("库存", NOW, Context())
    assert names.reads == 1


def test_a_start_that_cannot_read_them_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def warm_up(self) -> None:
            raise OSError("the disk is gone")

    _settle(cast("Any", Broken()))
    assert "the first message will take longer" in caplog.text
    assert gc.get_freeze_count() > 0
