"""Write-backs as the job takes and marks them. Nothing is told in here: each call is one short transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update
from sqlmodel import col

from domain.catalog.model import Shop
from domain.clock import ShopCalendar
from domain.fulfilment.model import ParcelLine, Shipment
from domain.jobs import Alarm
from domain.messaging.model import Chat, ChatState, StaffIdentity
from domain.orders.model import Fulfilment, Order, OrderLine
from domain.people import Staff
from domain.writebacks.model import InHand, WriteBack, WriteBackState
from domain.writebacks.telling import Parcel, WhyNot
from storage.engine import Database
from storage.messaging import notices, outbox

MAX_ERROR = 300
_COLUMNS = WriteBack.__table__.columns  # type: ignore[attr-defined]


class WriteBackQueue:
    """Meets `domain.writebacks.model.WriteBacks`."""

    def __init__(self, database: Database, calendar: ShopCalendar) -> None:
        self._database, self._calendar = database, calendar

    def waiting(self, now: datetime) -> Sequence[str]:
        found = select(col(WriteBack.shop_id)).where(_is_due(now)).distinct().order_by(col(WriteBack.shop_id))
        with self._database.read() as connection:
            return [str(shop) for shop in connection.execute(found).scalars()]

    def take(self, shop: str, now: datetime, until: datetime) -> InHand | None:
        first = (select(col(WriteBack.id), col(WriteBack.may_be_known))
                 .where(col(WriteBack.shop_id) == int(shop), _is_due(now))
                 .order_by(col(WriteBack.not_before), col(WriteBack.id)).limit(1).with_for_update(skip_locked=True))
        with self._database.write() as connection:
            found = connection.execute(first).first()
            if found is None:
                return None
            row = connection.execute(
                update(WriteBack).where(col(WriteBack.id) == found.id)
                .values(leased_until=until, attempts=col(WriteBack.attempts) + 1, may_be_known=True)
                .returning(*_COLUMNS)).one()
            return InHand(row.id, row.shop_id, _parcel(connection, row), row.attempts, row.queued_at,
                          found.may_be_known)

    def told(self, one: InHand, now: datetime) -> None:
        """Undone meanwhile, it stays withdrawn, with the mark that the platform knows: the inbox says so."""
        marked = {"told_at": now, "leased_until": None, "may_be_known": True, "why": None, "error": None}
        with self._database.write() as connection:
            connection.execute(update(WriteBack).where(
                col(WriteBack.id) == one.id, col(WriteBack.state) != WriteBackState.WITHDRAWN,
                ).values(state=WriteBackState.TOLD))
            connection.execute(update(WriteBack).where(col(WriteBack.id) == one.id).values(**marked))

    def later(self, one: InHand, not_before: datetime, error: str, *, may_be_known: bool) -> None:
        with self._database.write() as connection:
            _set(connection, one, not_before=not_before, error=error[:MAX_ERROR],
                 may_be_known=may_be_known or one.may_be_known)

    def rest(self, one: InHand, until: datetime, error: str) -> None:
        with self._database.write() as connection:
            _set(connection, one, error=error[:MAX_ERROR], may_be_known=one.may_be_known,
                 attempts=one.attempts - 1)
            connection.execute(update(WriteBack).where(
                col(WriteBack.shop_id) == one.shop_id, col(WriteBack.state) == WriteBackState.QUEUED,
                col(WriteBack.not_before) < until).values(not_before=until))

    def failed(self, one: InHand, why: WhyNot, error: str, now: datetime) -> None:
        """Whoever undid it meanwhile has nothing to hear of."""
        may_be_known = one.may_be_known or why is WhyNot.NO_ANSWER
        with self._database.write() as connection:
            if _set(connection, one, state=WriteBackState.FAILED, why=why, error=error[:MAX_ERROR],
                    may_be_known=may_be_known):
                alarm = _say_so(connection, one, why, error[:MAX_ERROR], now=now)
                if alarm is not None:
                    notices.tell_owners(connection, alarm, now, self._calendar)


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(col(WriteBack.state) == WriteBackState.QUEUED, col(WriteBack.not_before) <= now,
                or_(col(WriteBack.leased_until).is_(None), col(WriteBack.leased_until) < now))


def _set(connection: Connection, one: InHand, **values: Any) -> bool:
    """Whether it was still queued; a withdrawn one keeps only what is known of the call."""
    done = connection.execute(update(WriteBack).where(
        col(WriteBack.id) == one.id, col(WriteBack.state) == WriteBackState.QUEUED).values(
            **values, leased_until=None)).rowcount
    if not done:
        connection.execute(update(WriteBack).where(
            col(WriteBack.id) == one.id, col(WriteBack.state) == WriteBackState.WITHDRAWN).values(
                may_be_known=values["may_be_known"], leased_until=None))
    return bool(done)


def _parcel(connection: Connection, row: Any) -> Parcel:
    """What the platform needs, as the books are now."""
    number, fulfilment = connection.execute(select(col(Order.external_id), col(Order.fulfilment)).where(
        col(Order.id) == row.order_id)).one()
    parcels = connection.execute(select(col(Shipment.parcel_no)).where(
        col(Shipment.order_id) == row.order_id)).scalars().all()
    is_whole = len(parcels) <= 1 and fulfilment is not Fulfilment.PARTLY_SHIPPED
    lines = () if is_whole else _line_ids(connection, row)
    return Parcel(number, row.parcel_no, row.carrier, row.waybill_no, is_whole, lines, _replaced(connection, row))


def _line_ids(connection: Connection, row: Any) -> tuple[str, ...]:
    """The platform's numbers of the lines in the parcel, if it has all pieces of each and all are known."""
    pieces = connection.execute(select(
        col(ParcelLine.parcel_no), col(ParcelLine.line_no), col(ParcelLine.sku_id), col(ParcelLine.quantity)).where(
            col(ParcelLine.order_id) == row.order_id)).all()
    ours = {piece.line_no: piece for piece in pieces if piece.parcel_no == row.parcel_no}
    elsewhere = {piece.line_no for piece in pieces if piece.parcel_no != row.parcel_no}
    lines = connection.execute(select(
        col(OrderLine.line_no), col(OrderLine.external_id), col(OrderLine.sku_id), col(OrderLine.quantity)).where(
            col(OrderLine.order_id) == row.order_id).order_by(col(OrderLine.line_no))).all()
    found = [line for line in lines if line.line_no in ours]
    is_complete = all(line.external_id and line.line_no not in elsewhere and (
        line.sku_id is None or line.quantity == ours[line.line_no].quantity) for line in found)
    return tuple(line.external_id for line in found) if is_complete else ()


