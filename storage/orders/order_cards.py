"""Single orders with their lines, parcels and refunds, for people who look one up."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, or_, select, true
from sqlmodel import col

from domain.aftersales.model import ReturnedPiece
from domain.catalog.model import Product, Shop, Sku
from domain.exceptions.model import ExceptionCase
from domain.fulfilment.model import MergedOrder, ParcelLine, ResentParcel, Shipment
from domain.inventory.model import Warehouse
from domain.orders.card import CardCase, CardLine, CardParcel, CardRefund, CardWriteBack, Goods, OrderCard
from domain.orders.model import Order, OrderLine, Refund
from domain.people import Shops, Staff
from domain.writebacks.model import WriteBack, WriteBackState
from storage.actions.books import StoredBooks
from storage.encryption import Vault
from storage.engine import Database
from storage.figures.details import masked
from storage.stock.divided_orders import WAITING, planned

MAX_SHOPS = 5  # shops that use one number


class StoredOrderCards:
    """Meets `domain.orders.card.OrderCards`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def cards(self, number: str, shops: Shops = None) -> Sequence[OrderCard]:
        columns = Order.__table__.columns  # type: ignore[attr-defined]
        which = (select(*columns, col(Shop.name).label("shop"))
                 .join(Shop, col(Shop.id) == col(Order.shop_id))
                 .where(col(Order.external_id) == number, true() if shops is None else col(Shop.name).in_(shops))
                 .order_by(col(Order.id)).limit(MAX_SHOPS))
        with self._database.read() as connection:
            return [self._card(connection, row) for row in connection.execute(which).all()]

    def nearest(self, number: str, shops: Shops = None) -> Sequence[str]:
        with self._database.read() as connection:
            return StoredBooks(connection, locks=False, shops=shops).nearest("order", number)

    def _card(self, connection: Connection, row: Any) -> OrderCard:
        region = " ".join(part for part in (row.province, row.city) if part)
        return OrderCard(
            number=row.external_id, shop=row.shop, status=row.status, hold=row.hold,
            excluded=row.excluded, created_at=row.created_at, paid_at=row.paid_at, ship_by=row.ship_by,
            currency=row.currency, paid_minor=row.paid_minor, freight_minor=row.freight_minor,
            receiver=masked(self._vault.open("orders.receiver", row.receiver_sealed)), region=region,
            lines=_lines(connection, row.id), parcels=_parcels(connection, row.id),
            refunds=_refunds(connection, row.id), **_to_come(connection, row),
            merged_with=_merged_with(connection, row.id), returned=_returned(connection, row.id),
            receiver_changed_at=row.receiver_changed_at, cases=_cases(connection, row.id))


def _lines(connection: Connection, order_id: int) -> list[CardLine]:
    what = func.coalesce(col(Sku.code), col(OrderLine.sku_code), col(OrderLine.title), "?")
    found = (select(what, col(Product.name), col(OrderLine.quantity), col(OrderLine.paid_minor))
             .join(Sku, col(Sku.id) == col(OrderLine.sku_id), isouter=True)
             .join(Product, col(Product.id) == col(Sku.product_id), isouter=True)
             .where(col(OrderLine.order_id) == order_id).order_by(col(OrderLine.line_no)))
    return [CardLine(*row) for row in connection.execute(found)]


