"""Single orders with their lines, parcels and refunds, for people who look one up."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select, true
from sqlmodel import col

from domain.catalog.model import Product, Shop, Sku
from domain.fulfilment.model import Shipment
from domain.inventory.model import Warehouse
from domain.orders.card import CardLine, CardParcel, CardRefund, CardWriteBack, OrderCard
from domain.orders.model import Order, OrderLine, Refund
from domain.people import Shops, Staff
from domain.writebacks.model import WriteBack, WriteBackState
from storage.actions.books import StoredBooks
from storage.encryption import Vault
from storage.engine import Database
from storage.figures.details import masked

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
            refunds=_refunds(connection, row.id))


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
                    col(WriteBack.state), col(WriteBack.told_at), col(WriteBack.why))
             .join(Warehouse, col(Warehouse.id) == col(Shipment.warehouse_id), isouter=True)
             .join(Staff, col(Staff.id) == col(Shipment.staff_id), isouter=True)
             .join(WriteBack, (col(WriteBack.order_id) == col(Shipment.order_id))
                   & (col(WriteBack.parcel_no) == col(Shipment.parcel_no))
                   & (col(WriteBack.state) != WriteBackState.WITHDRAWN), isouter=True)
             .where(col(Shipment.order_id) == order_id).order_by(col(Shipment.parcel_no)))
    return [CardParcel(*row[:7], told=CardWriteBack(row.state, row.told_at, row.why) if row.state else None)
            for row in connection.execute(found)]


def _refunds(connection: Connection, order_id: int) -> list[CardRefund]:
    found = select(col(Refund.status), col(Refund.amount_minor), col(Refund.reason)).where(
        col(Refund.order_id) == order_id).order_by(col(Refund.id))
    return [CardRefund(*row) for row in connection.execute(found)]