def _replaced(connection: Connection, row: Any) -> str | None:
    """The waybill of a shipment of this parcel that was undone and that the platform may know."""
    return connection.execute(select(col(WriteBack.waybill_no)).where(
        col(WriteBack.order_id) == row.order_id, col(WriteBack.parcel_no) == row.parcel_no,
        col(WriteBack.state) == WriteBackState.WITHDRAWN, col(WriteBack.may_be_known),
        col(WriteBack.waybill_no) != row.waybill_no).order_by(col(WriteBack.id).desc()).limit(1)).scalar()


def _say_so(connection: Connection, one: InHand, why: WhyNot, error: str, *, now: datetime) -> Alarm | None:
    """One message to whoever confirmed the shipment; of refused keys once a day, and what the owner is to hear, too."""
    row = connection.execute(select(*_COLUMNS, col(Shop.name).label("shop")).join(
        Shop, col(Shop.id) == col(WriteBack.shop_id)).where(col(WriteBack.id) == one.id)).one()
    is_of_keys = why in {WhyNot.KEYS, WhyNot.DISCONNECTED}
    about = f"keys:{row.shop_id}:{now:%Y-%m-%d}" if is_of_keys else f"{row.id}:{row.queued_at:%Y%m%dT%H%M%S}"
    chat = _hearer(connection, row)
    if chat is not None:
        outbox.enqueue(
            connection, chat=chat, unique_key=f"write-back:{about}:{chat}"[:200], kind=notices.KIND, now=now,
            expires_at=now + notices.USEFUL_FOR, payload={"key": f"write_back.failed.{why}", "language": row.language,
                                                          "facts": {"order": one.parcel.order, "shop": row.shop,
                                                                    "carrier": row.carrier, "waybill": row.waybill_no,
                                                                    "error": error}})
    return Alarm(about, "platform_keys", {"shop": row.shop, "error": error}) if is_of_keys else None


def _hearer(connection: Connection, row: Any) -> str | None:
    """The person's own chat where there is one; else the chat of the confirmation. None: neither can be written to."""
    room = row.chat.partition("/")[0]
    private = col(StaffIdentity.channel) + ":" + col(StaffIdentity.external_id)
    own = (select(col(Chat.key)).join(StaffIdentity, private == col(Chat.key))
           .join(Staff, col(Staff.id) == col(StaffIdentity.staff_id))
           .where(col(Staff.name) == row.staff, col(StaffIdentity.unbound_at).is_(None), ~col(Chat.is_group),
                  col(Chat.state) == ChatState.ACTIVE)
           .order_by((col(Chat.channel) == room.partition(":")[0]).desc(), col(Chat.id)).limit(1))
    there = select(col(Chat.key)).where(col(Chat.key) == room, col(Chat.state) == ChatState.ACTIVE)
    return connection.execute(own).scalar() or (row.chat if connection.execute(there).scalar() else None)
