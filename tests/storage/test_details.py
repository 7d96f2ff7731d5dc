"""The rows behind a figure: they add up to it, whatever the figure, the filter and the database."""

from datetime import timedelta

import pytest

from domain.metrics.catalog import METRICS
from domain.metrics.details import BEHIND, Detail, DetailPage
from domain.metrics.periods import Grain, Period
from domain.metrics.query import MetricQuery
from storage.encryption import Vault
from storage.engine import Database
from storage.figures import MetricFigures
from storage.figures.details import FigureDetails
from tests.storage.made_shop import CALENDAR, NOW, TODAY, Line, MadeShop, local

YESTERDAY = TODAY - timedelta(days=1)
WEEK = Period(TODAY - timedelta(days=7), TODAY, Grain.SPAN)
VAULT = Vault.from_secret("details are shown masked, always so")
ADDITIVE = [name for name in METRICS if name not in BEHIND]


@pytest.fixture
def shop(database: Database) -> MadeShop:
    return story(database)


def story(database: Database) -> MadeShop:
    """Orders with gifts, services, freight, parcels and refunds with and without lines; and what is not of orders."""
    made = MadeShop(database)
    sealed = VAULT.seal("orders.receiver", "王小明")
    first = made.order(local(YESTERDAY, 9), [Line(1, 20000, 2, cost=8000), Line(3, 3000, 1, cost=1000, discount=200)],
                       freight=800, province="广东省", customer_id=1, status="shipped", receiver_sealed=sealed)
    made.order(local(YESTERDAY, 20), [Line(2, 9000, 1, cost=None), Line(5, 300, 1, cost=None), Line(4, 0, 1, cost=70)],
               shop=2, province="浙江省", customer_id=2)
    made.order(local(YESTERDAY, 23), [Line(None, 700, 1, cost=None)], customer_id=1)
    made.order(local(YESTERDAY, 21), [Line(1, 10000, 1)], excluded="brushed")
    made.order(None, [Line(1, 10000, 1)], payment="unpaid", status="to_pay", created_at=local(YESTERDAY, 8))
    made.order(local(TODAY, 9), [Line(1, 11000, 1, cost=4400)], ship_by=NOW - timedelta(hours=1))
    made.refund(local(YESTERDAY, 12), 5300, order=first, lines=[Line(1, 5000, 1, cost=4000)])
    made.refund(local(YESTERDAY, 13), 400)
    made.charge(YESTERDAY, "platform_fee", 900)
    made.charge(YESTERDAY, "shipping", 700, shop=2)
    for parcel in (1, 2):
        made.add("shipments", order_id=first, parcel_no=parcel, warehouse_id=parcel, staff_id=1, carrier="顺丰",
                 waybill_no=f"SF{parcel}", shipped_at=local(YESTERDAY, 18), shipped_on=YESTERDAY,
                 signed_at=local(TODAY, 1), signed_on=YESTERDAY)
    made.add("expenses", day=YESTERDAY, category="房租", amount_minor=3000, amount_base=3000, currency="CNY",
             shop_id=None, content_hash=1)
    made.add("traffic", day=YESTERDAY, shop_id=1, visitors=40, page_views=90)
    made.add("ad_spend", day=YESTERDAY, shop_id=1, campaign="拉新", impressions=9, clicks=3, spend_minor=400,
             spend_base=400, attributed_base=None, currency="CNY")
    made.add("accounts", id=1, name="支付宝", currency="CNY", opening_minor=500)
    for number, amount in enumerate((900, -300)):
        made.add("cash_moves", account_id=1, occurred_at=local(YESTERDAY, 9), occurred_on=YESTERDAY,
                 amount_minor=amount, amount_base=amount, reference=str(number))
    made.stock(1, 1, 30, reserved=4, incoming=5)
    made.stock(1, 2, 6)
    made.move(1, 1, -3, "shipped", NOW + timedelta(hours=2))  # after the moment: not seen yet
    made.rows["stock_balances"][0]["on_hand"] = 27
    made.stock(3, 1, 0)
    made.open()
    return made


