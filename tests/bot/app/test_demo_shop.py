"""What follows from the demo shop's orders adds up: stock, money, advertising, visits."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from bot.app.demo.books import dollar_rates
from bot.app.demo.cash import ACCOUNTS
from bot.app.demo.plan import DAY_S
from bot.app.demo.shop import DemoShop
from domain.clock import ShopCalendar
from domain.drafts import LineDraft, OrderDraft
from domain.finance.model import Certainty, ChargeKind
from domain.inventory.model import MoveReason
from domain.money import RATE_SCALE
from domain.orders.model import AfterSale, Exclusion, Fulfilment, Payment

CALENDAR = ShopCalendar.named("Asia/Shanghai")
AT = CALENDAR.local(datetime.fromisoformat("2026-11-23T15:00"))


class Made:
    """A whole demo shop with its drafts."""

    def __init__(self) -> None:
        self.shop = DemoShop(AT, CALENDAR)
        self.orders: dict[str, OrderDraft] = {}
        self.lines: list[LineDraft] = []
        for orders, lines in self.shop.batches():
            self.orders.update((order.external_id, order) for order in orders)
            self.lines.extend(lines)


@pytest.fixture(scope="module")
def made() -> Made:
    return Made()


def test_stock_is_what_its_moves_add_up_to(made: Made) -> None:
    level: Counter[tuple[str, str]] = Counter()
    for move in sorted(made.shop.moves, key=lambda move: move.second):
        level[move.shelf.item.code, move.shelf.warehouse] += move.quantity
        assert move.second <= made.shop.at
    shelves = {(balance.shelf.item.code, balance.shelf.warehouse): balance for balance in made.shop.balances}
    assert {key: balance.on_hand for key, balance in shelves.items()} == level


def test_no_shelf_ever_holds_less_than_nothing(made: Made) -> None:
    level: Counter[tuple[str, str]] = Counter()
    for move in made.shop.moves:
        level[move.shelf.item.code, move.shelf.warehouse] += move.quantity
        assert level[move.shelf.item.code, move.shelf.warehouse] >= 0


def test_no_two_moves_have_the_same_reference(made: Made) -> None:
    references = [(move.reference, move.reason, move.shelf.warehouse) for move in made.shop.moves]
    assert len(set(references)) == len(references)


def test_pieces_of_orders_that_wait_are_reserved(made: Made) -> None:
    waiting = {order.external_id for order in made.orders.values()
               if order.payment is Payment.PAID and order.fulfilment is Fulfilment.UNSHIPPED
               and order.excluded in (None, Exclusion.GIFT)}
    wanted: Counter[str] = Counter()
    for line in made.lines:
        if line.order in waiting and line.sku_code:
            wanted[line.sku_code] += line.quantity
    reserved: Counter[str] = Counter()
    for balance in made.shop.balances:
        reserved[balance.shelf.item.code] += balance.reserved
    assert +reserved == wanted


def test_shelves_are_out_low_at_the_point_and_full(made: Made) -> None:
    available: Counter[str] = Counter()
    for balance in made.shop.balances:
        available[balance.shelf.item.code] += balance.on_hand - balance.reserved
    points = {item.code: item.reorder_point for item in made.shop.lists.items}
    assert [code for code in points if available[code] <= 0] == ["SP-02"]
    assert [code for code, point in points.items() if available[code] == point] == ["JJ-03"]
    low = {code for code, point in points.items() if available[code] <= point}
    assert 5 <= len(low) <= 9
    assert any(0 < available[code] < points[code] / 3 for code in points)
    assert any(balance.incoming for balance in made.shop.balances)


def test_pieces_that_left_are_the_pieces_of_shipped_orders(made: Made) -> None:
    shipped = {order.external_id for order in made.orders.values()
               if order.shipped_at and order.excluded in (None, Exclusion.GIFT)}
    pieces = sum(line.quantity for line in made.lines if line.order in shipped and line.sku_code)
    assert pieces == -sum(move.quantity for move in made.shop.moves if move.reason is MoveReason.SHIPPED)


def test_an_order_draft_says_what_its_lines_say(made: Made) -> None:
    """A refund that gives all of the money back makes the order refunded; one that is open makes it after-sale."""
    back: Counter[str] = Counter()
    paid: Counter[str] = Counter()
    asked: set[str] = set()
    for line in made.lines:
        assert line.paid_minor == line.unit_price_e4 // 100 * line.quantity - line.discount_minor
        assert (line.refunded_at is None) == (line.refund_minor == 0)
        assert 0 <= line.row_hash < 2**48
        back[line.order] += line.refund_minor
        paid[line.order] += line.paid_minor
        if line.refund_asked_minor:
            asked.add(line.order)
    for number, order in made.orders.items():
        is_back = order.paid_at is not None and 0 < paid[number] + order.freight_minor <= back[number]
        assert (order.payment is Payment.REFUNDED) == is_back
        assert (order.after_sale is AfterSale.OPEN) == (number in asked)
        assert (order.waybill_no is None) == (order.shipped_at is None)
        assert order.changed_at is not None
        assert order.created_at <= order.changed_at <= AT


def test_only_dollar_orders_come_from_abroad(made: Made) -> None:
    for order in made.orders.values():
        assert (order.currency == "USD") == (order.shop == "Shopify 海外店") == (order.province is None)


def test_fees_of_the_last_month_are_estimates_and_older_ones_are_settled(made: Made) -> None:
    kinds = Counter((charge.kind, charge.certainty) for charge in made.shop.charges)
    assert set(kinds) == {(kind, certainty) for kind in ChargeKind for certainty in Certainty}
    for charge in made.shop.charges:
        is_recent = charge.occurred_on >= date(2026, 10, 24)
        assert (charge.certainty is Certainty.ESTIMATED) == is_recent == (charge.settled_on is None)
        assert charge.settled_on is None or charge.settled_on <= AT.date()
        assert charge.amount_minor > 0
    references = [(charge.kind, charge.order) for charge in made.shop.charges]
    assert len(set(references)) == len(references)


def test_campaigns_earn_between_one_and_a_half_and_five_times_their_cost(made: Made) -> None:
    spent: Counter[tuple[str, str]] = Counter()
    earned: Counter[tuple[str, str]] = Counter()
    for ad in made.shop.ads:
        spent[ad.shop, ad.campaign] += ad.spend_minor
        earned[ad.shop, ad.campaign] += ad.attributed_minor or 0
        assert ad.impressions >= ad.clicks
    assert 12 <= len(spent) <= 24
    assert len({shop for shop, _ in spent}) == 4
    assert all(1.5 <= earned[key] / spent[key] <= 5 for key in spent)


def test_of_a_hundred_visitors_one_to_six_buy(made: Made) -> None:
    orders = Counter((order.shop, CALENDAR.day(order.paid_at)) for order in made.orders.values()
                     if order.paid_at and order.excluded is None)
    visitors, bought = Counter[date](), Counter[date]()
    for visit in made.shop.traffic:
        assert visit.visitors >= orders[visit.shop, visit.day]
        assert visit.page_views >= visit.visitors
        visitors[visit.day] += visit.visitors
        bought[visit.day] += orders[visit.shop, visit.day]
    assert len(visitors) == 427
    assert all(0.01 <= bought[day] / visitors[day] <= 0.06 for day in visitors)


def test_every_month_pays_its_bills(made: Made) -> None:
    months = Counter((bill.day.strftime("%Y-%m"), bill.category) for bill in made.shop.bills)
    assert months["2026-10", "房租"] == 2
    assert months["2026-10", "工资"] == months["2026-10", "水电"] == 1
    assert max(bill.day for bill in made.shop.bills) <= AT.date()
    assert any(bill.currency == "USD" for bill in made.shop.bills)


def test_accounts_hold_what_sales_brought_and_bills_took(made: Made) -> None:
    """No account is ever overdrawn, nothing is booked twice, and every bill is paid."""
    balance = Counter({name: opening for name, (_, opening) in ACCOUNTS.items()})
    references = set()
    for row in sorted(made.shop.cash, key=lambda row: row.second):
        assert row.second <= made.shop.at
        assert (row.account, row.reference) not in references
        references.add((row.account, row.reference))
        balance[row.account] += row.amount_minor
        assert balance[row.account] >= 0, row
    paid = -sum(row.amount_minor for row in made.shop.cash if row.reference.startswith("bill:"))
    assert paid == sum(bill.amount_minor for bill in made.shop.bills)


def test_what_a_shop_sold_arrives_less_the_platforms_fee(made: Made) -> None:
    settled = sum(row.amount_minor for row in made.shop.cash if row.reference.startswith("settle:JD:"))
    until = AT.date() - timedelta(days=14)
    numbers = {number for number, order in made.orders.items()
               if order.shop == "京东旗舰店" and order.paid_at and CALENDAR.day(order.paid_at) <= until}
    sold = sum(line.paid_minor for line in made.lines if line.order in numbers)
    sold += sum(made.orders[number].freight_minor for number in numbers)
    fees = sum(charge.amount_minor for charge in made.shop.charges
               if charge.order in numbers and charge.kind is ChargeKind.PLATFORM_FEE)
    assert settled == sold - fees


def test_the_owner_earns_but_not_every_day(made: Made) -> None:
    """Gross margin near 58 percent, a profit over the year, and days with rent or wages that lose money."""
    shop = made.shop
    costs = {item.code: item.unit_cost_e4 // 100 for item in shop.lists.items}
    sales = {number for number, order in made.orders.items() if order.paid_at and not order.excluded
             and order.currency == "CNY"}
    profit: Counter[date] = Counter()
    revenue = goods = 0
    for line in made.lines:
        paid_at = made.orders[line.order].paid_at
        if line.order in sales and paid_at:
            is_back = line.refund_minor >= line.paid_minor > 0
            net = line.paid_minor - line.refund_minor
            cost = 0 if is_back else costs.get(line.sku_code, 0) * line.quantity
            profit[CALENDAR.day(paid_at)] += net - cost
            revenue, goods = revenue + net, goods + cost
    assert 0.45 <= 1 - goods / revenue <= 0.60
    for charge in shop.charges:
        profit[charge.occurred_on] -= charge.amount_base
    for ad in shop.ads:
        profit[ad.day] -= ad.spend_minor
    for bill in shop.bills:
        profit[bill.day] -= bill.amount_minor
    assert 0.03 <= sum(profit.values()) / revenue <= 0.25
    assert 10 <= sum(value < 0 for value in profit.values()) <= 100


def test_the_dollar_wanders_between_two_bounds() -> None:
    rates = dollar_rates(date(2026, 1, 1), date(2026, 12, 31))
    assert len(rates) == 365
    assert len(set(rates.values())) > 100
    assert all(7.0 < rate / RATE_SCALE < 7.3 for rate in rates.values())


def test_it_can_be_built_for_any_moment() -> None:
    """In the first minute of a leap day: no negative stock, nothing of the future."""
    at = CALENDAR.local(datetime.fromisoformat("2024-02-29T00:01"))
    shop = DemoShop(at, CALENDAR)
    count = sum(len(orders) for orders, _ in shop.batches())
    assert count > 45_000
    level: Counter[tuple[str, str]] = Counter()
    for move in shop.moves:
        level[move.shelf.item.code, move.shelf.warehouse] += move.quantity
        assert level[move.shelf.item.code, move.shelf.warehouse] >= 0
    assert all(level[balance.shelf.item.code, balance.shelf.warehouse] == balance.on_hand for balance in shop.balances)
    assert all(row.second <= shop.at for row in shop.cash)
    assert shop.at // DAY_S == (at.date() - shop.start).days
