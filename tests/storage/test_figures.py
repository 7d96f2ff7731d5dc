"""What each figure counts, told as small stories of one shop."""

from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args

import pytest

from domain.errors import UnknownName
from domain.metrics.periods import Grain, Period
from domain.metrics.query import (
    REORDER_POINT,
    Compare,
    Direction,
    Having,
    ImpossibleQuery,
    MetricQuery,
    Order,
)
from domain.metrics.result import Beside, ResultTable
from storage.engine import Database
from storage.figures import MetricFigures
from tests.storage.made_shop import CALENDAR, NOW, TODAY, Line, MadeShop, local

YESTERDAY = TODAY - timedelta(days=1)
DAY = Period(TODAY, TODAY + timedelta(days=1), Grain.DAY)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 24), Grain.MONTH)


@pytest.fixture
def shop(database: Database) -> MadeShop:
    return MadeShop(database)


Read = Literal["rollups", "facts"]


@pytest.fixture(params=get_args(Read))
def read(request: pytest.FixtureRequest) -> Read:
    """Both ways to the same figure."""
    kind: Read = request.param
    return kind


def ask(shop: MadeShop, *metrics: str, at: datetime = NOW, read: Read = "rollups", **parts: Any) -> ResultTable:
    query = MetricQuery(metrics, **{"period": NOVEMBER, **parts})
    return MetricFigures(shop.database, CALENDAR, "CNY", from_facts=read == "facts").answer(query, at)


def test_revenue_is_goods_and_freight_of_paid_orders_before_refunds(shop: MadeShop, read: Read) -> None:
    order = shop.order(local(YESTERDAY), [Line(1, 1000, discount=50), Line(3, 500)], freight=80)
    shop.order(local(TODAY), [Line(1, 300)], payment="refunded", status="cancelled")
    shop.order(None, [Line(1, 9999)], payment="unpaid", status="to_pay")
    shop.order(local(TODAY), [Line(1, 9999)], payment="closed", status="cancelled")
    shop.refund(local(TODAY), 200, order=order)
    shop.open()
    answer = ask(shop, "revenue", "orders", "aov", "discount", "refund_amount", "net_revenue", read=read)
    assert answer.rows == ((1880, 2, 940, 50, 200, 1680),)
    assert [column.type for column in answer.columns] == ["money", "count", "money", "money", "money", "money"]
    assert answer.columns[0].currency == "CNY"
    assert answer.coverage.orders == 2


def test_orders_left_out_are_counted_apart(shop: MadeShop, read: Read) -> None:
    shop.order(local(YESTERDAY), [Line(1, 1000)])
    brushed = shop.order(local(YESTERDAY), [Line(1, 700)], excluded="brushed")
    shop.refund(local(TODAY), 700, order=brushed)
    shop.open()
    answer = ask(shop, "revenue", "refund_amount", read=read)
    assert answer.rows == ((1000, 0),)
    assert (answer.coverage.orders_excluded, answer.coverage.amount_excluded) == (1, 700)


def test_what_happens_after_the_moment_is_not_seen(shop: MadeShop, read: Read) -> None:
    shop.order(local(TODAY, 9), [Line(1, 100)])
    shop.order(local(TODAY, 16), [Line(1, 900)])
    shop.order(local(TODAY + timedelta(days=1)), [Line(1, 5000)])
    shop.open()
    month = Period(date(2026, 11, 1), date(2026, 12, 1), Grain.MONTH)
    assert ask(shop, "revenue", period=month, read=read).rows == ((100,),)
    assert ask(shop, "revenue", period=month, at=local(TODAY, 23), read=read).rows == ((1000,),)
    assert ask(shop, "revenue", period=month, at=local(TODAY, 8), read=read).rows == ((None,),)


def test_no_sale_is_not_a_sale_of_nothing(shop: MadeShop) -> None:
    """An empty result is never a zero; but no refunds beside sales are a zero."""
    shop.order(local(TODAY), [Line(1, 100)])
    shop.open()
    october = Period(date(2026, 10, 1), date(2026, 11, 1), Grain.MONTH)
    nothing = ask(shop, "revenue", "refund_rate", period=october)
    assert nothing.is_empty
    assert nothing.rows == ((None, None),)
    assert ask(shop, "revenue", by=("shop",), period=october).rows == ()
    assert ask(shop, "revenue", by=("day",), period=october).rows == ()
    assert ask(shop, "refund_amount", "refund_orders", "revenue").rows == ((0, 0, 100),)
    assert ask(shop, "conversion_rate", "orders").rows == ((None, 1),)


