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
