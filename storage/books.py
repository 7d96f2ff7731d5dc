"""Looks up what the verbs must know, in one connection; while an action is carried out, under row locks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, select
from sqlmodel import col

from domain.books import (
    Balance,
    ExceptionFacts,
    ListingFacts,
    Named,
    OrderFacts,
    PurchaseLineFacts,
    SkuFacts,
    WarehouseFacts,
)
from domain.catalog.model import Sku
from domain.changes import Cost
from domain.costing.model import CostPool
from domain.exceptions.model import ExceptionCase
from domain.fulfilment.model import MergedOrder, Shipment
from domain.inventory.model import StockBalance, StockMove, Warehouse
from domain.messaging.model import Report, Subscription
from domain.orders.model import Order, OrderStatus
from domain.people import Staff
from domain.purchasing.model import PurchaseLine, PurchaseOrder, PurchaseStatus
from storage import listings, naming
from storage.encryption import Vault
from storage.order_facts import OrderReader

MAX_SIMILAR = 3  # as many choices as a reply shows
LEAST_LIKENESS = 50  # of 100; below it names have nothing in common
MAX_CANDIDATE_BUYERS = 50  # whose orders might be merged: more groups than a chat can show
MAX_CANDIDATES = 20_000  # names compared for likeness: some 20 ms
_Any = tuple[Any, ...]
_WAITING = (OrderStatus.TO_SHIP, OrderStatus.PARTLY_SHIPPED, OrderStatus.AFTER_SALE, OrderStatus.HELD)


class StoredBooks:
    """`domain.books.Books` on a connection. With `locks`, orders and SKUs that are read stay as they are until the end.

    SQLite needs no row locks: a writer there is alone.
    """

    def __init__(self, connection: Connection, *, locks: bool, vault: Vault | None = None) -> None:
        self._connection = connection
        self._locks = locks
        self._vault = vault

    # The locks leave others free to refer to a row: who reserves for another order of the SKU need not wait.
    def _rows(self, statement: Select[*_Any], *, locked: type | None = None) -> Sequence[Any]:
        if locked is not None and self._locks:
            statement = statement.with_for_update(of=locked, key_share=True)
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
        return OrderReader(self._connection, skus=self._skus_of, locks=self._locks,
                           vault=self._vault).read(which)

    def _skus_of(self, ids: Collection[int]) -> Sequence[SkuFacts]:
        return self._skus(col(Sku.id).in_(ids)) if ids else []

    def sku(self, code: str) -> SkuFacts | None:
        exact = self._skus(col(Sku.code) == code)
        found = exact or self._skus(func.upper(col(Sku.code)) == code.upper())
        return found[0] if len(found) == 1 else None

    def _skus(self, which: Any) -> list[SkuFacts]:
        """In order of id, so that two actions that lock several never wait for each other in a circle."""
        statement = select(*Sku.__table__.columns, col(CostPool.method)).join(  # type: ignore[attr-defined]
            CostPool, col(CostPool.sku_id) == col(Sku.id), isouter=True).where(which).order_by(col(Sku.id))
        rows = self._rows(statement, locked=Sku)
        totals = select(col(StockBalance.sku_id), func.sum(col(StockBalance.on_hand))).where(
            col(StockBalance.sku_id).in_([row.id for row in rows])).group_by(col(StockBalance.sku_id))
        on_hand = {sku_id: int(total) for sku_id, total in self._rows(totals)}
        return [SkuFacts(row.id, row.code, row.currency, Cost(row.unit_cost_e4, row.cost_remainder_e4),
                         row.reorder_point, row.allows_backorder, on_hand.get(row.id, 0), row.method) for row in rows]

    def warehouse(self, name: str) -> WarehouseFacts | None:
        return next((place for place in self.warehouses() if place.name == name), None)

    def warehouses(self) -> Sequence[WarehouseFacts]:
        statement = select(col(Warehouse.id), col(Warehouse.name)).order_by(col(Warehouse.priority), col(Warehouse.id))
        return [WarehouseFacts(*row) for row in self._rows(statement)]

    def balances(self, sku_ids: Iterable[int]) -> Mapping[tuple[int, int], Balance]:
        statement = select(
            col(StockBalance.sku_id), col(StockBalance.warehouse_id), col(StockBalance.on_hand),
            col(StockBalance.reserved), col(StockBalance.incoming)).where(col(StockBalance.sku_id).in_(list(sku_ids)))
        return {(sku, place): Balance(*counts) for sku, place, *counts in self._rows(statement)}

    def moved(self, sku_id: int, warehouse_id: int) -> int:
        return int(self._connection.execute(select(func.coalesce(func.sum(col(StockMove.quantity)), 0)).where(
            col(StockMove.sku_id) == sku_id, col(StockMove.warehouse_id) == warehouse_id)).scalar_one())

    def open_purchases(self, sku_id: int, warehouse_id: int) -> Sequence[PurchaseLineFacts]:
        still_open = col(PurchaseLine.quantity) - col(PurchaseLine.received)
        statement = (select(col(PurchaseLine.id), still_open)
                     .join(PurchaseOrder, col(PurchaseOrder.id) == col(PurchaseLine.purchase_order_id))
                     .where(col(PurchaseLine.sku_id) == sku_id, col(PurchaseOrder.warehouse_id) == warehouse_id,
                            col(PurchaseOrder.status) == PurchaseStatus.OPEN, still_open > 0)
                     .order_by(col(PurchaseLine.id)))
        return [PurchaseLineFacts(*row) for row in self._rows(statement)]

    def is_subscribed(self, chat: str, report: Report) -> bool:
        return bool(self._rows(select(col(Subscription.id)).where(
            col(Subscription.chat) == chat, col(Subscription.report) == report)))

    def subscribed_at(self, chat: str, report: Report) -> str | None:
        return self._connection.execute(select(col(Subscription.at)).where(
            col(Subscription.chat) == chat, col(Subscription.report) == report)).scalar()

    def waybill_user(self, carrier: str, waybill_no: str) -> str | None:
        return self.waybill_users([waybill_no]).get((carrier, waybill_no))

    def waybill_users(self, waybills: Collection[str]) -> Mapping[tuple[str, str], str]:
        statement = (select(col(Shipment.carrier), col(Shipment.waybill_no), col(Order.external_id))
                     .join(Order, col(Shipment.order_id) == col(Order.id))
                     .where(col(Shipment.waybill_no).in_(sorted(waybills))))
        return {(carrier, waybill_no): number for carrier, waybill_no, number in self._rows(statement)}

    def staff_id(self, name: str) -> int | None:
        return self._connection.execute(select(col(Staff.id)).where(col(Staff.name) == name)).scalar()

    def exception(self, number: int) -> ExceptionFacts | None:
        row: Any = self._connection.execute(select(
            col(ExceptionCase.id), col(ExceptionCase.kind), col(ExceptionCase.label), col(ExceptionCase.snoozed_until),
            col(ExceptionCase.resolved_at).is_(None)).where(col(ExceptionCase.id) == number)).first()
        return ExceptionFacts(*row) if row else None

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

        names = self._connection.execute(_names(dimension).limit(MAX_CANDIDATES)).scalars().all()
        return tuple(name for name, _, _ in process.extract(
            text, names, scorer=fuzz.ratio, processor=str.upper, limit=MAX_SIMILAR, score_cutoff=LEAST_LIKENESS))


def _names(dimension: str) -> Select[str]:
    """Orders are only those that an action could be about, the latest first."""
    if dimension == "order":
        return select(col(Order.external_id)).where(col(Order.status).in_(_WAITING)).order_by(col(Order.id).desc())
    if dimension == "listing":
        return listings.unmatched_texts()
    if dimension in {"alias", "name"}:
        return naming.texts(only_aliases=dimension == "alias")
    return select(col(Sku.code)) if dimension == "sku" else select(col(Warehouse.name))
