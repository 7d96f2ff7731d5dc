"""Listings of platforms matched to own SKUs, on both databases: what past, waiting and coming orders get of it.

The story: a live stream sells "福袋 随机款", the export names no code, so for months it had no cost, held no stock and
stood in the inbox of exceptions. One sentence must put right all of it, and undo must leave no trace.
"""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from domain.catalog.model import ItemKind
from domain.clock import ShopCalendar
from domain.confirmations import Done, Proposal
from domain.drafts import Kind, LineDraft, OrderDraft, ProductDraft, StockDraft
from domain.metrics.periods import Period
from domain.metrics.query import MetricQuery
from domain.money import Money
from domain.orders.model import Fulfilment
from domain.people import Role
from storage.actions.desk import ActionDesk
from storage.engine import Database
from storage.exceptions import ExceptionInbox
from storage.figures import MetricFigures
from storage.stock.listings import StoredMatching
from storage.upkeep.verify import verify
from tests.storage.action_shop import Counter
from tests.storage.drafting import NOW, PAID, ingest, line, order, rows

BAG = "福袋 随机款"
LOCAL = ShopCalendar.named("Asia/Shanghai")


def bag(number: str, **different: Any) -> LineDraft:
    return line(order=number, sku_code="", title=BAG, row_hash=int(number[1:]), row_no=int(number[1:]), **different)


def bring(database: Database, orders: list[OrderDraft], lines: list[LineDraft]) -> None:
    with ingest(database) as sink:
        sink.stage_orders(orders, lines)
        sink.finish()


@pytest.fixture
def shop(database: Database) -> Counter:
    """Cups at 5 yuan and rugs at 3.33; A1 was sent, A2 (three pieces) waits, A3 was sent and went back."""
    sent = {"fulfilment": Fulfilment.SHIPPED, "shipped_at": PAID}
    with ingest(database) as sink:
        sink.stage(Kind.PRODUCTS, [
            ProductDraft(code, name, "", (), None, ItemKind.GOODS, cost, None, "CNY", None, None, is_active=True)
            for code, name, cost in (("CUP-1", "福袋杯", 50_000), ("RUG-1", "毛毯", 33_300), ("NEW-1", "新品", None))])
        sink.stage(Kind.STOCK, [StockDraft(code, "东仓", 10, None, None) for code in ("CUP-1", "RUG-1")])
        sink.stage_orders(
            [order(external_id="A1", **sent), order(external_id="A2"), order(external_id="A3", **sent)],
            [bag("A1"), bag("A2", quantity=3), bag("A3", refund_minor=1_000, refunded_at=PAID)])
        sink.finish()
    return Counter(database, ActionDesk(database, LOCAL, "CNY", Random(7)), at=NOW)


def match(shop: Counter, *parts: tuple[str, int]) -> Done:
    return shop.do("match_sku", listing=BAG, lines=[{"sku": sku, "quantity": pieces} for sku, pieces in parts])


def profit(shop: Counter) -> tuple[Any, Any]:
    """Gross profit of the day, and how many lines it had to leave out."""
    query = MetricQuery(("gross_profit",), period=Period(PAID.date(), PAID.date() + timedelta(days=1)))
    result = MetricFigures(shop.database, LOCAL, "CNY").answer(query, NOW)
    return result.rows[0][0], result.coverage.lines_without_cost


