"""Verb: let a refund that was asked for go through."""

from datetime import date

from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, Word, action
from domain.books import Books, OrderFacts, RefundFacts
from domain.changes.orders import OrderChange
from domain.changes.refunds import RefundChange, RefundedLine
from domain.changes.stock import AllocationChange
from domain.lookups import order_of
from domain.money import Money, convert
from domain.orders.model import AfterSale, Payment
from domain.orders.rules import Axes
from domain.people import Permission

ORDER = Parameter("order", ParameterKind.ORDER, "订单号", "order number")


@action(name="approve_refund", permission=Permission.REFUND, zh="同意退款", en="approve a refund", parameters=(
    ORDER, Parameter("amount", ParameterKind.MONEY, "退款金额", "amount", required=False)))
def approve_refund(books: Books, asked: Asked) -> Plan:
    order = order_of(books, asked.arguments["order"])
    refund = _refund_meant(order, asked.arguments.get("amount"))
    amount = asked.arguments.get("amount", refund.amount_minor)
    check_left(order, amount)
    after = _axes_after(order, amount)
    return Plan(
        facts=(Fact("refunded", order.number, Money(order.refunded_minor, order.currency),
                    Money(order.refunded_minor + amount, order.currency)),
               Fact("status", order.number, Word(f"status.{order.axes.status}"), Word(f"status.{after.status}"))),
        changes=(OrderChange(order.id, order.axes, after, order.shipped_at, order.shipped_at),
                 _payment(order, refund, amount, asked), *let_go(order, after)),
        notes=(Note("platform_pays"),),
        named={"order": order.number, "amount": Money(amount, order.currency)})


def check_left(order: OrderFacts, amount: int) -> None:
    """No more goes back than was paid."""
    left = order.paid_minor - order.refunded_minor
    if amount > left:
        raise Impossible("more_than_paid", order=order.number, amount=Money(amount, order.currency),
                         left=Money(left, order.currency))


def let_go(order: OrderFacts, after: Axes) -> tuple[AllocationChange, ...]:
    """What an order held that nobody packs any more. Undone, it is held again only if it is still there."""
    if after.payment is not Payment.REFUNDED:
        return ()
    return tuple(AllocationChange(order.id, held.line_no, held.sku_id, held.warehouse_id, -held.quantity, held.reason,
                                  held.parcel_no, may_lapse=True) for held in order.held)


def refund_days(order: OrderFacts, asked: Asked) -> tuple[tuple[int, date], ...]:
    """The days whose figures a refund of today changes."""
    paid = ((order.shop_id, order.paid_on),) if order.paid_on else ()
    return (*paid, (order.shop_id, asked.today))


def _refund_meant(order: OrderFacts, amount: int | None) -> RefundFacts:
    """The refund that is waiting; of several the one of that very amount."""
    if not order.asked:
        raise Impossible("no_refund_asked", order=order.number)
    same = [refund for refund in order.asked if refund.amount_minor == amount]
    if len(order.asked) > 1 and not same:
        raise Impossible("several_refunds", order=order.number, refunds=len(order.asked))
    refund = (same or order.asked)[0]
    if amount is not None and amount > refund.amount_minor:
        raise Impossible("more_than_asked", order=order.number, amount=Money(amount, order.currency),
                         asked=Money(refund.amount_minor, order.currency))
    return refund


def _axes_after(order: OrderFacts, amount: int) -> Axes:
    is_all = order.refunded_minor + amount == order.paid_minor
    return order.axes.step(payment=Payment.REFUNDED if is_all else order.axes.payment,
                           after_sale=AfterSale.OPEN if len(order.asked) > 1 else AfterSale.DONE)


def _payment(order: OrderFacts, refund: RefundFacts, amount: int, asked: Asked) -> RefundChange:
    base = (refund.amount_base if amount == refund.amount_minor
            else convert(amount, order.fx_rate, order.currency, asked.base_currency))
    return RefundChange(refund.id, order.id, refund.amount_minor, refund.amount_base, amount, base, asked.at,
                        asked.today, asked.local.hour, days=refund_days(order, asked),
                        lines=() if refund.has_lines else refunded_lines(order, amount, base))


def refunded_lines(order: OrderFacts, amount: int, base: int) -> tuple[RefundedLine, ...]:
    """Which lines the money is for, where that is certain: all of them, or the only one. Else none: no guess.

    Goods count as back, with their cost, when all that was paid for them goes back at once.
    """
    goods = sum(line.paid_minor for line in order.lines)
    if order.refunded_minor == 0 and amount >= goods > 0:
        return tuple(RefundedLine(number, line.line_no, line.sku_id, line.quantity, line.paid_minor, line.paid_base,
                                  line.cost_base) for number, line in enumerate(order.lines, 1))
    if len(order.lines) == 1 and amount <= order.lines[0].paid_minor:
        line = order.lines[0]
        return (RefundedLine(1, line.line_no, line.sku_id, 0, amount, base, 0),)
    return ()