def query_of(metric: str, **more: object) -> MetricQuery:
    period = None if METRICS[metric].is_of_the_moment else WEEK
    return MetricQuery((metric,), period=period, **more)  # type: ignore[arg-type]


def details_of(shop: MadeShop) -> FigureDetails:
    return FigureDetails(shop.database, CALENDAR, "CNY", VAULT)


def page_of(shop: MadeShop, query: MetricQuery, limit: int = 10, hidden: frozenset[str] = frozenset()) -> DetailPage:
    return details_of(shop).page(query, NOW, limit, hidden=hidden)


@pytest.mark.parametrize("metric", ADDITIVE)
def test_the_rows_add_up_to_the_figure(shop: MadeShop, metric: str) -> None:
    query = query_of(metric)
    figure = MetricFigures(shop.database, CALENDAR, "CNY").answer(query, NOW).rows[0][0]
    page = page_of(shop, query)
    every = list(details_of(shop).stream(query, NOW).rows)
    assert figure
    assert page.total == figure
    assert sum(row.value or 0 for row in every) == figure
    assert page.count == len(every)


@pytest.mark.parametrize(("where", "metric"), [
    ({"product": ("大衣",)}, "revenue"), ({"sku": ("BZ-1",)}, "gross_profit"),
    ({"category": ("女装",)}, "refund_amount"), ({"category": ("女装",)}, "orders"),
    ({"province": ("广东省",)}, "net_revenue"), ({"shop": ("海外店",)}, "net_profit"),
    ({"warehouse": ("华东仓",)}, "orders_shipped"), ({"sku": ("DY-M",)}, "stock_on_hand"),
    ({"warehouse": ("华东仓",)}, "stock_available"), ({"platform": ("jd",)}, "orders_to_ship")])
def test_they_do_under_any_filter(shop: MadeShop, where: dict[str, tuple[str, ...]], metric: str) -> None:
    query = query_of(metric, where=where)
    assert page_of(shop, query).total == MetricFigures(shop.database, CALENDAR, "CNY").answer(query, NOW).rows[0][0]
    without = query_of(metric, exclude=where)
    figure = MetricFigures(shop.database, CALENDAR, "CNY").answer(without, NOW).rows[0][0]
    assert page_of(shop, without).total == figure


def test_an_order_is_a_row_with_what_was_in_it(shop: MadeShop) -> None:
    page = page_of(shop, query_of("revenue"))
    assert [row.number for row in page.rows] == ["N3", "N2", "N1"]
    first = page.rows[-1]
    assert first == Detail("order", first.time, "京东店", "N1", first.item, 3, 23800, 5300, 23800, "shipped", "王**")
    assert set((first.item or "").split("、")) == {"大衣×2", "杯子×1"}


def test_a_split_and_a_ranking_are_made_of_the_same_rows(shop: MadeShop) -> None:
    whole = page_of(shop, query_of("revenue"))
    assert page_of(shop, query_of("revenue", by=("platform",), limit=1)).total == whole.total


def test_of_one_thing_on_the_shelf_the_moves_are_told(shop: MadeShop) -> None:
    page = page_of(shop, query_of("stock_on_hand", where={"sku": ("DY-M",)}))
    assert {row.record for row in page.rows} == {"opening"}
    assert page.total == 36


def test_a_ratio_has_the_rows_of_what_it_is_made_of(shop: MadeShop) -> None:
    page = page_of(shop, query_of("aov"))
    assert (page.metric, page.total) == ("revenue", 33800)


def test_the_list_is_cut_and_the_sum_is_not(shop: MadeShop) -> None:
    page = page_of(shop, query_of("net_profit"), limit=2)
    assert len(page.rows) == 2
    assert page.count == 9
    assert page.total == page_of(shop, query_of("net_profit"), limit=100).total


def test_what_somebody_may_not_see_is_not_read(shop: MadeShop) -> None:
    page = page_of(shop, query_of("orders"), hidden=frozenset({"paid", "refund", "buyer"}))
    assert all((row.paid, row.refund, row.buyer) == (None, None, None) for row in page.rows)
    assert page.total == 3
