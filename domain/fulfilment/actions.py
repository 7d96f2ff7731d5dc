"""Verbs: an order has been handed to a carrier; goods have been sent again; what was in a parcel."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, Word, action
from domain.books import Books, Need, OrderFacts
from domain.changes import Change
from domain.changes.orders import OrderChange
from domain.changes.parcels import ContentsChange, ParcelChange, WriteBackChange
from domain.fulfilment.parcels import Load, again, departures, load, moves, notes, stated, stock_facts
from domain.fulfilment.rules import is_waybill
from domain.lookups import order_of, sku_of, warehouse_of
from domain.orders.actions import ORDER
from domain.orders.model import Fulfilment, OrderStatus
from domain.orders.rules import Axes
from domain.people import Permission

_SHIPPABLE = (OrderStatus.TO_SHIP, OrderStatus.PARTLY_SHIPPED)
_RESENDABLE = (OrderStatus.SHIPPED, OrderStatus.SIGNED, OrderStatus.COMPLETED, OrderStatus.AFTER_SALE)
_WHY_NOT = {
    OrderStatus.TO_PAY: "cannot_ship_to_pay",
    OrderStatus.SHIPPED: "cannot_ship_shipped",
    OrderStatus.SIGNED: "cannot_ship_shipped",
    OrderStatus.COMPLETED: "cannot_ship_shipped",
    OrderStatus.CANCELLED: "cannot_ship_cancelled",
    OrderStatus.AFTER_SALE: "cannot_ship_after_sale",
    OrderStatus.HELD: "cannot_ship_held",
}


@action(name="confirm_shipment", permission=Permission.SHIP, zh="确认发货", en="confirm a shipment", parameters=(
    ORDER, Parameter("carrier", ParameterKind.CARRIER, "快递公司", "carrier"),
    Parameter("waybill", ParameterKind.TEXT, "运单号", "waybill number"),
    Parameter("warehouse", ParameterKind.WAREHOUSE, "发货仓库", "warehouse", required=False),
    Parameter("lines", ParameterKind.LINES, "只发的商品和数量", "SKUs and quantities of this parcel", required=False)))
def confirm_shipment(books: Books, asked: Asked) -> Plan:
    """One parcel: all that still waits or, of an order that leaves in several, the next; with it orders merged with it.

    `lines` names what alone is in it.
    """
    order = order_of(books, asked.arguments["order"])
    together = books.together(order.lead_id) if order.lead_id else (order,)
    for one in together:
        _check_state(one)
        _check_known(one, asked)
    _check_one_door(together)
    waybill = _checked_waybill(books, asked)
    place = warehouse_of(books, asked.arguments["warehouse"]) if "warehouse" in asked.arguments else None
    only = {line["sku"]: line["quantity"] for line in asked.arguments["lines"]} if "lines" in asked.arguments else None
    loads = [load(books, one, place, only if one.id == order.id else None) for one in together]
    _check_one_place(loads)
    leaving = [(one, _after(one)) for one in loads]
    taken: Counter[tuple[int, int]] = Counter()
    return Plan(
        facts=tuple(fact for one, after in leaving for fact in (_status(one.order, after), *stock_facts(one, taken))),
        changes=tuple(change for one, after in leaving for change in (
            *_sent(one, after, _parcel(books, asked, one, waybill)), *moves(one))),
        notes=_said_once([*_merged(loads), *(note for one in loads for note in notes(one)), *_told(loads)]),
        named={"order": "、".join(one.order.number for one in loads), "shop": order.shop, "waybill": waybill})


@action(name="resend_goods", permission=Permission.SHIP, zh="补发", en="send goods again", parameters=(
    ORDER, Parameter("lines", ParameterKind.LINES, "补发的商品和数量", "SKUs and quantities to send"),
    Parameter("carrier", ParameterKind.CARRIER, "快递公司", "carrier"),
    Parameter("waybill", ParameterKind.TEXT, "运单号", "waybill number"),
    Parameter("warehouse", ParameterKind.WAREHOUSE, "发货仓库", "warehouse", required=False)))
def resend_goods(books: Books, asked: Asked) -> Plan:
    """A parcel for nothing: what was lost or broken, or the other size of an exchange. Its cost is the order's, too."""
    order = order_of(books, asked.arguments["order"])
    if order.axes.status not in _RESENDABLE or order.axes.fulfilment is Fulfilment.UNSHIPPED:
        raise Impossible("nothing_to_resend", order=order.number, status=Word(f"status.{order.axes.status}"))
    waybill = _checked_waybill(books, asked)
    place = warehouse_of(books, asked.arguments["warehouse"]) if "warehouse" in asked.arguments else None
    needs = tuple(_again(books, order, line["sku"], line["quantity"]) for line in asked.arguments["lines"])
    parcel = again(books, order, place, needs)
    lines = "、".join(f"{need.sku.code} × {need.quantity}" for need in needs)
    return Plan(facts=stock_facts(parcel, Counter()),
                changes=(replace(_parcel(books, asked, parcel, waybill), is_again=True), *moves(parcel)),
                notes=(*(note for note in notes(parcel) if note.key == parcel.why), Note("resent"), *_untold(order)),
                named={"order": order.number, "lines": lines, "waybill": waybill})


def _again(books: Books, order: OrderFacts, code: str, quantity: int) -> Need:
    """For the line of that SKU; another SKU than was ordered goes for the first."""
    sku = sku_of(books, code)
    numbers = [line.line_no for line in order.lines if line.sku_id == sku.id]
    return Need(sku, quantity, (numbers or [line.line_no for line in order.lines])[0])


