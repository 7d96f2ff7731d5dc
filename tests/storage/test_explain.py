"""Why a figure changed, from a real database: every group of parts adds up to the change."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from domain.metrics.catalog import METRICS
from domain.metrics.explain import CannotExplain, Explanation, Split, explain, leading
from domain.metrics.periods import Grain, Period
from domain.metrics.query import Compare, ImpossibleQuery, MetricQuery
from storage.engine import Database
from storage.figures import MetricFigures
from tests.storage.made_shop import CALENDAR, NOW, TODAY, Line, MadeShop, local

YESTERDAY, BEFORE = TODAY - timedelta(days=1), TODAY - timedelta(days=2)
DAY = Period(YESTERDAY, TODAY, Grain.DAY)
Why = Callable[..., Explanation]


@pytest.fixture
def shop(database: Database) -> MadeShop:
    """Before: two coats, a cup and postage. Yesterday: three dearer coats, no cup, a new thing, money back."""
    made = MadeShop(database)
    made.order(local(BEFORE, 9), [Line(1, 20000, 2, cost=8000), Line(3, 3000, 1, cost=1000)], freight=800,
               province="广东省")
    made.order(local(BEFORE, 20), [Line(2, 9000, 1, cost=4000)], shop=2, province="浙江省")
    made.order(local(YESTERDAY, 9), [Line(1, 33000, 3, cost=13000), Line(4, 700, 1, cost=None)], province="广东省")
    made.order(local(YESTERDAY, 22), [Line(None, 500, 1, cost=None), Line(5, 300, 1, cost=None)], freight=100)
    made.order(local(TODAY, 9), [Line(1, 11000, 1, cost=4400)])
    made.refund(local(YESTERDAY, 12), 5000, order=1, lines=[Line(1, 5000, 1, cost=4000)])
    made.refund(local(BEFORE, 12), 100, shop=2)
    made.charge(YESTERDAY, "platform_fee", 900)
    made.charge(BEFORE, "shipping", 700, shop=2)
    made.add("expenses", day=YESTERDAY, category="房租", amount_minor=3000, amount_base=3000, currency="CNY",
             shop_id=None, content_hash=1)
    made.add("traffic", day=YESTERDAY, shop_id=1, visitors=40, page_views=90)
    made.add("traffic", day=BEFORE, shop_id=1, visitors=50, page_views=90)
    made.add("ad_spend", day=YESTERDAY, shop_id=1, campaign="拉新", impressions=9, clicks=3, spend_minor=400,
             spend_base=400, attributed_base=None, currency="CNY")
    made.open()
    return made


@pytest.fixture
def why(shop: MadeShop) -> Why:
    figures = MetricFigures(shop.database, CALENDAR, "CNY")

    def ask(metric: str, period: Period = DAY, at: datetime = NOW, **more: object) -> Explanation:
        query = MetricQuery((metric,), period=period, **more)  # type: ignore[arg-type]
        return explain(query, figures.answer, at, lambda name: name in METRICS)

    return ask


EXPLAINED = ("revenue", "net_revenue", "cogs", "gross_profit", "net_profit", "refund_amount", "units", "orders", "aov",
             "refund_rate", "gross_margin", "net_margin", "conversion_rate", "discount", "refund_orders")


@pytest.mark.parametrize("metric", EXPLAINED)
def test_every_group_of_parts_adds_up_to_the_change(why: Why, metric: str) -> None:
    found = why(metric)
    groups = [split.parts for split in found.splits] + ([found.reasons] if found.reasons else [])
    assert groups
    for parts in groups:
        assert sum(part.change for part in parts) == pytest.approx(found.change, abs=1e-12)
        if isinstance(found.change, int):
            assert sum(part.change for part in parts) == found.change


def test_the_reasons_of_a_profit_are_what_happened(why: Why) -> None:
    found = why("gross_profit")
    reasons = {part.name: part.change for part in found.reasons}
    assert reasons["refund_amount"] == -4900
    assert reasons["cost_returned"] == 4000
    assert reasons["price"] == 3000  # coats at 110 instead of 100
    assert reasons["unit_cost"] == 3 * 4000 - 13000
    assert reasons["freight"] == (500 + 300 + 100) - 800  # what nobody matched is no goods with a price


def test_what_sold_only_before_is_seen(why: Why) -> None:
    """A split of now alone would not show the cup that stopped selling: the parts would not add up."""
    products = next(split for split in why("revenue").splits if split.dimension == "product")
    assert {part.name: part.after for part in products.parts}["杯子"] == 700
    shops = next(split for split in why("revenue").splits if split.dimension == "shop")
    assert {part.name: (part.before, part.after) for part in shops.parts}["海外店"] == (9000, 0)


def test_a_running_day_is_explained_against_the_same_hours(why: Why) -> None:
    found = why("revenue", Period(TODAY, TODAY + timedelta(days=1), Grain.DAY))
    assert (found.before, found.after) == (33700, 11000)  # yesterday until 15:00
    assert all(sum(part.change for part in split.parts) == found.change for split in found.splits)


def test_a_year_before_and_filters_hold_for_every_part(why: Why) -> None:
    found = why("revenue", where={"shop": ("京东店",)})
    assert not {"shop", "platform"} & {split.dimension for split in found.splits}
    assert sum(part.change for part in found.reasons) == found.change == 34600 - 23800
    with pytest.raises(CannotExplain) as caught:
        why("revenue", compare=Compare.PREVIOUS_YEAR)
    assert caught.value.key == "why_nothing_before"


def test_people_and_stock_have_no_parts(why: Why) -> None:
    with pytest.raises(CannotExplain) as caught:
        why("customers")
    assert caught.value.key == "why_no_parts"
    with pytest.raises(ImpossibleQuery):
        why("revenue", where={"warehouse": ("华东仓",), "campaign": ("拉新",)})


def test_what_the_person_may_not_see_is_not_asked_for(shop: MadeShop) -> None:
    """Orders go with visitors; who may not see traffic is told where the orders were lost, not through whom."""
    asked: list[str] = []
    figures = MetricFigures(shop.database, CALENDAR, "CNY")

    def answer(query: MetricQuery, at: datetime) -> object:
        asked.extend(query.metrics)
        return figures.answer(query, at)

    query = MetricQuery(("orders",), period=Period(date(2026, 11, 22), date(2026, 11, 23), Grain.DAY))
    found = explain(query, answer, NOW, lambda name: name == "orders")  # type: ignore[arg-type]
    assert set(asked) == {"orders"}
    assert found.reasons == ()
    assert found.splits


def test_the_leading_part_moved_beyond_its_share(why: Why) -> None:
    found = leading(why("revenue"))
    assert found is not None
    dimension, part = found
    assert part.change > 0
    assert dimension in {"platform", "shop", "product", "province"}
    assert leading(Explanation(why("revenue").table, 1, 1, (), (Split("shop", ()),))) is None
