"""The laws the shop's data keep, each checked in the database itself, whatever its size."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, and_, case, cast, func, literal, or_, select

from domain.orders.model import Payment, RefundStatus
from domain.orders.rules import derive_status
from storage import audit, rollups
from storage.engine import Database
from storage.figures.sales import COUNTED_ORDER, lines, orders
from storage.schema import metadata

_T = metadata.tables
_refunds, _refund_lines, _customers = _T["refunds"], _T["refund_lines"], _T["customers"]
_balances, _moves = _T["stock_balances"], _T["stock_moves"]
ROWS_NAMED = 10  # of each law: enough to look at; the finding says how many there are


@dataclass(frozen=True, slots=True)
class Finding:
    """A law that is broken: in words, by how many rows, which (the first ROWS_NAMED), and what puts it right."""

    law: str
    sentence: str
    count: int
    rows: tuple[str, ...]
    repair: str

    def __str__(self) -> str:
        more = "" if self.count == len(self.rows) else f" and {self.count - len(self.rows)} more"
        return f"{self.law}: not true that {self.sentence} ({'; '.join(self.rows)}{more}). To repair: {self.repair}."


@dataclass(frozen=True, slots=True)
class Law:
    """`broken` gives (how many rows break it, the first of them by name)."""

    sentence: str
    repair: str
    broken: Callable[[Connection], tuple[int, tuple[str, ...]]]


def verify(database: Database) -> list[Finding]:
    """The laws that are broken, in one snapshot; an empty list says that all hold."""
    with database.read() as connection:
        checked = [(name, law, law.broken(connection)) for name, law in LAWS.items()]
    return [Finding(name, law.sentence, count, rows, law.repair) for name, law, (count, rows) in checked if count]


def _rows(statement: Select[Any]) -> Callable[[Connection], tuple[int, tuple[str, ...]]]:
    """The statement's one column names the rows that break the law."""

    def broken(connection: Connection) -> tuple[int, tuple[str, ...]]:
        found = statement.add_columns(func.count().over()).limit(ROWS_NAMED)
        rows = connection.execute(found).all()
        return (rows[0][1] if rows else 0), tuple(str(row[0]) for row in rows)

    return broken


def _rollups(connection: Connection) -> tuple[int, tuple[str, ...]]:
    differences = rollups.check(connection)
    return len(differences), tuple(differences[:ROWS_NAMED])


def _audit(connection: Connection) -> tuple[int, tuple[str, ...]]:
    breaks = audit.verify_chain(connection)
    return len(breaks), tuple(f"entry {found.entry_id}: {found.what.replace('_', ' ')}"
                              for found in breaks[:ROWS_NAMED])


def _statuses(connection: Connection) -> tuple[int, tuple[str, ...]]:
    """There are few sets of axes, so they are grouped in the database and judged here, by the one rule there is."""
    axes = (orders.c.payment, orders.c.fulfilment, orders.c.after_sale, orders.c.hold)
    found = connection.execute(select(*axes, orders.c.status, func.count(), func.min(orders.c.external_id))
                               .group_by(*axes, orders.c.status))
    wrong = [(status, ought, count, order) for payment, fulfilment, after_sale, hold, status, count, order in found
             if (ought := derive_status(payment, fulfilment, after_sale, hold)) is not status]
    return sum(row[2] for row in wrong), tuple(
        f"{count} orders such as {order} are {status.value} and ought to be {ought.value}"
        for status, ought, count, order in wrong[:ROWS_NAMED])


def _stock() -> Select[Any]:
    moved = select(_moves.c.sku_id, _moves.c.warehouse_id, func.sum(_moves.c.quantity).label("moved")).group_by(
        _moves.c.sku_id, _moves.c.warehouse_id).subquery("moved")
    both = _balances.outerjoin(moved, and_(moved.c.sku_id == _balances.c.sku_id,
                                           moved.c.warehouse_id == _balances.c.warehouse_id))
    total = func.coalesce(moved.c.moved, 0)
    return select(_text("SKU ", _T["skus"].c.code, " in ", _T["warehouses"].c.name, ": ", _balances.c.on_hand,
                        " on hand, moves add up to ", total)).select_from(
        both.join(_T["skus"], _T["skus"].c.id == _balances.c.sku_id)
        .join(_T["warehouses"], _T["warehouses"].c.id == _balances.c.warehouse_id)).where(_balances.c.on_hand != total)


def _lost_moves() -> Select[Any]:
    lost = ~select(_balances.c.sku_id).where(_balances.c.sku_id == _moves.c.sku_id,
                                             _balances.c.warehouse_id == _moves.c.warehouse_id).exists()
    return select(_text("move ", _moves.c.id)).where(lost)


