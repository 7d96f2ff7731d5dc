"""Writes what happens to stock and to the rules of a SKU; the balances follow when all is written."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, or_, select, update
from sqlmodel import col

from domain.catalog.model import Sku
from domain.changes import Change
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
from domain.inventory.model import ReorderPoint, StockBalance, StockMove
from storage.bulk import insert_few
from storage.ledger.writing import Numbered, Reference, Writer, each
from storage.stock import transfers
from storage.stock.shelves import exactly_one, open_balance, write_allocations


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


_OF_MOVE = ("sku_id", "warehouse_id", "quantity", "reason", "reference_kind", "reference_id", "reference_line",
            "order_id", "unit_cost_e4", "note", "staff_id", "moved_at")


def _stock(connection: Connection, numbered: Numbered, reference: Reference) -> None:
    insert_few(connection, StockMove, _OF_MOVE, [
        (change.sku_id, change.warehouse_id, change.quantity, change.reason, reference.kind, reference.id, line,
         change.order_id, change.unit_cost_e4, change.note, reference.staff_id,
         change.moved_at or reference.at)
        for line, change in numbered if change.quantity])


def _allocations(connection: Connection, numbered: Numbered, _: Reference) -> None:
    write_allocations(connection, [change for _, change in numbered])


def _repair(connection: Connection, change: BalanceRepair, _: Reference) -> None:
    open_balance(connection, change.sku_id, change.warehouse_id)
    exactly_one(connection.execute(
        update(StockBalance)
        .where(col(StockBalance.sku_id) == change.sku_id, col(StockBalance.warehouse_id) == change.warehouse_id,
               col(StockBalance.on_hand) == change.before)
        .values(on_hand=change.after)))


WRITERS: Mapping[type[Change], Writer] = {
    ReorderPointChange: each(_reorder_point),
    PlaceReorderPointChange: each(_place_reorder_point),
    BackorderChange: each(_backorder),
    StockChange: _stock,
    AllocationChange: _allocations,
    BalanceRepair: each(_repair),
    TransferSent: each(transfers.write_sent),
    TransferArrival: each(transfers.write_arrival),
}
