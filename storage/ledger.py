"""Writes changes into the books. Every update says what it expects to find, and finds it or writes nothing.

Balances of stock come last, summed by shelf, each by one conditional UPDATE (storage.shelves).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from domain.aftersales.model import ReturnedPiece
from domain.catalog.model import Alias, Sku
from domain.changes import (
    AliasChange,
    AllocationChange,
    BalanceRepair,
    Change,
    CostKept,
    CostMethodChange,
    ExceptionChange,
    ExclusionChange,
    ExpenseChange,
    ListingChange,
    MergeChange,
    OrderChange,
    ParcelChange,
    PurchaseArrival,
    PurchaseChange,
    RefundChange,
    ReorderPointChange,
    ReturnChange,
    Revaluation,
    StockChange,
    SubscriptionChange,
    TellAgain,
    WriteBackChange,
)
from domain.errors import RetryLater
from domain.finance.model import Expense
from domain.fulfilment.model import MergedOrder, ParcelLine, Shipment
from domain.inventory.model import StockBalance, StockMove
from domain.messaging.model import Subscription
from domain.orders.model import Order, OrderMark
from domain.purchasing.model import PurchaseLine, PurchaseOrder, PurchaseStatus
from storage import costs, exceptions, write_backs
from storage.customers import refresh_customers
from storage.listings import write_listing
from storage.refund_ledger import write_refund
from storage.shelves import Contended, exactly_one, open_balance, settle, write_allocation

HASH_BITS = 48  # content hashes of the other rows are as long


class AlreadyDone(RetryLater):
    """The very same change has been written before."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a change is written for. The same one cannot be written twice."""

    kind: str  # confirmation or undo
    id: str
    staff_id: int | None
    at: datetime
    actor: str = ""
    chat: str = ""
    language: str = "zh"
    line: int = 0


def apply(connection: Connection, changes: Iterable[Change], reference: Reference) -> None:
    """Write all changes, in an order that is the same for everybody. Raises Contended or AlreadyDone."""
    in_turn = sorted(changes, key=_turn)
    try:
        for line, change in enumerate(in_turn):
            _WRITERS[type(change)](connection, change, replace(reference, line=line))
        settle(connection, (change for change in in_turn if isinstance(change, StockChange | AllocationChange)))
    except IntegrityError as error:
        raise AlreadyDone(f"{reference.kind} {reference.id} was written before: {error.orig}") from error


def days_touched(changes: Iterable[Change]) -> frozenset[tuple[int, date]]:
    """(shop id, business day) whose figures of sales or refunds the changes alter."""
    return frozenset(day for change in changes if isinstance(change, RefundChange | ExclusionChange)
                     for day in change.days)


def skus_moved(changes: Iterable[Change]) -> frozenset[int]:
    """SKUs whose stock the changes move."""
    return frozenset(change.sku_id for change in changes if isinstance(change, StockChange) and change.quantity)


def _turn(change: Change) -> tuple[int, int, int]:
    """Orders before stock, stock by SKU and warehouse: whoever waits, waits in the same direction."""
    kinds = list(_WRITERS)
    if isinstance(change, StockChange | AllocationChange):
        return kinds.index(type(change)), change.sku_id, change.warehouse_id
    return kinds.index(type(change)), 0, 0


def _order(connection: Connection, change: OrderChange, _: Reference) -> None:
    before, after = change.before, change.after
    exactly_one(connection.execute(
        update(Order)
        .where(col(Order.id) == change.order_id, col(Order.payment) == before.payment,
               col(Order.fulfilment) == before.fulfilment, col(Order.after_sale) == before.after_sale,
               col(Order.hold) == before.hold, col(Order.shipped_at).is_not_distinct_from(change.shipped_before))
        .values(payment=after.payment, fulfilment=after.fulfilment, after_sale=after.after_sale, hold=after.hold,
                status=after.status, shipped_at=change.shipped_after)))


