"""Verbs: cancel an order that has not left, have the parcels of one that has left brought back."""

from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, Word, action
from domain.aftersales.actions import money_back
from domain.books import NOTHING, Books, OrderFacts
from domain.changes import Change
from domain.changes.orders import CancellationChange, MergeChange, OrderChange
from domain.changes.parcels import InterceptionChange
from domain.lookups import order_of
from domain.money import Money
from domain.orders.actions import ORDER, let_go
from domain.orders.model import AfterSale, Fulfilment, Hold, OrderStatus, Payment
from domain.orders.rules import Axes
from domain.people import Permission

_WITH_THE_BUYER = (Fulfilment.SIGNED, Fulfilment.COMPLETED)
REASON = Parameter("reason", ParameterKind.TEXT, "原因", "reason", required=False)


@action(name="cancel_order", permission=Permission.REFUND, zh="取消订单", en="cancel an order",
        parameters=(ORDER, REASON))
def cancel_order(books: Books, asked: Asked) -> Plan:
    """Closed for good: what it held is free again, and what was paid and has not gone back is due to the buyer."""
    order = order_of(books, asked.arguments["order"])
    _check_can_be_cancelled(order)
    after, due = _closed(order), order.paid_minor - order.refunded_minor
    is_due = order.axes.payment is Payment.PAID and due > 0
    reason = asked.arguments.get("reason")
    return Plan(
        facts=(Fact("status", order.number, Word(f"status.{order.axes.status}"), Word(f"status.{after.status}")),
               *(_refunded(order, due) if is_due else ()), *_set_free(books, order)),
        changes=(OrderChange(order.id, order.axes, after, order.shipped_at, order.shipped_at),
                 CancellationChange(order.id, reason, asked.at),
                 *((money_back(order, due, asked, reason),) if is_due else ()), *let_go(order, after),
                 *_apart(books, order)),
        notes=(*((Note("reason", {"reason": reason}),) if reason else ()),
               *((Note("refund_due", {"amount": Money(due, order.currency)}),) if is_due else ()),
               Note("cancel_there_too"), *((Note("taken_apart"),) if order.lead_id is not None else ())),
        named={"order": order.number, "shop": order.shop})


def _check_can_be_cancelled(order: OrderFacts) -> None:
    axes = order.axes
    if axes.status is OrderStatus.CANCELLED:
        raise Impossible("cancelled_already", order=order.number)
    if order.asked:
        raise Impossible("refund_asked_instead", order=order.number, refunds=len(order.asked))
    if axes.fulfilment is not Fulfilment.UNSHIPPED and not _is_all_back(order):
        raise _out(order)
    if axes.hold is not Hold.NONE:
        key = "release_first" if axes.hold is Hold.MANUAL else "cancel_held_there"
        raise Impossible(key, order=order.number, hold=Word(f"hold.{axes.hold}"))


def _is_all_back(order: OrderFacts) -> bool:
    """Nothing is out any more, as far as that can be known."""
    is_known = not order.unmatched_lines and not (
        order.axes.fulfilment is Fulfilment.PARTLY_SHIPPED and order.unknown_parcels)
    return is_known and order.returned > 0 and not order.shipped


def _out(order: OrderFacts) -> Impossible:
    """Its goods are out: bring them back first."""
    if order.axes.fulfilment in _WITH_THE_BUYER:
        return Impossible("cancel_signed", order=order.number, status=Word(f"status.{order.axes.status}"))
    return Impossible("cancel_intercepted" if order.intercepted and not order.on_the_way else "cancel_shipped",
                      order=order.number)


def _closed(order: OrderFacts) -> Axes:
    """The states a platform's own cancellation leads to."""
    is_paid = order.axes.payment is Payment.PAID
    return order.axes.step(
        payment=Payment.REFUNDED if is_paid else Payment.CLOSED,
        after_sale=AfterSale.DONE if order.axes.after_sale is AfterSale.OPEN else order.axes.after_sale)


def _refunded(order: OrderFacts, due: int) -> tuple[Fact]:
    return (Fact("refunded", order.number, Money(order.refunded_minor, order.currency),
                 Money(order.refunded_minor + due, order.currency)),)


def _set_free(books: Books, order: OrderFacts) -> tuple[Fact, ...]:
    """What is reserved, before and after; other orders come and go meanwhile, so only the step counts."""
    names = {place.id: place.name for place in books.warehouses()}
    codes = {need.sku.id: need.sku.code for need in order.needs}
    balances = books.balances({held.sku_id for held in order.held})
    pieces: dict[tuple[int, int], int] = {}
    for held in order.held:
        shelf = held.sku_id, held.warehouse_id
        pieces[shelf] = pieces.get(shelf, 0) + held.quantity
    return tuple(Fact("reserved", f"{codes.get(sku_id, sku_id)} · {names[place_id]}", reserved, reserved - quantity,
                      watched=False)
                 for (sku_id, place_id), quantity in pieces.items()
                 for reserved in (balances.get((sku_id, place_id), NOTHING).reserved,))


def _apart(books: Books, order: OrderFacts) -> tuple[Change, ...]:
    """The others of a shared parcel can leave without it."""
    if order.lead_id is None:
        return ()
    return (MergeChange(tuple(one.id for one in books.together(order.lead_id)), is_together=False),)


@action(name="intercept_order", permission=Permission.FULFILMENT, zh="拦截包裹", en="intercept an order",
        parameters=(ORDER,))
def intercept_order(books: Books, asked: Asked) -> Plan:
    """Its parcels are to come back; when they are there, they are taken back like any return."""
    order = order_of(books, asked.arguments["order"])
    _check_can_be_intercepted(order)
    is_open = order.axes.status is not OrderStatus.CANCELLED
    after = order.axes.step(after_sale=AfterSale.OPEN) if is_open else order.axes
    parcels = len(order.on_the_way)
    return Plan(
        facts=(Fact("intercepted", order.number, len(order.intercepted), len(order.intercepted) + parcels),
               Fact("status", order.number, Word(f"status.{order.axes.status}"), Word(f"status.{after.status}"))),
        changes=(OrderChange(order.id, order.axes, after, order.shipped_at, order.shipped_at),
                 InterceptionChange(order.id, order.on_the_way, asked.at)),
        notes=(Note("tell_the_carrier"), Note("when_back", {"order": order.number})),
        named={"order": order.number, "parcels": parcels})


def _check_can_be_intercepted(order: OrderFacts) -> None:
    if order.axes.fulfilment is Fulfilment.UNSHIPPED:
        raise Impossible("intercept_unshipped", order=order.number)
    if order.axes.fulfilment in _WITH_THE_BUYER:
        raise Impossible("cancel_signed", order=order.number, status=Word(f"status.{order.axes.status}"))
    if not order.on_the_way or _is_all_back(order):
        raise Impossible("intercepted_already" if order.intercepted else "no_parcel_on_the_way", order=order.number)
