"""What the verbs must know of orders: of many at once in as many statements as of one."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, func, select
from sqlmodel import col

from domain.aftersales.model import ReturnedPiece
from domain.books import Held, LineFacts, Need, OrderFacts, Receiver, RefundFacts, ShippedPiece, SkuFacts
from domain.catalog.model import ItemKind, Listing, Product, Shop, Sku
from domain.fulfilment.model import MergedOrder, ParcelLine, ResentParcel, Shipment
from domain.inventory.model import Allocation, Warehouse
from domain.orders.model import Fulfilment, Order, OrderLine, Refund, RefundLine, RefundStatus
from domain.orders.rules import EMPTY_PARCELS, Axes
from storage import write_backs
from storage.encryption import Vault
from storage.made import Made

_ALL_OUT = (Fulfilment.SHIPPED, Fulfilment.SIGNED, Fulfilment.COMPLETED)
# No more columns than are looked at: an order has twice as many, and each moment among them has to be read.
_OF_ORDER = ("id", "external_id", "shop_id", "customer_id", "payment", "fulfilment", "after_sale", "hold", "excluded",
             "currency", "fx_rate", "paid_minor", "paid_at", "paid_on", "shipped_at", "phone_index", "province", "city",
             "address_sealed")
_OF_LINE = ("order_id", "line_no", "sku_id", "quantity", "paid_minor", "paid_base", "cost_base")
_Any = tuple[Any, ...]
# Statements are put together once: for one order that takes longer than to ask it.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_CODE = func.coalesce(func.nullif(col(OrderLine.sku_code), ""), col(OrderLine.title))
# Each line with the parts it stands for, where it has no SKU of its own: (SKU id, pieces of one).
_LINES = Made(
    select(*(getattr(OrderLine, name) for name in _OF_LINE), col(Product.kind),
           col(Listing.sku_id).label("part_id"), col(Listing.quantity).label("part_pieces"))
    .join(Order, col(Order.id) == col(OrderLine.order_id))
    .join(Sku, col(Sku.id) == col(OrderLine.sku_id), isouter=True)
    .join(Product, col(Product.id) == col(Sku.product_id), isouter=True)
    .join(Listing, col(OrderLine.sku_id).is_(None) & (col(Listing.shop_id) == col(Order.shop_id))
          & (col(Listing.platform_sku) == _CODE), isouter=True)
    .where(col(OrderLine.order_id).in_(_IDS))
    .order_by(col(OrderLine.order_id), col(OrderLine.line_no), col(Listing.sku_id)))
_IN_PARCEL, _IN_RESENT = ((col(table.order_id) == col(Shipment.order_id)) & (
    col(table.parcel_no) == col(Shipment.parcel_no)) for table in (ParcelLine, ResentParcel))
# What was sent: a row for each line in a parcel, one without a line for a parcel of unknown contents.
_PARCELS = Made(
    select(col(Shipment.order_id), col(Shipment.parcel_no), col(Shipment.warehouse_id), col(Shipment.signed_at),
           col(Shipment.intercepted_at), col(ParcelLine.line_no), col(ParcelLine.sku_id), col(ParcelLine.quantity),
           col(ResentParcel.parcel_no).label("resent_no"))
    .join(ParcelLine, _IN_PARCEL, isouter=True).join(ResentParcel, _IN_RESENT, isouter=True)
    .where(col(Shipment.order_id).in_(_IDS)))
_OF_PIECE = col(ReturnedPiece.order_id), col(ReturnedPiece.line_no), col(ReturnedPiece.sku_id)
_BACK = Made(
    select(*_OF_PIECE, func.sum(col(ReturnedPiece.quantity))).where(_OF_PIECE[0].in_(_IDS)).group_by(*_OF_PIECE))
_HELD = Made(
    select(col(Allocation.order_id), col(Allocation.line_no), col(Allocation.sku_id), col(Allocation.warehouse_id),
           col(Allocation.parcel_no), col(Allocation.quantity), col(Allocation.reason))
    .join(Warehouse, col(Warehouse.id) == col(Allocation.warehouse_id))
    .where(col(Allocation.order_id).in_(_IDS))
    .order_by(col(Allocation.parcel_no), col(Warehouse.priority), col(Warehouse.id), col(Allocation.line_no),
              col(Allocation.sku_id)))
_HAS_LINES = select(col(RefundLine.line_no)).where(col(RefundLine.refund_id) == col(Refund.id)).exists()
_REFUNDS = Made(
    select(*Refund.__table__.columns, _HAS_LINES.label("has_lines"))  # type: ignore[attr-defined]
    .where(col(Refund.order_id).in_(_IDS)).order_by(col(Refund.id)))
Pieces = Counter[tuple[int, int]]  # by line and SKU id
Skus = Callable[[Collection[int]], Sequence[SkuFacts]]


def of_ids(connection: Connection, made: Made, ids: Collection[int], *, locked: type | None = None) -> Sequence[Any]:
    """The rows of `ids`; those of a `locked` table stay as they are until the end."""
    if locked is None:
        return made.records(connection, {"ids": list(ids)})
    return connection.execute(locking(made.statement, locked), {"ids": list(ids)}).all()


def locking(statement: Any, table: type) -> Any:
    """The locks leave others free to refer to a row: who reserves for another order of the SKU need not wait."""
    return statement.with_for_update(of=table, key_share=True)


@dataclass(slots=True)
class _Sent:
    """The parcels of one order; what was sent again takes nothing from what is still to come."""

    numbers: set[int] = field(default_factory=set)
    as_ordered: Pieces = field(default_factory=Counter)
    again: Pieces = field(default_factory=Counter)
    unknown: set[int] = field(default_factory=set)  # numbers of parcels nobody said what was in
    places: dict[tuple[int, int], int | None] = field(default_factory=dict)
    left_from: int | None = None
    on_the_way: set[int] = field(default_factory=set)  # neither signed for nor fetched back
    intercepted: set[int] = field(default_factory=set)

    def add(self, row: Any) -> None:
        self.numbers.add(row.parcel_no)
        if row.intercepted_at is not None:
            self.intercepted.add(row.parcel_no)
        elif row.signed_at is None:
            self.on_the_way.add(row.parcel_no)
        if row.warehouse_id is not None:
            self.left_from = min(self.left_from or row.warehouse_id, row.warehouse_id)
        if row.line_no is None:
            self.unknown.add(row.parcel_no)
            return
        of = row.line_no, row.sku_id
        (self.again if row.resent_no is not None else self.as_ordered)[of] += row.quantity
        self.places[of] = max(self.places.get(of) or 0, row.warehouse_id or 0) or None

    def out(self, whole: Pieces, *, is_all_out: bool) -> Pieces:
        """What has left: of an order that has left, what nobody saw in a parcel was in one of those nobody looked into.

        Of an order that has left in part only what is known counts.
        """
        left = self.as_ordered | whole if is_all_out else self.as_ordered
        return left + self.again if self.again else left


_UNSENT, _NONE = _Sent(), Pieces()  # of most orders that are to leave, nothing has left or come back yet


@lru_cache
def _orders(platforms: frozenset[str]) -> Select[*_Any]:
    return (select(*(getattr(Order, name) for name in _OF_ORDER), col(Shop.name).label("shop"),
                   col(MergedOrder.lead_id), write_backs.is_connected(platforms).label("is_connected"))
            .join(Shop, col(Shop.id) == col(Order.shop_id))
            .join(MergedOrder, col(MergedOrder.order_id) == col(Order.id), isouter=True).order_by(col(Order.id)))


class OrderReader:
    """Reads orders on a connection; with `locks`, orders and refunds stay as they were read until the end.

    `skus` looks up SKUs by their ids, in order of id; `platforms` are those that can be told of shipments.
    """

    def __init__(self, connection: Connection, *, skus: Skus, locks: bool, vault: Vault | None,
                 platforms: Collection[str] = ()) -> None:
        self._connection, self._find_skus, self._locks, self._vault = connection, skus, locks, vault
        self._platforms = frozenset(platforms)

    def read(self, which: Any) -> list[OrderFacts]:
        """The orders that meet the condition, in order of id."""
        statement = _orders(self._platforms).where(which)
        rows = self._connection.execute(locking(statement, Order) if self._locks else statement).all()
        return self._facts(rows) if rows else []


    def _of(self, made: Made, ids: Sequence[int]) -> Sequence[Any]:
        return of_ids(self._connection, made, ids)

    def _facts(self, rows: Sequence[Any]) -> list[OrderFacts]:
        ids = [row.id for row in rows]
        lines, sent, back = _by_order(self._of(_LINES, ids)), self._sent(ids), self._back(ids)
        pieces = {row.id: Counter() if row.excluded in EMPTY_PARCELS else _pieces(lines[row.id]) for row in rows}
        out = {row.id: sent.get(row.id, _UNSENT).out(pieces[row.id], is_all_out=row.fulfilment in _ALL_OUT)
               for row in rows}
        skus = {sku.id: sku for sku in self._find_skus(sorted(
            {sku_id for of in (*pieces.values(), *out.values()) for _, sku_id in of}))}
        held, refunds = self._held(ids), _by_order(of_ids(
            self._connection, _REFUNDS, ids, locked=Refund if self._locks else None))
        return [OrderFacts(
            row.id, row.external_id, row.shop_id, row.shop,
            Axes(row.payment, row.fulfilment, row.after_sale, row.hold), row.currency, row.fx_rate, row.paid_minor,
            row.paid_on, row.shipped_at, **_of_lines(lines[row.id]), **_of_refunds(refunds[row.id]),
            **_of_parcels(sent.get(row.id, _UNSENT), out[row.id], back.get(row.id, _NONE), skus),
            needs=_needs(pieces[row.id], sent.get(row.id, _UNSENT).as_ordered, skus),
            held=tuple(held[row.id]), excluded=row.excluded, receiver=self._receiver(row), paid_at=row.paid_at,
            lead_id=row.lead_id, is_connected=bool(row.is_connected)) for row in rows]

    def _sent(self, ids: Sequence[int]) -> Mapping[int, _Sent]:
        found: defaultdict[int, _Sent] = defaultdict(_Sent)
        for row in self._of(_PARCELS, ids):
            found[row.order_id].add(row)
        return dict(found)

    def _back(self, ids: Sequence[int]) -> Mapping[int, Pieces]:
        """What came back."""
        found: defaultdict[int, Pieces] = defaultdict(Counter)
        for order_id, line_no, sku_id, pieces in self._of(_BACK, ids):
            found[order_id][line_no, sku_id] = int(pieces)
        return dict(found)

    def _held(self, ids: Sequence[int]) -> Mapping[int, list[Held]]:
        found: defaultdict[int, list[Held]] = defaultdict(list)
        for order_id, *held in self._of(_HELD, ids):
            found[order_id].append(Held(*held))
        return found

    def _receiver(self, row: Any) -> Receiver:
        address = self._vault.open("orders.address", row.address_sealed) if self._vault else None
        return Receiver(row.customer_id, row.phone_index, row.province, row.city, address)


def _pieces(lines: Sequence[Any]) -> Pieces:
    """Goods by line and SKU id, bundles taken apart."""
    pieces: Pieces = Counter()
    for line in lines:
        if line.part_id is not None:
            pieces[line.line_no, line.part_id] += line.part_pieces * line.quantity
        elif line.sku_id is not None and line.kind is not ItemKind.SERVICE:
            pieces[line.line_no, line.sku_id] += line.quantity
    return pieces


def _needs(pieces: Pieces, sent: Pieces, skus: Mapping[int, SkuFacts]) -> tuple[Need, ...]:
    return tuple(Need(skus[of[1]], left, of[0]) for of, ordered in pieces.items() if (left := ordered - sent[of]) > 0)


def _by_order(rows: Iterable[Any]) -> Mapping[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.order_id].append(row)
    return found


def _of_lines(rows: Sequence[Any]) -> dict[str, Any]:
    """A line that stands for several SKUs has come once for each."""
    lines = {row.line_no: row for row in rows}
    return {"lines": tuple(LineFacts(line.line_no, line.sku_id, line.quantity, line.paid_minor, line.paid_base,
                                     line.cost_base) for line in lines.values()),
            "unmatched_lines": sum(line.sku_id is None and line.part_id is None for line in lines.values())}


def _of_parcels(sent: _Sent, out: Pieces, back: Pieces, skus: Mapping[int, SkuFacts]) -> dict[str, Any]:
    if sent is _UNSENT and not out:
        return {"parcels": 0, "returned": back.total()}
    return {"parcels": max(sent.numbers, default=0), "unknown_parcels": tuple(sorted(sent.unknown)),
            "on_the_way": tuple(sorted(sent.on_the_way)), "intercepted": tuple(sorted(sent.intercepted)),
            "returned": back.total(),
            "shipped": tuple(ShippedPiece(skus[sku_id], line_no, left, sent.places.get((line_no, sku_id),
                                                                                       sent.left_from))
                             for (line_no, sku_id), pieces in sorted(out.items())
                             if (left := pieces - back[line_no, sku_id]) > 0)}


def _of_refunds(rows: Sequence[Any]) -> dict[str, Any]:
    if not rows:
        return {"refunds": 0, "refunded_minor": 0, "asked": ()}
    return {"refunds": len(rows),
            "refunded_minor": sum(row.amount_minor for row in rows if row.status is RefundStatus.SUCCEEDED),
            "asked": tuple(RefundFacts(row.id, row.amount_minor, row.amount_base, bool(row.has_lines))
                           for row in rows if row.status is RefundStatus.ASKED)}
