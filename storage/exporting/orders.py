"""Orders back out as the drafts they came as: batch by batch, each with its lines, its first parcel and its refunds.

A line has room for one refund. What went back of it at several times stands there as one, at the last of them; what
went back of no line (postage) stands with the order's first.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, select

from domain.catalog.model import ItemKind
from domain.drafts import LineDraft, OrderDraft
from domain.orders.model import AfterSale, Fulfilment, Hold, Payment, RefundStatus
from storage.encryption import Vault
from storage.schema import metadata

_T = metadata.tables
_orders, _lines, _shops, _skus, _products, _parcels, _refunds, _refund_lines = (_T[name] for name in (
    "orders", "order_lines", "shops", "skus", "products", "shipments", "refunds", "refund_lines"))
_accounts, _warehouses, _staff = _T["customer_accounts"], _T["warehouses"], _T["staff"]
ORDERS_AT_ONCE = 1_000  # with their lines and refunds some megabytes


class ExportedLine(NamedTuple):
    """One row of the order table: `is_first` of its order, whose freight stands there once."""

    order: OrderDraft
    line: LineDraft
    is_first: bool


@dataclass(slots=True)
class _Back:
    """What went back of one line, or is asked back."""

    amount_minor: int = 0
    at: datetime | None = None
    asked_minor: int = 0

    def add(self, amount_minor: int, at: datetime | None) -> None:
        self.amount_minor += amount_minor
        self.at = at if self.at is None or (at is not None and at > self.at) else self.at


def order_lines(connection: Connection, vault: Vault) -> Iterator[ExportedLine]:
    """All orders in the order in which they came, then the returns that name no order."""
    last = 0
    while rows := connection.execute(_ORDERS.where(_orders.c.id > last).limit(ORDERS_AT_ONCE)).all():
        last = rows[-1].id
        yield from _batch(connection, vault, rows)
    yield from _returns(connection, vault)


_BUYER = select(func.min(_accounts.c.buyer_id)).where(
    _accounts.c.customer_id == _orders.c.customer_id, _accounts.c.platform == _shops.c.platform).scalar_subquery()
_ORDERS: Select[Any] = select(
    _orders, _shops.c.name.label("shop"), _shops.c.platform, _BUYER.label("buyer_id"), _parcels.c.carrier,
    _parcels.c.waybill_no, _warehouses.c.name.label("warehouse"), _staff.c.name.label("staff"),
).join_from(_orders, _shops, _shops.c.id == _orders.c.shop_id).outerjoin(
    _parcels, (_parcels.c.order_id == _orders.c.id) & (_parcels.c.parcel_no == 1)).outerjoin(
    _warehouses, _warehouses.c.id == _parcels.c.warehouse_id).outerjoin(
    _staff, _staff.c.id == _parcels.c.staff_id).order_by(_orders.c.id)
_LINES: Select[Any] = select(
    _lines, _skus.c.code, _products.c.name, _products.c.kind.label("item_kind")).outerjoin_from(
    _lines, _skus, _skus.c.id == _lines.c.sku_id).outerjoin(
    _products, _products.c.id == _skus.c.product_id).order_by(_lines.c.order_id, _lines.c.line_no)
_REFUNDS: Select[Any] = select(
    _refunds.c.order_id, _refunds.c.id, _refunds.c.status, _refunds.c.amount_minor, _refunds.c.refunded_at,
    _refund_lines.c.order_line_no, _refund_lines.c.sku_id, _refund_lines.c.amount_minor.label("line_minor"),
).outerjoin_from(_refunds, _refund_lines, _refund_lines.c.refund_id == _refunds.c.id).where(
    _refunds.c.status.in_([RefundStatus.SUCCEEDED, RefundStatus.ASKED])).order_by(
    _refunds.c.id, _refund_lines.c.line_no)


def _batch(connection: Connection, vault: Vault, orders: Sequence[Any]) -> Iterator[ExportedLine]:
    ids = [row.id for row in orders]
    lines = _by_order(connection.execute(_LINES.where(_lines.c.order_id.in_(ids))))
    refunds = _by_order(connection.execute(_REFUNDS.where(_refunds.c.order_id.in_(ids))))
    for row in orders:
        draft = _order(row, vault)
        back = _went_back(lines[row.id], refunds.get(row.id, []))
        for place, line in enumerate(lines[row.id]):
            yield ExportedLine(draft, _line(draft, line, back[line.line_no]), place == 0)


def _by_order(rows: Iterable[Any]) -> Mapping[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.order_id].append(row)
    return found


def _order(row: Any, vault: Vault) -> OrderDraft:
    return OrderDraft(
        row.shop, row.external_id, row.platform, row.payment, row.fulfilment, row.after_sale, row.hold, row.raw_status,
        row.excluded, row.created_at, row.paid_at, row.ship_by, row.shipped_at, row.signed_at, row.changed_at,
        row.currency, row.freight_minor, row.buyer_id, vault.open("orders.receiver", row.receiver_sealed),
        vault.open("orders.phone", row.phone_sealed), row.province, row.city,
        vault.open("orders.address", row.address_sealed), row.carrier, row.waybill_no, row.warehouse, row.staff,
        row.remark)


def _line(order: OrderDraft, row: Any, back: _Back) -> LineDraft:
    return LineDraft(
        order.shop, order.external_id, 0, row.line_no, row.external_id, row.code or row.sku_code or "",
        row.title or row.name or "", row.item_kind or ItemKind.GOODS, row.quantity, row.unit_price_e4,
        row.discount_minor, row.paid_minor, back.amount_minor, back.at, back.asked_minor, 0)


def _went_back(lines: Sequence[Any], refunds: Sequence[Any]) -> Mapping[int, _Back]:
    """By line number. What the lines of a refund do not explain stands with its first line, or the order's."""
    back = {line.line_no: _Back() for line in lines}
    if not back:
        return back
    of_sku = {line.sku_id: line.line_no for line in reversed(lines)}
    for rows in _by_refund(refunds):
        first = rows[0]
        if first.status is RefundStatus.ASKED:
            free = next((one for one in back.values() if not one.amount_minor), next(iter(back.values())))
            free.asked_minor += first.amount_minor
            continue
        named = [row for row in rows if row.line_minor is not None]
        places = [row.order_line_no or of_sku.get(row.sku_id) or lines[0].line_no for row in named]
        places = [place if place in back else lines[0].line_no for place in places]
        for place, row in zip(places, named, strict=True):
            back[place].add(row.line_minor, first.refunded_at)
        rest = first.amount_minor - sum(row.line_minor for row in named)
        if rest:
            back[places[0] if places else lines[0].line_no].add(rest, first.refunded_at)
    return back


