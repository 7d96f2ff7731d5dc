"""Suppliers, and what is ordered from them: it comes in parts, at the price of its order, or is expected no more."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.audit import AuditEntry
from domain.clock import ShopCalendar
from domain.confirmations import Confirmation, Done, NotPossible
from domain.costing.model import CostPool
from domain.people import Role
from domain.purchasing.model import Supplier
from storage.actions.desk import ActionDesk
from storage.encryption import Vault
from storage.engine import Database
from storage.stock.on_the_way import StoredOnTheWay
from tests.storage.action_shop import AT, Counter, counter

VAULT = Vault.from_secret("a secret of the tests, long enough")
PHONE = "13800001234"
CUPS = {"lines": [{"sku": "CUP", "quantity": 50}, {"sku": "BAG", "quantity": 4}], "supplier": "恒源"}


@pytest.fixture
def shop(database: Database, calendar: ShopCalendar) -> Counter:
    plain = counter(database, calendar)
    return replace(plain, desk=ActionDesk(database, calendar, "CNY", Random(7), vault=VAULT))


def ordered(shop: Counter, **order: Any) -> str:
    shop.do("set_supplier", supplier="恒源", lead_days=7, contact=f"王经理 {PHONE}")
    shop.do("set_supplier_price", supplier="恒源", sku="CUP", unit_cost=1500)
    shop.do("create_purchase_order", **(order or CUPS))
    return lists(shop).purchases(9)[-1].number


def lists(shop: Counter) -> StoredOnTheWay:
    return StoredOnTheWay(shop.database, VAULT)


def test_the_number_of_an_order_has_the_shops_day_in_it(shop: Counter) -> None:
    number = ordered(replace(shop, at=datetime(2026, 11, 23, 17, tzinfo=UTC)))  # an hour after midnight in Shanghai
    assert number.startswith("PO261124-")


def test_an_order_comes_in_parts_at_its_price_and_on_its_day(shop: Counter) -> None:
    number = ordered(shop)
    found = lists(shop).purchases(9)[0]
    assert (found.supplier, str(found.expected_on), found.open) == ("恒源", "2026-11-30", 54)
    shop.do("set_supplier_price", supplier="恒源", sku="CUP", unit_cost=9900)  # what was ordered keeps its price
    done = shop.do("receive_purchase", purchase=number.lower(), lines=[{"sku": "cup", "quantity": 20}])
    assert [note.facts["pieces"] for note in done.notes] == [34]
    assert shop.stock("CUP", "华东仓") == (60, 5, 30)
    with shop.database.read() as connection:  # 50 at 12.80 and 20 at 15.00
        assert connection.execute(select(col(CostPool.value_e4))).scalar() == 50 * 128_000 + 20 * 150_000
    shop.do("receive_purchase", purchase=number, lines=[{"sku": "BAG", "quantity": 4}])
    shop.do("receive_purchase", purchase=number, quantity=10)
    shop.do("receive_purchase", purchase=number)
    assert shop.stock("CUP", "华东仓") == (90, 5, 0)
    assert lists(shop).purchases(9) == []
    assert shop.refusal("receive_purchase", purchase=number).key == "no.purchase_done"
    assert isinstance(shop.undo(), Done)
    assert shop.stock("CUP", "华东仓") == (70, 5, 20)
    assert lists(shop).purchases(9)[0].open == 20


def test_what_does_not_come_is_expected_no_more(shop: Counter) -> None:
    number = ordered(shop)
    shop.do("receive_purchase", purchase=number, lines=[{"sku": "CUP", "quantity": 20}])
    done = shop.do("cancel_purchase", purchase=number)
    assert shop.stock("CUP", "华东仓") == (60, 5, 0)
    assert lists(shop).purchases(9) == []
    assert shop.refusal("receive_purchase", purchase=number).key == "no.purchase_cancelled"
    assert isinstance(shop.undo(done.code), Done)
    assert shop.stock("CUP", "华东仓") == (60, 5, 30)
    assert lists(shop).purchases(9)[0].open == 34


def test_a_receipt_takes_nothing_that_comes_from_another_warehouse(shop: Counter) -> None:
    number = ordered(shop)
    shop.do("send_transfer", sku="CUP", from_="华南仓", to="华东仓", quantity=10)
    shop.do("cancel_purchase", purchase=number)
    assert shop.stock("CUP", "华东仓") == (40, 5, 10)


IMPOSSIBLE: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("receive_purchase", {"quantity": 5}, "which_of_purchase"),
    ("receive_purchase", {"lines": [{"sku": "CUP", "quantity": 51}]}, "more_than_ordered"),
    ("receive_purchase", {"lines": [{"sku": "POST", "quantity": 1}]}, "not_on_purchase"),
    ("receive_purchase", {"lines": [{"sku": "CUP", "quantity": 0}]}, "bad_number"),
    ("receive_purchase", {"quantity": 10**12}, "bad_number"), ("receive_purchase", {"quantity": -1}, "bad_number"),
    ("receive_purchase", {"quantity": 1.5}, "bad_number"),
    ("receive_purchase", {"purchase": "PO1"}, "unknown_purchase"),
    ("cancel_purchase", {"purchase": "PO1"}, "unknown_purchase"),
    ("create_purchase_order", {"supplier": "火星", "lines": CUPS["lines"]}, "unknown_supplier"),
    ("set_supplier_price", {"supplier": "火星", "sku": "CUP", "unit_cost": 1}, "unknown_supplier"),
    ("set_supplier_price", {"supplier": "恒源", "sku": "KUP", "unit_cost": 1}, "unknown_sku"),
    ("set_supplier_price", {"supplier": "恒源", "sku": "CUP", "unit_cost": -1}, "bad_money"),
    ("set_supplier", {"supplier": "恒源", "lead_days": -1}, "bad_number"),
    ("set_supplier", {"supplier": "恒源", "lead_days": 1.5}, "bad_number"),
    ("set_supplier", {"supplier": "恒源", "lead_days": 731}, "bad_number"),
    ("set_supplier", {"supplier": "恒源", "lead_days": 7}, "supplier_known"),
)


def test_what_cannot_be_is_said_and_nothing_moves(shop: Counter) -> None:
    number = ordered(shop)
    before = shop.stock("CUP", "华东仓")
    for action, said, key in IMPOSSIBLE:
        arguments = {"purchase": number, **said} if action.endswith("_purchase") else said
        assert shop.refusal(action, **arguments).key == f"no.{key}", (action, said)
    assert shop.stock("CUP", "华东仓") == before
    assert shop.refusal("receive_purchase", purchase="PO261123-99").choices == (number,)


def stored_texts(shop: Counter) -> Iterator[str]:
    """Everything that is kept of proposals, and the audit."""
    with shop.database.read() as connection:
        for columns in ((col(Confirmation.arguments), col(Confirmation.facts), col(Confirmation.changes)),
                        (col(AuditEntry.arguments), col(AuditEntry.facts))):
            for row in connection.execute(select(*columns)):
                yield from (text for text in row if text)


def test_how_to_reach_a_supplier_is_sealed_wherever_it_is_kept(shop: Counter) -> None:
    ordered(shop)
    shop.do("set_supplier", supplier="恒源", contact=f"李经理 {PHONE}")
    assert not [text for text in stored_texts(shop) if PHONE in text or "经理" in text]
    assert PHONE.encode() not in shop.value(col(Supplier.contact_sealed))
    assert [one.contact for one in lists(shop).suppliers(9)] == ["李** ****1234"]
    seen = lists(shop).supplier("恒源", actor="陈总", role=Role.OWNER, chat="c1", at=AT)
    assert seen is not None
    assert (seen.contact, seen.prices) == (f"李经理 {PHONE}", (("CUP", 1500, "CNY"),))
    with shop.database.read() as connection:
        events = connection.execute(select(col(AuditEntry.event)).order_by(col(AuditEntry.id))).scalars().all()
    assert events[-1] == "seen"
    shop.undo()
    assert [one.contact for one in lists(shop).suppliers(9)] == ["王** ****1234"]


def test_a_supplier_is_taken_back_unless_something_is_ordered_from_it(shop: Counter) -> None:
    first = shop.do("set_supplier", supplier="恒源")
    assert isinstance(shop.undo(), Done)
    assert lists(shop).suppliers(9) == []
    assert shop.refusal("create_purchase_order", **CUPS).key == "no.unknown_supplier"
    second = shop.do("set_supplier", supplier="恒源")
    shop.do("create_purchase_order", **CUPS)
    refused = shop.undo(second.code)
    assert isinstance(refused, NotPossible)
    assert refused.key == "confirmation.changed_since"
    assert first.code != second.code
