"""What imports do to the stock orders hold, and what they leave alone of what was done here."""

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from domain.catalog.model import ItemKind
from domain.clock import ShopCalendar
from domain.confirmations import Done, Proposal
from domain.drafts import Kind, LineDraft, OrderDraft, ProductDraft, StockDraft
from domain.orders.model import Fulfilment, Payment
from domain.people import Role
from storage.actions.desk import ActionDesk
from storage.engine import Database
from storage.upkeep.verify import verify
from tests.storage.drafting import NOW, ingest, line, order, rows

GONE = datetime(2026, 11, 21, 1, tzinfo=UTC)


def bring(database: Database, orders: list[OrderDraft], lines: list[LineDraft], stock: int | None = None) -> None:
    with ingest(database) as sink:
        if stock is not None:
            sink.stage(Kind.PRODUCTS, [ProductDraft("S1", "杯子", "", (), None, ItemKind.GOODS, 50_000, None, "CNY",
                                                    None, None, is_active=True)])
            sink.stage(Kind.STOCK, [StockDraft("S1", "东仓", stock, None, None)])
        sink.stage_orders(orders, lines)
        sink.finish()


def balance(database: Database) -> tuple[Any, ...]:
    """On hand, reserved."""
    return rows(database, "SELECT on_hand, reserved FROM stock_balances")[0]


def do(database: Database, name: str, **arguments: Any) -> None:
    desk = ActionDesk(database, ShopCalendar.named("Asia/Shanghai"), "CNY", Random(1))
    who: dict[str, Any] = {"actor": "owner", "role": Role.OWNER, "chat": "c", "at": NOW}
    proposal = desk.propose(name, arguments, **who)
    assert isinstance(proposal, Proposal), proposal
    assert isinstance(desk.confirm(proposal.code, **who), Done)


@pytest.fixture
def shop(database: Database) -> Database:
    """Ten cups, and an order of two that waits for them."""
    bring(database, [order()], [line(quantity=2)], stock=10)
    return database


def test_orders_that_wait_are_reserved_for(shop: Database) -> None:
    assert balance(shop) == (10, 2)
    assert rows(shop, "SELECT line_no, quantity, reason FROM allocations") == [(1, 2, "only_warehouse")]


def test_an_order_shipped_elsewhere_takes_its_pieces_along(shop: Database) -> None:
    bring(shop, [order(fulfilment=Fulfilment.SHIPPED, shipped_at=GONE)], [line(quantity=2, row_hash=2)])
    assert balance(shop) == (8, 0)
    assert verify(shop) == []


def test_the_kept_value_leaves_with_what_was_shipped_elsewhere(shop: Database) -> None:
    """A SKU whose value is kept was worth ten pieces still when a platform had sent two, until something else moved it;
    and its line kept the cost of the product list."""
    do(shop, "receive_stock", sku="S1", warehouse="东仓", quantity=10, unit_cost=700)
    bring(shop, [order(fulfilment=Fulfilment.SHIPPED, shipped_at=GONE)], [line(quantity=2, row_hash=2)])
    assert verify(shop) == []
    assert rows(shop, "SELECT pieces, value_e4 FROM cost_pools") == [(18, 18 * 60_000)]
    assert rows(shop, "SELECT cost_base FROM order_lines") == [(1200,)]
    assert rows(shop, "SELECT cost_base FROM sales_days") == [(1200,)]


def test_a_count_in_the_same_file_has_the_last_word(shop: Database) -> None:
    """The parcel has left already when somebody counts: its pieces are not taken off twice."""
    bring(shop, [order(fulfilment=Fulfilment.SHIPPED, shipped_at=GONE)], [line(quantity=2, row_hash=2)], stock=8)
    assert balance(shop) == (8, 0)
    assert verify(shop) == []


def test_a_cancelled_order_lets_go(shop: Database) -> None:
    bring(shop, [order(payment=Payment.CLOSED, paid_at=None)], [line(quantity=2, row_hash=2)])
    assert balance(shop) == (10, 0)


def test_orders_shipped_before_their_stock_was_known_move_none(database: Database) -> None:
    """A shop begins with years of shipped orders and one count of today: the count is right as it stands."""
    bring(database, [order(fulfilment=Fulfilment.SHIPPED, shipped_at=GONE)], [line(quantity=2)], stock=10)
    assert balance(database) == (10, 0)


def test_what_was_shipped_here_is_not_open_again_because_a_file_is_older(shop: Database) -> None:
    """An export made before the parcel left brought the order back to be shipped: buyers got two parcels."""
    do(shop, "confirm_shipment", order="A1", carrier="中通", waybill="78900112233445")
    bring(shop, [order(city="杭州市")], [line(quantity=2, row_hash=3)])
    assert rows(shop, "SELECT status, fulfilment, city FROM orders") == [("shipped", "shipped", "杭州市")]
    assert balance(shop) == (8, 0)
    assert verify(shop) == []
    bring(shop, [order(fulfilment=Fulfilment.SIGNED)], [line(quantity=2, row_hash=4)])
    assert rows(shop, "SELECT status FROM orders") == [("signed",)]


def test_what_was_held_or_marked_here_stays(shop: Database) -> None:
    do(shop, "hold_order", order="A1")
    bring(shop, [order(city="杭州市")], [line(quantity=2, row_hash=3)])
    assert rows(shop, "SELECT status, hold FROM orders") == [("held", "manual")]
    do(shop, "mark_order", order="A1", mark="brushed")
    bring(shop, [order(city="宁波市")], [line(quantity=2, row_hash=4)])
    assert rows(shop, "SELECT excluded FROM orders") == [("brushed",)]
    assert balance(shop) == (10, 0)
    assert verify(shop) == []


@pytest.mark.parametrize(("remark", "mark"), [
    ("刷单,不计入销售", "brushed"), ("测试单", "test"), ("你们是不是刷单的", None), ("尽快发货", None)])
def test_a_note_that_says_so_leaves_an_order_out(database: Database, remark: str, mark: str | None) -> None:
    bring(database, [order(remark=remark)], [line()])
    assert rows(database, "SELECT excluded FROM orders") == [(mark,)]


def test_a_line_keeps_its_number_however_the_platform_lists_the_lines(database: Database) -> None:
    """A platform that listed the lines the other way round had the parcel that left forgotten, and sent once more."""
    two = [line(line_no=1, sku_code="S1", quantity=2), line(line_no=2, sku_code="S2", title="包", row_hash=2)]
    bring(database, [order()], two, stock=10)
    do(database, "confirm_shipment", order="A1", carrier="中通", waybill="78900000000001",
       lines=[{"sku": "S1", "quantity": 2}])
    turned = [line(line_no=1, sku_code="S2", title="包", row_hash=3),
              line(line_no=2, sku_code="S3", title="帽子", row_hash=4),
              line(line_no=3, sku_code="S1", quantity=2, row_hash=5)]
    bring(database, [order()], turned)
    assert rows(database, "SELECT l.line_no, k.code, l.cost_base FROM order_lines l JOIN skus k ON k.id = l.sku_id "
                          "ORDER BY l.line_no") == [(1, "S1", 1000), (2, "S2", None), (3, "S3", None)]
    do(database, "confirm_shipment", order="A1", carrier="中通", waybill="78900000000002")
    assert balance(database) == (8, 0)
    assert verify(database) == []


def test_a_line_that_is_another_one_now_costs_what_that_costs(shop: Database) -> None:
    bring(shop, [order()], [line(sku_code="S9", title="帽子", row_hash=2)])
    assert rows(shop, "SELECT quantity, cost_base FROM order_lines") == [(1, None)]
