"""What orders hold of the stock: reserved when they come in, let go when nobody waits for it, gone when it has left."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from domain.changes.stock import AllocationChange
from domain.clock import ShopCalendar
from domain.inventory.model import Allocation, AllocationReason, StockMove
from domain.orders.model import Exclusion, Fulfilment, Hold, Order, OrderLine, OrderStatus, Payment
from storage.engine import Database
from storage.stock import allocations
from storage.stock.shelves import Contended, settle
from storage.upkeep.verify import verify
from tests.storage.action_shop import AT, SHIPPING, Counter, counter


@pytest.fixture
def shop(database: Database, calendar: ShopCalendar) -> Counter:
    return counter(database, calendar)


def reserve(shop: Counter) -> int:
    with shop.database.write() as connection:
        return allocations.reserve_waiting(connection)


def say(shop: Counter, order: str, **values: object) -> None:
    """The platform says something else of an order."""
    with shop.database.write() as connection:
        connection.execute(update(Order).where(col(Order.external_id) == order).values(**values))
        allocations.follow(connection, AT)


def held(shop: Counter, order: str) -> list[tuple[int, int, AllocationReason]]:
    """(line, pieces, reason), in order of line."""
    with shop.database.read() as connection:
        return [(row[0], row[1], row[2]) for row in connection.execute(
            select(col(Allocation.line_no), col(Allocation.quantity), col(Allocation.reason))
            .join(Order, col(Order.id) == col(Allocation.order_id)).where(col(Order.external_id) == order)
            .order_by(col(Allocation.line_no), col(Allocation.sku_id)))]


def laws_of_stock(shop: Counter) -> list[str]:
    """The laws of reserved pieces that are broken."""
    return [finding.law.id for finding in verify(shop.database)
            if finding.law.id in {"reserved_is_what_orders_hold", "no_stock_below_nothing"}]


def test_orders_that_wait_get_what_they_need_or_nothing(shop: Counter) -> None:
    """BIG wants 500 cups: it gets none, and keeps nobody behind it from theirs."""
    assert reserve(shop) == 1
    assert held(shop, "WAITING") == [(1, 2, AllocationReason.ONLY_WAREHOUSE), (2, 1, AllocationReason.ONLY_WAREHOUSE)]
    assert held(shop, "BIG") == []
    assert held(shop, "HELD") == [(1, 1, AllocationReason.FIRST_OF_FULL)]
    assert laws_of_stock(shop) == []


def test_a_bundle_holds_its_parts_and_unmatched_lines_hold_nothing(shop: Counter) -> None:
    reserve(shop)
    assert [pieces for _, pieces, _ in held(shop, "BUNDLE")] == [6, 2]
    assert [line for line, _, _ in held(shop, "MIXED")] == [1]


def test_reserving_again_changes_nothing(shop: Counter) -> None:
    reserve(shop)
    before = shop.value(func.sum(col(Allocation.quantity)))
    assert reserve(shop) == 1
    assert shop.value(func.sum(col(Allocation.quantity))) == before


@pytest.mark.parametrize("of", [
    {"payment": Payment.UNPAID}, {"excluded": Exclusion.BRUSHED}, {"hold": Hold.PRESALE},
    {"fulfilment": Fulfilment.SHIPPED, "status": OrderStatus.SHIPPED}])
def test_what_nobody_packs_holds_nothing(shop: Counter, of: dict[str, object]) -> None:
    say(shop, "WAITING", **of)
    reserve(shop)
    assert held(shop, "WAITING") == []


def test_what_the_platform_says_has_left_leaves_the_shelf_it_was_held_on(shop: Counter) -> None:
    say(shop, "FIRST", fulfilment=Fulfilment.SHIPPED, status=OrderStatus.SHIPPED, shipped_at=AT)
    assert shop.stock("CUP", "华东仓") == (35, 0, 0)
    assert shop.value(col(StockMove.quantity)) == -5
    assert laws_of_stock(shop) == []


def test_a_cancelled_order_lets_go_and_nothing_moves(shop: Counter) -> None:
    say(shop, "FIRST", payment=Payment.REFUNDED, status=OrderStatus.CANCELLED)
    assert shop.stock("CUP", "华东仓") == (40, 0, 0)
    assert shop.value(func.count(col(StockMove.id))) == 0


def test_an_order_whose_line_became_smaller_holds_only_what_it_needs(shop: Counter) -> None:
    with shop.database.write() as connection:
        first = select(col(Order.id)).where(col(Order.external_id) == "FIRST").scalar_subquery()
        connection.execute(update(OrderLine).where(col(OrderLine.order_id) == first).values(quantity=3))
        allocations.follow(connection, AT)
        allocations.reserve_waiting(connection)
    assert [pieces for _, pieces, _ in held(shop, "FIRST")] == [3]
    assert laws_of_stock(shop) == []


def test_goods_that_came_in_serve_the_orders_that_waited_for_them(shop: Counter) -> None:
    assert reserve(shop) == 1
    shop.do("receive_stock", sku="CUP", warehouse="华南仓", quantity=500)
    assert reserve(shop) == 0
    assert sum(pieces for _, pieces, _ in held(shop, "BIG")) == 500


def test_a_shipment_takes_from_where_the_order_holds(shop: Counter) -> None:
    reserve(shop)
    proposal = shop.proposal("confirm_shipment", order="WAITING", **SHIPPING)
    assert [note.facts["warehouse"] for note in proposal.notes] == ["华南仓"]
    shop.confirm(proposal.code)
    assert held(shop, "WAITING") == []
    assert laws_of_stock(shop) == []
    shop.undo()
    assert [pieces for _, pieces, _ in held(shop, "WAITING")] == [2, 1]
    assert laws_of_stock(shop) == []


def test_an_order_sent_from_elsewhere_lets_go_of_what_it_held(shop: Counter) -> None:
    shop.do("confirm_shipment", order="FIRST", **SHIPPING, warehouse="华南仓")
    assert (shop.stock("CUP", "华东仓"), shop.stock("CUP", "华南仓")) == ((40, 0, 0), (5, 0, 30))


def test_an_order_of_two_warehouses_leaves_in_two_parcels(shop: Counter) -> None:
    """45 cups are free nowhere at once. The first parcel goes, and the rest is the order's own from then on."""
    with shop.database.write() as connection:
        connection.execute(update(OrderLine).where(col(OrderLine.quantity) == 500).values(quantity=42))
    proposal = shop.proposal("confirm_shipment", order="BIG", **SHIPPING)
    assert [note.key for note in proposal.notes] == ["fewest_parcels", "left_for_later"]
    shop.confirm(proposal.code)
    assert shop.value(col(Order.status), col(Order.external_id) == "BIG") is OrderStatus.PARTLY_SHIPPED
    assert (shop.stock("CUP", "华东仓"), shop.stock("CUP", "华南仓")) == ((5, 5, 0), (10, 7, 30))
    shop.do("confirm_shipment", order="BIG", carrier="中通", waybill="78900112233446")
    assert shop.value(col(Order.status), col(Order.external_id) == "BIG") is OrderStatus.SHIPPED
    assert shop.stock("CUP", "华南仓") == (3, 0, 30)
    assert laws_of_stock(shop) == []