def test_goods_services_and_freight_add_up_to_the_revenue(shop: MadeShop, read: Read) -> None:
    """Freight, a service and a line nobody matched stand in the row without a product; rankings leave it out."""
    shop.order(local(YESTERDAY), [Line(1, 1000), Line(2, 200), Line(5, 30), Line(None, 7)], freight=80)
    shop.open()
    answer = ask(shop, "revenue", "units", by=("product",), read=read)
    assert answer.rows == (("大衣", 1200, 2), (None, 117, 1))
    least = (Order("revenue", Direction.ASC),)
    ranking = ask(shop, "revenue", by=("product",), order=least, limit=5, read=read)
    assert ranking.rows == (("大衣", 1200),)
    assert ask(shop, "revenue", where={"sku": ("DY-L",)}, read=read).rows == ((200,),)
    assert ask(shop, "revenue", exclude={"sku": ("DY-L",)}, read=read).rows == ((1117,),)


def test_gifts_are_not_units_and_an_order_of_two_sizes_is_one_order(shop: MadeShop, read: Read) -> None:
    shop.order(local(YESTERDAY), [Line(1, 1000, quantity=2), Line(2, 200), Line(3, 0)])
    shop.open()
    answer = ask(shop, "units", "orders", by=("product",), read=read)
    assert answer.rows == (("大衣", 3, 1), ("杯子", 0, 1))


def test_two_products_of_one_name_stay_two_rows(shop: MadeShop) -> None:
    shop.order(local(YESTERDAY), [Line(3, 100), Line(4, 300)])
    shop.open()
    assert ask(shop, "revenue", by=("product",)).rows == (("杯子", 300), ("杯子", 100))
    assert ask(shop, "revenue", where={"product": ("杯子",)}).rows == ((400,),)
    assert ask(shop, "revenue", by=("category",)).rows == (("家居", 400),)


def test_cost_that_is_not_known_is_told_and_never_a_zero(shop: MadeShop, read: Read) -> None:
    shop.order(local(YESTERDAY), [Line(1, 1000, cost=400), Line(3, 500, cost=None), Line(5, 50, cost=None)])
    shop.order(local(YESTERDAY), [Line(3, 20, cost=None)], shop=2)
    shop.refund(local(TODAY), 1000, order=1, lines=[Line(1, 1000, cost=400)])
    shop.open()
    answer = ask(shop, "cogs", "gross_profit", read=read)
    assert answer.rows == ((0, 570),)
    assert (answer.coverage.lines_without_cost, answer.coverage.amount_without_cost) == (2, 520)
    unknown = ask(shop, "cogs", where={"shop": ("海外店",)}, read=read)
    assert (unknown.rows, unknown.is_empty) == (((None,),), False)  # something was sold, and nobody knows its cost
    by_product = ask(shop, "cogs", by=("product",), read=read)
    assert by_product.rows == (("大衣", 0), ("杯子", None))
    profit = ask(shop, "gross_profit", "gross_margin", "aov", by=("product",), read=read)
    assert profit.rows == ((None, 50, 1.0, None), ("大衣", 0, None, 1000), ("杯子", None, None, 260))
    highest = (Order("gross_profit", Direction.DESC),)
    most = ask(shop, "gross_profit", by=("product",), order=highest, limit=1, read=read)
    assert (most.rows, most.coverage.lines_without_cost) == ((("大衣", 0),), 2)


def test_net_profit_takes_off_everything(shop: MadeShop, read: Read) -> None:
    shop.order(local(YESTERDAY), [Line(1, 10_000, cost=4000)])
    shop.charge(YESTERDAY, "platform_fee", 500, certainty="estimated")
    shop.charge(YESTERDAY, "shipping", 300)
    shop.add("ad_spend", day=YESTERDAY, shop_id=1, campaign="直通车", spend_minor=200, spend_base=200, currency="CNY",
             attributed_base=None, clicks=4, impressions=90)
    shop.add("expenses", day=YESTERDAY, category="房租", amount_minor=1000, amount_base=1000, currency="CNY",
             content_hash=1)
    shop.open()
    answer = ask(shop, "net_profit", "net_margin", "roi", read=read)
    assert answer.rows == ((4000, 0.4, None),)  # nobody said what the ads brought in
    assert answer.coverage.estimated_charges == 1
    assert ask(shop, "net_profit", by=("shop",), read=read).rows == (("京东店", 5000), (None, -1000))
    least = ask(shop, "net_profit", by=("shop",), order=(Order("net_profit", Direction.ASC),), limit=1, read=read)
    assert least.rows == (("京东店", 5000),)  # what is of no shop comes in no ranking, and meets no bound
    assert ask(shop, "net_profit", by=("shop",), having=(Having("net_profit", "<", 0),), read=read).rows == ()


