"""Writes changes into the books. Every update says what it expects to find, and finds it or writes nothing.

Balances of stock come last, summed by shelf, each by one conditional UPDATE (storage.shelves).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from domain.aftersales.model import ReturnedPiece
from domain.catalog.model import Alias, Sku
from domain.changes import Change
from domain.changes.buying import (
    PurchaseArrival,
    PurchaseCancelled,
    PurchaseChange,
    SupplierChange,
    SupplierPriceChange,
)
from domain.changes.chats import AliasChange, ExceptionChange, QuietChange, SubscriptionChange
from domain.changes.costs import CostKept, CostMethodChange, ExpenseChange, Revaluation
from domain.changes.orders import CancellationChange, ExclusionChange, ListingChange, MergeChange, OrderChange
from domain.changes.parcels import ContentsChange, InterceptionChange, ParcelChange, TellAgain, WriteBackChange
from domain.changes.refunds import RefundChange, ReturnChange
from domain.changes.stock import (
    AllocationChange,
    BackorderChange,
    BalanceRepair,
    PlaceReorderPointChange,
    ReorderPointChange,
    StockChange,
    TransferArrival,
    TransferSent,
)
from domain.columns import UtcDateTime
from domain.errors import RetryLater
from domain.finance.model import Expense
from domain.fulfilment.model import MergedOrder
from domain.importing.model import MappingChange
from domain.inventory.model import ReorderPoint, StockBalance, StockMove
from domain.messaging.model import Subscription
from domain.messaging.quiet import USUAL_WORD
from domain.orders.model import Cancellation, Order, OrderMark
from domain.staffing.model import ShopLimitChange
from storage import costs, exceptions, import_mappings, purchases, quiet_hours, transfers, write_backs
from storage.customers import refresh_customers
from storage.listings import write_listing
from storage.parcel_ledger import write_contents, write_interception, write_parcels
from storage.refund_ledger import write_refund
from storage.shelves import Contended, all_of, exactly_one, open_balance, settle, write_allocations
from storage.shop_limits import write_limit

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
        numbered = enumerate(in_turn)
        for kind, same in groupby(numbered, key=lambda each: type(each[1])):
            _WRITERS[kind](connection, list(same), reference)
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


# Each writer gets all changes of its kind, each behind the line it has in what it is written for.
_Numbered = Sequence[tuple[int, Any]]
_Writer = Callable[[Connection, _Numbered, Reference], None]


def _each(write: Callable[[Connection, Any, Reference], None]) -> _Writer:
    """For kinds of which there are few at a time."""
    def write_all(connection: Connection, numbered: _Numbered, reference: Reference) -> None:
        for line, change in numbered:
            write(connection, change, replace(reference, line=line))
    return write_all


_AXES = ("payment", "fulfilment", "after_sale", "hold")
_STEP = update(Order).where(
    col(Order.id) == bindparam("of_order"), *(getattr(Order, axis) == bindparam(f"{axis}_before") for axis in _AXES),
    col(Order.shipped_at).is_not_distinct_from(bindparam("shipped_before", type_=UtcDateTime())),
).values(**{axis: bindparam(f"{axis}_after") for axis in _AXES}, status=bindparam("status_after"),
         shipped_at=bindparam("shipped_after"))


def _orders(connection: Connection, numbered: _Numbered, _: Reference) -> None:
    all_of(len(numbered), connection.execute(_STEP, [
        {"of_order": change.order_id, "shipped_before": change.shipped_before, "shipped_after": change.shipped_after,
         "status_after": change.after.status,
         **{f"{axis}_before": getattr(change.before, axis) for axis in _AXES},
         **{f"{axis}_after": getattr(change.after, axis) for axis in _AXES}} for _, change in numbered]))


def _parcels(connection: Connection, numbered: _Numbered, _: Reference) -> None:
    write_parcels(connection, [change for _, change in numbered])


def _cancellation(connection: Connection, change: CancellationChange, _: Reference) -> None:
    if change.is_cancelled:
        connection.execute(insert(Cancellation).values(
            order_id=change.order_id, reason=change.reason, cancelled_at=change.cancelled_at))
        return
    exactly_one(connection.execute(delete(Cancellation).where(col(Cancellation.order_id) == change.order_id)))


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


def _place_reorder_point(connection: Connection, change: PlaceReorderPointChange, _: Reference) -> None:
    which = (col(ReorderPoint.sku_id) == change.sku_id, col(ReorderPoint.warehouse_id) == change.warehouse_id)
    if change.before is not None:
        exactly_one(connection.execute(delete(ReorderPoint).where(*which, col(ReorderPoint.quantity) == change.before)))
    if change.after is not None:
        connection.execute(insert(ReorderPoint).values(
            sku_id=change.sku_id, warehouse_id=change.warehouse_id, quantity=change.after))


def _backorder(connection: Connection, change: BackorderChange, _: Reference) -> None:
    """Taken away only where nothing is owed."""
    owes = select(col(StockBalance.sku_id)).where(
        col(StockBalance.sku_id) == change.sku_id,
        or_(col(StockBalance.on_hand) < 0, col(StockBalance.on_hand) < col(StockBalance.reserved))).exists()
    connection.execute(select(col(Sku.id)).where(col(Sku.id) == change.sku_id).with_for_update())  # see shelves
    exactly_one(connection.execute(
        update(Sku).where(col(Sku.id) == change.sku_id, col(Sku.allows_backorder) == change.before,
                          *(() if change.after else (~owes,)))
        .values(allows_backorder=change.after)))


def _stock(connection: Connection, numbered: _Numbered, reference: Reference) -> None:
    moves = [{"sku_id": change.sku_id, "warehouse_id": change.warehouse_id, "quantity": change.quantity,
              "reason": change.reason, "reference_kind": reference.kind, "reference_id": reference.id,
              "reference_line": line, "order_id": change.order_id, "unit_cost_e4": change.unit_cost_e4,
              "note": change.note, "staff_id": reference.staff_id, "moved_at": reference.at}
             for line, change in numbered if change.quantity]
    if moves:
        connection.execute(insert(StockMove), moves)


def _allocations(connection: Connection, numbered: _Numbered, _: Reference) -> None:
    write_allocations(connection, [change for _, change in numbered])


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


def _subscription(connection: Connection, change: SubscriptionChange, reference: Reference) -> None:
    connection.execute(delete(Subscription).where(
        col(Subscription.chat) == change.chat, col(Subscription.report) == change.report))
    if change.after:
        connection.execute(insert(Subscription).values(
            chat=change.chat, report=change.report, at=change.at_after, subscribed_by=change.actor,
            created_at=reference.at))


def _quiet(connection: Connection, change: QuietChange, reference: Reference) -> None:
    quiet_hours.write(connection, change.chat, change.report, change.after or USUAL_WORD, by=change.actor,
                      at=reference.at)


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


def _shop_limit(connection: Connection, change: ShopLimitChange, _: Reference) -> None:
    exactly_one(write_limit(connection, change))


def _mapping(connection: Connection, change: MappingChange, reference: Reference) -> None:
    import_mappings.write(connection, change, reference.at)


# In the order in which rows are touched.
_WRITERS: dict[type, _Writer] = {
    OrderChange: _orders,
    CancellationChange: _each(_cancellation),
    ParcelChange: _parcels,
    ContentsChange: _each(write_contents),
    InterceptionChange: _each(write_interception),
    WriteBackChange: _each(_write_back),
    TellAgain: _each(_tell_again),
    RefundChange: _each(write_refund),
    ReturnChange: _each(_return),
    CostKept: _each(_cost_kept),
    CostMethodChange: _each(_cost_method),
    Revaluation: _each(_revaluation),
    ReorderPointChange: _each(_reorder_point),
    PlaceReorderPointChange: _each(_place_reorder_point),
    BackorderChange: _each(_backorder),
    ExclusionChange: _each(_exclusion),
    MergeChange: _each(_merge),
    StockChange: _stock,
    AllocationChange: _allocations,
    SupplierChange: _each(purchases.write_supplier),
    SupplierPriceChange: _each(purchases.write_price),
    PurchaseChange: _each(purchases.write_purchase),
    PurchaseCancelled: _each(purchases.write_cancelled),
    PurchaseArrival: _each(purchases.write_arrival),
    ExpenseChange: _each(_expense),
    SubscriptionChange: _each(_subscription),
    QuietChange: _each(_quiet),
    ExceptionChange: _each(_exception),
    AliasChange: _each(_alias),
    ListingChange: _each(_listing),
    BalanceRepair: _each(_repair),
    ShopLimitChange: _each(_shop_limit),
    MappingChange: _each(_mapping),
    TransferSent: _each(transfers.write_sent),
    TransferArrival: _each(transfers.write_arrival),
}
