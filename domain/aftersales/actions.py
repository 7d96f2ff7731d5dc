"""Verbs: give money back that nobody asked for, and take back goods."""

from dataclasses import dataclass

from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, Word, action
from domain.aftersales.model import Condition
from domain.books import NOTHING, Books, OrderFacts, SkuFacts, WarehouseFacts
from domain.changes import Change
from domain.changes.costs import CostKept
from domain.changes.orders import OrderChange
from domain.changes.refunds import NewRefund, RefundChange, ReturnChange
from domain.changes.stock import StockChange
from domain.inventory.model import MoveReason
from domain.inventory.rules import unit_cost_e4
from domain.lookups import order_of, sku_of, warehouse_of
from domain.money import Money, convert
from domain.orders.actions import ORDER, check_left, let_go, refund_days, refunded_lines
from domain.orders.model import AfterSale, Payment
from domain.orders.rules import Axes
from domain.people import Permission

_REFUNDABLE = (Payment.PAID,)


@action(name="refund_order", permission=Permission.REFUND, zh="主动退款", en="refund an order", parameters=(
    ORDER, Parameter("amount", ParameterKind.MONEY, "退款金额", "amount"),
    Parameter("reason", ParameterKind.TEXT, "原因", "reason", required=False)))
def refund_order(books: Books, asked: Asked) -> Plan:
    """Money back without a request of the buyer's, all of it or part, once or again. The platform has still to pay."""
    order, amount = order_of(books, asked.arguments["order"]), asked.arguments["amount"]
    if order.axes.payment not in _REFUNDABLE:
        raise Impossible("not_paid", order=order.number, status=Word(f"status.{order.axes.status}"))
    if order.asked:
        raise Impossible("refund_asked_already", order=order.number, refunds=len(order.asked))
    check_left(order, amount)
    is_all = order.refunded_minor + amount == order.paid_minor
    after = order.axes.step(payment=Payment.REFUNDED if is_all else Payment.PAID, after_sale=AfterSale.DONE)
    refund = money_back(order, amount, asked, asked.arguments.get("reason"))
    return Plan(
        facts=(Fact("refunded", order.number, Money(order.refunded_minor, order.currency),
                    Money(order.refunded_minor + amount, order.currency)),
               *_status(order, after)),
        changes=(OrderChange(order.id, order.axes, after, order.shipped_at, order.shipped_at), refund,
                 *let_go(order, after)),
        notes=(Note("platform_pays"),), named={"order": order.number, "amount": Money(amount, order.currency)})


def _status(order: OrderFacts, after: Axes) -> tuple[Fact, ...]:
    """Said only where it changes."""
    before = order.axes.status
    if after.status is before:
        return ()
    return (Fact("status", order.number, Word(f"status.{before}"), Word(f"status.{after.status}")),)


def money_back(order: OrderFacts, amount: int, asked: Asked, reason: str | None) -> RefundChange:
    """A refund nobody asked for, in minor units of the order's currency; it waits for the platform to pay it."""
    base = convert(amount, order.fx_rate, order.currency, asked.base_currency)
    new = NewRefund(order.shop_id, f"{order.number}/here/{order.refunds + 1}", order.currency,
                    order.receiver.customer_id if order.receiver else None, reason)
    return RefundChange(0, order.id, amount, base, amount, base, asked.at, asked.today, asked.local.hour,
                        refund_days(order, asked), refunded_lines(order, amount, base), new)


@action(name="receive_return", permission=Permission.MOVE_STOCK, zh="退货入库", en="take back goods", parameters=(
    ORDER, Parameter("lines", ParameterKind.LINES, "退回的商品和数量", "SKUs and quantities", required=False),
    Parameter("condition", ParameterKind.CONDITION, "成色", "condition", required=False),
    Parameter("warehouse", ParameterKind.WAREHOUSE, "入库仓库", "warehouse", required=False)))
def receive_return(books: Books, asked: Asked) -> Plan:
    """Without lines all that has left and not come back. Sellable pieces are stock again at the cost they left with."""
    order = order_of(books, asked.arguments["order"])
    condition = Condition(asked.arguments.get("condition", Condition.SELLABLE))
    place = _place(books, order, asked.arguments.get("warehouse"))
    facts: list[Fact] = []
    changes: list[Change] = []
    for back in _coming_back(books, order, asked.arguments.get("lines")):
        changes.append(ReturnChange(order.id, back.line_no, back.sku.id, place.id, back.quantity, condition, asked.at))
        changes += _taken_back(order, back, place, asked) if condition is Condition.SELLABLE else []
        facts += _shown(books, back, place, condition)
    note = Note("returned_defective") if condition is Condition.DEFECTIVE else Note("returned_sellable")
    return Plan(_summed(facts), tuple(changes), (note, *_now_cancel(order, changes)), {
        "order": order.number, "warehouse": place.name, "lines": "、".join(_said(fact) for fact in _summed(facts))})


