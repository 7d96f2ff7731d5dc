"""The balances of stock and what orders hold of them: every change goes through one conditional UPDATE per shelf.

What a transaction does to a shelf (a SKU in a warehouse) is summed first, then asked of the shelf in one statement, and
shelves are touched in one order by everybody. That is correct on SQLite and on PostgreSQL without a lock held in
between, and nobody waits in a circle.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, CursorResult, Update, delete, or_, select, text, update
from sqlmodel import col

from domain.catalog.model import Sku
from domain.changes import AllocationChange, StockChange
from domain.errors import RetryLater
from domain.inventory.model import Allocation, AllocationReason, StockBalance

Shelf = tuple[int, int]  # SKU id, warehouse id


class Contended(RetryLater):
    """The books are no longer as they were read; nothing was written."""


@dataclass(slots=True)
class Sum:
    """What all changes together do to one shelf."""

    on_hand: int = 0
    reserved: int = 0
    incoming: int = 0
    allows_backorder: bool = False
    expected_on_hand: int | None = None

    def add(self, change: StockChange | AllocationChange) -> None:
        self.allows_backorder = self.allows_backorder or change.allows_backorder
        if isinstance(change, AllocationChange):
            self.reserved += change.quantity
            return
        self.on_hand += change.quantity
        self.incoming -= change.arrives
        if change.expected_on_hand is not None:
            self.expected_on_hand = change.expected_on_hand


def summed(changes: Iterable[StockChange | AllocationChange]) -> dict[Shelf, Sum]:
    """By shelf, in the order in which everybody touches them."""
    sums: dict[Shelf, Sum] = {}
    for change in changes:
        sums.setdefault((change.sku_id, change.warehouse_id), Sum()).add(change)
    return dict(sorted(sums.items()))


def settle(connection: Connection, changes: Iterable[StockChange | AllocationChange]) -> None:
    """Bring the balances up to the changes, or raise Contended: a shelf has too little."""
    for (sku_id, warehouse_id), total in summed(changes).items():
        open_balance(connection, sku_id, warehouse_id)
        exactly_one(connection.execute(_guarded(sku_id, warehouse_id, total)))


def exactly_one(result: CursorResult[Any]) -> None:
    if result.rowcount != 1:
        raise Contended


def _guarded(sku_id: int, warehouse_id: int, total: Sum) -> Update:
    """One statement, on condition that nobody is left with less than nothing.

    Where fewer pieces become free, those that are there must cover all that is promised. Pieces that leave with the
    order that held them make nobody worse off, even where a count has found too few.
    """
    on_hand, reserved, incoming = col(StockBalance.on_hand), col(StockBalance.reserved), col(StockBalance.incoming)
    conditions: list[ColumnElement[bool]] = [
        col(StockBalance.sku_id) == sku_id, col(StockBalance.warehouse_id) == warehouse_id,
        reserved + total.reserved >= 0, incoming + total.incoming >= 0]
    if total.on_hand < total.reserved:
        conditions.append(_unless_allowed(sku_id, total, on_hand + total.on_hand >= reserved + total.reserved))
    elif total.on_hand < 0:
        conditions.append(_unless_allowed(sku_id, total, on_hand + total.on_hand >= 0))
    if total.expected_on_hand is not None:
        conditions.append(on_hand == total.expected_on_hand)
    return update(StockBalance).where(*conditions).values(
        on_hand=on_hand + total.on_hand, reserved=reserved + total.reserved, incoming=incoming + total.incoming)


def _unless_allowed(sku_id: int, total: Sum, is_there: ColumnElement[bool]) -> ColumnElement[bool]:
    """What a change was told of its SKU may be over by now: the SKU itself is asked, and stays so to the end.

    Whoever forbids it takes a stronger lock first, so that one of the two sees what the other did.
    """
    if not total.allows_backorder:
        return is_there
    still = select(col(Sku.id)).where(col(Sku.id) == sku_id, col(Sku.allows_backorder)).with_for_update(
        read=True, key_share=True).exists()
    return or_(is_there, still)


def open_balance(connection: Connection, sku_id: int, warehouse_id: int) -> None:
    """A SKU that comes to a warehouse for the first time starts from nothing."""
    connection.execute(text(
        "INSERT INTO stock_balances (sku_id, warehouse_id, on_hand, reserved, incoming) "
        "VALUES (:sku_id, :warehouse_id, 0, 0, 0) ON CONFLICT DO NOTHING"),
        {"sku_id": sku_id, "warehouse_id": warehouse_id})


_ADD_ALLOCATION = text(
    "INSERT INTO allocations (order_id, line_no, sku_id, warehouse_id, parcel_no, quantity, reason) "
    "VALUES (:order_id, :line_no, :sku_id, :warehouse_id, :parcel_no, :quantity, :reason) "
    "ON CONFLICT (order_id, line_no, sku_id, warehouse_id, parcel_no) "
    "DO UPDATE SET quantity = allocations.quantity + excluded.quantity")


def write_allocation(connection: Connection, change: AllocationChange) -> None:
    """The row alone; `settle` brings its shelf up to it. Raises Contended when there is less to let go of."""
    if change.quantity > 0:
        connection.execute(_ADD_ALLOCATION, {
            "order_id": change.order_id, "line_no": change.line_no, "sku_id": change.sku_id,
            "warehouse_id": change.warehouse_id, "parcel_no": change.parcel_no, "quantity": change.quantity,
            "reason": AllocationReason(change.reason).value})
        return
    row = (col(Allocation.order_id) == change.order_id, col(Allocation.line_no) == change.line_no,
           col(Allocation.sku_id) == change.sku_id, col(Allocation.warehouse_id) == change.warehouse_id,
           col(Allocation.parcel_no) == change.parcel_no)
    if connection.execute(delete(Allocation).where(*row, col(Allocation.quantity) == -change.quantity)).rowcount == 1:
        return
    exactly_one(connection.execute(update(Allocation).where(*row, col(Allocation.quantity) > -change.quantity).values(
        quantity=col(Allocation.quantity) + change.quantity)))
