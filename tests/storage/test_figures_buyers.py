"""Buyers asked for alone. Their count once had no table to count in, and was 1 whoever had bought."""

from datetime import timedelta

import pytest

from domain.metrics.periods import Grain, Period
from domain.metrics.query import MetricQuery
from storage.engine import Database
from storage.figures import MetricFigures
from tests.storage.made_shop import CALENDAR, NOW, TODAY, Line, MadeShop, local

WEEK = Period(TODAY - timedelta(days=7), TODAY, Grain.DAY)


@pytest.mark.parametrize("buyers", [(), (1,), (1, 2, 3, 2)], ids=["nobody", "one", "three, one of them twice"])
def test_customers_alone_counts_each_buyer_once(database: Database, buyers: tuple[int, ...]) -> None:
    shop = MadeShop(database)
    for number in buyers:
        shop.order(local(TODAY - timedelta(days=2)), [Line(1, 1_000)], customer_id=number)
    shop.open()
    answer = MetricFigures(shop.database, CALENDAR, "CNY").answer(MetricQuery(("customers",), period=WEEK), NOW)
    assert answer.rows == ((len(set(buyers)) or None,),)


def test_an_order_of_several_lines_does_not_make_a_buyer_come_back(database: Database) -> None:
    """Split by goods, buyers are read from lines: two of one order are still one order."""
    shop = MadeShop(database)
    shop.order(local(TODAY - timedelta(days=2)), [Line(1, 1_000), Line(2, 1_000), Line(3, 500)], customer_id=1)
    for days in (2, 3):
        shop.order(local(TODAY - timedelta(days=days)), [Line(1, 1_000)], customer_id=2)
    shop.open()
    answer = MetricFigures(shop.database, CALENDAR, "CNY").answer(
        MetricQuery(("repeat_rate", "customers", "new_customers"), by=("category",), period=WEEK), NOW)
    assert set(answer.rows) == {("女装", 0.5, 2, 2), ("家居", 0.0, 1, 1)}
