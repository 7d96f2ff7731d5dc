"""Low stock is warned of when it is crossed, once, and again only after it recovered."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.inventory.watch import Level, StockLine, crossings, low
from domain.metrics.query import Having, MetricQuery
from scheduler.jobs import low_stock
from scheduler.schedule import rows_of
from storage.engine import Database
from storage.figures import MetricFigures
from storage.stock.stock_watch import StoredStockWatch
from tests.scheduler.world import HOUR, MINUTE, World
from tests.storage.made_shop import CALENDAR, NOW, Line, MadeShop, local

DUE = NOW.replace(hour=10, minute=0)


def line(available: int, *, point: int | None = 10, warned: Level | None = None, shipped: int = 0, **own: Any,
         ) -> StockLine:
    return StockLine(**{"sku_id": 1, "sku": "A", "name": "a", "warehouse_id": 1, "warehouse": "w",
                        "available": available, "incoming": 0, "total": available, "incoming_total": 0,
                        "reorder_point": point, "sold": 0, "shipped": shipped, "warned": warned, **own})


@pytest.mark.parametrize(("before", "warned", "news"), [
    (11, None, False), (10, None, True), (0, None, True),
    (10, Level.LOW, False), (0, Level.LOW, True), (5, Level.OUT, False)],
    ids=["above", "at the point", "out", "known", "ran out since", "is getting better"])
def test_what_is_news(before: int, warned: Level | None, *, news: bool) -> None:
    fresh, changes = crossings([line(before, warned=warned)], NOW)
    assert bool(fresh) is news
    assert bool(changes.warned) is news


def test_a_piece_more_and_a_piece_less_is_not_news_every_time() -> None:
    """At a point of 10, one piece sold and one put back crossed it all day long."""
    assert crossings([line(11, warned=Level.LOW)], NOW)[1].recovered == ()
    assert crossings([line(12, warned=Level.LOW)], NOW)[1].recovered == ((1, 1),)


def test_a_warehouse_about_to_run_dry_is_news_although_the_shop_has_plenty() -> None:
    assert line(8, total=500, shipped=90).level is Level.LOW
    assert line(10, total=500, shipped=90).level is None
    assert not line(14, total=500, shipped=90).has_recovered
    assert line(15, total=500, shipped=90).has_recovered


def test_what_was_put_off_is_silent_until_then() -> None:
    put_off = line(0, warned=Level.LOW, snoozed_until=NOW + HOUR)
    assert crossings([put_off], NOW)[0] == ()
    assert crossings([put_off], NOW + HOUR)[0] == (put_off,)


def made(database: Database) -> MadeShop:
    shop = MadeShop(database)
    for day in range(1, 31):
        shop.order(local(NOW.date() - timedelta(days=day)), [Line(1, 1000, quantity=3)])
    shop.stock(1, 1, 6, reserved=2, incoming=5)
    shop.stock(1, 2, 4)
    shop.stock(3, 1, 100)
    shop.stock(4, 1, 10)
    shop.open()
    return shop


def world(database: Database) -> World:
    made(database)
    one = World(database, rows_of("low_stock"), {"low_stock": low_stock.run}, now=DUE)
    one.subscribe(report="low_stock", since=NOW - timedelta(days=9))
    return one


def told(one: World) -> list[list[str]]:
    return [[row["sku"] for row in json.loads(payload)["parts"][0]["lines"]]
            for payload in one.rows("outbox", "payload")]


def test_it_is_warned_of_once_and_again_after_it_recovered(database: Database) -> None:
    one = world(database)
    for minutes in (0, 30, 60):
        one.run("low_stock", DUE + minutes * MINUTE)
    assert told(one) == [["DY-M", "BZ-2"]]
    set_stock(database, 300)
    one.run("low_stock", DUE + 2 * HOUR)
    set_stock(database, 1)
    one.run("low_stock", DUE + 3 * HOUR)
    assert told(one) == [["DY-M", "BZ-2"], ["DY-M"]]


def set_stock(database: Database, on_hand: int) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE stock_balances SET on_hand = :n WHERE sku_id = 1 AND warehouse_id = 2"),
                           {"n": on_hand})


def test_the_morning_lists_everything_that_is_low(database: Database) -> None:
    one = world(database)
    one.run("low_stock", DUE)
    one.run("low_stock", NOW.replace(hour=8, minute=37) + timedelta(days=1))
    assert told(one) == [["DY-M", "BZ-2"], ["DY-M", "BZ-2"]]
    assert '"is_digest": true' in one.rows("outbox", "payload")[1]


def test_a_run_that_failed_after_looking_has_warned_of_nothing(database: Database) -> None:
    """What was noted and what was sent are one commit: a crash between them lost the warning for good."""
    one = world(database)
    runner = one.runner()
    context: Any = type("Context", (), {"tools": runner.tools, "ats": frozenset()})
    assert asyncio.run(low_stock.run(context, DUE)).warnings.warned
    assert one.run("low_stock", DUE).queued


def test_cover_and_suggestion_are_those_of_the_figures(database: Database) -> None:
    """The warning and the answer to 哪些货要补 must not disagree."""
    made(database)
    at: datetime = CALENDAR.local(NOW)
    asked = MetricFigures(database, CALENDAR, "CNY").answer(MetricQuery(
        ("stock_available", "days_of_cover", "reorder_quantity"), by=("sku",),
        having=(Having("stock_available", "<=", "reorder_point"),)), at)
    watched = {places[0].sku: places[0] for places in low(StoredStockWatch(database, CALENDAR).lines(at))}
    assert {row[0] for row in asked.rows} == set(watched) == {"DY-M", "BZ-2"}
    for sku, available, cover, suggested in asked.rows:
        line_ = watched[str(sku)]
        assert (line_.total, line_.suggested) == (available, suggested)
        assert line_.cover_days == pytest.approx(cover)


def test_a_sku_can_be_put_off(database: Database) -> None:
    one = world(database)
    one.run("low_stock", DUE)
    watch = StoredStockWatch(database, CALENDAR)
    assert watch.snooze("dy-m", DUE + timedelta(days=1)) == 2
    assert watch.snooze("nothing", DUE) == 0
    set_stock(database, 0)
    one.run("low_stock", DUE + HOUR)
    assert len(told(one)) == 1
