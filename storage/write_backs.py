"""Write-backs in the transactions of others: queued with the shipment, withdrawn with its undo, queued once more."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select, true, update
from sqlmodel import col

from domain.actions import Note
from domain.books import UntoldFacts
from domain.catalog.model import Platform, Shop
from domain.changes import Change
from domain.changes.parcels import TellAgain, WriteBackChange
from domain.orders.model import Order
from domain.people import Shops
from domain.writebacks.model import Backlog, WriteBack, WriteBackState
from domain.writebacks.telling import WhyNot
from storage.engine import Database

KEYS = (col(Shop.app_key_sealed), col(Shop.app_secret_sealed), col(Shop.token_sealed))


def is_connected(platforms: Collection[str]) -> ColumnElement[bool]:
    """Whether a shop can be told of: all its keys are here, and there is a way to its platform."""
    known = [Platform(platform) for platform in sorted(platforms)]
    return and_(col(Shop.platform).in_(known), *(key.is_not(None) for key in KEYS))


def write(connection: Connection, changes: Iterable[WriteBackChange], *, staff: str, chat: str, language: str,
          at: datetime) -> None:
    """Queue or withdraw them. Those of a shop that was disconnected meanwhile fail in their turn, which is said."""
    wanted = []
    for change in changes:
        if change.is_wanted:
            wanted.append({
                "shop_id": change.shop_id, "order_id": change.order_id, "parcel_no": change.parcel_no,
                "carrier": change.carrier, "waybill_no": change.waybill_no, "state": WriteBackState.QUEUED,
                "attempts": 0, "may_be_known": False, "staff": staff, "chat": chat, "language": language,
                "queued_at": at, "not_before": at})
        else:
            connection.execute(update(WriteBack).where(_live(change)).values(state=WriteBackState.WITHDRAWN))
    if wanted:
        connection.execute(insert(WriteBack), wanted)


def _live(change: WriteBackChange) -> ColumnElement[bool]:
    return and_(col(WriteBack.order_id) == change.order_id, col(WriteBack.parcel_no) == change.parcel_no,
                col(WriteBack.waybill_no) == change.waybill_no, col(WriteBack.state) != WriteBackState.WITHDRAWN)


def said_of_undo(connection: Connection, changes: Iterable[Change]) -> tuple[Note, ...]:
    """What the platforms know of shipments that were undone just now, one sentence for each kind."""
    notes: dict[str, list[str]] = {}
    for change in changes:
        if isinstance(change, WriteBackChange) and not change.is_wanted:
            number, told_at, may_be_known = connection.execute(
                select(col(Order.external_id), col(WriteBack.told_at), col(WriteBack.may_be_known))
                .join(Order, col(Order.id) == col(WriteBack.order_id))
                .where(col(WriteBack.order_id) == change.order_id, col(WriteBack.parcel_no) == change.parcel_no,
                       col(WriteBack.state) == WriteBackState.WITHDRAWN)
                .order_by(col(WriteBack.id).desc()).limit(1)).one()
            key = "platform_knows" if told_at else "platform_may_know" if may_be_known else "platform_not_told"
            notes.setdefault(key, []).append(number)
    return tuple(Note(key, {"orders": "、".join(numbers)}) for key, numbers in notes.items())


def untold(connection: Connection, order_id: int) -> Sequence[UntoldFacts]:
    found = select(col(WriteBack.id), col(WriteBack.carrier), col(WriteBack.waybill_no), col(WriteBack.why)).where(
        col(WriteBack.order_id) == order_id, col(WriteBack.state) == WriteBackState.FAILED).order_by(
            col(WriteBack.parcel_no))
    rows: Sequence[Any] = connection.execute(found).all()
    return [UntoldFacts(*row) for row in rows]


def tell_again(connection: Connection, change: TellAgain, at: datetime) -> bool:
    """Whether it was as it was shown."""
    before, after = WriteBackState.FAILED, WriteBackState.QUEUED
    values: dict[str, Any] = {"why": None, "error": None, "attempts": 0, "queued_at": at, "not_before": at}
    if not change.is_wanted:
        before, after, values = after, before, {"why": change.why}
    return connection.execute(update(WriteBack).where(
        col(WriteBack.id) == change.write_back_id, col(WriteBack.state) == before,
        col(WriteBack.leased_until).is_(None)).values(state=after, **values)).rowcount == 1


def queue_again(connection: Connection, shop_id: int, now: datetime) -> int:
    """Those that failed because of the shop's keys are tried once more; how many."""
    of_keys = col(WriteBack.why).in_([WhyNot.KEYS, WhyNot.DISCONNECTED])
    return connection.execute(
        update(WriteBack).where(col(WriteBack.shop_id) == shop_id, col(WriteBack.state) == WriteBackState.FAILED,
                                of_keys)
        .values(state=WriteBackState.QUEUED, attempts=0, queued_at=now, not_before=now, leased_until=None, why=None,
                error=None)).rowcount


def counts(connection: Connection, shops: Shops) -> Mapping[str, int]:
    """How many there are of each state, in these shops."""
    found = select(col(WriteBack.state), func.count()).join(Shop, col(Shop.id) == col(WriteBack.shop_id)).where(
        true() if shops is None else col(Shop.name).in_(shops)).group_by(col(WriteBack.state))
    return {state.value: count for state, count in connection.execute(found)}


def backlog(database: Database) -> Backlog:
    """For `doctor` and /metrics."""
    counted = select(col(WriteBack.state), func.count(), func.min(col(WriteBack.queued_at))).group_by(
        col(WriteBack.state))
    with database.read() as connection:
        found: dict[str, Any] = {state.value: (count, oldest)
                                 for state, count, oldest in connection.execute(counted)}
    oldest = found.get(WriteBackState.QUEUED, (0, None))[1]
    return Backlog({state: count for state, (count, _) in found.items()}, oldest)
