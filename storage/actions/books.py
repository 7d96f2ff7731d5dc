"""Looks up what the verbs must know, in one connection; while an action is carried out, under row locks."""

from base64 import b64encode
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, and_, bindparam, func, select, true
from sqlmodel import col

from domain.books import (
    Balance,
    ExceptionFacts,
    LimitFacts,
    ListingFacts,
    Named,
    OpenLine,
    OrderFacts,
    PurchaseFacts,
    PurchaseLineFacts,
    SkuFacts,
    SupplierFacts,
    TransferFacts,
    UntoldFacts,
    WarehouseFacts,
)
from domain.catalog.model import Shop, Sku
from domain.changes.costs import Cost
from domain.costing.model import CostPool
from domain.exceptions.kinds import kinds_for
from domain.exceptions.model import ExceptionCase
from domain.fulfilment.model import MergedOrder, Shipment
from domain.importing.model import KeptMapping
from domain.inventory.model import MoveReason, ReorderPoint, StockBalance, StockMove, Warehouse
from domain.messaging.model import Report, Subscription
from domain.orders.model import Order, OrderLine, OrderStatus
from domain.people import Permission, Shops, Staff
from domain.purchasing.model import PurchaseLine, PurchaseOrder, PurchaseStatus
from storage import write_backs
from storage.actions.order_facts import OrderReader, locking, of_ids
from storage.encryption import Vault
from storage.made import Made
from storage.messaging import quiet_hours
from storage.names import import_mappings, naming
from storage.people import shop_limits
from storage.stock import listings, purchases, transfers

MAX_SIMILAR = 3  # as many choices as a reply shows
LEAST_LIKENESS = 50  # of 100; below it names have nothing in common
MAX_CANDIDATE_BUYERS = 50  # whose orders might be merged: more groups than a chat can show
MAX_CANDIDATES = 20_000  # names compared for likeness: some 20 ms
_Any = tuple[Any, ...]
# Statements that every action asks are put together once: for one order that takes longer than to ask them.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_SKUS = select(*Sku.__table__.columns, col(CostPool.method)).join(  # type: ignore[attr-defined]
    CostPool, col(CostPool.sku_id) == col(Sku.id), isouter=True).order_by(col(Sku.id))
_SKUS_OF = Made(_SKUS.where(col(Sku.id).in_(_IDS)))
_ON_HAND = Made(select(col(StockBalance.sku_id), func.sum(col(StockBalance.on_hand))).where(
    col(StockBalance.sku_id).in_(_IDS)).group_by(col(StockBalance.sku_id)))
_BALANCES = Made(select(
    col(StockBalance.sku_id), col(StockBalance.warehouse_id), col(StockBalance.on_hand), col(StockBalance.reserved),
    col(StockBalance.incoming)).where(col(StockBalance.sku_id).in_(_IDS)))
_WAREHOUSES = Made(
    select(col(Warehouse.id), col(Warehouse.name)).order_by(col(Warehouse.priority), col(Warehouse.id)))
_WAITING = (OrderStatus.TO_SHIP, OrderStatus.PARTLY_SHIPPED, OrderStatus.AFTER_SALE, OrderStatus.HELD)


