"""Stock and the orders that wait: figures of a moment, told as small stories of one shop."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.metrics.query import REORDER_POINT, Having, MetricQuery
from domain.metrics.result import ResultTable
from storage.engine import Database
from storage.figures import MetricFigures
from tests.storage.made_shop import CALENDAR, NOW, TODAY, Line, MadeShop, local

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def shop(database: Database) -> MadeShop:
    return MadeShop(database)


def ask(shop: MadeShop, *metrics: str, at: datetime = NOW, **parts: Any) -> ResultTable:
    return MetricFigures(shop.database, CALENDAR, "CNY").answer(MetricQuery(metrics, **parts), at)


def test_stock_is_of_the_moment_and_shortest_first(shop: MadeShop) -> None:
    shop.stock(1, 1, 30, reserved=5)
    shop.stock(1, 2, 10)
    shop.stock(2, 1, 8, incoming=1)
    shop.stock(3, 1, 0)
    shop.rows["skus"][0]["cost_remainder_e4"] = 55
    for pieces, warehouse in ((30, 1), (15, 2), (15, None)):
        order = shop.order(local(YESTERDAY), [Line(1, 100, quantity=pieces)])
        if warehouse:
            shop.add("shipments", order_id=order, parcel_no=1, warehouse_id=warehouse, shipped_at=NOW, shipped_on=TODAY)
    shop.order(local(TODAY), [Line(1, 100, quantity=500)])  # today is not over: it says nothing of a usual day
    shop.open()
    assert ask(shop, "stock_available", by=("sku",)).rows == (("BZ-1", 0), ("DY-L", 8), ("DY-M", 35))
    is_low = (Having("stock_available", "<=", REORDER_POINT),)
    low = ask(shop, "stock_available", by=("sku",), having=is_low)
    assert low.rows == (("BZ-1", 0), ("DY-L", 8))
    cover = ask(shop, "stock_available", "days_of_cover", where={"sku": ("DY-M",)})
    assert cover.rows == ((35, 17.5),)  # 2 a day, though it lies in two warehouses
    coats = {"sku": ("DY-M",)}  # 25 in the first warehouse, 10 in the second; what has not left counts for neither
    assert ask(shop, "days_of_cover", by=("warehouse",), where=coats).rows == (("华东仓", 25.0), ("华南仓", 20.0))
    assert ask(shop, "days_of_cover", where={**coats, "warehouse": ("华东仓",)}).rows == ((25.0,),)
    assert ask(shop, "days_of_cover", where=coats, exclude={"warehouse": ("华南仓",)}).rows == ((25.0,),)
    assert ask(shop, "stock_value").rows == ((4801,),)  # what averaging left over is not lost
    assert ask(shop, "stock_value", by=("warehouse",)).rows == (("华东仓", 3800), ("华南仓", 1000))
    wanted = ask(shop, "reorder_quantity", by=("sku",), having=(Having("reorder_quantity", ">", 0),))
    assert wanted.rows == (("BZ-1", 10), ("DY-L", 1))
    assert ask(shop, "reorder_quantity", by=("sku",)).rows == wanted.rows  # what is not short is left out
    assert ask(shop, "stock_on_hand", by=("warehouse",)).rows == (("华东仓", 38), ("华南仓", 10))
    assert ask(shop, "stock_available", where={"sku": ("BZ-2",)}).is_empty


def test_stock_whose_cost_nobody_knows_is_counted_beside_its_value(shop: MadeShop) -> None:
    shop.stock(1, 1, 30)
    shop.stock(2, 1, 8)
    shop.stock(3, 1, 0)
    for sku in shop.rows["skus"]:
        sku["unit_cost_e4"] = None
    shop.open()
    value = ask(shop, "stock_value")
    assert (value.rows, value.is_empty, value.coverage.skus_without_cost) == (((None,),), False, 2)


def test_discontinued_goods_are_not_reordered(shop: MadeShop) -> None:
    shop.stock(1, 1, 0)
    shop.stock(2, 1, 3)
    shop.rows["skus"][0]["is_active"] = False
    shop.open()
    low = (Having("stock_available", "<=", REORDER_POINT),)
    assert ask(shop, "stock_available", by=("sku",), having=low).rows == (("DY-L", 3),)
    assert ask(shop, "stock_available", by=("sku",)).rows == (("DY-M", 0), ("DY-L", 3))


def test_stock_that_moved_later_is_not_seen(shop: MadeShop) -> None:
    shop.stock(1, 1, 30)
    shop.rows["stock_balances"][0]["on_hand"] = 20
    shop.move(1, 1, -10, "shipped", NOW + timedelta(hours=1))
    shop.open()
    assert ask(shop, "stock_on_hand").rows == ((30,),)
    assert ask(shop, "stock_on_hand", at=NOW + timedelta(hours=2)).rows == ((20,),)


def test_orders_that_wait(shop: MadeShop) -> None:
    assert ask_nothing_waits(shop)
    shop.order(local(TODAY, 9), [Line(1, 10)], ship_by=local(TODAY, 14))
    shop.order(local(TODAY, 9), [Line(1, 10)], ship_by=local(TODAY, 20), status="partly_shipped", shop=2)
    shop.order(local(TODAY, 9), [Line(1, 10)], status="held", hold="risk")
    shop.order(None, [Line(1, 10)], payment="unpaid", status="to_pay")
    shop.open()
    assert ask(shop, "orders_to_ship", "orders_overdue", "orders_to_pay").rows == ((2, 1, 1),)
    assert ask(shop, "orders_to_ship", by=("platform",)).rows == (("jd", 1), ("shopify", 1))


def test_orders_wait_in_each_warehouse_that_holds_pieces_for_them(shop: MadeShop) -> None:
    first, second, third = (shop.order(local(TODAY, 9), [Line(1, 10)]) for _ in range(3))
    shop.order(None, [Line(1, 10)], payment="unpaid", status="to_pay")
    for order, warehouse, parcel in ((first, 1, 1), (first, 1, 2), (second, 2, 1), (third, 1, 1), (third, 2, 2)):
        shop.add("allocations", order_id=order, line_no=1, sku_id=1, warehouse_id=warehouse, parcel_no=parcel,
                 quantity=1, reason="only_warehouse")
    shop.open()
    assert ask(shop, "orders_to_ship", by=("warehouse",)).rows == (("华东仓", 2), ("华南仓", 2))
    both = {"warehouse": ("华东仓", "华南仓")}
    assert ask(shop, "orders_to_ship", where=both).rows == ((3,),)
    assert ask(shop, "orders_to_ship", where={"warehouse": ("华南仓",)}).rows == ((2,),)


def ask_nothing_waits(shop: MadeShop) -> bool:
    """That no order waits is a number, not an absence."""
    return ask(shop, "orders_to_ship").rows == ((0,),)
