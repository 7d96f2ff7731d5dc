"""Writes changes into the books. Every update says what it expects to find, and finds it or writes nothing.

A module here for each of domain.changes, with the writers of its kinds. Balances of stock come last, summed by shelf,
each by one conditional UPDATE (storage.stock.shelves).
"""

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from domain.changes import Change
from domain.changes.orders import ExclusionChange
from domain.changes.refunds import RefundChange
from domain.changes.stock import AllocationChange, StockChange
from storage.ledger import buying, chats, costs, orders, parcels, refunds, stock
from storage.ledger.writing import AlreadyDone, Reference, Writer
from storage.stock.shelves import settle

__all__ = ["WRITERS", "AlreadyDone", "Reference", "apply", "days_touched", "skus_moved"]

# In the order in which rows are touched.
WRITERS: dict[type[Change], Writer] = {
    kind: writer for room in (orders, parcels, refunds, costs, stock, buying, chats)
    for kind, writer in room.WRITERS.items()}
_TURNS = {kind: turn for turn, kind in enumerate(WRITERS)}


def apply(connection: Connection, changes: Iterable[Change], reference: Reference) -> None:
    """Write all changes, in an order that is the same for everybody. Raises Contended or AlreadyDone."""
    in_turn = sorted(changes, key=_turn)
    try:
        numbered = enumerate(in_turn)
        for kind, same in groupby(numbered, key=lambda each: type(each[1])):
            WRITERS[kind](connection, list(same), reference)
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
    if isinstance(change, StockChange | AllocationChange):
        return _TURNS[type(change)], change.sku_id, change.warehouse_id
    return _TURNS[type(change)], 0, 0