def _amounts() -> Select[Any]:
    """In the base currency each line was rounded by itself: one minor unit a line is no fault."""
    of_lines = select(
        lines.c.order_id, func.sum(lines.c.paid_minor).label("minor"), func.sum(lines.c.paid_base).label("base"),
        func.count().label("n")).group_by(lines.c.order_id).subquery("of_lines")
    minor = func.coalesce(of_lines.c.minor, 0) + orders.c.freight_minor
    base = func.coalesce(of_lines.c.base, 0) + orders.c.freight_base
    row = _text("order ", orders.c.external_id, ": paid ", orders.c.paid_minor, ", lines and freight ", minor)
    return select(row).select_from(
        orders.outerjoin(of_lines, of_lines.c.order_id == orders.c.id)).where(or_(
            orders.c.paid_minor != minor, func.abs(orders.c.paid_base - base) > func.coalesce(of_lines.c.n, 0)))


def _over_refunded() -> Select[Any]:
    back = func.sum(_refunds.c.amount_minor)
    row = _text("order ", orders.c.external_id, ": paid ", orders.c.paid_minor, ", refunded ", back)
    return select(row).select_from(
        _refunds.join(orders, orders.c.id == _refunds.c.order_id)).where(
            _refunds.c.status == RefundStatus.SUCCEEDED).group_by(
                orders.c.id, orders.c.external_id, orders.c.paid_minor).having(back > orders.c.paid_minor)


def _refund_lines_over() -> Select[Any]:
    total = func.sum(_refund_lines.c.amount_minor)
    row = _text("refund ", _refunds.c.external_id, ": ", _refunds.c.amount_minor, ", its lines ", total)
    return select(row).select_from(
        _refund_lines.join(_refunds, _refunds.c.id == _refund_lines.c.refund_id)).group_by(
            _refunds.c.id, _refunds.c.external_id, _refunds.c.amount_minor).having(total > _refunds.c.amount_minor)


def _undated() -> Select[Any]:
    return select(_text("order ", orders.c.external_id)).where(
        orders.c.payment.in_([Payment.PAID, Payment.REFUNDED]), orders.c.paid_on.is_(None))


def _undated_refunds() -> Select[Any]:
    return select(_text("refund ", _refunds.c.external_id)).where(
        _refunds.c.status == RefundStatus.SUCCEEDED, _refunds.c.refunded_on.is_(None))


def _first_days() -> Select[Any]:
    first = select(orders.c.customer_id, func.min(orders.c.paid_on).label("day")).where(
        *COUNTED_ORDER, orders.c.customer_id.is_not(None)).group_by(orders.c.customer_id).subquery("first")
    kept, ought = _customers.c.first_paid_on, first.c.day
    differs = case((kept.is_(None), ought.is_not(None)), (ought.is_(None), True), else_=kept != ought)
    return select(_text("customer ", _customers.c.id)).select_from(
        _customers.outerjoin(first, first.c.customer_id == _customers.c.id)).where(differs)


def _text(*parts: Any) -> ColumnElement[str]:
    """The parts one after another as one text."""
    texts: list[ColumnElement[str]] = [literal(part) if isinstance(part, str) else cast(part, String) for part in parts]
    whole = texts[0]
    for text in texts[1:]:
        whole = whole.concat(text)
    return whole


_IMPORT_AGAIN = "import the orders again from the platform's export"
LAWS: Mapping[str, Law] = {
    "rollups_are_sums_of_facts": Law(
        "every day of the rollups is the sum of that day's facts",
        "run zhanggui db rebuild, which adds up every day again", _rollups),
    "stock_is_the_sum_of_its_moves": Law(
        "what is on hand is the sum of all moves of the SKU in the warehouse",
        "count the SKU; the count books the difference", _rows(_stock())),
    "moves_have_a_balance": Law(
        "every SKU and warehouse with stock moves has a balance", "count the SKU in that warehouse",
        _rows(_lost_moves())),
    "status_follows_from_the_axes": Law(
        "the status people see follows from payment, fulfilment, after-sale and hold", _IMPORT_AGAIN, _statuses),
    "orders_are_paid_what_their_lines_say": Law(
        "what was paid for an order is the sum of its lines and the freight", _IMPORT_AGAIN, _rows(_amounts())),
    "no_more_goes_back_than_was_paid": Law(
        "the refunds of an order do not exceed what was paid for it",
        "look at the refunds of the order on the platform", _rows(_over_refunded())),
    "lines_of_a_refund_fit_in_it": Law(
        "the lines of a refund do not exceed it", _IMPORT_AGAIN, _rows(_refund_lines_over())),
    "paid_orders_have_their_day": Law(
        "every paid order says when it was paid; without it no figure counts it", _IMPORT_AGAIN, _rows(_undated())),
    "refunds_have_their_day": Law(
        "every refund that succeeded says when; without it no figure counts it", _IMPORT_AGAIN,
        _rows(_undated_refunds())),
    "first_payment_is_the_first": Law(
        "a customer's first day of payment is that of the first order that counts",
        "run zhanggui db rebuild, which finds it again", _rows(_first_days())),
    "the_audit_is_a_chain": Law(
        "every entry of the audit is as it was written and follows the one before",
        "compare the entries with a backup; somebody has changed the database by hand", _audit),
}
