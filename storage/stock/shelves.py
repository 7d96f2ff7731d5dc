"""The balances of stock and what orders hold of them: every change goes through one conditional UPDATE per shelf.

What a transaction does to a shelf (a SKU in a warehouse) is summed first, then asked of the shelf in one statement, and
shelves are touched in one order by everybody. That is correct on SQLite and on PostgreSQL without a lock held in
between, and nobody waits in a circle.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Integer,
    Update,
    and_,
    bindparam,
    cast,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlmodel import col

from domain.catalog.model import Sku
from domain.changes.stock import AllocationChange, StockChange
from domain.columns import EnumText
from domain.errors import RetryLater
from domain.inventory.model import Allocation, AllocationReason, StockBalance
from storage.made import Made

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
    """Bring the balances up to the changes, or raise Contended: a shelf has too little.

    One statement for all shelves, on condition that nobody is left with less than nothing. Where fewer pieces become
    free, those that are there must cover all that is promised. Pieces that leave with the order that held them make
    nobody worse off, even where a count has found too few.
    """
    sums = summed(changes)
    if not sums:
        return
    connection.execute(_OPEN_BALANCE, [{"sku_id": sku_id, "warehouse_id": place_id} for sku_id, place_id in sums])
    all_of(len(sums), connection.execute(_SETTLE, [
        {"of_sku": sku_id, "of_place": place_id, "more": total.on_hand, "more_reserved": total.reserved,
         "more_incoming": total.incoming, "expected": total.expected_on_hand,
         "must_cover": int(total.on_hand < total.reserved), "must_be_there": int(total.on_hand < 0),
         "may_owe": int(total.allows_backorder)}
        for (sku_id, place_id), total in sums.items()]))


def exactly_one(result: CursorResult[Any]) -> None:
    if result.rowcount != 1:
        raise Contended


def all_of(expected: int, result: CursorResult[Any]) -> None:
    if result.rowcount != expected:
        raise Contended


def _settling() -> Update:
    on_hand, reserved, incoming = col(StockBalance.on_hand), col(StockBalance.reserved), col(StockBalance.incoming)
    more, more_reserved, more_incoming = (bindparam(name, type_=Integer) for name in (
        "more", "more_reserved", "more_incoming"))
    expected = cast(bindparam("expected", type_=Integer), Integer)
    is_there = and_(or_(bindparam("must_cover", type_=Integer) == 0, on_hand + more >= reserved + more_reserved),
                    or_(bindparam("must_be_there", type_=Integer) == 0, on_hand + more >= 0))
    return update(StockBalance).where(
        col(StockBalance.sku_id) == bindparam("of_sku"), col(StockBalance.warehouse_id) == bindparam("of_place"),
        reserved + more_reserved >= 0, incoming + more_incoming >= 0,
        or_(is_there, and_(bindparam("may_owe", type_=Integer) == 1, _still_allowed())),
        on_hand == func.coalesce(expected, on_hand),
    ).values(on_hand=on_hand + more, reserved=reserved + more_reserved, incoming=incoming + more_incoming)




def _still_allowed() -> ColumnElement[bool]:
    """What a change was told of its SKU may be over by now: the SKU itself is asked, and stays so to the end.

    Whoever forbids it takes a stronger lock first, so that one of the two sees what the other did.
    """
    return select(col(Sku.id)).where(col(Sku.id) == bindparam("of_sku"), col(Sku.allows_backorder)).with_for_update(
        read=True, key_share=True).exists()


_SETTLE = _settling()
_OPEN_BALANCE = text(
    "INSERT INTO stock_balances (sku_id, warehouse_id, on_hand, reserved, incoming) "
    "VALUES (:sku_id, :warehouse_id, 0, 0, 0) ON CONFLICT DO NOTHING")


def open_balance(connection: Connection, sku_id: int, warehouse_id: int) -> None:
    """A SKU that comes to a warehouse for the first time starts from nothing."""
    connection.execute(_OPEN_BALANCE, {"sku_id": sku_id, "warehouse_id": warehouse_id})


_KEY = ("order_id", "line_no", "sku_id", "warehouse_id", "parcel_no")
_IS_ROW = [getattr(Allocation, name) == bindparam(f"of_{name}") for name in _KEY]
_AS_READ = col(Allocation.quantity) == bindparam("before")
_ADD_ALLOCATION = text(
    "INSERT INTO allocations (order_id, line_no, sku_id, warehouse_id, parcel_no, quantity, reason) "
    "VALUES (:of_order_id, :of_line_no, :of_sku_id, :of_warehouse_id, :of_parcel_no, :after, :why) "
    "ON CONFLICT DO NOTHING").bindparams(bindparam("why", type_=EnumText(AllocationReason)))
_CHANGE_ALLOCATION = update(Allocation).where(*_IS_ROW, _AS_READ).values(
    quantity=bindparam("after"), reason=bindparam("why"))
_DROP_ALLOCATION = delete(Allocation).where(*_IS_ROW, _AS_READ)
_ALLOCATED = Made(select(*(getattr(Allocation, name) for name in _KEY), col(Allocation.quantity),
                         col(Allocation.reason)).where(
                             col(Allocation.order_id).in_(bindparam("orders", expanding=True))))


def write_allocations(connection: Connection, changes: Sequence[AllocationChange]) -> None:
    """The rows alone; `settle` brings their shelves up to them. Raises Contended when there is less to let go of."""
    now = {tuple(key): (quantity, reason) for *key, quantity, reason in _ALLOCATED.rows(
        connection, {"orders": sorted({change.order_id for change in changes})})}
    after = dict(now)
    for change in changes:
        key = tuple(getattr(change, name) for name in _KEY)
        pieces, reason = after.get(key, (0, change.reason))
        if pieces + change.quantity < 0:
            raise Contended
        after[key] = pieces + change.quantity, change.reason if change.quantity > 0 and not pieces else reason
    steps: dict[Any, list[dict[str, Any]]] = {_DROP_ALLOCATION: [], _CHANGE_ALLOCATION: [], _ADD_ALLOCATION: []}
    for key, (pieces, reason) in sorted(after.items()):
        before = now.get(key, (0, reason))
        if (pieces, reason) == before:
            continue
        row = {f"of_{name}": value for name, value in zip(_KEY, key, strict=True)}
        step = _ADD_ALLOCATION if not before[0] else _CHANGE_ALLOCATION if pieces else _DROP_ALLOCATION
        steps[step].append({**row, **({} if step is _ADD_ALLOCATION else {"before": before[0]}),
                            **({} if step is _DROP_ALLOCATION else {"after": pieces, "why": AllocationReason(reason)})})
    for step, rows in steps.items():
        if rows:
            all_of(len(rows), connection.execute(step, rows))
