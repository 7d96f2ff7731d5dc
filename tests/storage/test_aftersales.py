"""After the sale: money that goes back never exceeds what was paid, and goods come back at the cost they left with."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from domain.aftersales.model import Condition, RefundTotal, ReturnedPiece
from domain.catalog.model import Sku
from domain.clock import ShopCalendar
from domain.confirmations import Done
from domain.inventory.model import MoveReason, StockMove
from domain.orders.model import Order, OrderLine, OrderStatus, Payment, Refund, RefundStatus
from storage import rollups
from storage.engine import Database
from storage.upkeep.verify import verify
from tests.storage.action_shop import AT, SHIPPING, Counter, counter

CHANGED = ("what_was_confirmed_has_moved", "what_was_done_is_in_the_audit", "reserved_is_what_orders_hold",
           "value_is_the_sum_of_its_entries", "valued_pieces_are_on_hand")


@pytest.fixture
def shop(database: Database, calendar: ShopCalendar) -> Counter:
    return counter(database, calendar)


def refunded(shop: Counter, order: str) -> int:
    """What has gone back of an order, in minor units."""
    with shop.database.read() as connection:
        return int(connection.execute(
            select(func.coalesce(func.sum(col(Refund.amount_minor)), 0))
            .join(Order, col(Order.id) == col(Refund.order_id))
            .where(col(Order.external_id) == order, col(Refund.status) == RefundStatus.SUCCEEDED)).scalar_one())


def test_refunds_in_parts_end_where_all_has_gone_back(shop: Counter) -> None:
    """GONE was paid 40.00."""
    shop.do("refund_order", order="GONE", amount=1500, reason="破损")
    shop.do("refund_order", order="GONE", amount=2500)
    assert refunded(shop, "GONE") == 4000
    assert shop.value(col(Order.payment), col(Order.external_id) == "GONE") is Payment.REFUNDED
    assert shop.refusal("refund_order", order="GONE", amount=1).key == "no.not_paid"


def test_more_than_is_left_is_refused(shop: Counter) -> None:
    shop.do("refund_order", order="GONE", amount=1500)
    assert shop.refusal("refund_order", order="GONE", amount=2501).key == "no.more_than_paid"
    assert shop.refusal("refund_order", order="UNPAID", amount=1).key == "no.not_paid"
    assert shop.refusal("refund_order", order="REFUND", amount=1).key == "no.refund_asked_already"


def test_many_who_refund_at_once_never_pay_back_more_than_was_paid(shop: Counter) -> None:
    """Six people give 15.00 each of 40.00 back; those who come too late are told, or shown what is left."""
    people = [replace(shop, chat=f"chat {number}") for number in range(6)]
    codes = [person.proposal("refund_order", order="GONE", amount=1500).code for person in people]
    with ThreadPoolExecutor(6) as threads:
        outcomes = list(threads.map(lambda pair: pair[0].confirm(pair[1]), zip(people, codes, strict=True)))
    assert refunded(shop, "GONE") == 1500 * sum(isinstance(outcome, Done) for outcome in outcomes)
    assert 1500 <= refunded(shop, "GONE") <= 4000


def test_the_database_itself_holds_the_line(shop: Counter) -> None:
    shop.do("refund_order", order="GONE", amount=1500)
    assert shop.value(col(RefundTotal.refunded_minor)) == 1500
    with pytest.raises(IntegrityError), shop.database.write() as connection:
        connection.execute(text("UPDATE refund_totals SET refunded_minor = paid_minor + 1"))


def test_a_refund_that_waits_for_the_platform_can_be_taken_back(shop: Counter) -> None:
    with shop.database.write() as connection:
        rollups.rebuild(connection)
    ways: dict[str, dict[str, Any]] = {
        "refund_order": {"order": "GONE", "amount": 4000}, "approve_refund": {"order": "REFUND"}}
    for name, arguments in ways.items():
        order = arguments["order"]
        before = shop.value(col(Order.status), col(Order.external_id) == order)
        shop.do(name, **arguments)
        assert shop.value(col(Order.status), col(Order.external_id) == order) is OrderStatus.CANCELLED
        assert isinstance(shop.undo(), Done)
        assert (refunded(shop, order), shop.value(col(Order.status), col(Order.external_id) == order)) == (0, before)
    with shop.database.read() as connection:
        assert rollups.check(connection) == []
    shop.do("approve_refund", order="REFUND")
    assert shop.value(col(Refund.queued_at), col(Refund.external_id) == "REFUND/0") == AT


def test_sellable_goods_come_back_at_the_cost_they_left_with(shop: Counter) -> None:
    """The line of five was frozen at 12.80 in all, 2.56 each; what cups cost by now does not matter."""
    shop.do("confirm_shipment", order="FIRST", **SHIPPING)
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=45, unit_cost=2560)
    now = shop.value(col(Sku.unit_cost_e4), col(Sku.code) == "CUP")
    shop.do("receive_return", order="FIRST", lines=[{"sku": "CUP", "quantity": 2}])
    assert shop.stock("CUP", "华东仓") == (82, 0, 0)
    cost = shop.value(col(StockMove.unit_cost_e4), col(StockMove.reason) == MoveReason.RETURNED)
    assert cost == 25600
    assert shop.value(col(Sku.unit_cost_e4), col(Sku.code) == "CUP") < now
    shop.undo()
    assert shop.value(col(Sku.unit_cost_e4), col(Sku.code) == "CUP") == now
    assert shop.stock("CUP", "华东仓") == (80, 0, 0)


def test_defective_goods_are_noted_and_not_for_sale(shop: Counter) -> None:
    shop.do("confirm_shipment", order="FIRST", **SHIPPING)
    shop.do("receive_return", order="FIRST", lines=[{"sku": "CUP", "quantity": 1}], condition="defective")
    assert shop.stock("CUP", "华东仓") == (35, 0, 0)
    assert shop.value(col(ReturnedPiece.condition)) is Condition.DEFECTIVE


def test_no_more_comes_back_than_is_out(shop: Counter) -> None:
    shop.do("confirm_shipment", order="FIRST", **SHIPPING)
    shop.do("receive_return", order="FIRST", lines=[{"sku": "CUP", "quantity": 4}])
    refusal = shop.refusal("receive_return", order="FIRST", lines=[{"sku": "CUP", "quantity": 2}])
    assert (refusal.key, refusal.said["out"]) == ("no.more_than_out", "CUP × 1")
    shop.do("receive_return", order="FIRST")
    assert shop.refusal("receive_return", order="FIRST").key == "no.nothing_out"
    assert shop.stock("CUP", "华东仓") == (40, 0, 0)


def test_an_order_a_file_told_of_comes_back_as_its_lines_say(shop: Counter) -> None:
    shop.do("receive_return", order="GONE", warehouse="华南仓")
    assert shop.stock("CUP", "华南仓") == (11, 0, 30)
    assert shop.refusal("receive_return", order="WAITING").key == "no.nothing_out"


def test_an_order_whose_money_went_back_before_it_left_holds_nothing(shop: Counter) -> None:
    before = shop.stock("CUP", "华东仓")
    shop.do("refund_order", order="FIRST", amount=9000)
    assert shop.stock("CUP", "华东仓") == (40, 0, 0)
    shop.undo()
    assert shop.stock("CUP", "华东仓") == before


def test_goods_are_sent_again_for_nothing_and_that_can_be_undone(shop: Counter) -> None:
    shop.do("confirm_shipment", order="WAITING", **SHIPPING, warehouse="华南仓")
    before = shop.stock("BAG", "华南仓")[0]
    shop.do("resend_goods", order="WAITING", lines=[{"sku": "BAG", "quantity": 1}], carrier="顺丰",
            waybill="SF1390001112224")
    assert shop.stock("BAG", "华南仓")[0] == before - 1
    assert shop.value(col(Order.status), col(Order.external_id) == "WAITING") is OrderStatus.SHIPPED
    assert verify(shop.database, CHANGED) == []
    shop.undo()
    assert shop.stock("BAG", "华南仓")[0] == before
    assert verify(shop.database, CHANGED) == []


def test_what_is_sent_again_costs_the_order_twice(shop: Counter) -> None:
    """FIRST is five cups of 12.80; a sixth goes after them, and nothing is paid for it."""
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=5, unit_cost=1280)
    shop.do("confirm_shipment", order="FIRST", **SHIPPING)
    shop.do("resend_goods", order="FIRST", lines=[{"sku": "CUP", "quantity": 1}], carrier="顺丰",
            waybill="SF1390001112228")
    cost = select(col(OrderLine.cost_base)).join(Order, col(Order.id) == col(OrderLine.order_id)).where(
        col(Order.external_id) == "FIRST")
    with shop.database.read() as connection:
        assert connection.execute(cost).scalar_one() == 6 * 1280
    shop.undo()
    with shop.database.read() as connection:
        assert connection.execute(cost).scalar_one() == 5 * 1280


def test_the_other_goods_of_an_exchange_leave_and_can_come_back_themselves(shop: Counter) -> None:
    shop.do("confirm_shipment", order="FIRST", **SHIPPING)
    shop.do("receive_return", order="FIRST", lines=[{"sku": "CUP", "quantity": 1}])
    shop.do("resend_goods", order="FIRST", lines=[{"sku": "BAG", "quantity": 1}], carrier="顺丰",
            waybill="SF1390001112225")
    shop.do("receive_return", order="FIRST", lines=[{"sku": "BAG", "quantity": 1}])
    back = shop.refusal("receive_return", order="FIRST", lines=[{"sku": "BAG", "quantity": 1}])
    assert back.key == "no.more_than_out"
    assert verify(shop.database, CHANGED) == []


def test_nothing_is_sent_again_that_has_not_left_or_is_not_there(shop: Counter) -> None:
    again = {"lines": [{"sku": "BAG", "quantity": 1}], "carrier": "顺丰", "waybill": "SF1390001112226"}
    for order in ("WAITING", "UNPAID", "CLOSED", "HELD"):
        assert shop.refusal("resend_goods", order=order, **again).key == "no.nothing_to_resend"
    shop.do("confirm_shipment", order="FIRST", **SHIPPING)
    much = {**again, "lines": [{"sku": "BAG", "quantity": 9}]}
    assert shop.refusal("resend_goods", order="FIRST", **much).key == "no.not_enough_stock"
    used = {**again, **SHIPPING}
    assert shop.refusal("resend_goods", order="FIRST", **used).key == "no.waybill_used"


def test_what_a_file_said_had_left_can_still_come_back_when_something_was_sent_again(shop: Counter) -> None:
    """TWICE left before anything was known of its parcel: a cup and a bag."""
    shop.do("resend_goods", order="TWICE", lines=[{"sku": "CUP", "quantity": 1}], carrier="顺丰",
            waybill="SF1390001112227")
    shop.do("receive_return", order="TWICE", lines=[{"sku": "CUP", "quantity": 1}, {"sku": "BAG", "quantity": 1}])
    assert verify(shop.database, CHANGED) == []
