"""Orders that cannot leave as one: held in several places or parcels, or with pieces missing while others are there."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select, true
from sqlmodel import col

from domain.catalog.model import Shop, Sku
from domain.inventory.model import Allocation, StockBalance, Warehouse
from domain.orders.card import DividedOrder, Goods, PlannedParcel
from domain.orders.model import Order, OrderLine, OrderStatus
from domain.people import Shops

WAITING = (OrderStatus.TO_SHIP, OrderStatus.PARTLY_SHIPPED)
MAX_SHORT = 200  # orders with pieces missing that are looked into; where more are, stock is what is missing


def planned(connection: Connection, order_ids: Sequence[int]) -> Mapping[int, list[PlannedParcel]]:
    """The parcels in which what is held for the orders is to leave, by order."""
    of_parcel = (col(Allocation.order_id), col(Allocation.parcel_no), col(Warehouse.priority), col(Warehouse.id),
                 col(Warehouse.name))
    rows = connection.execute(
        select(*of_parcel, col(Sku.code), func.sum(col(Allocation.quantity)))
        .join(Warehouse, col(Warehouse.id) == col(Allocation.warehouse_id))
        .join(Sku, col(Sku.id) == col(Allocation.sku_id)).where(col(Allocation.order_id).in_(order_ids))
        .group_by(*of_parcel, col(Sku.code)).order_by(*of_parcel[:4], col(Sku.code))).all()
    found: defaultdict[int, dict[tuple[int, str], list[Goods]]] = defaultdict(dict)
    for order_id, parcel_no, _, _, place, code, pieces in rows:
        found[order_id].setdefault((parcel_no, place), []).append(Goods(code, int(pieces)))
    return {order_id: [PlannedParcel(place, goods) for (_, place), goods in parcels.items()]
            for order_id, parcels in found.items()}


def divided(connection: Connection, shops: Shops) -> list[DividedOrder]:
    """Those in several parcels, then those of which only part is there; each in order of when it has to leave."""
    is_open = and_(col(Order.status).in_(WAITING), true() if shops is None else col(Shop.name).in_(shops))
    apart = select(col(Allocation.order_id)).group_by(col(Allocation.order_id)).having(
        or_(func.min(col(Allocation.warehouse_id)) < func.max(col(Allocation.warehouse_id)),
            func.min(col(Allocation.parcel_no)) < func.max(col(Allocation.parcel_no))))
    several = connection.execute(_listed().where(is_open, col(Order.id).in_(apart))).all()
    parcels = planned(connection, [row.id for row in several])
    short = connection.execute(_listed().where(is_open, col(Order.id).in_(_short())).limit(MAX_SHORT)).all()
    lines = _lines(connection, [row.id for row in short])
    return [*(DividedOrder(row.number, row.shop, parcels[row.id]) for row in several),
            *(DividedOrder(row.number, row.shop, (), *lines[row.id]) for row in short)]


def _listed() -> Any:
    return (select(col(Order.id), col(Order.external_id).label("number"), col(Shop.name).label("shop"))
            .join(Shop, col(Shop.id) == col(Order.shop_id))
            .order_by(func.coalesce(col(Order.ship_by), col(Order.paid_at)), col(Order.id)))


_FREE = (select(col(StockBalance.sku_id).label("sku_id"),
                func.sum(col(StockBalance.on_hand) - col(StockBalance.reserved)).label("free"))
         .group_by(col(StockBalance.sku_id)).subquery("stock"))
_IS_HERE = case((_FREE.c.free >= col(OrderLine.quantity), 1), else_=0)


def _short() -> Any:
    """Nothing is held for them, as not everything is there, but some line is."""
    return (select(col(OrderLine.order_id)).join(Order, col(Order.id) == col(OrderLine.order_id))
            .join(_FREE, _FREE.c.sku_id == col(OrderLine.sku_id))
            .where(col(Order.status) == OrderStatus.TO_SHIP,
                   col(Order.id).not_in(select(col(Allocation.order_id))))
            .group_by(col(OrderLine.order_id)).having(func.min(_IS_HERE) < func.max(_IS_HERE)))


def _lines(connection: Connection, order_ids: Sequence[int]) -> Mapping[int, tuple[list[Goods], list[Goods]]]:
    """What is there and what is missing, line by line."""
    found: defaultdict[int, tuple[list[Goods], list[Goods]]] = defaultdict(lambda: ([], []))
    rows = connection.execute(
        select(col(OrderLine.order_id), _IS_HERE, col(Sku.code), col(OrderLine.quantity))
        .join(Sku, col(Sku.id) == col(OrderLine.sku_id)).join(_FREE, _FREE.c.sku_id == col(OrderLine.sku_id))
        .where(col(OrderLine.order_id).in_(order_ids)).order_by(col(OrderLine.order_id), col(OrderLine.line_no)))
    for order_id, is_here, code, pieces in rows:
        found[order_id][0 if is_here else 1].append(Goods(code, pieces))
    return found
