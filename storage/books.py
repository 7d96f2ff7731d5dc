"""Looks up what the verbs must know, in one connection; while an action is carried out, under row locks."""

from base64 import b64encode
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, true
from sqlmodel import col

from domain.aftersales.model import ReturnedPiece
from domain.books import (
    Balance,
    ExceptionFacts,
    Held,
    LimitFacts,
    LineFacts,
    ListingFacts,
    Named,
    Need,
    OpenLine,
    OrderFacts,
    PurchaseFacts,
    PurchaseLineFacts,
    Receiver,
    RefundFacts,
    ShippedPiece,
    SkuFacts,
    SupplierFacts,
    TransferFacts,
    UntoldFacts,
    WarehouseFacts,
)
from domain.catalog.model import ItemKind, Listing, Product, Shop, Sku
from domain.changes import Cost
from domain.costing.model import CostPool
from domain.exceptions.kinds import kinds_for
from domain.exceptions.model import ExceptionCase
from domain.fulfilment.model import MergedOrder, ParcelLine, Shipment
from domain.importing.model import KeptMapping
from domain.inventory.model import Allocation, ReorderPoint, StockBalance, StockMove, Warehouse
from domain.messaging.model import Report, Subscription
from domain.orders.model import Fulfilment, Order, OrderLine, OrderStatus, Refund, RefundLine, RefundStatus
from domain.orders.rules import EMPTY_PARCELS, Axes
from domain.people import Permission, Shops, Staff
from domain.purchasing.model import PurchaseLine, PurchaseOrder, PurchaseStatus
from storage import import_mappings, listings, naming, purchases, quiet_hours, shop_limits, transfers, write_backs
from storage.encryption import Vault

