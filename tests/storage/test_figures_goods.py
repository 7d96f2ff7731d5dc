"""Figures split by goods and by something else at once."""

from datetime import timedelta

import pytest

from domain.metrics.periods import Grain, Period
from domain.metrics.query import Direction, MetricQuery, Order
from storage.engine import Database
from storage.figures import MetricFigures
from tests.storage.made_shop import CALENDAR, NOW, TODAY, Line, MadeShop, local

YESTERDAY = TODAY - timedelta(days=1)
WEEK = Period(TODAY - timedelta(days=6), TODAY + timedelta(days=1), Grain.DAY)


@pytest.mark.parametrize("from_facts", [False, True], ids=["rollups", "facts"])
def test_goods_split_by_time_and_shop_at_once(database: Database, *, from_facts: bool) -> None:
    """A day's SKUs are added up before their products are looked up; what else splits the rows stays apart."""
    shop = MadeShop(database)
    for line in (Line(1, 100), Line(2, 50), Line(3, 7)):
        shop.order(local(YESTERDAY), [line])
    shop.order(local(TODAY), [Line(1, 30)])
    shop.order(local(YESTERDAY), [Line(1, 20)], shop=2, rate=2.0, currency="USD")
    shop.refund(local(YESTERDAY), 40, lines=[Line(2, 40)])
    shop.open()
    figures = MetricFigures(database, CALENDAR, "CNY", from_facts=from_facts)
    days = MetricQuery(("revenue", "refund_amount", "units"), by=("category", "platform", "day"), period=WEEK,
                       order=(Order("revenue", Direction.DESC),), limit=9)
    assert figures.answer(days, NOW).rows == (
        ("女装", "jd", YESTERDAY.isoformat(), 150, 40, 2), ("女装", "shopify", YESTERDAY.isoformat(), 40, 0, 1),
        ("女装", "jd", TODAY.isoformat(), 30, 0, 1), ("家居", "jd", YESTERDAY.isoformat(), 7, 0, 1))
    coats = MetricQuery(("revenue",), by=("product", "month"), where={"product": ("大衣",)}, period=WEEK)
    assert figures.answer(coats, NOW).rows == (("大衣", "2026-11", 220),)