def test_a_running_day_is_compared_up_to_the_same_hour(shop: MadeShop, read: Read) -> None:
    shop.order(local(TODAY, 9), [Line(1, 100)])
    shop.order(local(YESTERDAY, 14, 59), [Line(1, 70)])
    shop.order(local(YESTERDAY, 15, 1), [Line(1, 900)])
    shop.open()
    answer = ask(shop, "revenue", period=DAY, compare=Compare.PREVIOUS_PERIOD, read=read)
    assert (answer.rows, answer.comparison_rows) == (((100,),), ((70,),))
    assert answer.comparison_period == Period(YESTERDAY, TODAY, Grain.DAY)
    assert answer.beside is Beside.SAME_TIME
    whole = Period(YESTERDAY, TODAY, Grain.DAY)
    over = ask(shop, "revenue", period=whole, compare=Compare.PREVIOUS_PERIOD)
    assert (over.comparison_rows, over.beside) == ((None,), None)


def test_a_running_day_meets_all_of_the_day_before_where_a_figure_knows_only_days(shop: MadeShop, read: Read) -> None:
    """The fees and visitors of a whole day stood beside its sales up to 15:00."""
    for day, hour, paid in ((TODAY, 9, 100), (YESTERDAY, 9, 70), (YESTERDAY, 16, 900)):
        shop.order(local(day, hour), [Line(1, paid, cost=10)])
        shop.charge(day, "shipping", 5)
    shop.add("traffic", day=YESTERDAY, shop_id=1, visitors=25)
    shop.open()
    answer = ask(shop, "net_profit", "revenue", period=DAY, compare=Compare.PREVIOUS_PERIOD, read=read)
    assert (answer.rows, answer.comparison_rows) == (((85, 100),), ((940, 970),))
    assert answer.beside is Beside.WHOLE_DAY
    rate = ask(shop, "conversion_rate", period=DAY, compare=Compare.PREVIOUS_PERIOD, read=read)
    assert rate.comparison_rows == ((2 / 25,),)


def test_a_running_month_meets_the_same_days_of_the_one_before(shop: MadeShop) -> None:
    shop.order(local(date(2026, 10, 1)), [Line(1, 10)])
    shop.order(local(date(2026, 10, 23), 14), [Line(1, 20)])
    shop.order(local(date(2026, 10, 23), 16), [Line(1, 40)])
    shop.order(local(date(2026, 11, 2)), [Line(1, 7)])
    shop.open()
    whole = Period(date(2026, 11, 1), date(2026, 12, 1), Grain.MONTH)
    assert ask(shop, "revenue", period=whole, compare=Compare.PREVIOUS_PERIOD).comparison_rows == ((30,),)
    days = ask(shop, "revenue", by=("day",), compare=Compare.PREVIOUS_PERIOD)
    assert days.rows[:2] == (("2026-11-01", 0), ("2026-11-02", 7))
    assert len(days.rows) == 23
    assert days.comparison_rows is not None
    assert days.comparison_rows[0] == ("2026-10-01", 10)
    assert days.comparison_rows[22] == ("2026-10-23", 20)
    shops = ask(shop, "revenue", by=("shop",), compare=Compare.PREVIOUS_PERIOD)
    assert shops.comparison_rows == (("京东店", 30),)


def test_days_without_sales_are_shown_and_can_be_the_worst(shop: MadeShop) -> None:
    shop.order(local(date(2026, 11, 1)), [Line(1, 10)])
    shop.order(local(date(2026, 11, 3)), [Line(1, 30)])
    shop.open()
    three = Period(date(2026, 11, 1), date(2026, 11, 4))
    assert ask(shop, "revenue", "aov", by=("day",), period=three).rows == (
        ("2026-11-01", 10, 10), ("2026-11-02", 0, None), ("2026-11-03", 30, 30))
    worst = ask(shop, "revenue", by=("day",), period=three, order=(Order("revenue", Direction.ASC),), limit=1)
    assert (worst.rows, worst.total_rows) == ((("2026-11-02", 0),), 3)