def test_what_is_left_out_of_a_parcel_stays_for_the_next(shop: Counter) -> None:
    reserve(shop)
    shop.do("confirm_shipment", order="WAITING", **SHIPPING, lines=[{"sku": "CUP", "quantity": 1}])
    assert [pieces for _, pieces, _ in held(shop, "WAITING")] == [1, 1]
    none_left = shop.refusal("confirm_shipment", order="WAITING", carrier="中通", waybill="78900112233446",
                             lines=[{"sku": "CUP", "quantity": 2}])
    assert none_left.key == "no.not_so_many_in_order"
    shop.do("confirm_shipment", order="WAITING", carrier="中通", waybill="78900112233446")
    assert shop.value(col(Order.status), col(Order.external_id) == "WAITING") is OrderStatus.SHIPPED
    assert laws_of_stock(shop) == []


def test_a_brushed_parcel_is_empty(shop: Counter) -> None:
    say(shop, "WAITING", excluded=Exclusion.BRUSHED)
    shop.do("confirm_shipment", order="WAITING", **SHIPPING)
    assert shop.value(func.count(col(StockMove.id))) == 0


def test_two_needs_of_one_shelf_are_asked_for_as_one(shop: Counter) -> None:
    """Of 35 free cups 20 and 15 can be had together, 20 and 16 cannot; nothing is left half-done."""
    row = {name: shop.value(getattr(Allocation, name)) for name in ("order_id", "sku_id", "warehouse_id")}
    twenty = AllocationChange(line_no=1, quantity=20, reason=AllocationReason.STATED, **row)
    with pytest.raises(Contended), shop.database.write() as connection:
        settle(connection, [twenty, replace(twenty, line_no=2, quantity=16)])
    assert shop.stock("CUP", "华东仓") == (40, 5, 0)
    with shop.database.write() as connection:
        settle(connection, [twenty, replace(twenty, line_no=2, quantity=15)])
    assert shop.stock("CUP", "华东仓") == (40, 40, 0)
