"""What is kept about customers because asking each time would cost too much: first payment and segment."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import Update

from domain.customers.model import Segment
from domain.customers.rules import segment_table
from storage.figures.facts import off_index
from storage.figures.sales import COUNTED_ORDER, orders
from storage.schema import metadata

_customers = metadata.tables["customers"]
_settings = metadata.tables["shop_settings"]
PLACED_ON = "segments_placed_on"  # the setting that says for which day
LARGE_SHARE = 0.05  # of all customers: from here on their places move so much that all are found anew
IDS_AT_ONCE = 10_000  # parameters of one statement; SQLite takes 32,766
FIFTHS = 5


def refresh_touched(connection: Connection, customer_ids: Collection[int], at: date) -> None:
    """Follow what was written of these customers' orders, in the caller's transaction.

    Everybody's place among all is found once a day, and whenever many are touched: that reads every order there is.
    In between, who buys for the first time is new, and whose orders no longer count is in no segment.
    """
    kept = connection.scalar(select(func.count()).select_from(_customers)) or 0
    is_large = len(customer_ids) > kept * LARGE_SHARE
    refresh_customers(connection, None if is_large else customer_ids)
    if is_large or _placed_on(connection) != at.isoformat():
        refresh_segments(connection, at)
        return
    for only in _batches(customer_ids):
        among, has_bought = _among(_customers.c.id, only), _customers.c.first_paid_on <= at
        connection.execute(update(_customers).values(segment=Segment.NEW)
                           .where(among, _customers.c.segment.is_(None), has_bought))
        connection.execute(update(_customers).values(segment=None)
                           .where(among, _customers.c.segment.is_not(None), _has_not_bought(at)))


def refresh_customers(connection: Connection, customer_ids: Collection[int] | None = None) -> None:
    """Set the day of the first paid order of these customers, or of all; in the caller's transaction.

    Nothing is written where the day is right already. Customers without a counted order have none.
    """
    for only in _batches(customer_ids):
        connection.execute(_first_days(only))
        connection.execute(_no_days(only))


def _batches(customer_ids: Collection[int] | None) -> Iterator[list[int] | None]:
    if customer_ids is None:
        yield None
        return
    ids = sorted(customer_ids)
    yield from (ids[start : start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE))


def _first_days(only: list[int] | None) -> Update:
    customer = orders.c.customer_id if only else off_index(orders.c.customer_id)
    found = select(customer.label("customer_id"), func.min(orders.c.paid_on).label("day")).where(
        *COUNTED_ORDER, orders.c.paid_on.is_not(None), _among(orders.c.customer_id, only),
    ).group_by(customer).subquery("found")
    is_other = or_(_customers.c.first_paid_on.is_(None), _customers.c.first_paid_on != found.c.day)
    return update(_customers).values(first_paid_on=found.c.day).where(_customers.c.id == found.c.customer_id, is_other)


def _no_days(only: list[int] | None) -> Update:
    has_paid = exists().where(*COUNTED_ORDER, orders.c.paid_on.is_not(None), orders.c.customer_id == _customers.c.id)
    return update(_customers).values(first_paid_on=None).where(
        _customers.c.first_paid_on.is_not(None), _among(_customers.c.id, only), ~has_paid)


def _among(column: Any, only: list[int] | None) -> Any:
    return column.is_not(None) if only is None else column.in_(only)


def refresh_segments(connection: Connection, at: date) -> None:
    """Put every customer with a counted order up to the day into a segment, by fifths of recency and frequency.

    Ties in frequency stand in the order of buyer ids, so that the result is the same each time, and the buyers of the
    platforms one among the other: most bought once, and those whose ids come first would fill a segment. The day says
    which orders are seen; how long ago it was is the same for all and changes no fifth. First payments must be up
    to date (`refresh_customers`).
    """
    scored = _scores(at).subquery("scored")
    names = case(*((and_(scored.c.recency == r, scored.c.frequency == f), name.value)
                   for (r, f), name in segment_table().items()))
    placed = select(scored.c.customer_id, names.label("segment")).subquery("placed")
    is_other = or_(_customers.c.segment.is_(None), _customers.c.segment != placed.c.segment)
    connection.execute(update(_customers).values(segment=placed.c.segment)
                       .where(_customers.c.id == placed.c.customer_id, is_other))
    connection.execute(update(_customers).values(segment=None)
                       .where(_customers.c.segment.is_not(None), _has_not_bought(at)))
    connection.execute(delete(_settings).where(_settings.c.name == PLACED_ON))
    connection.execute(insert(_settings).values(name=PLACED_ON, value=at.isoformat()))


def _has_not_bought(at: date) -> ColumnElement[bool]:
    return or_(_customers.c.first_paid_on.is_(None), _customers.c.first_paid_on > at)


def _placed_on(connection: Connection) -> str | None:
    """The day that everybody was last put into a segment for."""
    return connection.scalar(select(_settings.c.value).where(_settings.c.name == PLACED_ON))


def _scores(at: date) -> Select[Any]:
    """customer_id, recency, frequency: each 1 (worst) to FIFTHS."""
    accounts = metadata.tables["customer_accounts"]
    first_account = select(
        accounts.c.customer_id, func.min(accounts.c.buyer_id).label("buyer_id"),
        func.min(accounts.c.platform).label("platform")).group_by(accounts.c.customer_id).subquery("first_account")
    customer = off_index(orders.c.customer_id)
    bought = select(
        customer.label("customer_id"), func.max(orders.c.paid_on).label("last_day"), func.count().label("times"),
    ).where(*COUNTED_ORDER, orders.c.paid_on <= at, orders.c.customer_id.is_not(None)).group_by(
        customer).subquery("bought")
    alike = (bought.c.times, first_account.c.platform)
    by_id = (first_account.c.buyer_id.asc().nulls_last(), bought.c.customer_id)
    place = func.row_number().over(partition_by=alike, order_by=by_id) * 1.0 / func.count().over(partition_by=alike)
    placed = select(bought, first_account.c.buyer_id, place.label("place")).select_from(
        bought.outerjoin(first_account, first_account.c.customer_id == bought.c.customer_id)).subquery("placed")
    by_times = (placed.c.times, placed.c.place, placed.c.buyer_id.asc().nulls_last(), placed.c.customer_id)
    ranked = select(
        placed.c.customer_id, func.count().over().label("n"),
        (func.rank().over(order_by=placed.c.last_day.desc()) - 1).label("by_day"),
        (func.row_number().over(order_by=by_times) - 1).label("by_times"),
    ).subquery("ranked")
    return select(ranked.c.customer_id, (FIFTHS + 1 - _fifth(ranked.c.by_day, ranked.c.n)).label("recency"),
                  _fifth(ranked.c.by_times, ranked.c.n).label("frequency"))


def _fifth(rank: Any, count: Any) -> Any:
    """1 + how many of the inner bounds the rank (from 0) lies above; as pandas.qcut cuts, so ties stay together."""
    bounds = [case((rank > k * (count - 1) // FIFTHS, 1), else_=0) for k in range(1, FIFTHS)]
    return 1 + bounds[0] + bounds[1] + bounds[2] + bounds[3]