MAX_SIMILAR = 3  # as many choices as a reply shows
LEAST_LIKENESS = 50  # of 100; below it names have nothing in common
MAX_CANDIDATE_BUYERS = 50  # whose orders might be merged: more groups than a chat can show
MAX_CANDIDATES = 20_000  # names compared for likeness: some 20 ms
_Any = tuple[Any, ...]
_ALL_OUT = (Fulfilment.SHIPPED, Fulfilment.SIGNED, Fulfilment.COMPLETED)
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

    # The locks leave others free to refer to a row: who reserves for another order of the SKU need not wait.
    def _rows(self, statement: Select[*_Any], *, locked: type | None = None) -> Sequence[Any]:
        if locked is not None and self._locks:
            statement = statement.with_for_update(of=locked, key_share=True)
        return self._connection.execute(statement).all()

    def orders(self, number: str) -> Sequence[OrderFacts]:
        return self._orders(col(Order.external_id) == number)

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
        columns = Order.__table__.columns  # type: ignore[attr-defined]
        statement = (select(*columns, col(Shop.name).label("shop"), col(MergedOrder.lead_id),
                            write_backs.is_connected(self._platforms).label("is_connected"))
                     .join(Shop, col(Shop.id) == col(Order.shop_id))
                     .join(MergedOrder, col(MergedOrder.order_id) == col(Order.id), isouter=True)
                     .where(which, self._in_shops()).order_by(col(Order.id)))
        return [self._order(row) for row in self._rows(statement, locked=Order)]

    def _in_shops(self) -> ColumnElement[bool]:
        return true() if self._shops is None else col(Shop.name).in_(self._shops)

    def sees(self, order_ids: Collection[int]) -> bool:
        """Whether all of them are orders of the shops."""
        found = self._rows(select(col(Order.id)).join(Shop, col(Shop.id) == col(Order.shop_id)).where(
            col(Order.id).in_(order_ids), self._in_shops()))
        return len(found) == len(set(order_ids))

    def _order(self, row: Any) -> OrderFacts:
        lines = self._lines(row.id)
        pieces, unmatched = self._pieces(row.shop_id, lines)
        if row.excluded in EMPTY_PARCELS:
            pieces.clear()
        parcels, whole = self._parcels(row.id), dict(pieces)
        for parcel in parcels:
            pieces.subtract({(parcel.line_no, parcel.sku_id): parcel.quantity} if parcel.line_no else {})
        skus = {sku.id: sku for sku in self._skus(col(Sku.id).in_(sorted({sku_id for _, sku_id in pieces})))}
        refunds = self._rows(select(Refund.__table__).where(col(Refund.order_id) == row.id)  # type: ignore[attr-defined]
                             .order_by(col(Refund.id)), locked=Refund)
        return OrderFacts(
            row.id, row.external_id, row.shop_id, row.shop,
            Axes(row.payment, row.fulfilment, row.after_sale, row.hold), row.currency, row.fx_rate, row.paid_minor,
            row.paid_on, row.shipped_at,
            lines=tuple(LineFacts(line.line_no, line.sku_id, line.quantity, line.paid_minor, line.paid_base,
                                  line.cost_base) for line in lines),
            needs=tuple(Need(skus[sku_id], left, line_no) for (line_no, sku_id), left in pieces.items() if left > 0),
            unmatched_lines=unmatched, parcels=max((parcel.parcel_no for parcel in parcels), default=0),
            refunded_minor=sum(refund.amount_minor for refund in refunds if refund.status is RefundStatus.SUCCEEDED),
            asked=tuple(RefundFacts(refund.id, refund.amount_minor, refund.amount_base, self._has_lines(refund.id))
                        for refund in refunds if refund.status is RefundStatus.ASKED),
            held=self._held(row.id), parcels_of_unknown=sum(parcel.line_no is None for parcel in parcels),
            shipped=self._shipped(row, whole, has_unknown=any(parcel.line_no is None for parcel in parcels)),
            refunds=len(refunds), excluded=row.excluded,
            receiver=self._receiver(row), paid_at=row.paid_at, lead_id=row.lead_id,
            is_connected=bool(row.is_connected))

    def _lines(self, order_id: int) -> Sequence[Any]:
        columns = OrderLine.__table__.columns  # type: ignore[attr-defined]
        statement = (select(*columns, col(Product.kind))
                     .join(Sku, col(Sku.id) == col(OrderLine.sku_id), isouter=True)
                     .join(Product, col(Product.id) == col(Sku.product_id), isouter=True)
                     .where(col(OrderLine.order_id) == order_id).order_by(col(OrderLine.line_no)))
        return self._rows(statement)

    def _pieces(self, shop_id: int, lines: Sequence[Any]) -> tuple[Counter[tuple[int, int]], int]:
        """Goods by line and SKU id, bundles taken apart, and how many lines stand for nothing known."""
        pieces: Counter[tuple[int, int]] = Counter()
        unmatched = 0
        for line in lines:
            if line.sku_id is not None:
                pieces[line.line_no, line.sku_id] += line.quantity if line.kind is not ItemKind.SERVICE else 0
                continue
            parts = self._rows(select(col(Listing.sku_id), col(Listing.quantity)).where(
                col(Listing.shop_id) == shop_id, col(Listing.platform_sku) == (line.sku_code or line.title)))
            pieces.update({(line.line_no, sku_id): quantity * line.quantity for sku_id, quantity in parts})
            unmatched += not parts
        return pieces, unmatched

    def _parcels(self, order_id: int) -> Sequence[Any]:
        """What was sent: a row for each line in a parcel, one without a line for a parcel of unknown contents."""
        is_of = (col(ParcelLine.order_id) == col(Shipment.order_id)) & (
            col(ParcelLine.parcel_no) == col(Shipment.parcel_no))
        return self._rows(select(
            col(Shipment.parcel_no), col(ParcelLine.line_no), col(ParcelLine.sku_id), col(ParcelLine.quantity))
            .join(ParcelLine, is_of, isouter=True).where(col(Shipment.order_id) == order_id))

    def _shipped(self, row: Any, whole: Mapping[tuple[int, int], int], *, has_unknown: bool,
                 ) -> tuple[ShippedPiece, ...]:
        """What has left, less what came back of each line and SKU.

        A parcel of unknown contents was the whole order; what is known beside it was sent again.
        """
        sent = self._sent(row.id)
        if row.fulfilment in _ALL_OUT:
            sent = self._with_unknown(row.id, sent, whole, has_unknown=has_unknown)
        back = {(line_no, sku_id): int(pieces) for line_no, sku_id, pieces in self._rows(
            select(col(ReturnedPiece.line_no), col(ReturnedPiece.sku_id), func.sum(col(ReturnedPiece.quantity)))
            .where(col(ReturnedPiece.order_id) == row.id)
            .group_by(col(ReturnedPiece.line_no), col(ReturnedPiece.sku_id)))}
        skus = {sku.id: sku for sku in self._skus(col(Sku.id).in_(sorted({one[1] for one in sent})))} if sent else {}
        pieces = (ShippedPiece(skus[sku_id], line_no, int(quantity) - back.get((line_no, sku_id), 0), place)
                  for line_no, sku_id, place, quantity in sent)
        return tuple(piece for piece in pieces if piece.quantity > 0)

    def _with_unknown(self, order_id: int, known: Sequence[Any], whole: Mapping[tuple[int, int], int], *,
                      has_unknown: bool) -> list[Any]:
        out = Counter({(line_no, sku_id): int(pieces) for line_no, sku_id, _, pieces in known})
        places = {(line_no, sku_id): place for line_no, sku_id, place, _ in known}
        left_from = self._connection.execute(
            select(func.min(col(Shipment.warehouse_id))).where(col(Shipment.order_id) == order_id)).scalar()
        for line, pieces in whole.items():
            out[line] = out[line] + pieces if has_unknown else max(out[line], pieces)
        return [(*line, places.get(line, left_from), pieces) for line, pieces in sorted(out.items()) if pieces]

    def _sent(self, order_id: int) -> Sequence[Any]:
        """What was in parcels whose contents are known: (line, SKU, warehouse, pieces)."""
        is_of = (col(Shipment.order_id) == col(ParcelLine.order_id)) & (
            col(Shipment.parcel_no) == col(ParcelLine.parcel_no))
        return self._rows(select(col(ParcelLine.line_no), col(ParcelLine.sku_id), func.max(col(Shipment.warehouse_id)),
                                 func.sum(col(ParcelLine.quantity))).join(Shipment, is_of)
                          .where(col(ParcelLine.order_id) == order_id)
                          .group_by(col(ParcelLine.line_no), col(ParcelLine.sku_id))
                          .order_by(col(ParcelLine.line_no), col(ParcelLine.sku_id)))

    def _held(self, order_id: int) -> tuple[Held, ...]:
        statement = (select(col(Allocation.line_no), col(Allocation.sku_id), col(Allocation.warehouse_id),
                            col(Allocation.parcel_no), col(Allocation.quantity), col(Allocation.reason))
                     .join(Warehouse, col(Warehouse.id) == col(Allocation.warehouse_id))
                     .where(col(Allocation.order_id) == order_id)
                     .order_by(col(Allocation.parcel_no), col(Warehouse.priority), col(Warehouse.id),
                               col(Allocation.line_no), col(Allocation.sku_id)))
        return tuple(Held(*row) for row in self._rows(statement))

    def _receiver(self, row: Any) -> Receiver:
        address = self._vault.open("orders.address", row.address_sealed) if self._vault else None
        return Receiver(row.customer_id, row.phone_index, row.province, row.city, address)

    def _has_lines(self, refund_id: int) -> bool:
        statement = select(col(RefundLine.line_no)).where(col(RefundLine.refund_id) == refund_id).limit(1)
        return self._connection.execute(statement).first() is not None

    def sku(self, code: str) -> SkuFacts | None:
        exact = self._skus(col(Sku.code) == code)
        found = exact or self._skus(func.upper(col(Sku.code)) == code.upper())
        return found[0] if len(found) == 1 else None

    def _skus(self, which: Any) -> list[SkuFacts]:
        """In order of id, so that two actions that lock several never wait for each other in a circle."""
        statement = select(*Sku.__table__.columns, col(CostPool.method)).join(  # type: ignore[attr-defined]
            CostPool, col(CostPool.sku_id) == col(Sku.id), isouter=True).where(which).order_by(col(Sku.id))
        rows = self._rows(statement, locked=Sku)
        ids = [row.id for row in rows]
        totals = select(col(StockBalance.sku_id), func.sum(col(StockBalance.on_hand))).where(
            col(StockBalance.sku_id).in_(ids)).group_by(col(StockBalance.sku_id))
        on_hand = Counter({sku_id: int(total) for sku_id, total in self._rows(totals)})
        for (sku_id, _), pieces in transfers.coming(self._connection, ids).items():
            on_hand[sku_id] += pieces
        return [SkuFacts(row.id, row.code, row.currency, Cost(row.unit_cost_e4, row.cost_remainder_e4),
                         row.reorder_point, row.allows_backorder, on_hand[row.id], row.method) for row in rows]

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

    def reorder_point(self, sku_id: int, warehouse_id: int) -> int | None:
        return self._connection.execute(select(col(ReorderPoint.quantity)).where(
            col(ReorderPoint.sku_id) == sku_id, col(ReorderPoint.warehouse_id) == warehouse_id)).scalar()

    def transfer(self, number: str) -> TransferFacts | None:
        row = transfers.by_number(self._connection, number.strip().upper())
        if row is None:
            return None
        places = {place.id: place for place in self.warehouses()}
        return TransferFacts(row.id, row.number, self._skus(col(Sku.id) == row.sku_id)[0],
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
        skus = {sku.id: sku for sku in self._skus(col(Sku.id).in_(sorted(line.sku_id for line in lines)))}
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

    def waybill_user(self, carrier: str, waybill_no: str) -> str | None:
        used = (col(Shipment.waybill_no) == waybill_no, col(Shipment.carrier) == carrier)
        found = self._rows(select(col(Order.external_id), self._in_shops())
                           .join(Shipment, col(Shipment.order_id) == col(Order.id))
                           .join(Shop, col(Shop.id) == col(Order.shop_id)).where(*used).limit(1))
        return next((number if is_seen else "" for number, is_seen in found), None)

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