def test_months_before_the_shop_began_are_unknown_and_not_zero(shop: MadeShop, read: Read) -> None:
    """「去年同期 ¥0.00,新增」 was said of months of which the shop has no records at all."""
    shop.order(local(date(2025, 10, 20)), [Line(1, 10)])
    shop.order(local(date(2026, 9, 2)), [Line(1, 10)])
    shop.open()
    autumn = Period(date(2026, 9, 1), date(2026, 12, 1))
    found = ask(shop, "orders", by=("month",), period=autumn, compare=Compare.PREVIOUS_YEAR, read=read)
    assert found.rows == (("2026-09", 1), ("2026-10", 0), ("2026-11", 0))
    assert found.comparison_rows == (None, ("2025-10", 1), ("2025-11", 0))
    assert found.comparison_since == date(2025, 10, 20)
    assert ask(shop, "orders", compare=Compare.PREVIOUS_YEAR, read=read).comparison_since is None


@pytest.mark.parametrize(("dimension", "rows"), [
    ("week", (("2026-10-26", 1), ("2026-11-02", 2))), ("month", (("2026-10", 0), ("2026-11", 3))),
    ("weekday", ((1, 1), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 2)))])
def test_weeks_start_on_monday(shop: MadeShop, read: Read, dimension: str, rows: tuple[Any, ...]) -> None:
    shop.order(local(date(2026, 10, 20)), [Line(1, 10)])
    for day in (1, 2, 8):
        shop.order(local(date(2026, 11, day)), [Line(1, 10)])
    shop.open()
    span = Period(date(2026, 10, 28), date(2026, 11, 9))
    assert ask(shop, "orders", by=(dimension,), period=span, read=read).rows == rows


def test_hours_are_the_shops(shop: MadeShop) -> None:
    order = shop.order(local(TODAY, 0, 30), [Line(1, 10)])
    shop.add("shipments", order_id=order, parcel_no=1, warehouse_id=1, staff_id=1, shipped_at=local(TODAY, 2, 0),
             shipped_on=TODAY)
    shop.open()
    paid = ask(shop, "orders", by=("hour",), period=DAY)
    assert len(paid.rows) == 16  # up to the running hour
    assert paid.rows[0] == (0, 1)
    shipped = ask(shop, "orders_shipped", "ship_hours", by=("hour",), period=DAY)
    assert shipped.rows[2] == (2, 1, 1.5)
    assert ask(shop, "orders_shipped", by=("staff",), period=DAY).rows == (("小王", 1),)
    assert ask(shop, "revenue", by=("warehouse",), period=DAY).rows == (("华东仓", 10),)


def test_buyers_are_counted_once_and_known_again(shop: MadeShop) -> None:
    """Customer 1 bought before, 2 buys twice, 3 is new and buys once; an order without a customer counts for none."""
    shop.order(local(date(2026, 9, 1)), [Line(1, 10)], customer_id=1)
    for customer, day in ((1, 2), (2, 3), (2, 4), (3, 5), (None, 6)):
        shop.order(local(date(2026, 11, day)), [Line(1, 10)], customer_id=customer, province="广东省")
    shop.open()
    answer = ask(shop, "customers", "new_customers", "repeat_rate")
    assert answer.rows == ((3, 2, 2 / 3),)
    by_day = ask(shop, "customers", "new_customers", by=("day",), where={"province": ("广东省",)})
    assert [row[2] for row in by_day.rows[:6]] == [0, 0, 1, 0, 1, 0]
    top = ask(shop, "revenue", by=("customer",), order=(Order("revenue", Direction.DESC),), limit=1)
    assert top.rows == (("客户 #2", 20),)
    assert ask(shop, "revenue", where={"customer": ("客户 #2",)}).rows == ((20,),)
    assert ask(shop, "revenue", where={"customer": ("buyer-2",)}).rows == ((20,),)
    assert ask(shop, "revenue", by=("segment",)).rows == ((None, 40), ("loyal", 10))