@action(name="state_contents", permission=Permission.SHIP, zh="补记包裹内容", en="say what a parcel held",
        parameters=(ORDER, Parameter("lines", ParameterKind.LINES, "包裹里的商品和数量", "SKUs and quantities in it")))
def state_contents(books: Books, asked: Asked) -> Plan:
    """What the order holds of it leaves the shelf now; what it does not hold left before its stock was kept."""
    order = order_of(books, asked.arguments["order"])
    if order.axes.fulfilment is not Fulfilment.PARTLY_SHIPPED or not order.unknown_parcels:
        raise Impossible("contents_known", order=order.number)
    parcel = stated(books, order, {line["sku"]: line["quantity"] for line in asked.arguments["lines"]})
    after = order.axes if parcel.later else order.axes.step(fulfilment=Fulfilment.SHIPPED)
    lines = "、".join(f"{need.sku.code} × {need.quantity}" for need in parcel.needs)
    return Plan(
        facts=(Fact("open_pieces", order.number, sum(need.quantity for need in order.needs),
                    sum(need.quantity for need in parcel.later)), *_status_fact(order, after)),
        changes=(*_axes_change(order, after),
                 ContentsChange(order.id, order.unknown_parcels[0], parcel.contents), *departures(parcel)),
        named={"order": order.number, "lines": lines})


def _status_fact(order: OrderFacts, after: Axes) -> tuple[Fact, ...]:
    if after == order.axes:
        return ()
    return (_status(order, after),)


def _axes_change(order: OrderFacts, after: Axes) -> tuple[OrderChange, ...]:
    if after == order.axes:
        return ()
    return (OrderChange(order.id, order.axes, after, order.shipped_at, order.shipped_at),)


def _check_one_place(loads: Sequence[Load]) -> None:
    """Orders that leave together must lie together."""
    places = {parcel.place.name for parcel in loads if parcel.place}
    if len(places) > 1:
        raise Impossible("not_in_one_place", warehouses="、".join(sorted(places)))


def _check_one_door(together: Sequence[OrderFacts]) -> None:
    """A buyer may have changed the address of one of them since they were merged."""
    first = together[0]
    for other in together[1:]:
        if first.receiver and other.receiver and any(map(_differ, first.receiver[1:], other.receiver[1:])):
            raise Impossible("merged_to_two_doors", order=first.number, other=other.number)


def _differ(one: Any, other: Any) -> bool:
    """What is not known, or masked by the platform (上海市***), says nothing."""
    is_masked = any(isinstance(each, str) and "*" in each for each in (one, other))
    return None not in (one, other) and not is_masked and one != other


def _after(parcel: Load) -> Axes:
    left = Fulfilment.PARTLY_SHIPPED if parcel.later else Fulfilment.SHIPPED
    return parcel.order.axes.step(fulfilment=left)


def _status(order: OrderFacts, after: Axes) -> Fact:
    return Fact("status", order.number, Word(f"status.{order.axes.status}"), Word(f"status.{after.status}"))


def _sent(parcel: Load, after: Axes, sent: ParcelChange) -> tuple[Change, ...]:
    order = parcel.order
    return (OrderChange(order.id, order.axes, after, order.shipped_at, sent.shipped_at), sent, *_to_tell(order, sent))


def _to_tell(order: OrderFacts, sent: ParcelChange) -> tuple[WriteBackChange, ...]:
    if not order.is_connected:
        return ()
    return (WriteBackChange(order.shop_id, order.id, sent.parcel_no, sent.carrier, sent.waybill_no),)


def _parcel(books: Books, asked: Asked, parcel: Load, waybill: str) -> ParcelChange:
    place = parcel.place
    return ParcelChange(parcel.order.id, parcel.order.parcels + 1, place.id if place else None,
                        books.staff_id(asked.actor), asked.arguments["carrier"], waybill, asked.at, asked.today,
                        parcel.contents)


def _said_once(said: Sequence[Note]) -> tuple[Note, ...]:
    """Two orders of one parcel have the same to say of it."""
    return tuple(note for at, note in enumerate(said) if note not in said[:at])


def _merged(loads: Sequence[Load]) -> tuple[Note, ...]:
    return (Note("in_one_parcel", {"orders": len(loads)}),) if len(loads) > 1 else ()


def _untold(order: OrderFacts) -> tuple[Note, ...]:
    """On the platform the order is shipped already; it has no place for one more parcel but in an after-sale case."""
    return (Note("resent_untold", {"shop": order.shop}),) if order.is_connected else ()


def _told(loads: Sequence[Load]) -> tuple[Note, ...]:
    return tuple(Note("will_be_told", {"shop": one.order.shop}) for one in loads if one.order.is_connected)


def _check_state(order: OrderFacts) -> None:
    status = order.axes.status
    if status not in _SHIPPABLE:
        raise Impossible(_WHY_NOT[status], order=order.number, status=Word(f"status.{status}"),
                         hold=Word(f"hold.{order.axes.hold}"))


def _check_known(order: OrderFacts, asked: Asked) -> None:
    """What a parcel of unknown contents took along would be sent again, unless it is said what is in this one."""
    if order.unknown_parcels and order.needs and "lines" not in asked.arguments:
        raise Impossible("contents_unknown", order=order.number, parcels=len(order.unknown_parcels))


def _checked_waybill(books: Books, asked: Asked) -> str:
    """Upper case, as carriers print it."""
    waybill = str(asked.arguments["waybill"]).upper()
    if not is_waybill(waybill):
        raise Impossible("bad_waybill", waybill=waybill)
    user = books.waybill_user(waybill)
    if user is not None:
        raise Impossible("waybill_used" if user else "waybill_used_before", waybill=waybill, order=user)
    return waybill
