"""Laws of orders, refunds and customers."""


from sqlalchemy import Connection, case, func, or_, select

from domain.invariants import Breach
from domain.orders.model import Payment, RefundStatus
from domain.orders.rules import derive_status
from storage.figures.sales import COUNTED_ORDER, lines, orders
from storage.laws.rows import ROWS_NAMED, Broken, Rows, named
from storage.schema import metadata

_T = metadata.tables
_refunds, _refund_lines, _customers = _T["refunds"], _T["refund_lines"], _T["customers"]


def statuses(connection: Connection) -> Broken:
    """There are few sets of axes, so they are grouped in the database and judged here, by the one rule there is."""
    axes = (orders.c.payment, orders.c.fulfilment, orders.c.after_sale, orders.c.hold)
    found = connection.execute(select(*axes, orders.c.status, func.count(), func.min(orders.c.external_id))
                               .group_by(*axes, orders.c.status))
    wrong = [(status, ought, count, order) for payment, fulfilment, after_sale, hold, status, count, order in found
             if (ought := derive_status(payment, fulfilment, after_sale, hold)) is not status]
    return sum(row[2] for row in wrong), tuple(
        Breach(order if count == 1 else f"{order} … × {count}", status.value, ought.value)
        for status, ought, count, order in wrong[:ROWS_NAMED])


def amounts() -> Rows:
    """In the order's currency and in the base currency."""
    of_lines = select(
        lines.c.order_id, func.sum(lines.c.paid_minor).label("minor"), func.sum(lines.c.paid_base).label("base"),
        ).group_by(lines.c.order_id).subquery("of_lines")
    minor = func.coalesce(of_lines.c.minor, 0) + orders.c.freight_minor
    base = func.coalesce(of_lines.c.base, 0) + orders.c.freight_base
    return select(named(orders.c.external_id), orders.c.paid_minor, minor).select_from(
        orders.outerjoin(of_lines, of_lines.c.order_id == orders.c.id)).where(or_(
            orders.c.paid_minor != minor, orders.c.paid_base != base))


def over_refunded() -> Rows:
    back = func.sum(_refunds.c.amount_minor)
    return select(named(orders.c.external_id), back, orders.c.paid_minor).select_from(
        _refunds.join(orders, orders.c.id == _refunds.c.order_id)).where(
            _refunds.c.status == RefundStatus.SUCCEEDED).group_by(
                orders.c.id, orders.c.external_id, orders.c.paid_minor).having(back > orders.c.paid_minor)


def refund_lines_over() -> Rows:
    total = func.sum(_refund_lines.c.amount_minor)
    return select(named(_refunds.c.external_id), total, _refunds.c.amount_minor).select_from(
        _refund_lines.join(_refunds, _refunds.c.id == _refund_lines.c.refund_id)).group_by(
            _refunds.c.id, _refunds.c.external_id, _refunds.c.amount_minor).having(total > _refunds.c.amount_minor)


def undated() -> Rows:
    return select(named(orders.c.external_id)).where(
        orders.c.payment.in_([Payment.PAID, Payment.REFUNDED]), orders.c.paid_on.is_(None))


def undated_refunds() -> Rows:
    return select(named(_refunds.c.external_id)).where(
        _refunds.c.status == RefundStatus.SUCCEEDED, _refunds.c.refunded_on.is_(None))


def first_days() -> Rows:
    first = select(orders.c.customer_id, func.min(orders.c.paid_on).label("day")).where(
        *COUNTED_ORDER, orders.c.customer_id.is_not(None)).group_by(orders.c.customer_id).subquery("first")
    kept, ought = _customers.c.first_paid_on, first.c.day
    differs = case((kept.is_(None), ought.is_not(None)), (ought.is_(None), True), else_=kept != ought)
    return select(named("#", _customers.c.id), kept, ought).select_from(
        _customers.outerjoin(first, first.c.customer_id == _customers.c.id)).where(differs)