def _parcel(connection: Connection, change: ParcelChange, _: Reference) -> None:
    values = {"order_id": change.order_id, "parcel_no": change.parcel_no, "warehouse_id": change.warehouse_id,
              "staff_id": change.staff_id, "carrier": change.carrier, "waybill_no": change.waybill_no,
              "shipped_at": change.shipped_at, "shipped_on": change.shipped_on}
    parcel = {"order_id": change.order_id, "parcel_no": change.parcel_no}
    if change.is_sent:
        connection.execute(insert(Shipment).values(**values))
        if change.contents:
            connection.execute(insert(ParcelLine), [
                {**parcel, "line_no": piece.line_no, "sku_id": piece.sku_id, "quantity": piece.quantity}
                for piece in change.contents])
        return
    connection.execute(delete(ParcelLine).filter_by(**parcel))
    exactly_one(connection.execute(delete(Shipment).where(
        col(Shipment.order_id) == change.order_id, col(Shipment.parcel_no) == change.parcel_no,
        col(Shipment.waybill_no) == change.waybill_no, col(Shipment.signed_at).is_(None))))


def _write_back(connection: Connection, change: WriteBackChange, reference: Reference) -> None:
    write_backs.write(connection, change, staff=reference.actor, chat=reference.chat, language=reference.language,
                      at=reference.at)


def _tell_again(connection: Connection, change: TellAgain, reference: Reference) -> None:
    if not write_backs.tell_again(connection, change, reference.at):
        raise Contended


def _return(connection: Connection, change: ReturnChange, _: Reference) -> None:
    values = {name: getattr(change, name) for name in (
        "order_id", "line_no", "sku_id", "warehouse_id", "quantity", "condition", "returned_at")}
    if change.is_back:
        connection.execute(insert(ReturnedPiece).values(**values))
        return
    exactly_one(connection.execute(delete(ReturnedPiece).filter_by(**values)))


def _cost_kept(connection: Connection, change: CostKept, reference: Reference) -> None:
    costs.keep(connection, change.sku_id, change.unit_e4, at=reference.at,
               reference=f"{reference.kind} {reference.id}")


def _cost_method(connection: Connection, change: CostMethodChange, reference: Reference) -> None:
    costs.turn(connection, change.sku_id, change.after, reference.at)


def _revaluation(connection: Connection, change: Revaluation, reference: Reference) -> None:
    costs.revalue(connection, change.sku_id, change.after_e4, at=reference.at,
                  reference=f"{reference.kind} {reference.id}")


def _reorder_point(connection: Connection, change: ReorderPointChange, _: Reference) -> None:
    exactly_one(connection.execute(
        update(Sku)
        .where(col(Sku.id) == change.sku_id, col(Sku.reorder_point).is_not_distinct_from(change.before))
        .values(reorder_point=change.after)))


def _stock(connection: Connection, change: StockChange, reference: Reference) -> None:
    if change.quantity:
        connection.execute(insert(StockMove).values(
            sku_id=change.sku_id, warehouse_id=change.warehouse_id, quantity=change.quantity, reason=change.reason,
            reference_kind=reference.kind, reference_id=reference.id, reference_line=reference.line,
            order_id=change.order_id, unit_cost_e4=change.unit_cost_e4, note=change.note,
            staff_id=reference.staff_id, moved_at=reference.at))


def _allocation(connection: Connection, change: AllocationChange, _: Reference) -> None:
    write_allocation(connection, change)


def _exclusion(connection: Connection, change: ExclusionChange, _: Reference) -> None:
    exactly_one(connection.execute(
        update(Order)
        .where(col(Order.id) == change.order_id, col(Order.excluded).is_not_distinct_from(change.before))
        .values(excluded=change.after)))
    connection.execute(delete(OrderMark).where(col(OrderMark.order_id) == change.order_id))
    connection.execute(insert(OrderMark).values(order_id=change.order_id, excluded=change.after))
    if change.customer_id is not None:
        refresh_customers(connection, [change.customer_id])


def _merge(connection: Connection, change: MergeChange, _: Reference) -> None:
    lead, together = change.order_ids[0], list(change.order_ids)
    gone = connection.execute(delete(MergedOrder).where(col(MergedOrder.order_id).in_(together))).rowcount
    if change.is_together:
        connection.execute(insert(MergedOrder), [{"order_id": order_id, "lead_id": lead} for order_id in together])
    elif gone != len(together):
        raise Contended


