"""How SQLite reads for everyday questions: it takes the first index it can group by, wherever it is not told better."""

from typing import Any

from domain.metrics.query import MetricQuery
from storage.engine import Database
from storage.figures import MetricFigures
from tests.storage.made_shop import CALENDAR, NOW, MadeShop


def _plan(database: Database, query: MetricQuery) -> list[str]:
    """The steps of the query's longest statement, as SQLite itself heard it."""
    said: list[str] = []
    with database.read() as connection:  # there is one, and it comes back
        driver: Any = connection.connection.driver_connection
    driver.set_trace_callback(said.append)
    MetricFigures(database, CALENDAR, "CNY").answer(query, NOW)
    driver.set_trace_callback(None)
    return [detail for *_, detail in driver.execute(f"EXPLAIN QUERY PLAN {max(said, key=len)}")]


def test_stock_reads_only_the_moves_after_the_moment(sqlite_database: Database) -> None:
    """A million moves were read in the order of their SKUs, 1.8 s for every question of stock, to find none later."""
    shop = MadeShop(sqlite_database)
    shop.open()
    plan = _plan(sqlite_database, MetricQuery(("stock_available",), by=("sku",)))
    assert [step for step in plan if "stock_moves" in step] == [
        "SEARCH stock_moves USING INDEX ix_stock_moves_moved_at (moved_at>?)"]
    (joined,) = (step for step in plan if "SEARCH later" in step)
    assert "warehouse_id=? AND sku_id=?" in joined  # on half of its key the join reads all moves for each balance
