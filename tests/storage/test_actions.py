"""Every action on both databases: what it does to the books, and what it refuses to do."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from domain.actions import Word, actions
from domain.catalog.model import Sku
from domain.clock import ShopCalendar
from domain.confirmations import Done, Missing, NotPossible
from domain.finance.model import Expense
from domain.fulfilment.model import Shipment
from domain.inventory.model import StockMove
from domain.messaging.model import Subscription
from domain.money import Money
from domain.orders.model import Order, OrderStatus, Payment, Refund, RefundLine, RefundStatus
from domain.people import Role, Staff
from domain.purchasing.model import PurchaseLine, PurchaseOrder, PurchaseStatus
from storage import rollups
from storage.engine import Database
from storage.rollup_tables import SalesDay
from tests.storage.action_shop import AT, SHIPPING, Counter, counter

EVERY_ACTION = {"confirm_shipment", "adjust_stock", "receive_stock", "transfer_stock", "count_stock",
                "set_reorder_point", "record_expense", "approve_refund", "create_purchase_order", "subscribe",
                "unsubscribe"}
# Beyond the contract: what limits, imports, open orders, after-sales, cost, exceptions and peace at night need.
MORE_ACTIONS = {"limit_shops", "unlimit_shops", "forget_mapping",
                "merge_orders", "unmerge_orders", "split_order", "change_warehouse", "hold_order", "release_order",
                "mark_order", "set_cost_method", "revalue_stock", "snooze_exception",
                "resolve_exception", "repair_stock", "refund_order", "receive_return", "resend_goods",
                "confirm_shipments", "tell_again", "teach_alias", "forget_alias", "match_sku", "quiet", "send_transfer",
                "receive_transfer", "drop_reorder_point", "allow_backorder", "forbid_backorder", "set_supplier",
                "set_supplier_price", "receive_purchase", "cancel_purchase", "cancel_order", "intercept_order",
                "state_contents"}


@pytest.fixture
def shop(database: Database, calendar: ShopCalendar) -> Counter:
    return counter(database, calendar)


def order_status(shop: Counter, number: str) -> OrderStatus:
    status: OrderStatus = shop.value(col(Order.status), col(Order.external_id) == number)
    return status


def test_all_actions_of_the_contract_are_declared() -> None:
    assert set(actions()) == EVERY_ACTION | MORE_ACTIONS


def test_a_proposal_changes_nothing_and_shows_before_and_after(shop: Counter) -> None:
    proposal = shop.proposal("adjust_stock", sku="CUP", warehouse="华东仓", delta=-2, reason="破损")
    assert [(fact.subject, fact.before, fact.after) for fact in proposal.facts] == [("CUP · 华东仓", 40, 38)]
    assert proposal.arguments == {"sku": "CUP", "warehouse": "华东仓", "delta": -2, "reason": "破损"}
    assert shop.stock("CUP", "华东仓") == (40, 5, 0)


def test_adjusting_moves_stock_and_says_why(shop: Counter) -> None:
    shop.do("adjust_stock", sku="CUP", warehouse="华东仓", delta=-2, reason="破损")
    assert shop.stock("CUP", "华东仓") == (38, 5, 0)
    assert shop.value(col(StockMove.note)) == "破损"


def test_stock_cannot_be_adjusted_below_what_is_reserved(shop: Counter) -> None:
    refusal = shop.refusal("adjust_stock", sku="CUP", warehouse="华东仓", delta=-36)
    assert refusal.key == "no.not_enough_stock"
    assert (refusal.said["reserved"], refusal.said["available"]) == (5, 35)


def test_a_sku_that_allows_backorder_may_go_below_zero(shop: Counter) -> None:
    with shop.database.write() as connection:
        connection.execute(update(Sku).where(col(Sku.code) == "BAG").values(allows_backorder=True))
    shop.do("adjust_stock", sku="BAG", warehouse="华南仓", delta=-9)
    assert shop.stock("BAG", "华南仓") == (-1, 0, 0)


def test_receiving_keeps_the_value_of_the_stock_to_the_last_ten_thousandth(shop: Counter) -> None:
    """50 cups at 12.80 and 7 at 19.00 are 773.00; the rounded average alone would lose some of it."""
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=7, unit_cost=1900)
    unit = shop.value(col(Sku.unit_cost_e4), col(Sku.code) == "CUP")
    remainder = shop.value(col(Sku.cost_remainder_e4), col(Sku.code) == "CUP")
    assert unit == 135614
    assert 57 * unit + remainder == 7_730_000
    assert shop.stock("CUP", "华东仓") == (47, 5, 0)


def test_whoever_may_not_see_costs_is_not_told_the_average(shop: Counter) -> None:
    """A warehouse hand may say what a delivery cost; what the shop pays on average is not theirs to read."""
    hand = replace(shop, actor="小王", role=Role.WAREHOUSE)
    proposal = hand.proposal("receive_stock", sku="CUP", warehouse="华东仓", quantity=7, unit_cost=1900)
    assert [fact.key for fact in proposal.facts] == ["on_hand"]
    done = shop.confirm(proposal.code)
    assert isinstance(done, Done)
    assert [fact.key for fact in done.facts] == ["on_hand", "unit_cost"]


def test_receiving_without_a_cost_leaves_the_average_alone(shop: Counter) -> None:
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=7)
    assert shop.value(col(Sku.unit_cost_e4), col(Sku.code) == "CUP") == 128000


def test_a_first_cost_values_the_pieces_that_had_none_and_says_so(shop: Counter) -> None:
    proposal = shop.proposal("receive_stock", sku="BAG", warehouse="华东仓", quantity=2, unit_cost=500)
    assert [note.key for note in proposal.notes] == ["cost_was_unknown"]
    shop.confirm(proposal.code)
    assert shop.value(col(Sku.unit_cost_e4), col(Sku.code) == "BAG") == 50000
    assert shop.stock("BAG", "华东仓") == (2, 0, 0)


def test_receiving_settles_what_was_incoming(shop: Counter) -> None:
    shop.do("receive_stock", sku="CUP", warehouse="华南仓", quantity=50)
    assert shop.stock("CUP", "华南仓") == (60, 0, 0)


def test_a_transfer_leaves_the_total_as_it_was(shop: Counter) -> None:
    shop.do("transfer_stock", sku="CUP", from_="华东仓", to="华南仓", quantity=5)
    assert (shop.stock("CUP", "华东仓")[0], shop.stock("CUP", "华南仓")[0]) == (35, 15)
    assert shop.value(func.sum(col(StockMove.quantity))) == 0


def test_a_transfer_needs_two_warehouses_and_enough_stock(shop: Counter) -> None:
    same = shop.refusal("transfer_stock", sku="CUP", from_="华东仓", to="华东仓", quantity=5)
    assert same.key == "no.same_warehouse"
    short = shop.refusal("transfer_stock", sku="CUP", from_="华东仓", to="华南仓", quantity=36)
    assert short.key == "no.not_enough_stock"


def test_a_count_books_the_difference(shop: Counter) -> None:
    shop.do("count_stock", sku="CUP", warehouse="华东仓", counted=36)
    assert shop.stock("CUP", "华东仓") == (36, 5, 0)
    assert shop.value(col(StockMove.quantity)) == -4


def test_a_count_that_agrees_moves_nothing(shop: Counter) -> None:
    shop.do("count_stock", sku="CUP", warehouse="华东仓", counted=40)
    assert shop.value(func.count(col(StockMove.id))) == 0


def test_a_count_below_what_orders_have_reserved_is_refused(shop: Counter) -> None:
    assert shop.refusal("count_stock", sku="CUP", warehouse="华东仓", counted=4).key == "no.count_below_reserved"


def test_the_reorder_point_is_set(shop: Counter) -> None:
    done = shop.do("set_reorder_point", sku="CUP", quantity=200)
    assert [(fact.before, fact.after) for fact in done.facts] == [(20, 200)]
    assert shop.value(col(Sku.reorder_point), col(Sku.code) == "CUP") == 200


def test_an_expense_is_booked_on_its_day(shop: Counter) -> None:
    shop.do("record_expense", category="房租", amount=800000, day="2026-11-22")
    assert shop.value(col(Expense.day)) == date(2026, 11, 22)
    assert shop.value(col(Expense.amount_base)) == 800000


def test_an_expense_without_a_day_is_todays_and_none_is_booked_ahead(shop: Counter) -> None:
    shop.do("record_expense", category="房租", amount=800000)
    assert shop.value(col(Expense.day)) == date(2026, 11, 23)
    assert shop.refusal("record_expense", category="房租", amount=1, day="2026-11-24").key == "no.day_in_future"


def test_goods_that_are_ordered_are_incoming_until_they_come(shop: Counter) -> None:
    shop.do("create_purchase_order", lines=[{"sku": "CUP", "quantity": 30}, {"sku": "BAG", "quantity": 4}])
    assert (shop.stock("CUP", "华东仓"), shop.stock("BAG", "华东仓")) == ((40, 5, 30), (0, 0, 4))
    shop.do("receive_stock", sku="CUP", warehouse="华东仓", quantity=12)
    assert shop.stock("CUP", "华东仓") == (52, 5, 18)
    assert shop.value(col(PurchaseLine.received), col(PurchaseLine.quantity) == 30) == 12


def test_a_chat_subscribes_and_stops(shop: Counter) -> None:
    shop.do("subscribe", report="daily_profit")
    assert shop.value(col(Subscription.chat)) == "c1"
    assert shop.refusal("subscribe", report="daily_profit").key == "no.already_subscribed"
    shop.do("unsubscribe", report="daily_profit")
    assert shop.value(func.count(col(Subscription.id))) == 0
    assert [note.key for note in shop.proposal("unsubscribe", report="low_stock").notes] == ["not_subscribed"]


def test_nobody_subscribes_to_figures_they_may_not_see(shop: Counter) -> None:
    """A warehouse hand may subscribe, but the daily profit would tell the chat what the role may not ask."""
    hand = replace(shop, actor="小王", role=Role.WAREHOUSE)
    assert hand.refusal("subscribe", report="daily_profit").key == "no.not_allowed_report"
    assert hand.proposal("subscribe", report="low_stock").code


def test_a_shipment_takes_stock_and_tells_the_order(shop: Counter) -> None:
    hand = replace(shop, actor="小王", role=Role.WAREHOUSE)
    proposal = hand.proposal("confirm_shipment", order="WAITING", **SHIPPING)
    assert proposal.arguments == {"order": "WAITING", **SHIPPING}
    assert [(note.key, note.facts["warehouse"]) for note in proposal.notes] == [("only_warehouse", "华南仓")]
    assert proposal.facts[0].after == Word("status.shipped")
    assert isinstance(hand.confirm(proposal.code), Done)
    assert order_status(shop, "WAITING") is OrderStatus.SHIPPED
    assert (shop.stock("CUP", "华南仓")[0], shop.stock("BAG", "华南仓")[0]) == (8, 7)
    assert shop.value(col(Shipment.waybill_no)) == SHIPPING["waybill"]
    assert shop.value(col(Shipment.staff_id)) == shop.value(col(Staff.id), col(Staff.name) == "小王")
    assert shop.value(col(Order.shipped_at), col(Order.external_id) == "WAITING") == AT


def test_a_shipment_sets_free_what_was_reserved(shop: Counter) -> None:
    shop.do("confirm_shipment", order="FIRST", **SHIPPING)
    assert shop.stock("CUP", "华东仓") == (35, 0, 0)


def test_a_shipment_leaves_alone_what_others_have_reserved(shop: Counter) -> None:
    """It once set free pieces of whoever held some in the warehouse: the next order then found them sold twice."""
    shop.do("confirm_shipment", order="MIXED", **SHIPPING, warehouse="华东仓")
    assert shop.stock("CUP", "华东仓") == (39, 5, 0)


def test_lines_nobody_matched_and_postage_move_no_stock(shop: Counter) -> None:
    proposal = shop.proposal("confirm_shipment", order="MIXED", **SHIPPING)
    assert [note.key for note in proposal.notes] == ["first_of_full", "unmatched"]
    shop.confirm(proposal.code)
    assert shop.value(col(StockMove.quantity)) == -1


def test_a_bundle_takes_its_parts(shop: Counter) -> None:
    shop.do("confirm_shipment", order="BUNDLE", **SHIPPING)
    assert (shop.stock("CUP", "华南仓")[0], shop.stock("BAG", "华南仓")[0]) == (4, 6)


def test_a_shipment_that_no_warehouse_can_fill_is_refused(shop: Counter) -> None:
    assert shop.refusal("confirm_shipment", order="BIG", **SHIPPING).key == "no.not_enough_stock"
    asked = shop.refusal("confirm_shipment", order="WAITING", **SHIPPING, warehouse="华东仓")
    assert (asked.key, asked.said["sku"]) == ("no.not_enough_stock", "BAG")


@pytest.mark.parametrize(("order", "reason"), [
    ("UNPAID", "to_pay"), ("GONE", "shipped"), ("CLOSED", "cancelled"), ("HELD", "held"), ("REFUND", "after_sale")])
def test_only_orders_that_wait_for_it_are_shipped(shop: Counter, order: str, reason: str) -> None:
    assert shop.refusal("confirm_shipment", order=order, **SHIPPING).key == f"no.cannot_ship_{reason}"
    assert shop.value(func.count(col(StockMove.id))) == 0


def test_a_waybill_belongs_to_one_order(shop: Counter) -> None:
    shop.do("confirm_shipment", order="WAITING", **SHIPPING)
    again = shop.refusal("confirm_shipment", order="MIXED", **SHIPPING)
    assert (again.key, again.said["order"]) == ("no.waybill_used", "WAITING")
    other = shop.refusal("confirm_shipment", order="MIXED", carrier="圆通", waybill=SHIPPING["waybill"])
    assert other.key == "no.waybill_used"
    assert shop.refusal("confirm_shipment", order="MIXED", carrier="中通", waybill="!!").key == "no.bad_waybill"


def test_a_refund_that_was_asked_for_is_paid_once(shop: Counter) -> None:
    done = shop.do("approve_refund", order="REFUND", amount=3990)
    assert done.facts[0].after == Money(3990, "CNY")
    assert done.undo_until is not None
    assert shop.value(col(Refund.status), col(Refund.external_id) == "REFUND/0") is RefundStatus.SUCCEEDED
    assert shop.value(col(Refund.refunded_on), col(Refund.external_id) == "REFUND/0") == date(2026, 11, 23)
    assert shop.value(col(Order.payment), col(Order.external_id) == "REFUND") is Payment.REFUNDED
    assert order_status(shop, "REFUND") is OrderStatus.CANCELLED
    assert shop.value(col(RefundLine.cost_base)) == 1280
    assert shop.refusal("approve_refund", order="REFUND").key == "no.no_refund_asked"


def test_the_days_that_are_added_up_in_advance_know_of_a_refund_at_once(shop: Counter) -> None:
    with shop.database.write() as connection:
        rollups.rebuild(connection)
    shop.do("approve_refund", order="REFUND")
    with shop.database.read() as connection:
        assert rollups.check(connection) == []
    assert shop.value(col(SalesDay.refund_base), col(SalesDay.day) == date(2026, 11, 23), col(SalesDay.refund_base) > 0
                      ) == 3000 + 3990


def test_part_of_a_refund_leaves_the_goods_with_the_buyer(shop: Counter) -> None:
    shop.do("approve_refund", order="REFUND", amount=1000)
    assert shop.value(col(RefundLine.quantity)) == 0
    assert order_status(shop, "REFUND") is OrderStatus.TO_SHIP


def test_of_several_refunds_the_amount_says_which(shop: Counter) -> None:
    assert shop.refusal("approve_refund", order="TWICE").key == "no.several_refunds"
    shop.do("approve_refund", order="TWICE", amount=2000)
    assert order_status(shop, "TWICE") is OrderStatus.AFTER_SALE
    assert shop.value(func.count(col(RefundLine.refund_id))) == 0


def test_never_more_than_was_paid_or_asked_goes_back(shop: Counter) -> None:
    """100.00 was paid and 30.00 has gone back: a request for 80.00 cannot be met, though it was asked for."""
    above = shop.refusal("approve_refund", order="TWICE", amount=8000)
    assert (above.key, above.said["left"]) == ("no.more_than_paid", Money(7000, "CNY"))
    assert shop.refusal("approve_refund", order="REFUND", amount=4000).key == "no.more_than_asked"


def test_what_does_not_exist_is_refused_with_the_nearest_names(shop: Counter) -> None:
    assert shop.refusal("set_reorder_point", sku="CUPS", quantity=1).choices[0] == "CUP"
    assert shop.refusal("count_stock", sku="CUP", warehouse="华北仓", counted=1).choices == ("华东仓", "华南仓")
    assert shop.refusal("confirm_shipment", order="WAITIN", **SHIPPING).choices[0] == "WAITING"
    assert shop.refusal("confirm_shipment", order="WAITING", carrier="顺风", waybill="1234567890").choices == ("顺丰",)


def test_a_missing_argument_is_asked_for_by_name(shop: Counter) -> None:
    missing = shop.propose("receive_stock", {"sku": "CUP", "quantity": 50})
    assert isinstance(missing, Missing)
    assert missing.parameter.name == "warehouse"


def test_without_the_right_nothing_is_proposed(shop: Counter) -> None:
    accountant = replace(shop, actor="周会计", role=Role.FINANCE)
    refusal = accountant.refusal("confirm_shipment", order="WAITING", **SHIPPING)
    assert (refusal.key, refusal.said["permission"]) == ("no.not_allowed", Word("permission.ship"))


@pytest.mark.parametrize(("name", "arguments"), [
    ("adjust_stock", {"sku": "CUP", "warehouse": "华东仓", "delta": -2}),
    ("receive_stock", {"sku": "CUP", "warehouse": "华南仓", "quantity": 7, "unit_cost": 1900}),
    ("transfer_stock", {"sku": "CUP", "from": "华东仓", "to": "华南仓", "quantity": 5}),
    ("count_stock", {"sku": "CUP", "warehouse": "华东仓", "counted": 36}),
    ("set_reorder_point", {"sku": "CUP", "quantity": 200}),
    ("confirm_shipment", {"order": "WAITING", **SHIPPING, "warehouse": "华南仓"}),
    ("create_purchase_order", {"lines": [{"sku": "CUP", "quantity": 30}]}),
    ("subscribe", {"report": "low_stock"}),
])
def test_undo_brings_the_books_back(shop: Counter, name: str, arguments: dict[str, object]) -> None:
    """The moves stay, with others that take them back; whatever people see is as it was."""
    def seen() -> tuple[object, ...]:
        return (shop.stock("CUP", "华东仓"), shop.stock("CUP", "华南仓"), order_status(shop, "WAITING"),
                shop.value(col(Sku.unit_cost_e4), col(Sku.code) == "CUP"),
                shop.value(col(Sku.cost_remainder_e4), col(Sku.code) == "CUP"),
                shop.value(col(Sku.reorder_point), col(Sku.code) == "CUP"),
                shop.value(func.count(col(Shipment.id))), shop.value(func.count(col(Subscription.id))))
    before = seen()
    assert isinstance(shop.confirm(shop.proposal(name, **arguments).code), Done)
    assert seen() != before
    assert isinstance(shop.undo(), Done)
    assert seen() == before


def test_an_undone_expense_and_purchase_count_for_nothing(shop: Counter) -> None:
    shop.do("record_expense", category="房租", amount=800000)
    shop.undo()
    assert shop.value(func.sum(col(Expense.amount_base))) == 0
    shop.do("create_purchase_order", lines=[{"sku": "CUP", "quantity": 30}])
    shop.undo()
    assert shop.value(col(PurchaseOrder.status)) is PurchaseStatus.CANCELLED


def test_an_order_whose_shipment_was_undone_can_be_shipped_again(shop: Counter) -> None:
    shop.do("confirm_shipment", order="WAITING", **SHIPPING)
    shop.undo()
    shop.do("confirm_shipment", order="WAITING", **SHIPPING)
    assert shop.stock("BAG", "华南仓") == (7, 0, 0)


def test_what_others_have_built_on_cannot_simply_be_undone(shop: Counter) -> None:
    shop.do("receive_stock", sku="BAG", warehouse="华东仓", quantity=3)
    code = shop.proposal("receive_stock", sku="BAG", warehouse="华东仓", quantity=2).code
    shop.confirm(code)
    shop.do("transfer_stock", sku="BAG", from_="华东仓", to="华南仓", quantity=5)
    undone = shop.undo(code)
    assert isinstance(undone, NotPossible)
    assert undone.key == "confirmation.changed_since"
    assert shop.stock("BAG", "华东仓") == (0, 0, 0)


def test_moves_add_up_to_the_balance_after_everything(shop: Counter) -> None:
    before = shop.stock("CUP", "华东仓")[0] + shop.stock("CUP", "华南仓")[0]
    shop.do("adjust_stock", sku="CUP", warehouse="华东仓", delta=-2)
    shop.do("confirm_shipment", order="WAITING", **SHIPPING)
    shop.do("count_stock", sku="CUP", warehouse="华南仓", counted=3)
    shop.undo()
    moved = select(func.sum(col(StockMove.quantity))).join(Sku, col(Sku.id) == col(StockMove.sku_id)).where(
        col(Sku.code) == "CUP")
    with shop.database.read() as connection:
        total = connection.execute(moved).scalar_one()
    assert shop.stock("CUP", "华东仓")[0] + shop.stock("CUP", "华南仓")[0] == before + total
