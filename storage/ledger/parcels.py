"""Writes parcels, and what platforms are told of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, update
from sqlmodel import col

from domain.changes import Change
from domain.changes.parcels import ContentsChange, InterceptionChange, ParcelChange, TellAgain, WriteBackChange
from domain.fulfilment.model import ParcelLine, ResentParcel, Shipment
from storage import write_backs
from storage.bulk import insert_few
from storage.ledger.writing import Numbered, Reference, Writer, each
from storage.stock.shelves import Contended, exactly_one

_COLUMNS = ("order_id", "parcel_no", "warehouse_id", "staff_id", "carrier", "waybill_no", "shipped_at", "shipped_on")
_OF_LINE = ("order_id", "parcel_no", "line_no", "sku_id", "quantity")


def _parcels(connection: Connection, numbered: Numbered, _: Reference) -> None:
    """All that are sent at once; those that are called off one by one."""
    changes: list[ParcelChange] = [change for _, change in numbered]
    sent = [change for change in changes if change.is_sent]
    insert_few(connection, Shipment, _COLUMNS, [[getattr(change, name) for name in _COLUMNS] for change in sent])
    _fill(connection, sent)
    if again := [change for change in sent if change.is_again]:
        connection.execute(insert(ResentParcel), [
            {"order_id": change.order_id, "parcel_no": change.parcel_no} for change in again])
    for change in changes:
        if not change.is_sent:
            _call_off(connection, change)


def _call_off(connection: Connection, change: ParcelChange) -> None:
    """As long as the buyer has not got it and nobody wants it back."""
    parcel = {"order_id": change.order_id, "parcel_no": change.parcel_no}
    connection.execute(delete(ParcelLine).filter_by(**parcel))
    connection.execute(delete(ResentParcel).filter_by(**parcel))
    exactly_one(connection.execute(delete(Shipment).where(
        col(Shipment.order_id) == change.order_id, col(Shipment.parcel_no) == change.parcel_no,
        col(Shipment.waybill_no) == change.waybill_no, col(Shipment.signed_at).is_(None),
        col(Shipment.intercepted_at).is_(None))))


def _fill(connection: Connection, changes: Sequence[ParcelChange | ContentsChange]) -> None:
    insert_few(connection, ParcelLine, _OF_LINE, [
        (change.order_id, change.parcel_no, piece.line_no, piece.sku_id, piece.quantity)
        for change in changes for piece in change.contents])


def _contents(connection: Connection, change: ContentsChange, _: Any) -> None:
    """Two who say at once what was in a parcel: the second meets the rows of the first."""
    if change.is_known:
        _fill(connection, [change])
        return
    gone = connection.execute(delete(ParcelLine).filter_by(order_id=change.order_id, parcel_no=change.parcel_no))
    if gone.rowcount != len(change.contents):
        raise Contended


def _interception(connection: Connection, change: InterceptionChange, _: Any) -> None:
    """A parcel that was signed for in the meantime is no longer to be had."""
    before = col(Shipment.intercepted_at).is_(None) if change.is_asked else (
        col(Shipment.intercepted_at) == change.asked_at)
    asked = connection.execute(update(Shipment).where(
        col(Shipment.order_id) == change.order_id, col(Shipment.parcel_no).in_(change.parcel_nos), before,
        col(Shipment.signed_at).is_(None)).values(intercepted_at=change.asked_at if change.is_asked else None))
    if asked.rowcount != len(change.parcel_nos):
        raise Contended


def _write_backs(connection: Connection, numbered: Numbered, reference: Reference) -> None:
    write_backs.write(connection, [change for _, change in numbered], staff=reference.actor, chat=reference.chat,
                      language=reference.language, at=reference.at)


def _tell_again(connection: Connection, change: TellAgain, reference: Reference) -> None:
    if not write_backs.tell_again(connection, change, reference.at):
        raise Contended


WRITERS: Mapping[type[Change], Writer] = {
    ParcelChange: _parcels,
    ContentsChange: each(_contents),
    InterceptionChange: each(_interception),
    WriteBackChange: _write_backs,
    TellAgain: each(_tell_again),
}