class StoredBooks:
    """`domain.books.Books` on a connection. With `locks`, orders and SKUs that are read stay as they are until the end.

    SQLite needs no row locks: a writer there is alone. For somebody limited to `shops` there are no orders but theirs.
    """

    def __init__(self, connection: Connection, *, locks: bool, vault: Vault | None = None, shops: Shops = None,
                 platforms: Collection[str] = ()) -> None:
        self._connection = connection
        self._locks = locks
        self._vault = vault
        self._shops = shops
        self._platforms = platforms

    def _rows(self, statement: Select[*_Any]) -> Sequence[Any]:
        return self._connection.execute(statement).all()

    def orders(self, number: str) -> Sequence[OrderFacts]:
        return self._orders(col(Order.external_id) == number)

    def orders_of(self, numbers: Collection[str]) -> Mapping[str, Sequence[OrderFacts]]:
        found: dict[str, list[OrderFacts]] = {}
        for order in self._orders(col(Order.external_id).in_(sorted(numbers))):
            found.setdefault(order.number, []).append(order)
        return found

    def together(self, lead_id: int) -> Sequence[OrderFacts]:
        return self._orders(col(Order.id).in_(
            select(col(MergedOrder.order_id)).where(col(MergedOrder.lead_id) == lead_id)))

    def mergeable_candidates(self) -> Sequence[OrderFacts]:
        """Orders to be shipped that share shop, buyer, telephone and city with another, in order of id."""
        same = (col(Order.shop_id), col(Order.customer_id), col(Order.phone_index), col(Order.city))
        waits = (col(Order.status) == OrderStatus.TO_SHIP, col(Order.customer_id).is_not(None),
                 col(Order.id).not_in(select(col(MergedOrder.order_id))))
        alike = (select(col(Order.shop_id), col(Order.customer_id)).where(*waits).group_by(*same)
                 .having(func.count() > 1).limit(MAX_CANDIDATE_BUYERS).subquery())
        which = select(col(Order.id)).join(alike, (alike.c.shop_id == col(Order.shop_id)) & (
            alike.c.customer_id == col(Order.customer_id))).where(*waits)
        return self._orders(col(Order.id).in_(which))

    def _orders(self, which: Any) -> Sequence[OrderFacts]:
        return OrderReader(self._connection, skus=self._skus_of, locks=self._locks, vault=self._vault,
                           platforms=self._platforms).read(and_(which, self._in_shops()))

    def _in_shops(self) -> ColumnElement[bool]:
        return true() if self._shops is None else col(Shop.name).in_(self._shops)

    def sees(self, order_ids: Collection[int]) -> bool:
        """Whether all of them are orders of the shops."""
        found = self._rows(select(col(Order.id)).join(Shop, col(Shop.id) == col(Order.shop_id)).where(
            col(Order.id).in_(order_ids), self._in_shops()))
        return len(found) == len(set(order_ids))

    def _skus_of(self, ids: Collection[int]) -> Sequence[SkuFacts]:
        return self._skus(of_ids(self._connection, _SKUS_OF, ids, locked=Sku if self._locks else None)) if ids else []

    def sku(self, code: str) -> SkuFacts | None:
        exact = self._skus_that(col(Sku.code) == code)
        found = exact or self._skus_that(func.upper(col(Sku.code)) == code.upper())
        return found[0] if len(found) == 1 else None

    def _skus_that(self, which: Any) -> list[SkuFacts]:
        statement = _SKUS.where(which)
        return self._skus(self._rows(locking(statement, Sku) if self._locks else statement))

    def _skus(self, rows: Sequence[Any]) -> list[SkuFacts]:
        """In order of id, so that two actions that lock several never wait for each other in a circle."""
        ids = [row.id for row in rows]
        on_hand = Counter({sku_id: int(total) for sku_id, total in of_ids(self._connection, _ON_HAND, ids)})
        for (sku_id, _), pieces in transfers.coming(self._connection, ids).items():
            on_hand[sku_id] += pieces
        return [SkuFacts(row.id, row.code, row.currency, Cost(row.unit_cost_e4, row.cost_remainder_e4),
                         row.reorder_point, row.allows_backorder, on_hand[row.id], row.method) for row in rows]

    def warehouse(self, name: str) -> WarehouseFacts | None:
        return next((place for place in self.warehouses() if place.name == name), None)

    def warehouses(self) -> Sequence[WarehouseFacts]:
        return [WarehouseFacts(*row) for row in _WAREHOUSES.rows(self._connection)]

    def balances(self, sku_ids: Iterable[int]) -> Mapping[tuple[int, int], Balance]:
        rows = _BALANCES.rows(self._connection, {"ids": list(sku_ids)})
        return {(sku, place): Balance(*counts) for sku, place, *counts in rows}

    def moved(self, sku_id: int, warehouse_id: int) -> int:
        return int(self._connection.execute(select(func.coalesce(func.sum(col(StockMove.quantity)), 0)).where(
            col(StockMove.sku_id) == sku_id, col(StockMove.warehouse_id) == warehouse_id)).scalar_one())

    def counted_at(self, sku_id: int, warehouse_id: int) -> datetime | None:
        return self._connection.execute(select(func.max(col(StockMove.moved_at))).where(
            col(StockMove.sku_id) == sku_id, col(StockMove.warehouse_id) == warehouse_id,
            col(StockMove.reason).in_((MoveReason.OPENING, MoveReason.COUNTED)))).scalar()

    def shipped_since(self, sku_id: int, day: date) -> int:
        left = select(col(Shipment.order_id)).where(col(Shipment.shipped_on) >= day)
        return int(self._connection.execute(select(func.coalesce(func.sum(col(OrderLine.quantity)), 0)).where(
            col(OrderLine.sku_id) == sku_id, col(OrderLine.order_id).in_(left))).scalar_one())

    def open_purchases(self, sku_id: int, warehouse_id: int) -> Sequence[PurchaseLineFacts]:
        still_open = col(PurchaseLine.quantity) - col(PurchaseLine.received)
        statement = (select(col(PurchaseLine.id), still_open)
                     .join(PurchaseOrder, col(PurchaseOrder.id) == col(PurchaseLine.purchase_order_id))
                     .where(col(PurchaseLine.sku_id) == sku_id, col(PurchaseOrder.warehouse_id) == warehouse_id,
                            col(PurchaseOrder.status) == PurchaseStatus.OPEN, still_open > 0)
                     .order_by(col(PurchaseLine.id)))
        return [PurchaseLineFacts(*row) for row in self._rows(statement)]

    def reorder_point(self, sku_id: int, warehouse_id: int) -> int | None:
        return self._connection.execute(select(col(ReorderPoint.quantity)).where(
            col(ReorderPoint.sku_id) == sku_id, col(ReorderPoint.warehouse_id) == warehouse_id)).scalar()

    def transfer(self, number: str) -> TransferFacts | None:
        row = transfers.by_number(self._connection, number.strip().upper())
        if row is None:
            return None
        places = {place.id: place for place in self.warehouses()}
        return TransferFacts(row.id, row.number, self._skus_of([row.sku_id])[0],
                             places[row.from_warehouse_id], places[row.to_warehouse_id], row.sent, row.received,
                             row.lost)

    def transferred_to(self, sku_id: int, warehouse_id: int) -> int:
        return transfers.coming(self._connection, [sku_id]).get((sku_id, warehouse_id), 0)

    def supplier(self, name: str) -> SupplierFacts | None:
        row = purchases.supplier_row(self._connection, name.strip())
        if row is None:
            return None
        contact, shown = row.contact_sealed, None
        if contact is not None and self._vault is not None:
            shown = purchases.shown(purchases.opened(self._vault, contact) or "")
        return SupplierFacts(row.id, row.name, row.lead_days, b64encode(contact).decode() if contact else None, shown,
                             purchases.prices_of(self._connection, row.id))

    def purchase(self, number: str) -> PurchaseFacts | None:
        row = purchases.order_row(self._connection, number.strip().upper())
        if row is None:
            return None
        lines = purchases.lines_of(self._connection, [row.id])[row.id]
        skus = {sku.id: sku for sku in self._skus_of(sorted(line.sku_id for line in lines))}
        place = next(place for place in self.warehouses() if place.id == row.warehouse_id)
        return PurchaseFacts(row.id, row.number, row.supplier, place, row.status is PurchaseStatus.CANCELLED, tuple(
            OpenLine(line.id, skus[line.sku_id], line.quantity, line.received, line.unit_cost_e4) for line in lines))

    def is_subscribed(self, chat: str, report: Report) -> bool:
        return bool(self._rows(select(col(Subscription.id)).where(
            col(Subscription.chat) == chat, col(Subscription.report) == report)))

    def subscribed_at(self, chat: str, report: Report) -> str | None:
        return self._connection.execute(select(col(Subscription.at)).where(
            col(Subscription.chat) == chat, col(Subscription.report) == report)).scalar()

    def quiet_hours(self, chat: str, report: str) -> str | None:
        return quiet_hours.read(self._connection, chat, report)

    def waybill_user(self, waybill_no: str) -> str | None:
        return self.waybill_users([waybill_no]).get(waybill_no)

    def waybill_users(self, waybills: Collection[str]) -> Mapping[str, str]:
        statement = (select(col(Shipment.waybill_no), col(Order.external_id), self._in_shops())
                     .join(Order, col(Shipment.order_id) == col(Order.id))
                     .join(Shop, col(Shop.id) == col(Order.shop_id))
                     .where(col(Shipment.waybill_no).in_(sorted(waybills))))
        return {waybill_no: number if is_seen else "" for waybill_no, number, is_seen in self._rows(statement)}

    def staff_id(self, name: str) -> int | None:
        return self._connection.execute(select(col(Staff.id)).where(col(Staff.name) == name)).scalar()

    def untold(self, order_id: int) -> Sequence[UntoldFacts]:
        return write_backs.untold(self._connection, order_id)

    def exception(self, number: int) -> ExceptionFacts | None:
        row: Any = self._connection.execute(select(
            col(ExceptionCase.id), col(ExceptionCase.kind), col(ExceptionCase.label), col(ExceptionCase.snoozed_until),
            col(ExceptionCase.resolved_at).is_(None)).where(
                col(ExceptionCase.id) == number,
                true() if self._shops is None else and_(
                    col(ExceptionCase.place).in_(self._shops),
                    col(ExceptionCase.kind).in_(kinds_for(tuple(Permission), only_of_shops=True))))).first()
        return ExceptionFacts(*row) if row else None

    def mapping(self, number: int) -> KeptMapping | None:
        found = import_mappings.find(self._connection, number)
        return found.kept if found else None

    def limits(self, who: str) -> Sequence[LimitFacts]:
        return shop_limits.facts(self._connection, who)

    def named(self, text: str) -> Sequence[Named]:
        return naming.named(self._connection, text)

    def aliased(self, text: str) -> Sequence[Named]:
        return naming.aliased(self._connection, text)

    def listings(self, text: str) -> Sequence[ListingFacts]:
        return listings.facts(self._connection, text)

    def listing_cost(self, parts: Sequence[tuple[int, int]], base_currency: str) -> int | None:
        return listings.unit_cost_e4(self._connection, parts, base_currency)

    def is_moved(self, shop_id: int, text: str) -> bool:
        return listings.is_moved(self._connection, shop_id, text)

    def nearest(self, dimension: str, text: str) -> tuple[str, ...]:
        from rapidfuzz import fuzz, process  # noqa: PLC0415  (only needed when a name is wrong)

        wanted = _names(dimension)
        if dimension == "order" and self._shops is not None:
            wanted = wanted.join(Shop, col(Shop.id) == col(Order.shop_id)).where(self._in_shops())
        names = self._connection.execute(wanted.limit(MAX_CANDIDATES)).scalars().all()
        return tuple(name for name, _, _ in process.extract(
            text, names, scorer=fuzz.ratio, processor=str.upper, limit=MAX_SIMILAR, score_cutoff=LEAST_LIKENESS))


_LISTED = {"transfer": transfers.open_numbers, "purchase": purchases.open_numbers, "supplier": purchases.names}


def _names(dimension: str) -> Select[str]:
    """Orders are only those that an action could be about, the latest first."""
    if dimension == "order":
        return select(col(Order.external_id)).where(col(Order.status).in_(_WAITING)).order_by(col(Order.id).desc())
    if dimension == "reader":
        return shop_limits.readers()
    if dimension == "shop":
        return select(col(Shop.name))
    if dimension == "listing":
        return listings.unmatched_texts()
    if dimension in _LISTED:
        return _LISTED[dimension]()
    if dimension in {"alias", "name"}:
        return naming.texts(only_aliases=dimension == "alias")
    return select(col(Sku.code)) if dimension == "sku" else select(col(Warehouse.name))
