"""First payments and segments follow the orders."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from domain.customers.model import Segment
from domain.customers.rules import segment
from storage.customers import refresh_customers, refresh_segments, refresh_touched
from storage.engine import Database
from storage.schema import metadata
from tests.storage.drafting import NOW as DRAFTED
from tests.storage.drafting import PAID, ingest, line, order, rows
from tests.storage.made_shop import NOW, TODAY, Line, MadeShop, local

CUSTOMERS = metadata.tables["customers"]


def first_days(database: Database) -> list[str | None]:
    with database.read() as connection:
        days = connection.execute(select(CUSTOMERS.c.first_paid_on).order_by(CUSTOMERS.c.id)).scalars()
        return [day.isoformat() if day else None for day in days]


@pytest.mark.parametrize("only", [None, {1, 2}])
def test_the_first_payment_is_of_the_first_order_that_counts(database: Database, only: set[int] | None) -> None:
    shop = MadeShop(database)
    shop.order(local(TODAY - timedelta(days=3)), [Line(1, 10)], customer_id=1, excluded="brushed")
    shop.order(local(TODAY - timedelta(days=2)), [Line(1, 10)], customer_id=1)
    shop.order(local(TODAY), [Line(1, 10)], customer_id=1)
    shop.order(None, [Line(1, 10)], customer_id=2, payment="unpaid", status="to_pay")
    shop.open()
    assert first_days(database) == ["2026-11-21", None, None]
    with database.write() as connection:
        connection.execute(text("UPDATE orders SET payment = 'closed' WHERE id IN (2, 3)"))
        refresh_customers(connection, only)
    assert first_days(database) == [None, None, None]


def test_segments_are_fifths_of_recency_and_frequency(database: Database) -> None:
    """Ten customers: the later the last order, the more orders; so both scores run together."""
    shop = MadeShop(database)
    for number in range(4, 11):
        shop.add("customers", id=number, first_paid_on=None, segment=None, created_at=NOW)
    for number in range(1, 11):
        for times in range(number):
            shop.order(local(TODAY - timedelta(days=50 - number * 4 + times)), [Line(1, 10)], customer_id=number)
    shop.open()
    with database.write() as connection:
        refresh_segments(connection, TODAY)
        found = list(connection.scalars(select(CUSTOMERS.c.segment).order_by(CUSTOMERS.c.id)))
    assert found == [segment(score, score) for score in (1, 1, 2, 2, 3, 3, 4, 4, 5, 5)]


def test_equal_recency_is_scored_equally_and_equal_frequency_in_order_of_buyer_ids(database: Database) -> None:
    shop = MadeShop(database)
    for number in (1, 2, 3):
        shop.order(local(TODAY), [Line(1, 10)], customer_id=number)
    shop.open()
    with database.write() as connection:
        refresh_segments(connection, TODAY)
        found = list(connection.scalars(select(CUSTOMERS.c.segment).order_by(CUSTOMERS.c.id)))
        refresh_segments(connection, TODAY)
        assert list(connection.scalars(select(CUSTOMERS.c.segment).order_by(CUSTOMERS.c.id))) == found
    assert found == [Segment.NEW, Segment.POTENTIAL, Segment.CHAMPIONS]


def test_equal_frequency_puts_no_platform_before_the_other(database: Database) -> None:
    """All have one order of the same day; the ids of one platform's buyers come before those of the other."""
    shop = MadeShop(database)
    for number in range(4, 11):
        shop.add("customers", id=number, first_paid_on=None, segment=None, created_at=NOW)
        platform = "taobao" if number > 5 else "jd"
        shop.add("customer_accounts", customer_id=number, platform=platform, buyer_id=f"{number:02}")
    for number in range(1, 11):
        shop.order(local(TODAY), [Line(1, 10)], customer_id=number)
    shop.open()
    with database.write() as connection:
        refresh_segments(connection, TODAY)
    found = _segments(database)
    assert sorted(found[:5], key=str) == sorted(found[5:], key=str)


def test_those_who_had_not_bought_yet_are_in_no_segment(database: Database) -> None:
    """Customer 1 was put into a segment once; on that day there is no order yet."""
    shop = MadeShop(database)
    shop.order(local(TODAY), [Line(1, 10)], customer_id=1)
    shop.open()
    with database.write() as connection:
        refresh_segments(connection, TODAY - timedelta(days=1))
        assert list(connection.scalars(select(CUSTOMERS.c.segment))) == [None, None, None]


def _segments(database: Database) -> list[str | None]:
    return [row[0] for row in rows(database, "SELECT segment FROM customers ORDER BY id")]


def _bring(database: Database, now: datetime, **buyers: datetime) -> None:
    """One paid order of each buyer, at the moment given."""
    with ingest(database, now=now) as sink:
        sink.stage_orders([order(external_id=f"{buyer}-{at}", buyer_id=buyer, paid_at=at, created_at=at)
                           for buyer, at in buyers.items()],
                          [line(order=f"{buyer}-{at}") for buyer, at in buyers.items()])
        sink.finish()


def test_a_few_orders_touch_their_own_buyers_and_the_next_day_everybody_is_placed(database: Database) -> None:
    """Ten orders into a shop of a million lines took five seconds, all but a few hundredths to place every buyer."""
    early, late = PAID - timedelta(days=30), PAID
    _bring(database, DRAFTED, **{f"b{number:02}": early if number < 20 else late for number in range(40)})
    before = _segments(database)
    assert None not in before
    _bring(database, DRAFTED, b00=DRAFTED, b40=DRAFTED)  # one who had bought, one who had not
    assert _segments(database) == [*before, Segment.NEW]
    assert first_days(database)[-1] == "2026-11-23"
    assert first_days(database)[0] == early.date().isoformat()
    with database.write() as connection:
        connection.execute(text("UPDATE orders SET payment = 'closed' WHERE customer_id = 41"))
        refresh_touched(connection, [41], DRAFTED.date())
    assert _segments(database) == [*before, None]
    _bring(database, DRAFTED + timedelta(days=1), b01=DRAFTED)
    assert _segments(database)[0] != before[0]  # placed anew: twice, and today


def test_an_order_that_changes_its_buyer_touches_both(database: Database) -> None:
    _bring(database, DRAFTED, **{f"b{number:02}": PAID for number in range(50)})
    with ingest(database) as sink:
        changed = order(external_id=f"b00-{PAID}", buyer_id="another", changed_at=DRAFTED)
        sink.stage_orders([changed], [line(order=changed.external_id, row_hash=7)])
        sink.finish()
    days = first_days(database)
    assert days[0] is None
    assert days[-1] == "2026-11-20"
    assert _segments(database)[0] is None