def _by_refund(rows: Sequence[Any]) -> Iterator[list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(row)
    yield from found.values()


_ALONE: Select[Any] = select(
    _refunds, _shops.c.name.label("shop"), _shops.c.platform, _refund_lines.c.quantity,
    _refund_lines.c.amount_minor.label("line_minor"), _skus.c.code, _products.c.name,
).join_from(_refunds, _shops, _shops.c.id == _refunds.c.shop_id).outerjoin(
    _refund_lines, _refund_lines.c.refund_id == _refunds.c.id).outerjoin(
    _skus, _skus.c.id == _refund_lines.c.sku_id).outerjoin(_products, _products.c.id == _skus.c.product_id).where(
    _refunds.c.order_id.is_(None), _refunds.c.status == RefundStatus.SUCCEEDED).order_by(_refunds.c.id)


def _returns(connection: Connection, vault: Vault) -> Iterator[ExportedLine]:
    """Refunds that name no order: rows of a quantity below nothing."""
    for row in connection.execute(_ALONE, execution_options={"yield_per": ORDERS_AT_ONCE}):
        order = OrderDraft(
            row.shop, row.external_id, row.platform, Payment.PAID, Fulfilment.COMPLETED, AfterSale.NONE, Hold.NONE, "",
            None, row.refunded_at, row.refunded_at, None, None, None, None, row.currency, 0,
            None, vault.open("orders.receiver", None), None, None, None, None, None, None, None, None, None)
        amount = row.amount_minor if row.line_minor is None else row.line_minor
        yield ExportedLine(order, LineDraft(
            row.shop, row.external_id, 0, None, None, row.code or "", row.name or "", ItemKind.GOODS,
            -max(row.quantity or 1, 1), 0, 0, amount, 0, row.refunded_at, 0, 0), is_first=True)
