"""kill -9 at random points of ingest, ship and transfer."""

from storage.engine import Database
from tests.storage import killing

KILLS = 5  # `python -m tests.storage.killing URL 100` takes its time


def test_a_shop_that_is_killed_at_work_loses_nothing_and_does_nothing_twice(
        database: Database, database_url: str) -> None:
    assert killing.prove(database, database_url, KILLS) > 0
