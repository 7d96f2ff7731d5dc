"""The inbox of exceptions on both databases: each kind is found once, closes by itself, and comes back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import func, select, text
from sqlmodel import col

from domain.confirmations import Done, NotPossible
from domain.exceptions.kinds import KINDS, kinds_for
from domain.exceptions.model import ExceptionCase, OpenCase, Resolution
from domain.orders.model import Fulfilment
from domain.people import ROLE_PERMISSIONS, Role
from storage.actions.desk import ActionDesk
from storage.engine import Database
from storage.exceptions import ExceptionInbox
from storage.exceptions.detectors import DETECTORS
from storage.exceptions.inbox import MOST_OF_A_KIND
from storage.schema import metadata
from tests.storage.action_shop import Counter
from tests.storage.drafting import ingest, line, order
from tests.storage.made_shop import CALENDAR, NOW, TODAY, Line, MadeShop, local

ALL = tuple(KINDS)
_ORDER_COLUMNS = [column.name for column in metadata.tables["orders"].c][3:]  # behind id, shop and number


@dataclass
class Watched:
    """A shop, and somebody who looks at it."""

    database: Database

    def look(self, kind: str | None = None, at: datetime = NOW) -> list[OpenCase]:
        inbox = ExceptionInbox(self.database, CALENDAR)
        return list(inbox.listing((kind,) if kind else ALL, at).urgent)

    def run(self, *statements: str) -> None:
        with self.database.write() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def rows(self) -> int:
        with self.database.read() as connection:
            return int(connection.execute(select(func.count(col(ExceptionCase.id)))).scalar_one())

    def counter(self, role: Role = Role.OWNER) -> Counter:
        return Counter(self.database, ActionDesk(self.database, CALENDAR, "CNY", Random(3)), role=role, at=NOW)


@pytest.fixture
def shop(database: Database) -> Watched:
    """Nothing is wrong in it: a paid order that waits, one shipped, stock for both."""
    made = MadeShop(database)
    made.order(local(TODAY), [Line(1, 1000, quantity=2)])
    made.order(local(TODAY), [Line(1, 1000)], fulfilment="shipped", status="shipped", shipped_at=local(TODAY, 11),
               city="杭州市")
    made.add("shipments", order_id=2, parcel_no=1, waybill_no="SF123456", shipped_at=local(TODAY, 11), shipped_on=TODAY)
    made.stock(1, 1, 30)
    made.open()
    return Watched(database)


# Kind → (what goes wrong, what puts it right, what is shown)
WRONGS: dict[str, tuple[str, str, Callable[[OpenCase], bool]]] = {
    "overdue_shipment": (
        "UPDATE orders SET ship_by = '2026-11-23 06:00:00+00:00' WHERE id = 1",
        "UPDATE orders SET status = 'shipped', fulfilment = 'shipped' WHERE id = 1",
        lambda case: (case.label, case.place) == ("N1", "京东店") and case.since is not None),
    "oversold": ("UPDATE order_lines SET quantity = 33 WHERE order_id = 1",
                 "UPDATE order_lines SET quantity = 2 WHERE order_id = 1",
                 lambda case: (case.label, case.amount) == ("DY-M", 3)),
    "address_changed": ("UPDATE orders SET receiver_changed_at = '2026-11-23 06:00:00+00:00' WHERE id = 2",
                        "UPDATE orders SET signed_at = '2026-11-23 06:30:00+00:00' WHERE id = 2",
                        lambda case: (case.label, case.detail) == ("N2", "SF123456")),
    "refund_on_shipped": (
        """INSERT INTO refunds (shop_id, external_id, order_id, status, amount_minor, amount_base, currency,
        content_hash) VALUES (1, 'R9', 2, 'asked', 100, 100, 'CNY', 0)""",
        "UPDATE refunds SET status = 'refused'", lambda case: case.label == "N2"),
    "write_back_failed": (
        """INSERT INTO write_backs (shop_id, order_id, parcel_no, carrier, waybill_no, state, attempts, may_be_known,
        staff, chat, language, queued_at, not_before, why, error) VALUES (1, 2, 1, '顺丰', 'SF123456', 'failed', 1,
        '0', '', '', 'zh', '2026-11-23 06:00:00+00:00', '2026-11-23 06:00:00+00:00', 'refused', '50001 订单已退款')""",
        "UPDATE write_backs SET state = 'told'",
        lambda case: (case.label, case.place, case.detail) == ("N2", "京东店", "50001 订单已退款")),
    "cancelled_but_sent": (
        "UPDATE orders SET payment = 'refunded', status = 'cancelled' WHERE id = 2",
        "UPDATE shipments SET signed_at = '2026-11-23 06:30:00+00:00'",
        lambda case: (case.label, case.detail) == ("N2", "SF123456")),
    "unknown_contents": (
        "UPDATE orders SET fulfilment = 'partly_shipped', status = 'partly_shipped' WHERE id = 2",
        "INSERT INTO parcel_lines (order_id, parcel_no, line_no, sku_id, quantity) VALUES (2, 1, 1, 1, 1)",
        lambda case: (case.label, case.detail) == ("N2", "SF123456")),
    "intercepted": (
        "UPDATE shipments SET intercepted_at = '2026-11-23 06:00:00+00:00'",
        """INSERT INTO returned_pieces (order_id, line_no, sku_id, warehouse_id, quantity, condition, returned_at)
        VALUES (2, 1, 1, 1, 1, 'sellable', '2026-11-23 06:40:00+00:00')""",
        lambda case: (case.label, case.detail, case.since) == ("N2", "SF123456", NOW.replace(hour=14))),
    "unknown_status": (
        "UPDATE orders SET hold = 'unknown_status', status = 'held', raw_status = '待火星' WHERE id = 1",
        "UPDATE orders SET hold = 'none', status = 'to_ship' WHERE id = 1",
        lambda case: (case.label, case.detail) == ("N1", "待火星")),
    "unmatched_sku": (
        "UPDATE order_lines SET sku_id = NULL, title = '神秘礼盒' WHERE order_id = 1",
        "UPDATE order_lines SET sku_id = 1 WHERE order_id = 1",
        lambda case: (case.label, case.place, case.amount) == ("神秘礼盒", "京东店", 1)),
    "negative_margin": ("UPDATE order_lines SET cost_base = 1300 WHERE order_id = 1",
                        "UPDATE order_lines SET cost_base = 100 WHERE order_id = 1",
                        lambda case: (case.label, case.amount) == ("N1", 300)),
    "stock_drift": ("UPDATE stock_balances SET on_hand = 28", "UPDATE stock_balances SET on_hand = 30",
                    lambda case: (case.label, case.place, case.amount) == ("DY-M", "华东仓", -2)),
    "missing_cost": ("UPDATE order_lines SET cost_base = NULL WHERE order_id = 1",
                     "UPDATE order_lines SET cost_base = 100 WHERE order_id = 1",
                     lambda case: (case.label, case.amount) == ("DY-M", 1)),
}

AGAIN = {
    "overdue_shipment": "UPDATE orders SET status = 'to_ship', fulfilment = 'unshipped' WHERE id = 1",
    "address_changed": "UPDATE orders SET signed_at = NULL WHERE id = 2",
    "refund_on_shipped": "UPDATE refunds SET status = 'asked'",
    "write_back_failed": "UPDATE write_backs SET state = 'failed'",
    "cancelled_but_sent": "UPDATE shipments SET signed_at = NULL",
    "unknown_contents": "DELETE FROM parcel_lines",
    "intercepted": "DELETE FROM returned_pieces",
}


def test_every_kind_has_its_detector_and_its_test() -> None:
    assert set(KINDS) == set(DETECTORS) == set(WRONGS)


def test_nothing_is_wrong_in_a_sound_shop(shop: Watched) -> None:
    assert shop.look() == []


@pytest.mark.parametrize("kind", WRONGS)
def test_it_is_found_once_closes_by_itself_and_comes_back(shop: Watched, kind: str) -> None:
    wrong, right, is_shown = WRONGS[kind]
    shop.run(wrong)
    (first,) = shop.look()
    assert first.kind == kind
    assert is_shown(first), first
    assert shop.look(at=NOW + timedelta(minutes=1)) == [first], "one thing that is wrong is one exception"
    shop.run(right)
    assert shop.look() == []
    with shop.database.read() as connection:
        assert connection.execute(select(col(ExceptionCase.how))).scalar_one() is Resolution.GONE
    shop.run(AGAIN.get(kind, wrong))
    (again,) = shop.look()
    assert again.id != first.id
    assert shop.rows() == 2


def test_what_is_handled_stays_away_while_it_lasts_and_opens_when_it_comes_back(shop: Watched) -> None:
    """A loss that somebody has accepted is not told again every morning; the next loss of the order is."""
    wrong, right, _ = WRONGS["negative_margin"]
    shop.run(wrong)
    (case,) = shop.look()
    shop.counter().do("resolve_exception", exception=case.id)
    assert shop.look() == []
    assert shop.look(at=NOW + timedelta(days=1)) == []
    shop.run(right)
    assert shop.look() == []
    shop.run(wrong)
    assert [again.id != case.id for again in shop.look()] == [True]


def test_handled_by_mistake_is_undone(shop: Watched) -> None:
    shop.run(WRONGS["oversold"][0])
    (case,) = shop.look()
    counter = shop.counter()
    counter.do("resolve_exception", exception=case.id)
    refusal = counter.refusal("resolve_exception", exception=case.id)
    assert refusal.key == "no.exception_closed"
    assert isinstance(counter.undo(), Done)
    assert shop.look() == [case]


def test_put_off_it_is_told_again_on_that_morning(shop: Watched) -> None:
    shop.run(WRONGS["oversold"][0])
    (case,) = shop.look()
    counter = shop.counter()
    counter.do("snooze_exception", exception=case.id)
    assert shop.look(at=NOW + timedelta(hours=3)) == []
    assert shop.look(at=NOW.replace(hour=9) + timedelta(days=1)) == [case]
    assert counter.refusal("snooze_exception", exception=case.id, until=TODAY.isoformat()).key == "no.snooze_into_past"
    assert counter.refusal("snooze_exception", exception=case.id).key == "no.snoozed_already"
    counter.undo()
    assert shop.look() == [case]


def test_facts_follow_while_it_is_open(shop: Watched) -> None:
    shop.run(WRONGS["oversold"][0])
    shop.look()
    shop.run("UPDATE order_lines SET quantity = 40 WHERE order_id = 1")
    assert [case.amount for case in shop.look()] == [10]


def test_a_role_sees_and_closes_only_what_it_may(shop: Watched) -> None:
    """A packer is not told of losses, not even that exception 1 exists."""
    shop.run(WRONGS["negative_margin"][0])
    (case,) = shop.look()
    kinds = kinds_for(ROLE_PERMISSIONS[Role.WAREHOUSE])
    assert "negative_margin" not in kinds
    assert ExceptionInbox(shop.database, CALENDAR).listing(kinds, NOW).counts == {}
    refusal = shop.counter(Role.WAREHOUSE).refusal("resolve_exception", exception=case.id)
    assert isinstance(refusal, NotPossible)
    assert refusal.key == shop.counter().refusal("resolve_exception", exception=999).key == "no.unknown_exception"


def test_one_kind_does_not_take_all_the_room(shop: Watched, database: Database) -> None:
    shop.run("UPDATE stock_balances SET on_hand = 28",
             *(f"INSERT INTO orders SELECT {new}, shop_id, 'M{new}', {', '.join(_ORDER_COLUMNS)} FROM orders "
               "WHERE id = 1" for new in range(10, 20)),
             "UPDATE orders SET ship_by = '2026-11-23 06:00:00+00:00' WHERE id >= 10")
    listing = ExceptionInbox(database, CALENDAR).listing(ALL, NOW)
    assert listing.counts == {"overdue_shipment": 10, "stock_drift": 1}
    assert [case.kind for case in listing.urgent] == ["overdue_shipment"] * MOST_OF_A_KIND + ["stock_drift"]


def test_a_parcel_on_its_way_to_another_town_is_noticed_by_the_import(database: Database) -> None:
    """The buyer moved the order from Hangzhou to Ningbo after it had left."""
    found = []
    for city, minute in (("杭州市", 1), ("杭州市", 2), ("宁波市", 3)):
        with ingest(database) as sink:
            sent = order(fulfilment=Fulfilment.SHIPPED, shipped_at=NOW - timedelta(hours=3), city=city,
                         waybill_no="SF1234567", changed_at=NOW + timedelta(minutes=minute))
            sink.stage_orders([sent], [line(row_hash=minute)])
            sink.finish()
        found.append([case.label for case in Watched(database).look("address_changed")])
    assert found == [[], [], ["A1"]]


def test_stock_that_drifted_is_put_right_by_a_proposal_and_not_by_a_count(shop: Watched) -> None:
    """Somebody changed a balance by hand. A count moves balance and moves alike, so the difference would stay."""
    shop.run(WRONGS["stock_drift"][0])
    assert [case.kind for case in shop.look()] == ["stock_drift"]
    counter = shop.counter()
    counter.do("count_stock", sku="DY-M", warehouse="华东仓", counted=29)
    assert [case.amount for case in shop.look()] == [-2]
    done = counter.do("repair_stock", sku="DY-M", warehouse="华东仓")
    assert [(fact.before, fact.after) for fact in done.facts] == [(29, 31)]
    assert shop.look() == []
    assert counter.refusal("repair_stock", sku="DY-M", warehouse="华东仓").key == "no.nothing_to_repair"
    counter.undo()
    assert [case.amount for case in shop.look()] == [-2]


def test_a_balance_that_was_lost_is_made_again(shop: Watched) -> None:
    shop.run("DELETE FROM stock_balances")
    shop.counter().do("repair_stock", sku="DY-M", warehouse="华东仓")
    assert shop.counter().stock("DY-M", "华东仓") == (30, 0, 0)
