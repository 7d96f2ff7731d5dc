"""Of an order that left in part, nobody knows what the parcel held: nothing leaves twice, nothing comes back twice."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlmodel import col

from domain.clock import ShopCalendar
from domain.confirmations import Done
from domain.fulfilment.model import Shipment
from domain.orders.model import Fulfilment, Order, OrderStatus
from storage.engine import Database
from storage.upkeep.verify import verify
from tests.storage.action_shop import AT, SHIPPING, Counter, counter

LAWS = ("what_was_confirmed_has_moved", "reserved_is_what_orders_hold", "what_was_done_is_in_the_audit")


@pytest.fixture
def shop(database: Database, calendar: ShopCalendar) -> Counter:
    """FIRST has five cups for itself; the platform has sent some of them, and does not say how many."""
    made = counter(database, calendar)
    with database.write() as connection:
        connection.execute(update(Order).where(col(Order.external_id) == "FIRST").values(
            fulfilment=Fulfilment.PARTLY_SHIPPED, status=OrderStatus.PARTLY_SHIPPED, shipped_at=AT))
        order_id = connection.execute(select(col(Order.id)).where(col(Order.external_id) == "FIRST")).scalar_one()
        connection.execute(insert(Shipment).values(
            order_id=order_id, parcel_no=1, shipped_at=AT - timedelta(hours=1), shipped_on=AT.date(), waybill_no="SF1"))
    return made


def cups(pieces: int) -> list[dict[str, object]]:
    return [{"sku": "CUP", "quantity": pieces}]


def test_what_may_have_left_is_not_sent_again_before_it_is_said_what_was_in_the_parcel(shop: Counter) -> None:
    assert shop.refusal("confirm_shipment", order="FIRST", **SHIPPING).key == "no.contents_unknown"
    shop.do("state_contents", order="FIRST", lines=cups(2))
    assert shop.stock("CUP", "华东仓") == (38, 3, 0)
    assert shop.refusal("state_contents", order="FIRST", lines=cups(1)).key == "no.contents_known"
    shop.do("confirm_shipment", order="FIRST", **SHIPPING)
    assert shop.stock("CUP", "华东仓") == (35, 0, 0)
    shop.do("receive_return", order="FIRST")
    assert shop.stock("CUP", "华东仓") == (40, 0, 0)
    assert shop.refusal("receive_return", order="FIRST").key == "no.nothing_out"
    assert verify(shop.database, LAWS) == []


def test_an_unknown_parcel_beside_known_ones_held_what_they_did_not(shop: Counter) -> None:
    """Three are sent from here; once the platform says that all have left, five are out and not eight."""
    shop.do("confirm_shipment", order="FIRST", **SHIPPING, lines=cups(3))
    with shop.database.write() as connection:
        connection.execute(update(Order).where(col(Order.external_id) == "FIRST").values(
            fulfilment=Fulfilment.SHIPPED, status=OrderStatus.SHIPPED))
    shop.do("resend_goods", order="FIRST", lines=cups(1), carrier="顺丰", waybill="SF1390001112230")
    refusal = shop.refusal("receive_return", order="FIRST", lines=cups(7))
    assert (refusal.key, refusal.said["out"]) == ("no.more_than_out", "CUP × 6")


def test_what_was_said_of_a_parcel_is_taken_back_whole(shop: Counter) -> None:
    assert shop.refusal("state_contents", order="FIRST", lines=cups(6)).key == "no.not_so_many_in_order"
    shop.do("state_contents", order="FIRST", lines=cups(5))
    assert shop.value(col(Order.status), col(Order.external_id) == "FIRST") is OrderStatus.SHIPPED
    assert isinstance(shop.undo(), Done)
    assert shop.value(col(Order.status), col(Order.external_id) == "FIRST") is OrderStatus.PARTLY_SHIPPED
    assert shop.stock("CUP", "华东仓") == (40, 5, 0)
    assert verify(shop.database, LAWS) == []


def test_what_was_sent_again_is_still_to_be_sent_as_ordered(shop: Counter) -> None:
    """The first parcel broke on its way; another cup goes before the rest of the order."""
    shop.do("state_contents", order="FIRST", lines=cups(2))
    with shop.database.write() as connection:
        connection.execute(update(Order).where(col(Order.external_id) == "FIRST").values(
            after_sale="open", status=OrderStatus.AFTER_SALE))
    shop.do("resend_goods", order="FIRST", lines=cups(1), carrier="顺丰", waybill="SF1390001112231")
    assert shop.stock("CUP", "华东仓") == (37, 3, 0)
    assert verify(shop.database, LAWS) == []