def everything(shop: Counter) -> list[list[tuple[Any, ...]]]:
    """All that matching touches."""
    return [rows(shop.database, f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in (
        "listings", "order_lines", "refund_lines", "allocations", "sales_days", "sku_days")] + [balances(shop)]


def balances(shop: Counter) -> list[tuple[Any, ...]]:
    return rows(shop.database, "SELECT k.code, b.on_hand, b.reserved FROM stock_balances b JOIN skus k "
                               "ON k.id = b.sku_id ORDER BY k.code")


def costs(shop: Counter) -> list[tuple[Any, ...]]:
    return rows(shop.database, "SELECT o.external_id, k.code, l.cost_base FROM order_lines l JOIN orders o "
                               "ON o.id = l.order_id LEFT JOIN skus k ON k.id = l.sku_id ORDER BY 1")


def test_past_and_waiting_lines_get_sku_cost_and_stock(shop: Counter) -> None:
    match(shop, ("CUP-1", 1))
    assert costs(shop) == [("A1", "CUP-1", 500), ("A2", "CUP-1", 1_500), ("A3", "CUP-1", 500)]
    assert rows(shop.database, "SELECT k.code, r.cost_base FROM refund_lines r JOIN skus k ON k.id = r.sku_id") == [
        ("CUP-1", 500)]
    assert balances(shop) == [("CUP-1", 10, 3), ("RUG-1", 10, 0)]
    assert verify(shop.database) == []


def test_gross_profit_changes_by_the_costs_and_nothing_is_left_out(shop: Counter) -> None:
    bring(shop.database, [order(external_id="A9", fulfilment=Fulfilment.SHIPPED, shipped_at=PAID)],
          [line(order="A9", sku_code="RUG-1", row_hash=9)])
    before, left_out = profit(shop)
    match(shop, ("CUP-1", 1))
    after, still_out = profit(shop)
    assert left_out > 0
    assert still_out == 0
    assert before - after == 500 + 1_500 + 500 - 500  # A3 came back


def test_the_proposal_says_how_many_lines_and_what_they_cost(shop: Counter) -> None:
    proposal = shop.proposal("match_sku", listing=BAG, lines=[{"sku": "cup-1", "quantity": 1}])
    assert dict(proposal.notes[0].facts) == {"lines": 3, "orders": 3, "waiting": 1}
    assert [fact.after for fact in proposal.facts] == ["CUP-1", Money(2_500, "CNY")]
    assert rows(shop.database, "SELECT * FROM listings") == []


def test_a_bundle_costs_and_reserves_all_its_parts(shop: Counter) -> None:
    match(shop, ("CUP-1", 2), ("RUG-1", 1))
    assert costs(shop) == [("A1", None, 1_333), ("A2", None, 3_999), ("A3", None, 1_333)]
    assert balances(shop) == [("CUP-1", 10, 6), ("RUG-1", 10, 3)]
    assert profit(shop)[1] == 0
    assert verify(shop.database) == []


@pytest.mark.parametrize("parts", [(("CUP-1", 1),), (("CUP-1", 2), ("RUG-1", 1))])
def test_undo_leaves_no_trace(shop: Counter, parts: tuple[tuple[str, int], ...]) -> None:
    before = everything(shop)
    match(shop, *parts)
    assert everything(shop) != before
    assert isinstance(shop.undo(), Done)
    assert everything(shop) == before
    assert verify(shop.database) == []


@pytest.mark.parametrize(("parts", "sku", "cost"), [
    ((("CUP-1", 1),), "CUP-1", 500), ((("CUP-1", 2), ("RUG-1", 1)), None, 1_333)])
def test_later_imports_follow(shop: Counter, parts: tuple[tuple[str, int], ...], sku: str | None, cost: int) -> None:
    """A new order, and an old one that came again changed; the waiting one still holds its stock."""
    match(shop, *parts)
    held = balances(shop)
    bring(shop.database, [order(external_id="A4"), order(external_id="A1", fulfilment=Fulfilment.SIGNED)],
          [bag("A4"), bag("A1")._replace(row_hash=99)])
    assert [row for row in costs(shop) if row[0] in {"A1", "A4"}] == [("A1", sku, cost), ("A4", sku, cost)]
    assert balances(shop)[0][2] == held[0][2] + parts[0][1]
    assert verify(shop.database) == []


def test_another_shop_of_the_same_title_is_asked_about_and_left_alone(shop: Counter) -> None:
    bring(shop.database, [order(shop="大店", external_id="B5")], [bag("B5", shop="大店")])
    refusal = shop.refusal("match_sku", listing=BAG, lines=[{"sku": "CUP-1", "quantity": 1}])
    assert refusal.key == "no.which_shop"
    assert refusal.choices == (f"小店的「{BAG}」就是 CUP-1", f"大店的「{BAG}」就是 CUP-1")
    shop.do("match_sku", listing=BAG, shop="大店", lines=[{"sku": "CUP-1", "quantity": 1}])
    assert [row for row in costs(shop) if row[1]] == [("B5", "CUP-1", 500)]


def test_a_wrong_match_is_corrected(shop: Counter) -> None:
    match(shop, ("CUP-1", 1))
    match(shop, ("RUG-1", 1))
    assert costs(shop) == [("A1", "RUG-1", 333), ("A2", "RUG-1", 999), ("A3", "RUG-1", 333)]
    assert balances(shop) == [("CUP-1", 10, 0), ("RUG-1", 10, 3)]
    assert verify(shop.database) == []


def test_what_has_been_sent_as_one_thing_does_not_become_another(shop: Counter) -> None:
    done = match(shop, ("CUP-1", 1))
    shop.do("confirm_shipment", order="A2", carrier="顺丰", waybill="SF1234567890")
    assert getattr(shop.undo(done.code), "key", "") == "confirmation.changed_since"
    assert shop.refusal("match_sku", listing=BAG, lines=[{"sku": "RUG-1", "quantity": 1}]).key == "no.listing_moved"


def test_without_a_cost_it_is_matched_and_still_left_out(shop: Counter) -> None:
    match(shop, ("NEW-1", 1))
    assert costs(shop)[0] == ("A1", "NEW-1", None)
    assert profit(shop)[1] > 0


@pytest.mark.parametrize(("listing", "sku", "key", "choice"), [
    ("福袋 随机", "CUP-1", "no.unknown_listing", BAG), (BAG, "CUP-2", "no.unknown_sku", "CUP-1")])
def test_wrong_names_are_answered_with_the_nearest(shop: Counter, listing: str, sku: str, key: str,
                                                   choice: str) -> None:
    refusal = shop.refusal("match_sku", listing=listing, lines=[{"sku": sku, "quantity": 1}])
    assert refusal.key == key
    assert refusal.choices[0] == choice


def test_said_twice_it_is_known(shop: Counter) -> None:
    match(shop, ("CUP-1", 1))
    assert shop.refusal("match_sku", listing=BAG, lines=[{"sku": "CUP-1", "quantity": 1}]).key == "no.listing_known"


@pytest.mark.parametrize("role", [Role.FINANCE, Role.WAREHOUSE, Role.SERVICE])
def test_only_owner_and_manager_match(shop: Counter, role: Role) -> None:
    """It alters the profit of the past, which the warehouse may not even see."""
    other = replace(shop, role=role)
    assert other.refusal("match_sku", listing=BAG, lines=[{"sku": "CUP-1", "quantity": 1}]).key == "no.not_allowed"
    assert isinstance(replace(shop, role=Role.MANAGER).propose("match_sku", {
        "listing": BAG, "lines": [{"sku": "CUP-1", "quantity": 1}]}), Proposal)


@pytest.mark.parametrize("parts", [(("CUP-1", 1),), (("CUP-1", 2), ("RUG-1", 1))])
def test_the_exception_closes_by_itself_and_the_list_is_empty(shop: Counter,
                                                              parts: tuple[tuple[str, int], ...]) -> None:
    inbox, unmatched = ExceptionInbox(shop.database, LOCAL), StoredMatching(shop.database)
    assert [case.label for case in inbox.listing(("unmatched_sku",), NOW).urgent] == [BAG]
    assert unmatched.unmatched(10) == [("小店", BAG, 3, 3, ("CUP-1",))]
    match(shop, *parts)
    assert inbox.listing(("unmatched_sku",), NOW).urgent == ()
    assert unmatched.unmatched(10) == []
