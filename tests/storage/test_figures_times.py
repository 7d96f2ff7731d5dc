"""Hours of moments that have no hour of their own, where clocks change; and the labels of series."""

from datetime import date, datetime, timedelta

from sqlalchemy import literal, select

from domain.clock import ShopCalendar
from domain.columns import UtcDateTime
from domain.metrics.measures import OF_WHOLE_DAYS, Source
from domain.metrics.periods import Period
from storage.engine import Database
from storage.figures.fulfilment import SHIPMENTS, SIGNED
from storage.figures.marketing import ADS, TRAFFIC
from storage.figures.money import CASH, CHARGES, EXPENSES
from storage.figures.refunds import REFUND_LINES, REFUND_REST, REFUNDS
from storage.figures.sales import FREIGHT, LINES, ORDERS
from storage.figures.times import labels, local_hour


def test_hours_follow_the_clock_when_it_changes(database: Database) -> None:
    """Berlin, 2026: clocks go forward on 29 March and back on 25 October."""
    calendar = ShopCalendar.named("Europe/Berlin")
    for start, days in ((date(2026, 3, 27), 5), (date(2026, 10, 23), 5), (date(2026, 1, 1), 365)):
        period = Period(start, start + timedelta(days=days))
        moments = [calendar.start_of(start) + timedelta(minutes=97 * n) for n in range(days * 24 * 60 // 97)]
        with database.read() as connection:
            found = [connection.scalar(select(local_hour(literal(moment, UtcDateTime()), calendar, period)))
                     for moment in moments[:: max(1, len(moments) // 60)]]
        assert found == [calendar.local(moment).hour for moment in moments[:: max(1, len(moments) // 60)]]


def test_what_is_kept_by_the_day_is_what_has_no_moment() -> None:
    """A running day is compared by what the catalogue says of a source; the tables have to agree."""
    facts = {Source.SALES: (ORDERS, LINES, FREIGHT), Source.REFUNDS: (REFUNDS, REFUND_LINES, REFUND_REST),
             Source.CHARGES: (CHARGES,), Source.SHIPMENTS: (SHIPMENTS,), Source.SIGNED: (SIGNED,), Source.ADS: (ADS,),
             Source.TRAFFIC: (TRAFFIC,), Source.EXPENSES: (EXPENSES,), Source.CASH: (CASH,)}
    for source, tables in facts.items():
        assert {fact.moment is None for fact in tables} == {source in OF_WHOLE_DAYS}, source


def test_series_end_with_the_running_day_and_hour() -> None:
    now = datetime(2026, 11, 23, 15, 30)  # noqa: DTZ001  (the shop's wall clock)
    month = Period(date(2026, 11, 20), date(2026, 12, 1))
    assert labels("day", month, now) == ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"]
    assert labels("week", month, now) == ["2026-11-16", "2026-11-23"]
    assert labels("weekday", month, now) == [1, 5, 6, 7]
    assert labels("month", Period(date(2025, 12, 31), date(2026, 2, 1)), now) == ["2025-12", "2026-01"]
    assert labels("hour", Period(date(2026, 11, 23), date(2026, 11, 24)), now) == list(range(16))
    assert len(labels("hour", month, now)) == 24
    assert labels("shop", month, now) == []
    assert labels("day", Period(date(2027, 1, 1), date(2027, 1, 2)), now) == []