def _expense(connection: Connection, change: ExpenseChange, reference: Reference) -> None:
    digest = sha256(f"{reference.kind}:{reference.id}:{reference.line}".encode()).digest()
    connection.execute(insert(Expense).values(
        day=change.day, category=change.category, amount_minor=change.amount_minor, amount_base=change.amount_minor,
        currency=change.currency, content_hash=int.from_bytes(digest[:HASH_BITS // 8], "big")))


def _purchase(connection: Connection, change: PurchaseChange, reference: Reference) -> None:
    number = f"PO{change.ordered_at:%y%m%d}-{reference.id}"
    if not change.is_open:
        _cancel_purchase(connection, number)
        return
    order_id = connection.execute(insert(PurchaseOrder).values(
        number=number, warehouse_id=change.warehouse_id, status=PurchaseStatus.OPEN, ordered_at=change.ordered_at,
        staff_id=reference.staff_id).returning(col(PurchaseOrder.id))).scalar_one()
    connection.execute(insert(PurchaseLine), [
        {"purchase_order_id": order_id, "sku_id": sku_id, "quantity": quantity, "received": 0}
        for sku_id, quantity in change.lines])


def _cancel_purchase(connection: Connection, number: str) -> None:
    """Only while nothing of it has come in."""
    begun = select(col(PurchaseLine.purchase_order_id)).where(col(PurchaseLine.received) > 0)
    exactly_one(connection.execute(
        update(PurchaseOrder)
        .where(col(PurchaseOrder.number) == number, col(PurchaseOrder.status) == PurchaseStatus.OPEN,
               col(PurchaseOrder.id).not_in(begun))
        .values(status=PurchaseStatus.CANCELLED)))


def _arrival(connection: Connection, change: PurchaseArrival, _: Reference) -> None:
    received = col(PurchaseLine.received) + change.quantity
    exactly_one(connection.execute(
        update(PurchaseLine)
        .where(col(PurchaseLine.id) == change.line_id, received >= 0, received <= col(PurchaseLine.quantity))
        .values(received=received)))


def _subscription(connection: Connection, change: SubscriptionChange, reference: Reference) -> None:
    connection.execute(delete(Subscription).where(
        col(Subscription.chat) == change.chat, col(Subscription.report) == change.report))
    if change.after:
        connection.execute(insert(Subscription).values(
            chat=change.chat, report=change.report, at=change.at_after, subscribed_by=change.actor,
            created_at=reference.at))


def _repair(connection: Connection, change: BalanceRepair, _: Reference) -> None:
    open_balance(connection, change.sku_id, change.warehouse_id)
    exactly_one(connection.execute(
        update(StockBalance)
        .where(col(StockBalance.sku_id) == change.sku_id, col(StockBalance.warehouse_id) == change.warehouse_id,
               col(StockBalance.on_hand) == change.before)
        .values(on_hand=change.after)))


def _exception(connection: Connection, change: ExceptionChange, reference: Reference) -> None:
    try:
        exceptions.change(connection, change, reference.at)
    except exceptions.AlreadyDecidedError as error:
        raise Contended from error


def _alias(connection: Connection, change: AliasChange, _: Reference) -> None:
    which = (col(Alias.kind) == change.target_kind, col(Alias.target_id) == change.target_id,
             col(Alias.text) == change.text)
    if change.after:
        connection.execute(insert(Alias).values(kind=change.target_kind, target_id=change.target_id, text=change.text))
        return
    exactly_one(connection.execute(delete(Alias).where(*which)))


def _listing(connection: Connection, change: ListingChange, _: Reference) -> None:
    write_listing(connection, change)


# In the order in which rows are touched.
_WRITERS: dict[type, Callable[[Connection, Any, Reference], None]] = {
    OrderChange: _order,
    ParcelChange: _parcel,
    WriteBackChange: _write_back,
    TellAgain: _tell_again,
    RefundChange: write_refund,
    ReturnChange: _return,
    CostKept: _cost_kept,
    CostMethodChange: _cost_method,
    Revaluation: _revaluation,
    ReorderPointChange: _reorder_point,
    ExclusionChange: _exclusion,
    MergeChange: _merge,
    StockChange: _stock,
    AllocationChange: _allocation,
    PurchaseChange: _purchase,
    PurchaseArrival: _arrival,
    ExpenseChange: _expense,
    SubscriptionChange: _subscription,
    ExceptionChange: _exception,
    AliasChange: _alias,
    ListingChange: _listing,
    BalanceRepair: _repair,
}
