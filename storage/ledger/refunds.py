"""Money that goes back: decided once, never more than was paid, and until the platform pays it; and returned goods."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, text, update
from sqlmodel import col

from domain.aftersales.model import RefundTotal, ReturnedPiece
from domain.changes import Change
from domain.changes.refunds import RefundChange, ReturnChange
from domain.orders.model import Refund, RefundLine, RefundStatus
from storage.ledger.writing import Reference, Writer, each
from storage.stock.shelves import Contended, exactly_one

# What files said went back counts from the start; more than was paid, which a file may say, leaves nothing to go back.
_OPEN_TOTAL = text("""INSERT INTO refund_totals (order_id, paid_minor, refunded_minor)
SELECT o.id, o.paid_minor, CASE WHEN r.total > o.paid_minor THEN o.paid_minor ELSE r.total END FROM orders o,
  (SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS total FROM refunds
   WHERE order_id = :order_id AND status = 'succeeded') AS r
WHERE o.id = :order_id ON CONFLICT DO NOTHING""")


def _refund(connection: Connection, change: RefundChange, _: Any) -> None:
    """Raises Contended when it was decided otherwise, too little is left to go back, or the platform has paid."""
    if change.is_granted:
        _count(connection, change, change.amount_minor)
        _grant(connection, change)
    else:
        _count(connection, change, -change.amount_minor)
        _take_back(connection, change)


def _count(connection: Connection, change: RefundChange, amount_minor: int) -> None:
    connection.execute(_OPEN_TOTAL, {"order_id": change.order_id})
    refunded = col(RefundTotal.refunded_minor) + amount_minor
    exactly_one(connection.execute(
        update(RefundTotal)
        .where(col(RefundTotal.order_id) == change.order_id, refunded >= 0, refunded <= col(RefundTotal.paid_minor))
        .values(refunded_minor=refunded)))


def _grant(connection: Connection, change: RefundChange) -> None:
    values = {"status": RefundStatus.SUCCEEDED, "amount_minor": change.amount_minor, "amount_base": change.amount_base,
              "refunded_at": change.refunded_at, "refunded_on": change.refunded_on,
              "refunded_hour": change.refunded_hour, "queued_at": change.refunded_at}
    refund_id: int | None = change.refund_id
    if change.new is None:
        exactly_one(connection.execute(update(Refund).where(
            col(Refund.id) == change.refund_id, col(Refund.status) == RefundStatus.ASKED).values(**values)))
    else:
        refund_id = connection.execute(insert(Refund).values(
            **values, shop_id=change.new.shop_id, external_id=change.new.external_id, order_id=change.order_id,
            customer_id=change.new.customer_id, currency=change.new.currency, reason=change.new.reason,
            content_hash=0).returning(col(Refund.id))).scalar_one()
    for line in change.lines:
        connection.execute(insert(RefundLine).values(
            refund_id=refund_id, line_no=line.line_no, order_line_no=line.order_line_no, sku_id=line.sku_id,
            quantity=line.quantity, amount_minor=line.amount_minor, amount_base=line.amount_base,
            cost_base=line.cost_base))


def _take_back(connection: Connection, change: RefundChange) -> None:
    which = (col(Refund.id) == change.refund_id if change.new is None
             else (col(Refund.shop_id) == change.new.shop_id) & (col(Refund.external_id) == change.new.external_id))
    status = RefundStatus.ASKED if change.new is None else RefundStatus.WITHDRAWN
    taken = connection.execute(
        update(Refund).where(which, col(Refund.status) == RefundStatus.SUCCEEDED, col(Refund.queued_at).is_not(None))
        .values(status=status, amount_minor=change.asked_minor, amount_base=change.asked_base, refunded_at=None,
                refunded_on=None, refunded_hour=None, queued_at=None).returning(col(Refund.id))).all()
    if len(taken) != 1:
        raise Contended
    if change.lines:
        connection.execute(delete(RefundLine).where(col(RefundLine.refund_id) == taken[0][0]))


def _return(connection: Connection, change: ReturnChange, _: Reference) -> None:
    values = {name: getattr(change, name) for name in (
        "order_id", "line_no", "sku_id", "warehouse_id", "quantity", "condition", "returned_at")}
    if change.is_back:
        connection.execute(insert(ReturnedPiece).values(**values))
        return
    exactly_one(connection.execute(delete(ReturnedPiece).filter_by(**values)))


WRITERS: Mapping[type[Change], Writer] = {
    RefundChange: each(_refund),
    ReturnChange: each(_return),
}
