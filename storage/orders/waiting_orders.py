"""The orders that wait to be shipped, as a list for people; and which of some numbers are orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlmodel import col

from domain.catalog.model import Shop, Sku
from domain.fulfilment.model import Shipment
from domain.orders.model import Order, OrderLine, OrderStatus
from domain.people import Shops
from storage.engine import Database

_WAITING = (OrderStatus.TO_SHIP, OrderStatus.PARTLY_SHIPPED)
MAX_GOODS_CHARS = 60


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """One order to ship. `goods` is like `YS-01-M×2 SP-02`."""

    number: str
    shop: str
    paid_at: datetime | None
    ship_by: datetime | None
    goods: str


class WaitingOrders:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, limit: int, shops: Shops = None) -> tuple[int, list[WaitingOrder]]:
        """How many wait, and those that have waited longest."""
        is_waiting = and_(col(Order.status).in_(_WAITING), _in(shops))
        oldest = (select(col(Order.id), col(Order.external_id), col(Shop.name), col(Order.paid_at), col(Order.ship_by))
                  .join(Shop, col(Shop.id) == col(Order.shop_id)).where(is_waiting)
                  .order_by(func.coalesce(col(Order.ship_by), col(Order.paid_at)), col(Order.id)).limit(limit))
        with self._database.read() as connection:
            count = connection.execute(select(func.count()).select_from(Order).where(is_waiting)).scalar_one()
            rows: Sequence[Any] = connection.execute(oldest).all()
            lines: Sequence[Any] = connection.execute(
                select(col(OrderLine.order_id), func.coalesce(col(Sku.code), col(OrderLine.sku_code), "?"),
                       col(OrderLine.quantity)).join(Sku, col(Sku.id) == col(OrderLine.sku_id), isouter=True)
                .where(col(OrderLine.order_id).in_([row[0] for row in rows]))
                .order_by(col(OrderLine.order_id), col(OrderLine.line_no))).all()
        goods: dict[int, list[str]] = {}
        for order_id, code, quantity in lines:
            goods.setdefault(order_id, []).append(f"{code}×{quantity}" if quantity > 1 else code)
        return count, [WaitingOrder(number, shop, paid_at, ship_by, " ".join(goods.get(order_id, ()))[:MAX_GOODS_CHARS])
                       for order_id, number, shop, paid_at, ship_by in rows]

    def orders_among(self, texts: Sequence[str], shops: Shops = None) -> list[str]:
        """Those of the texts that are order numbers."""
        with self._database.read() as connection:
            found = set(connection.execute(select(col(Order.external_id)).where(
                col(Order.external_id).in_(list(texts)), _in(shops))).scalars())
        return [text for text in texts if text in found]

    def order_of_waybill(self, waybill: str, shops: Shops = None) -> str | None:
        """The order of these shops that was sent with the waybill already."""
        with self._database.read() as connection:
            return connection.execute(
                select(col(Order.external_id)).join(Shipment, col(Shipment.order_id) == col(Order.id))
                .where(col(Shipment.waybill_no) == waybill, _in(shops)).limit(1)).scalar()


def _in(shops: Shops) -> ColumnElement[bool]:
    """Orders of these shops."""
    if shops is None:
        return true()
    return col(Order.shop_id).in_(select(col(Shop.id)).where(col(Shop.name).in_(shops)))
