"""The shop's own formats, written: drafts as rows under the headers that an import knows them by."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from domain.clock import ShopCalendar
from domain.drafts import Kind, LineDraft, OrderDraft
from domain.money import RATE_SCALE, UNIT_SCALE, minor_per_unit
from domain.orders.model import AfterSale, Fulfilment, Hold, Payment
from domain.sheets import CellKind, Sheet, SheetCell, SheetColumn
from integrations.files.axes import Seen, read_axes

_T, _M, _E, _N, _D, _W = (CellKind.TEXT, CellKind.MONEY, CellKind.EXACT, CellKind.NUMBER, CellKind.DAY,
                          CellKind.MOMENT)
_COLUMNS: Mapping[Kind, Mapping[str, CellKind]] = {
    Kind.ORDER_LINES: {
        "platform": _T, "shop": _T, "order_no": _T, "line_no": _N, "status": _T, "created_at": _W, "paid_at": _W,
        "shipped_at": _W, "signed_at": _W, "buyer_id": _T, "buyer_name": _T, "buyer_phone": _T, "province": _T,
        "city": _T, "address": _T, "sku_code": _T, "title": _T, "quantity": _N, "unit_price": _E, "line_discount": _M,
        "line_paid": _M, "freight": _M, "currency": _T, "refund_amount": _M, "refunded_at": _W, "carrier": _T,
        "waybill_no": _T, "warehouse": _T, "remark": _T,
        "line_id": _T, "after_sale": _T, "ship_by": _W, "changed_at": _W, "staff": _T, "excluded": _T},
    Kind.PRODUCTS: {"sku_code": _T, "product": _T, "variant": _T, "aliases": _T, "category": _T, "unit_cost": _E,
                    "price": _M, "currency": _T, "reorder_point": _N, "barcode": _T, "is_active": _T},
    Kind.STOCK: {"sku_code": _T, "warehouse": _T, "on_hand": _N, "incoming": _N, "counted_at": _W},
    Kind.CUSTOMERS: {"buyer_id": _T, "platform": _T, "name": _T, "phone": _T, "province": _T, "level": _T, "tags": _T},
    Kind.EXPENSES: {"day": _D, "category": _T, "amount": _M, "currency": _T, "shop": _T, "note": _T},
    Kind.AD_SPEND: {"day": _D, "shop": _T, "campaign": _T, "impressions": _N, "clicks": _N, "spend": _M,
                    "currency": _T, "attributed_revenue": _M},
    Kind.TRAFFIC: {"day": _D, "shop": _T, "visitors": _N, "page_views": _N},
    Kind.FX_RATES: {"day": _D, "currency": _T, "rate": _E},
}
_Row = Sequence[SheetCell]


def own_sheet(kind: Kind, drafts: Iterable[Any], calendar: ShopCalendar, *, is_masked: bool) -> Sheet:
    """The rows of one kind as they are imported again; names and phone numbers masked for who may not see them."""
    columns = [SheetColumn(name, cell) for name, cell in _COLUMNS[kind].items()]
    return Sheet(kind.value, columns, _rows(kind, drafts, calendar, is_masked=is_masked))


def _rows(kind: Kind, drafts: Iterable[Any], calendar: ShopCalendar, *, is_masked: bool) -> Iterable[_Row]:
    if kind is Kind.ORDER_LINES:
        return (_order_row(*draft, calendar=calendar, is_masked=is_masked) for draft in drafts)
    if kind is Kind.CUSTOMERS and is_masked:
        drafts = (draft._replace(name=masked_name(draft.name), phone=masked_phone(draft.phone)) for draft in drafts)
    if kind is Kind.STOCK:
        drafts = (draft._replace(counted_at=_wall(draft.counted_at, calendar)) for draft in drafts)
    return map(_MAKERS[kind], drafts)


def money(minor: int | None, currency: str) -> Decimal | None:
    """An amount in units of its currency, exactly."""
    return None if minor is None else Decimal(minor) / minor_per_unit(currency)


def _scaled(value: int | None, scale: int = UNIT_SCALE) -> Decimal | None:
    return None if value is None else Decimal(value) / scale


def _wall(moment: datetime | None, calendar: ShopCalendar) -> datetime | None:
    return None if moment is None else calendar.local(moment).replace(tzinfo=None)


def masked_name(name: str | None) -> str | None:
    return f"{name[:1]}**" if name else None


def masked_phone(phone: str | None) -> str | None:
    return f"{phone[:3]}****{phone[-4:]}" if phone and len(phone) >= 7 else phone and "****"


_MAKERS: Mapping[Kind, Callable[[Any], _Row]] = {
    Kind.PRODUCTS: lambda d: (
        d.sku_code, d.product, d.variant, "、".join(d.aliases), d.category, _scaled(d.unit_cost_e4),
        money(d.price_minor, d.currency), d.currency, d.reorder_point, d.barcode, "true" if d.is_active else "false"),
    Kind.STOCK: lambda d: (d.sku_code, d.warehouse, d.on_hand, d.incoming, d.counted_at),
    Kind.CUSTOMERS: lambda d: (d.buyer_id, d.platform.value, d.name, d.phone, d.province, d.level, d.tags),
    Kind.EXPENSES: lambda d: (d.day, d.category, money(d.amount_minor, d.currency), d.currency, d.shop, d.note),
    Kind.AD_SPEND: lambda d: (d.day, d.shop, d.campaign, d.impressions, d.clicks, money(d.spend_minor, d.currency),
                              d.currency, money(d.attributed_minor, d.currency)),
    Kind.TRAFFIC: lambda d: (d.day, d.shop, d.visitors, d.page_views),
    Kind.FX_RATES: lambda d: (d.day, d.currency, _scaled(d.rate, RATE_SCALE)),
}


def _order_row(order: OrderDraft, line: LineDraft, is_first: bool, *, calendar: ShopCalendar,  # noqa: FBT001
               is_masked: bool) -> _Row:
    status, after_sale = status_words(order)
    name, phone, address = order.receiver, order.phone, order.address
    if is_masked:
        name, phone, address = masked_name(name), masked_phone(phone), None
    is_asked = bool(line.refund_asked_minor) and not line.refund_minor
    is_told = after_sale != "none" or order.payment is Payment.REFUNDED or line.refund_minor
    refund = line.refund_asked_minor if is_asked else line.refund_minor
    currency = order.currency
    return (
        order.platform.value, order.shop, order.external_id, line.line_no, status, _wall(order.created_at, calendar),
        _wall(order.paid_at, calendar), _wall(order.shipped_at, calendar), _wall(order.signed_at, calendar),
        order.buyer_id, name, phone, order.province, order.city, address, line.sku_code, line.title, line.quantity,
        _scaled(line.unit_price_e4), money(line.discount_minor, currency), money(line.paid_minor, currency),
        money(order.freight_minor, currency) if is_first and order.freight_minor else None, currency,
        money(refund, currency) if is_told and line.quantity > 0 else None, _wall(line.refunded_at, calendar),
        order.carrier, order.waybill_no, order.warehouse, order.remark, line.external_id, after_sale,
        _wall(order.ship_by, calendar), _wall(order.changed_at, calendar), order.staff,
        order.excluded.value if order.excluded and order.excluded != "gift" else None)


_FULFILMENT = {Fulfilment.UNSHIPPED: "to_ship", Fulfilment.PARTLY_SHIPPED: "partly_shipped",
               Fulfilment.SHIPPED: "shipped", Fulfilment.SIGNED: "signed", Fulfilment.COMPLETED: "completed"}
_HOLDS = {Hold.PLATFORM: "held", Hold.MANUAL: "held", Hold.RISK: "风控中", Hold.GROUP: "拼团中",
          Hold.PRESALE: "定金已付"}
_AFTER_SALE = {AfterSale.NONE: "none", AfterSale.OPEN: "open", AfterSale.DONE: "done"}


def status_words(order: OrderDraft) -> tuple[str, str]:
    """(status, after_sale) that an import reads as the order's axes; the nearest where no word says all of them."""
    later = _AFTER_SALE[order.after_sale]
    if order.hold is Hold.UNKNOWN_STATUS:
        return order.raw_status, later
    is_shipped = order.shipped_at is not None or order.waybill_no is not None
    seen = Seen("", later, order.paid_at is not None, is_shipped, order.signed_at is not None, tells_payment=True,
                tells_fulfilment=True)
    return _word((order.payment, order.fulfilment, order.after_sale, order.hold), seen), later


@cache
def _word(state: tuple[Payment, Fulfilment, AfterSale, Hold], seen: Seen) -> str:
    """Beside what else the row says: of a cancelled order the times tell how far it came, but not that it was done."""
    payment, fulfilment, _, hold = state
    plain = _FULFILMENT[fulfilment]
    if payment in {Payment.CLOSED, Payment.REFUNDED}:
        tried = ("cancelled", f"{plain},cancelled")
    elif payment is Payment.UNPAID:
        tried = ("to_pay", _HOLDS.get(hold, "to_pay"))
    else:
        tried = (plain, _HOLDS.get(hold, plain))
    for status in tried:
        axes = read_axes(seen._replace(status=status))
        if (axes.payment, axes.fulfilment, axes.after_sale, axes.hold) == state:
            return status
    return tried[-1]