def _now_cancel(order: OrderFacts, changes: list[Change]) -> tuple[Note, ...]:
    """What was fetched back is all there: the order that nobody wanted any more can be closed."""
    left = sum(piece.quantity for piece in order.shipped)
    back = sum(change.quantity for change in changes if isinstance(change, ReturnChange))
    is_wanted = order.intercepted and order.axes.payment is Payment.PAID and left == back
    return (Note("now_cancel", {"order": order.number}),) if is_wanted else ()


@dataclass(frozen=True, slots=True)
class _Back:
    """Pieces of one line that come back now."""

    sku: SkuFacts
    line_no: int
    quantity: int


def _said(fact: Fact) -> str:
    """YS-01-M × 2."""
    return f"{str(fact.subject).partition(' · ')[0]} × {int(str(fact.after)) - int(str(fact.before))}"


def _place(books: Books, order: OrderFacts, named: str | None) -> WarehouseFacts:
    """Where it was said, else where the parcel came from."""
    if named is not None:
        return warehouse_of(books, named)
    places = {place.id: place for place in books.warehouses()}
    if not places:
        raise Impossible("no_warehouse")
    from_ids = [piece.warehouse_id for piece in order.shipped if piece.warehouse_id in places]
    return places[from_ids[0]] if from_ids and from_ids[0] is not None else next(iter(places.values()))


def _coming_back(books: Books, order: OrderFacts, lines: list[dict[str, object]] | None) -> list[_Back]:
    if not order.shipped:
        raise Impossible("nothing_out", order=order.number)
    wanted = {sku_of(books, str(line["sku"])).id: int(str(line["quantity"])) for line in lines} if lines else None
    found = []
    for piece in order.shipped:
        left = piece.quantity if wanted is None else min(piece.quantity, wanted.get(piece.sku.id, 0))
        if wanted is not None:
            wanted[piece.sku.id] = wanted.get(piece.sku.id, 0) - left
        if left:
            found.append(_Back(piece.sku, piece.line_no, left))
    if not found or (wanted and any(wanted.values())):
        raise Impossible("more_than_out", order=order.number, out="、".join(
            f"{piece.sku.code} × {piece.quantity}" for piece in order.shipped) or "—")
    return found


def _taken_back(order: OrderFacts, back: _Back, place: WarehouseFacts, asked: Asked) -> list[Change]:
    unit = _left_with(order, back, asked.base_currency)
    stock = StockChange(back.sku.id, place.id, back.quantity, MoveReason.RETURNED, unit_cost_e4=unit, order_id=order.id)
    known = back.sku.cost.unit_e4
    if known is None or unit in {None, known} or back.sku.currency != asked.base_currency:
        return [stock]
    return [CostKept(back.sku.id, known), stock]


def _left_with(order: OrderFacts, back: _Back, base_currency: str) -> int | None:
    """What one piece cost when it left: the line's cost was frozen then. A bundle's parts have no cost of their own."""
    line = next((line for line in order.lines if line.line_no == back.line_no and line.sku_id == back.sku.id), None)
    if line is None or line.cost_base is None:
        return back.sku.cost.unit_e4
    return unit_cost_e4(line.cost_base, base_currency) // line.quantity


def _shown(books: Books, back: _Back, place: WarehouseFacts, condition: Condition) -> list[Fact]:
    subject = f"{back.sku.code} · {place.name}"
    if condition is Condition.DEFECTIVE:
        return [Fact("defective", subject, 0, back.quantity, watched=False)]
    on_hand = books.balances([back.sku.id]).get((back.sku.id, place.id), NOTHING).on_hand
    return [Fact("on_hand", subject, on_hand, on_hand + back.quantity, watched=False)]


def _summed(facts: list[Fact]) -> tuple[Fact, ...]:
    """Two lines of one SKU are one row."""
    rows: dict[str, Fact] = {}
    for fact in facts:
        known = rows.get(str(fact.subject))
        step = int(str(fact.after)) - int(str(fact.before))
        rows[str(fact.subject)] = fact if known is None else known._replace(after=int(str(known.after)) + step)
    return tuple(rows.values())
