"""For each kind of exception the one statement that finds all of them, the same on both databases.

Every statement gives subject, label, place, detail, amount and since, in this order.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, and_, case, cast, func, literal, null, or_, select, union_all

from domain.catalog.model import ItemKind
from domain.columns import UtcDateTime
from domain.orders.model import Fulfilment, Hold, OrderStatus, RefundStatus
from domain.orders.rules import EMPTY_PARCELS
from domain.writebacks.model import WriteBackState
from domain.writebacks.telling import WhyNot
from storage.figures.sales import COUNTED_ORDER, lines, orders
from storage.laws.rows import Rows
from storage.schema import metadata

_T = metadata.tables
_shops, _skus, _products, _listings = _T["shops"], _T["skus"], _T["products"], _T["listings"]
_balances, _moves, _warehouses = _T["stock_balances"], _T["stock_moves"], _T["warehouses"]
_refunds, _shipments = _T["refunds"], _T["shipments"]
_merged = _T["merged_orders"]
_contents, _resent, _returned = _T["parcel_lines"], _T["resent_parcels"], _T["returned_pieces"]
write_backs = _T["write_backs"]
_live = write_backs.alias("live")
_IN_SHOP = orders.join(_shops, _shops.c.id == orders.c.shop_id)
_WAITING = orders.c.status.in_([OrderStatus.TO_SHIP, OrderStatus.PARTLY_SHIPPED])
_IS_GOODS = or_(orders.c.excluded.is_(None), orders.c.excluded.not_in(EMPTY_PARCELS))
LOOK_BACK_DAYS = 30  # sales older than that are history: nobody puts their price right any more
_EMPTY = literal("")
UNDONE = "undone"  # of a shipment that the platform knows; others are domain.writebacks.telling.WhyNot
# What a line without SKU is called on its platform.
listed_as = func.coalesce(func.nullif(lines.c.sku_code, ""), func.nullif(lines.c.title, ""))


@dataclass(frozen=True, slots=True)
class Moment:
    """When the shop is looked at, and the business day it is then."""

    now: datetime
    today: date

    @property
    def first_day(self) -> date:
        return self.today - timedelta(days=LOOK_BACK_DAYS)


Detector = Callable[[Moment], Rows]


def _subject(kind: str, *ids: ColumnElement[Any]) -> ColumnElement[str]:
    whole: ColumnElement[str] = literal(kind)
    for each in ids:
        whole = whole.concat(":").concat(cast(each, String))
    return whole


def _order(where: ColumnElement[bool], *, detail: Any = _EMPTY, since: Any = None) -> Rows:
    """One row an order."""
    return select(_subject("order", orders.c.id), orders.c.external_id, _shops.c.name, detail,
                  cast(null(), BigInteger), cast(null(), UtcDateTime) if since is None else since,
                  ).select_from(_IN_SHOP).where(where)


def overdue(moment: Moment) -> Rows:
    return _order(and_(_WAITING, orders.c.ship_by < moment.now), since=orders.c.ship_by)


def unknown_status(_: Moment) -> Rows:
    return _order(and_(orders.c.hold == Hold.UNKNOWN_STATUS, orders.c.status == OrderStatus.HELD),
                  detail=orders.c.raw_status, since=orders.c.created_at)


def readdressed(_: Moment) -> Rows:
    """Until the parcel has been signed for; of one that waits, as long as it is to leave together with others."""
    has_left = and_(
        orders.c.status.in_([OrderStatus.SHIPPED, OrderStatus.PARTLY_SHIPPED, OrderStatus.AFTER_SALE]),
        orders.c.id.in_(select(_shipments.c.order_id).where(
            _shipments.c.shipped_at <= orders.c.receiver_changed_at)))
    is_merged = and_(orders.c.status == OrderStatus.TO_SHIP, orders.c.id.in_(select(_merged.c.order_id)))
    return _order(and_(orders.c.receiver_changed_at.is_not(None), orders.c.signed_at.is_(None),
                       or_(has_left, is_merged)),
                  detail=_waybill(), since=orders.c.receiver_changed_at)


def refund_on_shipped(_: Moment) -> Rows:
    asked = select(_refunds.c.order_id, func.min(_refunds.c.asked_at).label("asked_at")).where(
        _refunds.c.status == RefundStatus.ASKED, _refunds.c.order_id.is_not(None)).group_by(
            _refunds.c.order_id).subquery("asked")
    return select(_subject("order", orders.c.id), orders.c.external_id, _shops.c.name, _EMPTY,
                  cast(null(), BigInteger), asked.c.asked_at).select_from(
        _IN_SHOP.join(asked, asked.c.order_id == orders.c.id)).where(
            orders.c.fulfilment.in_([Fulfilment.PARTLY_SHIPPED, Fulfilment.SHIPPED]))


def _pieces(table: Any, *where: ColumnElement[bool]) -> Any:
    return select(func.sum(table.c.quantity)).where(table.c.order_id == orders.c.id, *where).scalar_subquery()


# What was in the parcels, as far as somebody said it; else all that was ordered.
_IS_OUT = func.coalesce(_pieces(_returned), 0) < func.coalesce(_pieces(_contents), _pieces(lines), 0)
_HAS_LEFT = orders.c.fulfilment.in_([Fulfilment.PARTLY_SHIPPED, Fulfilment.SHIPPED])
_OF_ORDER = _shipments.c.order_id == orders.c.id
_NOT_SIGNED = _shipments.c.signed_at.is_(None)


def _waybill(*where: ColumnElement[bool]) -> Any:
    return func.coalesce(select(func.min(_shipments.c.waybill_no)).where(_OF_ORDER, *where).scalar_subquery(), "")


def cancelled_but_sent(moment: Moment) -> Rows:
    """Closed or wholly refunded, and a parcel goes on to the buyer that nobody has asked to bring back."""
    goes_on = and_(_NOT_SIGNED, _shipments.c.intercepted_at.is_(None))
    return _order(and_(orders.c.status == OrderStatus.CANCELLED, _HAS_LEFT, orders.c.paid_on >= moment.first_day,
                       _IS_GOODS, select(_shipments.c.id).where(_OF_ORDER, goes_on).exists(), _IS_OUT),
                  detail=_waybill(goes_on), since=orders.c.shipped_at)


def intercepted(_: Moment) -> Rows:
    coming = and_(_NOT_SIGNED, _shipments.c.intercepted_at.is_not(None))
    since = select(func.min(_shipments.c.intercepted_at)).where(_OF_ORDER, coming).scalar_subquery()
    return _order(and_(orders.c.id.in_(select(_shipments.c.order_id).where(coming)), _IS_OUT),
                  detail=_waybill(coming), since=since)


def unknown_contents(_: Moment) -> Rows:
    """Part of it has left, and nobody said which part: what is shipped next could be sent twice."""
    of_parcel = [and_(table.c.order_id == _shipments.c.order_id, table.c.parcel_no == _shipments.c.parcel_no)
                 for table in (_contents, _resent)]
    is_unknown = and_(*(~select(table.c.order_id).where(which).exists()
                        for table, which in zip((_contents, _resent), of_parcel, strict=True)))
    return _order(and_(orders.c.status == OrderStatus.PARTLY_SHIPPED, _IS_GOODS,
                       select(_shipments.c.id).where(_OF_ORDER, is_unknown).exists()),
                  detail=_waybill(is_unknown), since=orders.c.shipped_at)


def unmatched(moment: Moment) -> Rows:
    """What was sold lately or waits, and is bound to no SKU of ours; one row for each listing, however often sold."""
    code = func.coalesce(listed_as, "?")
    is_bound = select(_listings.c.id).where(_listings.c.shop_id == orders.c.shop_id,
                                            _listings.c.platform_sku == listed_as).exists()
    name = func.substr(code, 1, 300)
    return select(_subject("listing", orders.c.shop_id, name), name, _shops.c.name, _EMPTY, func.count(),
                  func.min(orders.c.created_at)).select_from(
        _IN_SHOP.join(lines, lines.c.order_id == orders.c.id)).where(
            lines.c.sku_id.is_(None), or_(_WAITING, orders.c.paid_on >= moment.first_day), ~is_bound,
            ).group_by(orders.c.shop_id, _shops.c.name, name)


def oversold(_: Moment) -> Rows:
    """Orders wait for more pieces than there are, in all warehouses together; what is not counted is not known."""
    own = select(orders.c.id.label("order_id"), lines.c.sku_id, lines.c.quantity.label("n")).select_from(
        orders.join(lines, lines.c.order_id == orders.c.id)).where(_WAITING, lines.c.sku_id.is_not(None))
    parts = select(orders.c.id, _listings.c.sku_id, lines.c.quantity * _listings.c.quantity).select_from(
        orders.join(lines, lines.c.order_id == orders.c.id).join(_listings, and_(
            _listings.c.shop_id == orders.c.shop_id, _listings.c.platform_sku == listed_as))).where(
                _WAITING, lines.c.sku_id.is_(None))
    sent = select(orders.c.id, _moves.c.sku_id, _moves.c.quantity).select_from(
        orders.join(_moves, _moves.c.order_id == orders.c.id)).where(orders.c.status == OrderStatus.PARTLY_SHIPPED)
    needs = union_all(own, parts, sent).subquery("needs")
    wanted = select(needs.c.sku_id, func.sum(needs.c.n).label("n")).group_by(needs.c.sku_id).subquery("wanted")
    held = select(_balances.c.sku_id, func.sum(_balances.c.on_hand).label("n")).group_by(
        _balances.c.sku_id).subquery("held")
    return select(_subject("sku", _skus.c.id), _skus.c.code, _EMPTY, _EMPTY, wanted.c.n - held.c.n,
                  cast(null(), UtcDateTime)).select_from(
        _skus.join(wanted, wanted.c.sku_id == _skus.c.id).join(held, held.c.sku_id == _skus.c.id)).where(
            wanted.c.n > held.c.n, ~_skus.c.allows_backorder)


def negative_margin(moment: Moment) -> Rows:
    """Orders of the last days whose goods cost more than was paid for them; only where every cost is known."""
    loss = func.sum(lines.c.cost_base) - func.sum(lines.c.paid_base)
    return select(_subject("order", orders.c.id), orders.c.external_id, _shops.c.name, _EMPTY, loss,
                  orders.c.paid_at).select_from(_IN_SHOP.join(lines, lines.c.order_id == orders.c.id)).where(
        *COUNTED_ORDER, orders.c.paid_on >= moment.first_day, orders.c.status != OrderStatus.CANCELLED).group_by(
            orders.c.id, orders.c.external_id, _shops.c.name, orders.c.paid_at).having(
                loss > 0, func.sum(case((lines.c.cost_base.is_(None), 1), else_=0)) == 0)


def drift(_: Moment) -> Rows:
    """Balances that are not the sum of their moves, by how many pieces."""
    moved = select(_moves.c.sku_id, _moves.c.warehouse_id, func.sum(_moves.c.quantity).label("n")).group_by(
        _moves.c.sku_id, _moves.c.warehouse_id).subquery("moved")
    difference = _balances.c.on_hand - func.coalesce(moved.c.n, 0)
    return select(_subject("shelf", _balances.c.sku_id, _balances.c.warehouse_id), _skus.c.code, _warehouses.c.name,
                  _EMPTY, difference, cast(null(), UtcDateTime)).select_from(
        _balances.join(_skus, _skus.c.id == _balances.c.sku_id).join(
            _warehouses, _warehouses.c.id == _balances.c.warehouse_id).outerjoin(moved, and_(
                moved.c.sku_id == _balances.c.sku_id, moved.c.warehouse_id == _balances.c.warehouse_id))).where(
                    difference != 0)


def missing_cost(moment: Moment) -> Rows:
    """Goods sold lately of which some line has no cost: what profit leaves out.

    Added up by SKU before it is looked at: SQLite would else begin with the lines of all times.
    """
    sold = select(lines.c.sku_id, func.count().label("n"), func.min(orders.c.paid_at).label("since")).select_from(
        orders.join(lines, lines.c.order_id == orders.c.id)).where(
            *COUNTED_ORDER, orders.c.paid_on >= moment.first_day, lines.c.cost_base.is_(None)).group_by(
                lines.c.sku_id).subquery("sold")
    return select(_subject("sku", _skus.c.id), _skus.c.code, _EMPTY, _EMPTY, sold.c.n, sold.c.since).select_from(
        sold.join(_skus, _skus.c.id == sold.c.sku_id).join(_products, _products.c.id == _skus.c.product_id)).where(
            _products.c.kind == ItemKind.GOODS)


def not_told(_: Moment) -> Rows:
    """Parcels the platform refused, and parcels it knows of that were undone here while their order waits again.

    Its own words, or the id of a reason that the catalogue has words for.
    """
    is_refused = write_backs.c.why == WhyNot.REFUSED
    reason = case((write_backs.c.state == WriteBackState.WITHDRAWN, literal(UNDONE)),
                  (and_(is_refused, write_backs.c.error != ""), func.substr(write_backs.c.error, 1, 200)),
                  else_=cast(write_backs.c.why, String))
    is_stale = and_(write_backs.c.state == WriteBackState.WITHDRAWN, write_backs.c.told_at.is_not(None), _WAITING,
                    ~select(_live.c.id).where(_live.c.order_id == write_backs.c.order_id,
                                              _live.c.parcel_no == write_backs.c.parcel_no,
                                              _live.c.state != WriteBackState.WITHDRAWN).exists())
    parcel = write_backs.c.order_id, write_backs.c.parcel_no
    return select(_subject("parcel", *parcel), func.min(orders.c.external_id), func.min(_shops.c.name),
                  func.min(reason), cast(null(), BigInteger), func.min(write_backs.c.queued_at)).select_from(
        _IN_SHOP.join(write_backs, write_backs.c.order_id == orders.c.id)).where(
            or_(write_backs.c.state == WriteBackState.FAILED, is_stale)).group_by(*parcel)


DETECTORS: Mapping[str, Detector] = {
    "overdue_shipment": overdue,
    "oversold": oversold,
    "address_changed": readdressed,
    "refund_on_shipped": refund_on_shipped,
    "write_back_failed": not_told,
    "cancelled_but_sent": cancelled_but_sent,
    "unknown_contents": unknown_contents,
    "intercepted": intercepted,
    "unknown_status": unknown_status,
    "unmatched_sku": unmatched,
    "negative_margin": negative_margin,
    "stock_drift": drift,
    "missing_cost": missing_cost,
}
