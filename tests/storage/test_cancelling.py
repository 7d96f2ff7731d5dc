"""Orders are called off: before they leave they are closed, afterwards their parcels are fetched back."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, update
from sqlmodel import col

from domain.clock import ShopCalendar
from domain.confirmations import Done
from domain.fulfilment.model import MergedOrder, Shipment
from domain.orders.model import Cancellation, Fulfilment, Order, OrderStatus, Payment, Refund
from storage import rollups
from storage.engine import Database
from storage.exceptions import ExceptionInbox
from storage.upkeep.verify import verify
from tests.storage.action_shop import AT, SHIPPING, Counter, counter
from tests.storage.drafting import NOW, ingest, line, order, rows

CHANGED = ("what_was_confirmed_has_moved", "what_was_done_is_in_the_audit", "reserved_is_what_orders_hold",
           "status_follows_from_the_axes", "no_more_goes_back_than_was_paid")


@pytest.fixture
def shop(database: Database, calendar: ShopCalendar) -> Counter:
    return counter(database, calendar)


def status(shop: Counter, number: str) -> OrderStatus:
    found: OrderStatus = shop.value(col(Order.status), col(Order.external_id) == number)
    return found


def open_kinds(shop: Counter, calendar: ShopCalendar) -> set[str]:
    wanted = {"cancelled_but_sent", "intercepted", "unknown_contents"}
    return {case.kind for case in ExceptionInbox(shop.database, calendar).listing(tuple(wanted), AT).urgent}


def test_a_cancelled_order_lets_go_of_its_pieces_and_its_money_is_due(shop: Counter) -> None:
    with shop.database.write() as connection:
        rollups.rebuild(connection)
    done = shop.do("cancel_order", order="FIRST", reason="买家拍错")
    assert [(fact.before, fact.after) for fact in done.facts if fact.key == "reserved"] == [(5, 0)]
    assert status(shop, "FIRST") is OrderStatus.CANCELLED
    assert shop.stock("CUP", "华东仓") == (40, 0, 0)
    assert shop.value(col(Refund.amount_minor), col(Refund.queued_at) == AT) == 9000
    assert shop.value(col(Cancellation.reason)) == "买家拍错"
    assert shop.refusal("confirm_shipment", order="FIRST", **SHIPPING).key == "no.cannot_ship_cancelled"
    assert shop.refusal("cancel_order", order="FIRST").key == "no.cancelled_already"
    shop.do("cancel_order", order="UNPAID")
    assert shop.value(col(Order.payment), col(Order.external_id) == "UNPAID") is Payment.CLOSED
    assert verify(shop.database, CHANGED) == []
    with shop.database.read() as connection:
        assert rollups.check(connection) == []


@pytest.mark.parametrize(("number", "reason"), [
    ("CLOSED", "cancelled_already"), ("HELD", "cancel_held_there"), ("REFUND", "refund_asked_instead"),
    ("GONE", "cancel_shipped"), ("TWICE", "refund_asked_instead")])
def test_what_cannot_be_cancelled_is_refused_with_what_to_do_instead(shop: Counter, number: str, reason: str) -> None:
    assert shop.refusal("cancel_order", order=number).key == f"no.{reason}"


def test_an_order_held_by_hand_is_released_first(shop: Counter) -> None:
    shop.do("hold_order", order="FIRST")
    assert shop.refusal("cancel_order", order="FIRST").key == "no.release_first"


def test_undone_it_holds_its_pieces_again(shop: Counter) -> None:
    shop.do("cancel_order", order="FIRST")
    outcome = shop.undo()
    assert isinstance(outcome, Done)
    assert (outcome.key, status(shop, "FIRST")) == ("confirmation.undone", OrderStatus.TO_SHIP)
    assert shop.stock("CUP", "华东仓") == (40, 5, 0)
    assert rows(shop.database, "SELECT order_id FROM cancellations") == []
    assert verify(shop.database, CHANGED) == []


@pytest.mark.parametrize(("elsewhere", "key"), [(10, "undone"), (3, "undone_not_held")])
def test_undone_after_its_pieces_went_to_others_it_takes_them_elsewhere_or_says_that_it_waits(
        shop: Counter, elsewhere: int, key: str) -> None:
    shop.do("cancel_order", order="FIRST")
    shop.do("adjust_stock", sku="CUP", warehouse="华东仓", delta=-39)
    shop.do("count_stock", sku="CUP", warehouse="华南仓", counted=elsewhere)
    undone = shop.desk.undo(_code(shop, "cancel_order"), actor=shop.actor, role=shop.role, chat=shop.chat, at=AT)
    assert isinstance(undone, Done)
    assert undone.key == f"confirmation.{key}"
    assert status(shop, "FIRST") is OrderStatus.TO_SHIP
    assert shop.stock("CUP", "华东仓") == (1, 0, 0)
    assert shop.stock("CUP", "华南仓")[1] == (5 if elsewhere == 10 else 0)
    assert verify(shop.database, CHANGED) == []


def _code(shop: Counter, action: str) -> str:
    return str(rows(shop.database, f"SELECT code FROM confirmations WHERE action = '{action}'")[0][0])


def test_the_others_of_a_shared_parcel_leave_without_it(shop: Counter) -> None:
    with shop.database.write() as connection:
        connection.exec_driver_sql("INSERT INTO customers (id, created_at) VALUES (1, '2026-01-01 00:00:00+00:00')")
        connection.execute(update(Order).values(customer_id=1, province="浙江省", city="杭州市"))
    shop.do("merge_orders", orders=["FIRST", "MIXED"])
    shop.do("cancel_order", order="FIRST")
    assert shop.value(func.count(col(MergedOrder.order_id))) == 0
    shop.do("confirm_shipment", order="MIXED", **SHIPPING)
    assert status(shop, "MIXED") is OrderStatus.SHIPPED


def test_what_has_left_is_fetched_back_and_then_cancelled(shop: Counter, calendar: ShopCalendar) -> None:
    shop.do("confirm_shipment", order="FIRST", **SHIPPING)
    assert shop.refusal("cancel_order", order="FIRST").key == "no.cancel_shipped"
    shop.do("intercept_order", order="FIRST")
    assert status(shop, "FIRST") is OrderStatus.AFTER_SALE
    assert shop.refusal("intercept_order", order="FIRST").key == "no.intercepted_already"
    assert shop.refusal("cancel_order", order="FIRST").key == "no.cancel_intercepted"
    assert open_kinds(shop, calendar) == {"intercepted"}
    shop.do("receive_return", order="FIRST", lines=[{"sku": "CUP", "quantity": 1}], condition="defective")
    last = shop.do("receive_return", order="FIRST")
    assert "now_cancel" in {note.key for note in last.notes}
    assert shop.stock("CUP", "华东仓") == (39, 0, 0)
    assert open_kinds(shop, calendar) == set()
    shop.do("cancel_order", order="FIRST")
    assert status(shop, "FIRST") is OrderStatus.CANCELLED
    assert verify(shop.database, CHANGED) == []


def test_an_interception_can_be_taken_back_and_needs_a_parcel(shop: Counter) -> None:
    assert shop.refusal("intercept_order", order="FIRST").key == "no.intercept_unshipped"
    shop.do("confirm_shipment", order="FIRST", **SHIPPING)
    shop.do("intercept_order", order="FIRST")
    shop.undo()
    assert status(shop, "FIRST") is OrderStatus.SHIPPED
    with shop.database.write() as connection:
        connection.execute(update(Shipment).values(signed_at=AT))
    assert shop.refusal("intercept_order", order="FIRST").key == "no.no_parcel_on_the_way"


SENT: dict[str, Any] = {"fulfilment": Fulfilment.SHIPPED, "shipped_at": NOW - timedelta(hours=2), "waybill_no": "SF7",
                        "carrier": "顺丰"}
HELD_OF = "SELECT 1 FROM allocations a JOIN orders o ON o.id = a.order_id WHERE o.external_id = '{}'"
CANCELLED: dict[str, Any] = {"payment": Payment.REFUNDED}


def bring(database: Database, minute: int, *, refund: int = 0, **different: Any) -> None:
    with ingest(database, NOW + timedelta(minutes=minute)) as sink:
        sink.stage_orders([order(changed_at=NOW + timedelta(minutes=minute), **different)], [
            line(row_hash=minute, refund_minor=refund, refunded_at=NOW if refund else None)])
        sink.finish()


@pytest.mark.parametrize("is_sent", [False, True])
def test_a_platforms_own_cancellation_leads_to_the_same_states(
        shop: Counter, calendar: ShopCalendar, *, is_sent: bool) -> None:
    how = SENT if is_sent else {}
    bring(shop.database, 1, **how)
    bring(shop.database, 2, refund=1000, **CANCELLED, **how)
    assert status(shop, "A1") is OrderStatus.CANCELLED
    assert open_kinds(shop, calendar) == ({"cancelled_but_sent"} if is_sent else set())
    if not is_sent:
        assert rows(shop.database, HELD_OF.format("A1")) == []
        return
    shop.do("intercept_order", order="A1")
    assert (status(shop, "A1"), open_kinds(shop, calendar)) == (OrderStatus.CANCELLED, {"intercepted"})


def test_what_was_cancelled_here_stays_so_until_the_platform_knows_and_its_money_goes_back_once(shop: Counter) -> None:
    bring(shop.database, 1)
    shop.do("cancel_order", order="A1")
    bring(shop.database, 2, remark="老客户")
    assert status(shop, "A1") is OrderStatus.CANCELLED
    bring(shop.database, 3, refund=1000, **CANCELLED)
    assert status(shop, "A1") is OrderStatus.CANCELLED
    assert rows(shop.database, "SELECT SUM(amount_minor) FROM refunds r JOIN orders o ON o.id = r.order_id "
                "WHERE o.external_id = 'A1' AND r.status = 'succeeded'") == [(1000,)]
    assert rows(shop.database, "SELECT order_id FROM cancellations") == []
    assert verify(shop.database, CHANGED) == []


def test_an_intercepted_parcel_stays_so_until_a_file_says_that_it_was_signed_for(shop: Counter) -> None:
    bring(shop.database, 1, **SENT)
    shop.do("intercept_order", order="A1")
    bring(shop.database, 2, **SENT)
    assert status(shop, "A1") is OrderStatus.AFTER_SALE
    bring(shop.database, 3, **{**SENT, "fulfilment": Fulfilment.SIGNED}, signed_at=NOW)
    bring(shop.database, 4, **{**SENT, "fulfilment": Fulfilment.SIGNED}, signed_at=NOW)
    assert status(shop, "A1") is OrderStatus.SIGNED
