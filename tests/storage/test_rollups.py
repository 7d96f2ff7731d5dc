"""Rollups say what the facts say: for random shops and random questions, on both databases."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text

from domain.metrics.catalog import METRICS
from domain.metrics.measures import Source
from domain.metrics.periods import Grain, Period
from domain.metrics.query import Compare, Direction, MetricQuery, Order, check
from domain.metrics.result import ResultTable
from storage import rollups
from storage.engine import Database
from storage.figures import MetricFigures
from storage.schema import metadata
from tests.storage.made_shop import CALENDAR, TODAY, Line, MadeShop, local

DAYS = st.integers(0, 40).map(lambda n: TODAY - timedelta(days=n))
AMOUNTS = st.integers(0, 100_000)
LINES = st.lists(st.builds(
    Line, sku=st.sampled_from([None, 1, 2, 3, 4, 5]), paid=AMOUNTS, quantity=st.integers(1, 3),
    cost=st.none() | st.integers(0, 5_000), discount=st.integers(0, 500)), min_size=1, max_size=3)
# Sources that have rollups; the others read facts either way.
ADDED_UP = {Source.SALES, Source.REFUNDS, Source.CHARGES}
FLOWS = sorted(name for name, metric in METRICS.items() if metric.sources <= ADDED_UP)
VALUES = {"shop": "海外店", "platform": "jd", "product": "杯子", "sku": "DY-M", "category": "家居", "currency": "USD",
          "weekday": "1", "province": "广东省", "hour": "10"}


@st.composite
def orders(draw: st.DrawFn) -> dict[str, Any]:
    abroad = draw(st.booleans())
    return {"paid_at": draw(st.none() | st.builds(local, DAYS, st.integers(0, 23))), "lines": draw(LINES),
            "shop": 2 if abroad else 1, "currency": "USD" if abroad else "CNY", "rate": 7.1 if abroad else 1.0,
            "freight": draw(st.sampled_from([0, 0, 800])), "customer_id": draw(st.sampled_from([None, 1, 2, 3])),
            "payment": draw(st.sampled_from(["paid", "paid", "refunded", "closed", "unpaid"])),
            "excluded": draw(st.sampled_from([None, None, None, "brushed"])),
            "province": draw(st.sampled_from([None, "广东省", "浙江省"]))}


@st.composite
def refunds(draw: st.DrawFn) -> dict[str, Any]:
    lines = draw(LINES | st.just([]))
    return {"at": local(draw(DAYS), draw(st.integers(0, 23))), "lines": lines, "shop": draw(st.sampled_from([1, 2])),
            "amount": sum(line.paid for line in lines) + draw(st.sampled_from([0, 900])),
            "status": draw(st.sampled_from(["succeeded", "succeeded", "refused"])),
            "order": draw(st.sampled_from([None, 1]))}


@st.composite
def questions(draw: st.DrawFn) -> MetricQuery:
    metrics = tuple(draw(st.lists(st.sampled_from(FLOWS), min_size=1, max_size=3, unique=True)))
    known = sorted(frozenset.intersection(*(METRICS[name].dimensions for name in metrics)))
    by = tuple(draw(st.lists(st.sampled_from(known), max_size=2, unique=True)))
    named = [name for name in known if name in VALUES]
    filters = st.lists(st.sampled_from(named), max_size=1).map(lambda names: {name: (VALUES[name],) for name in names})
    start = draw(DAYS)
    ranked = draw(st.booleans()) and bool(by)
    query = MetricQuery(
        metrics, by, draw(filters), draw(filters), Period(start, start + timedelta(days=draw(st.integers(1, 45))),
                                            draw(st.sampled_from([Grain.SPAN, Grain.MONTH]))),
        draw(st.sampled_from([None, *Compare])),
        order=(Order(metrics[0], Direction.DESC),) if ranked else (), limit=3 if ranked else None)
    check(query)
    return query


def shown(answer: ResultTable) -> tuple[Any, ...]:
    return answer.rows, answer.comparison_rows, answer.total_rows, answer.coverage


def emptied(database: Database) -> None:
    with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(sold=st.lists(orders(), min_size=1, max_size=8), back=st.lists(refunds(), max_size=4),
       charged=st.lists(st.tuples(DAYS, st.sampled_from(["platform_fee", "shipping"]), AMOUNTS), max_size=4),
       asked=st.lists(questions(), min_size=1, max_size=8), hour=st.integers(0, 23))
def test_the_rollups_answer_every_question_as_the_facts_do(
    database: Database, sold: list[dict[str, Any]], back: list[dict[str, Any]],
    charged: list[tuple[date, str, int]], asked: list[MetricQuery], hour: int,
) -> None:
    emptied(database)
    shop = MadeShop(database)
    for order in sold:
        shop.order(**order)
    for refund in back:
        shop.refund(**refund)
    for charge in charged:
        shop.charge(*charge)
    shop.open()
    for query in asked:
        fast = MetricFigures(database, CALENDAR, "CNY").answer(query, local(TODAY, hour))
        slow = MetricFigures(database, CALENDAR, "CNY", from_facts=True).answer(query, local(TODAY, hour))
        assert shown(fast) == shown(slow), query
    with database.read() as connection:
        assert rollups.check(connection) == []


def a_week(database: Database) -> MadeShop:
    shop = MadeShop(database)
    for day in range(7):
        shop.order(local(TODAY - timedelta(days=day)), [Line(1, 1000), Line(3, 500)], freight=50)
    return shop


def test_refreshing_the_days_that_changed_is_enough(database: Database) -> None:
    a_week(database).open()
    with database.write() as connection:
        connection.execute(text("UPDATE order_lines SET paid_base = 2000 WHERE order_id = 2 AND line_no = 1"))
        connection.execute(text("UPDATE orders SET paid_base = 2550 WHERE id = 2"))
        assert len(rollups.check(connection)) == 2  # the SKU's day and the shop's
        rollups.refresh(connection, [(1, TODAY - timedelta(days=1))])
        assert rollups.check(connection) == []


def test_a_day_that_lost_its_orders_leaves_the_rollups(database: Database) -> None:
    a_week(database).open()
    with database.write() as connection:
        connection.execute(text("UPDATE orders SET excluded = 'brushed' WHERE id = 3"))
        rollups.refresh(connection, [(1, TODAY - timedelta(days=2))])
        assert rollups.check(connection) == []
        left = connection.execute(text("SELECT COUNT(*) FROM sales_days")).scalar()
    assert left == 6


def test_a_refresh_that_is_rolled_back_leaves_the_rollups_as_they_were(database: Database) -> None:
    """A crash in the middle of an import: neither its orders nor its sums are there afterwards."""
    a_week(database).open()
    with pytest.raises(RuntimeError, match="pulled"):
        _crash_while_writing(database)
    with database.read() as connection:
        assert rollups.check(connection) == []


def _crash_while_writing(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE orders SET excluded = 'test'"))
        rollups.refresh(connection, [(1, TODAY)])
        raise RuntimeError("the plug was pulled")


def test_a_rollup_that_was_tampered_with_is_named(database: Database) -> None:
    a_week(database).open()
    with database.write() as connection:
        connection.execute(text("UPDATE sku_days SET units = 99 WHERE sku_id = 3"))
        connection.execute(text("DELETE FROM sku_days WHERE sku_id = 1"))
        found = rollups.check(connection)
        assert f"sku_days: day {TODAY}, shop_id 1, sku_id 3, currency CNY" in found
        assert f"sku_days: day {TODAY}, shop_id 1, sku_id 1, currency CNY" in found
        rollups.rebuild(connection)
        assert rollups.check(connection) == []


