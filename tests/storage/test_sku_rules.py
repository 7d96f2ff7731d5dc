"""Rules of a SKU set in chat: reorder points of single warehouses, and whether it may be sold before it is there."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from domain.catalog.model import Sku
from domain.changes.stock import StockChange
from domain.clock import ShopCalendar
from domain.confirmations import Done, NotPossible
from domain.inventory.model import MoveReason, Warehouse
from domain.metrics.query import Having, MetricQuery
from storage.engine import Database
from storage.figures import MetricFigures
from storage.ledger import Reference, apply
from storage.stock.shelves import Contended
from storage.stock.stock_watch import StoredStockWatch
from storage.upkeep.verify import verify
from tests.storage.action_shop import AT, Counter, counter

LOW = MetricQuery(("stock_available",), by=("sku",), having=(Having("stock_available", "<=", "reorder_point"),))


@pytest.fixture
def shop(database: Database, calendar: ShopCalendar) -> Counter:
    return counter(database, calendar)


def low(shop: Counter, calendar: ShopCalendar, query: MetricQuery = LOW) -> list[tuple[object, ...]]:
    return list(MetricFigures(shop.database, calendar, "CNY").answer(query, AT).rows)


def test_a_warehouse_goes_by_its_own_reorder_point(shop: Counter, calendar: ShopCalendar) -> None:
    """Of 45 free cups 10 are in the south; the SKU's own point is 20, that of 8 bags, too."""
    by_place = replace(LOW, by=("sku", "warehouse"))
    in_south = replace(LOW, where={"warehouse": ("华南仓",)})
    assert low(shop, calendar) == [("BAG", 8)]
    assert low(shop, calendar, in_south) == [("BAG", 8), ("CUP", 10)]
    shop.do("set_reorder_point", sku="CUP", quantity=5, warehouse="华南仓")
    assert low(shop, calendar, in_south) == [("BAG", 8)]
    assert low(shop, calendar, by_place) == [("BAG", "华南仓", 8)]
    shop.do("set_reorder_point", sku="CUP", quantity=10, warehouse="华南仓")
    assert low(shop, calendar) == [("BAG", 8), ("CUP", 45)]
    table = MetricFigures(shop.database, calendar, "CNY").answer(LOW, AT)
    assert table.coverage.low_places == (("CUP", "华南仓", 10, 10),)
    assert table.coverage.as_json()["low_places"] == [["CUP", "华南仓", 10, 10]]
    watched = {(one.sku, one.warehouse): one for one in StoredStockWatch(shop.database, calendar).lines(AT)}
    assert watched["CUP", "华南仓"].level == "low"
    assert watched["CUP", "华南仓"].place_point == 10
    assert ("CUP", "华东仓") not in watched
    shop.do("drop_reorder_point", sku="CUP", warehouse="华南仓")
    assert low(shop, calendar) == [("BAG", 8)]
    assert isinstance(shop.undo(), Done)
    assert low(shop, calendar) == [("BAG", 8), ("CUP", 45)]


def test_points_that_cannot_be_are_refused(shop: Counter) -> None:
    for wrong, key in (({"quantity": -1}, "bad_number"), ({"quantity": 1.5}, "bad_number"),
                       ({"quantity": 10**12}, "bad_number"),
                       ({"quantity": 5, "warehouse": "火星仓"}, "unknown_warehouse"),
                       ({"quantity": 5, "sku": "KUP"}, "unknown_sku")):
        assert shop.refusal("set_reorder_point", **{"sku": "CUP", **wrong}).key == f"no.{key}"
    assert shop.refusal("drop_reorder_point", sku="CUP", warehouse="华东仓").key == "no.no_reorder_point"


def test_only_what_may_be_owed_is_sold_before_it_is_there(shop: Counter, calendar: ShopCalendar) -> None:
    sale = {"sku": "CUP", "warehouse": "华东仓", "delta": -40}
    assert shop.refusal("adjust_stock", **sale).key == "no.not_enough_stock"
    assert shop.refusal("forbid_backorder", sku="CUP").key == "no.same_backorder"
    allowed = shop.do("allow_backorder", sku="CUP")
    shop.do("adjust_stock", **sale)
    of_cups = MetricQuery(("stock_available",), where={"sku": ("CUP",)})
    assert MetricFigures(shop.database, calendar, "CNY").answer(of_cups, AT).coverage.backorder == ("CUP",)
    assert shop.refusal("forbid_backorder", sku="CUP").key == "no.backorder_owed"
    refused = shop.undo(allowed.code)
    assert isinstance(refused, NotPossible)
    assert refused.key == "confirmation.changed_since"
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=5)
    shop.do("forbid_backorder", sku="CUP")
    assert shop.refusal("adjust_stock", sku="CUP", warehouse="华东仓", delta=-1).key == "no.not_enough_stock"
    assert verify(shop.database, ["no_stock_below_nothing", "reserved_is_on_hand"]) == []


def test_whoever_was_told_that_it_is_allowed_asks_again_when_pieces_leave(shop: Counter) -> None:
    """A change that was planned before somebody forbade it finds too little, also when both happen at once."""
    shop.do("allow_backorder", sku="CUP")
    change = StockChange(shop.value(col(Sku.id), col(Sku.code) == "CUP"),
                         shop.value(col(Warehouse.id), col(Warehouse.name) == "华东仓"), -41, MoveReason.SHIPPED,
                         allows_backorder=True)
    begun = Event()

    def take() -> bool:
        begun.wait()
        try:
            with shop.database.write() as connection:
                apply(connection, [change], Reference("test", "1", None, AT))
        except Contended:
            return False
        return True

    with ThreadPoolExecutor(1) as threads:
        with shop.database.write() as connection:
            connection.execute(select(col(Sku.id)).where(col(Sku.code) == "CUP").with_for_update())
            taken = threads.submit(take)
            begun.set()
            connection.execute(update(Sku).where(col(Sku.code) == "CUP").values(allows_backorder=False))
        assert not taken.result(timeout=30)
    assert verify(shop.database, ["no_stock_below_nothing"]) == []
