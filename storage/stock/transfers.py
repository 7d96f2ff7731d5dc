"""Transfers on their way: what is known of one, the list of those that have not come, and the writing of a step."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, select, update
from sqlmodel import col

from domain.changes.stock import TransferArrival, TransferSent
from domain.transfers.model import Transfer, TransferStep
from storage.made import Made
from storage.schema import metadata
from storage.stock.shelves import exactly_one

_T = metadata.tables
_transfers, _skus, _warehouses = _T["transfers"], _T["skus"], _T["warehouses"]
LEFT = _transfers.c.sent - _transfers.c.received - _transfers.c.lost
_COMING = Made(select(_transfers.c.sku_id, _transfers.c.to_warehouse_id, func.sum(LEFT)).where(
    _transfers.c.sku_id.in_(bindparam("skus", expanding=True)), LEFT > 0).group_by(
        _transfers.c.sku_id, _transfers.c.to_warehouse_id))


def by_number(connection: Connection, number: str) -> Any | None:
    """Its row; None where there is no such transfer."""
    return connection.execute(select(_transfers).where(_transfers.c.number == number)).first()


def coming(connection: Connection, sku_ids: Sequence[int]) -> Mapping[tuple[int, int], int]:
    """Pieces on their way to another warehouse, by (sku id, warehouse id they go to)."""
    return {(sku, place): int(pieces) for sku, place, pieces in _COMING.rows(connection, {"skus": list(sku_ids)})}


def open_numbers() -> Select[str]:
    """The numbers of those that are on their way."""
    return select(_transfers.c.number).where(LEFT > 0)


def listed(number: str | None = None) -> Select[Any]:
    """(number, sku, from, to, sent, received, lost, sent_at): the one of that number, or all on their way."""
    source, target = _warehouses.alias("source"), _warehouses.alias("target")
    which = LEFT > 0 if number is None else _transfers.c.number == number
    return (select(_transfers.c.number, _skus.c.code, source.c.name, target.c.name, _transfers.c.sent,
                   _transfers.c.received, _transfers.c.lost, _transfers.c.sent_at)
            .join(_skus, _skus.c.id == _transfers.c.sku_id)
            .join(source, source.c.id == _transfers.c.from_warehouse_id)
            .join(target, target.c.id == _transfers.c.to_warehouse_id).where(which).order_by(_transfers.c.id))


def write_sent(connection: Connection, change: TransferSent, reference: Any) -> None:
    number = f"DB{change.sent_on:%y%m%d}-{reference.id}"
    pieces = change.quantity if change.is_sent else -change.quantity
    if change.is_sent:
        transfer_id: int = connection.execute(insert(Transfer).values(
            number=number, sku_id=change.sku_id, from_warehouse_id=change.from_warehouse_id,
            to_warehouse_id=change.to_warehouse_id, sent=pieces, received=0, lost=0, sent_at=change.sent_at,
            staff_id=reference.staff_id).returning(_transfers.c.id)).scalar_one()
    else:
        exactly_one(connection.execute(
            update(Transfer).where(col(Transfer.number) == number, col(Transfer.received) + col(Transfer.lost) == 0,
                                   col(Transfer.sent) == change.quantity).values(sent=0)))
        transfer_id = connection.execute(
            select(_transfers.c.id).where(_transfers.c.number == number)).scalar_one()
    _note(connection, transfer_id, reference, sent=pieces)


def write_arrival(connection: Connection, change: TransferArrival, reference: Any) -> None:
    """On condition that so much is on its way."""
    received, lost = col(Transfer.received) + change.received, col(Transfer.lost) + change.lost
    exactly_one(connection.execute(
        update(Transfer)
        .where(col(Transfer.id) == change.transfer_id, received >= 0, lost >= 0, received + lost <= col(Transfer.sent))
        .values(received=received, lost=lost)))
    _note(connection, change.transfer_id, reference, received=change.received, lost=change.lost)


def _note(connection: Connection, transfer_id: int, reference: Any, *, sent: int = 0, received: int = 0,
          lost: int = 0) -> None:
    at: datetime = reference.at
    connection.execute(insert(TransferStep).values(
        transfer_id=transfer_id, reference_kind=reference.kind, reference_id=reference.id, sent=sent,
        received=received, lost=lost, at=at, staff_id=reference.staff_id))
