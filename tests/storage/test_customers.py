"""First payments and segments follow the orders."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from domain.customers.model import Segment
from domain.customers.rules import segment
from storage.customers import refresh_customers, refresh_segments
from storage.engine import Database
from storage.schema import metadata
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
        for order in range(number):
            shop.order(local(TODAY - timedelta(days=50 - number * 4 + order)), [Line(1, 10)], customer_id=number)
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


def test_those_who_had_not_bought_yet_are_in_no_segment(database: Database) -> None:
    """Customer 1 was put into a segment once; on that day there is no order yet."""
    shop = MadeShop(database)
    shop.order(local(TODAY), [Line(1, 10)], customer_id=1)
    shop.open()
    with database.write() as connection:
        refresh_segments(connection, TODAY - timedelta(days=1))
        assert list(connection.scalars(select(CUSTOMERS.c.segment))) == [None, None, None]