def _parcels(connection: Connection, order_id: int) -> list[CardParcel]:
    found = (select(col(Shipment.carrier), col(Shipment.waybill_no), col(Warehouse.name), col(Staff.name),
                    col(Shipment.shipped_at), col(Shipment.signed_at), col(Shipment.intercepted_at),
                    col(WriteBack.state), col(WriteBack.told_at), col(WriteBack.why), col(Shipment.parcel_no),
                    col(ResentParcel.parcel_no).label("resent_no"))
             .join(Warehouse, col(Warehouse.id) == col(Shipment.warehouse_id), isouter=True)
             .join(Staff, col(Staff.id) == col(Shipment.staff_id), isouter=True)
             .join(WriteBack, (col(WriteBack.order_id) == col(Shipment.order_id))
                   & (col(WriteBack.parcel_no) == col(Shipment.parcel_no))
                   & (col(WriteBack.state) != WriteBackState.WITHDRAWN), isouter=True)
             .join(ResentParcel, (col(ResentParcel.order_id) == col(Shipment.order_id))
                   & (col(ResentParcel.parcel_no) == col(Shipment.parcel_no)), isouter=True)
             .where(col(Shipment.order_id) == order_id).order_by(col(Shipment.parcel_no)))
    goods = _goods(connection, order_id)
    return [CardParcel(*row[:7], told=CardWriteBack(row.state, row.told_at, row.why) if row.state else None,
                       is_again=row.resent_no is not None, goods=goods.get(row.parcel_no, ()))
            for row in connection.execute(found)]


def _goods(connection: Connection, order_id: int) -> Mapping[int, list[Goods]]:
    """What each parcel holds, as far as somebody said it."""
    found: defaultdict[int, list[Goods]] = defaultdict(list)
    held = (select(col(ParcelLine.parcel_no), col(Sku.code), func.sum(col(ParcelLine.quantity)))
            .join(Sku, col(Sku.id) == col(ParcelLine.sku_id)).where(col(ParcelLine.order_id) == order_id)
            .group_by(col(ParcelLine.parcel_no), col(Sku.code)).order_by(col(ParcelLine.parcel_no), col(Sku.code)))
    for parcel_no, code, pieces in connection.execute(held):
        found[parcel_no].append(Goods(code, int(pieces)))
    return found


def _to_come(connection: Connection, row: Any) -> dict[str, Any]:
    """The parcels that are still to leave, and what nothing is held of."""
    if row.status not in WAITING:
        return {}
    parcels = planned(connection, [row.id]).get(row.id, [])
    left: Counter[str] = Counter()
    for order in StoredBooks(connection, locks=False).orders(row.external_id):
        for need in order.needs if order.id == row.id else ():
            left[need.sku.code] += need.quantity
    for parcel in parcels:
        left.subtract({goods.what: goods.quantity for goods in parcel.goods})
    return {"to_come": parcels, "missing": [Goods(code, pieces) for code, pieces in left.items() if pieces > 0]}


def _merged_with(connection: Connection, order_id: int) -> Sequence[str]:
    lead = select(col(MergedOrder.lead_id)).where(col(MergedOrder.order_id) == order_id).scalar_subquery()
    return connection.execute(
        select(col(Order.external_id)).join(MergedOrder, col(MergedOrder.order_id) == col(Order.id))
        .where(col(MergedOrder.lead_id) == lead, col(Order.id) != order_id).order_by(col(Order.id))).scalars().all()


def _returned(connection: Connection, order_id: int) -> list[Goods]:
    found = (select(col(Sku.code), func.sum(col(ReturnedPiece.quantity)))
             .join(Sku, col(Sku.id) == col(ReturnedPiece.sku_id)).where(col(ReturnedPiece.order_id) == order_id)
             .group_by(col(Sku.code)).order_by(col(Sku.code)))
    return [Goods(code, int(pieces)) for code, pieces in connection.execute(found)]


def _cases(connection: Connection, order_id: int) -> list[CardCase]:
    """What the inbox knows of the order and of its parcels."""
    subject = col(ExceptionCase.subject)
    found = select(col(ExceptionCase.id), col(ExceptionCase.kind)).where(
        col(ExceptionCase.resolved_at).is_(None),
        or_(subject == f"order:{order_id}", subject.like(f"parcel:{order_id}:%"))).order_by(col(ExceptionCase.id))
    return [CardCase(number or 0, kind) for number, kind in connection.execute(found)]


def _refunds(connection: Connection, order_id: int) -> list[CardRefund]:
    found = select(col(Refund.status), col(Refund.amount_minor), col(Refund.reason)).where(
        col(Refund.order_id) == order_id).order_by(col(Refund.id))
    return [CardRefund(*row) for row in connection.execute(found)]