def test_balances_are_in_the_base_currency(shop: MadeShop) -> None:
    shop.add("accounts", id=1, name="支付宝", currency="CNY", opening_minor=1000)
    shop.add("accounts", id=2, name="PayPal", currency="USD", opening_minor=100)
    shop.add("cash_moves", account_id=1, occurred_at=local(YESTERDAY), occurred_on=YESTERDAY, amount_minor=-300,
             amount_base=-300, reference="a")
    shop.add("cash_moves", account_id=1, occurred_at=local(TODAY, 18), occurred_on=TODAY, amount_minor=5000,
             amount_base=5000, reference="b")
    shop.add("fx_rates", day=YESTERDAY, currency="USD", rate=710_000_000, source="test")
    shop.open()
    assert ask(shop, "balance", by=("account",), period=None).rows == (("PayPal", 710), ("支付宝", 700))
    assert ask(shop, "cash_in", "cash_out", period=NOVEMBER).rows == ((0, 300),)
    before_the_rate = local(YESTERDAY - timedelta(days=1))
    unknown = ask(shop, "balance", by=("account",), period=None, at=before_the_rate)
    assert unknown.rows == (("支付宝", 1000), ("PayPal", None))
    assert ask(shop, "balance", period=None, at=before_the_rate).rows == ((None,),)


def test_amounts_abroad_are_in_the_base_currency(shop: MadeShop, read: Read) -> None:
    shop.order(local(YESTERDAY), [Line(1, 100, discount=10)], shop=2, currency="USD", rate=7.1, freight=10)
    shop.order(local(YESTERDAY), [Line(1, 100)])
    shop.open()
    assert ask(shop, "revenue", by=("currency",), read=read).rows == (("USD", 781), ("CNY", 100))
    assert ask(shop, "discount", by=("sku",), read=read).rows == (("DY-M", 71),)


def test_refunds_split_by_goods_and_by_what_is_none(shop: MadeShop, read: Read) -> None:
    shop.order(local(YESTERDAY), [Line(1, 1000)])
    shop.refund(local(TODAY), 1050, order=1, lines=[Line(1, 1000, cost=0)])
    shop.refund(local(TODAY), 300)
    shop.refund(local(TODAY), 999, status="asked", refunded_at=None, refunded_on=None, refunded_hour=None)
    shop.open()
    answer = ask(shop, "refund_amount", by=("sku",), read=read)
    assert answer.rows == (("DY-M", 1000), (None, 350))
    assert ask(shop, "refund_orders", "refund_amount", read=read).rows == ((2, 1350),)


def test_bounds_and_limits_say_how_many_rows_there_were(shop: MadeShop) -> None:
    for sku, paid in ((1, 500), (2, 400), (3, 300), (4, 200)):
        shop.order(local(YESTERDAY), [Line(sku, paid)])
    shop.open()
    top = ask(shop, "revenue", by=("sku",), order=(Order("revenue", Direction.DESC),), limit=2,
              having=(Having("revenue", ">=", 300), Having("orders", "=", 1)))
    assert (top.rows, top.total_rows) == ((("DY-M", 500), ("DY-L", 400)), 3)


def test_freshness_is_of_the_shops_asked_about(shop: MadeShop) -> None:
    shop.open()
    assert ask(shop, "revenue").coverage.fresh == {"京东店": NOW - timedelta(hours=1), "海外店": NOW}
    assert set(ask(shop, "revenue", where={"platform": ("jd",)}).coverage.fresh) == {"京东店"}
    assert set(ask(shop, "revenue", exclude={"shop": ("京东店",)}).coverage.fresh) == {"海外店"}
    assert ask(shop, "stock_on_hand", period=None).coverage.fresh == {}


@pytest.mark.parametrize("where", [
    {"shop": ("没有的店",)}, {"product": ("补差价",)}, {"sku": ("CJ",)}, {"category": ("宠物",)},
    {"platform": ("ebay",)}, {"hour": ("24",)}, {"weekday": ("x",)}, {"customer": ("客户 #99",)},
    {"segment": ("best",)}])
def test_a_name_that_nothing_bears_is_said(shop: MadeShop, where: dict[str, tuple[str, ...]]) -> None:
    shop.open()
    with pytest.raises(UnknownName) as caught:
        ask(shop, "revenue", where=where)
    assert caught.value.facts["name"] in str(caught.value)


@pytest.mark.parametrize("parts", [
    {"by": ("campaign",)}, {"period": None}, {"having": (Having("visitors", ">", 1),), "by": ("sku",)},
    {"having": (Having("revenue", ">", REORDER_POINT),), "by": ("sku",)}])
def test_questions_no_data_can_answer_are_refused(shop: MadeShop, parts: dict[str, Any]) -> None:
    shop.open()
    with pytest.raises(ImpossibleQuery):
        ask(shop, "revenue", **parts)


def test_names_are_never_part_of_the_sql(shop: MadeShop) -> None:
    """A name with a quote in it is a name."""
    shop.open()
    with pytest.raises(UnknownName):
        ask(shop, "revenue", where={"product": ("'; DROP TABLE orders; --",)})
