"""Verbs that arrange how open orders leave: merge, split, another warehouse, hold, release, mark."""

from dataclasses import replace

from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, Word, action
from domain.books import NOTHING, Books, Held, Need, OrderFacts, SkuFacts, WarehouseFacts
from domain.changes import Change
from domain.changes.orders import ExclusionChange, MergeChange, OrderChange
from domain.changes.stock import AllocationChange
from domain.dispatching.rules import MAX_MERGED, is_waiting, obstacle
from domain.fulfilment.allotment import Balances, allot, as_seen_by, counted, lacks, totals
from domain.inventory.model import AllocationReason
from domain.lookups import order_of, sku_of, warehouse_of
from domain.orders.actions import ORDER
from domain.orders.model import Exclusion, Hold, OrderStatus
from domain.people import Permission

_STATED = AllocationReason.STATED
_PARCEL = Parameter("lines", ParameterKind.LINES, "单独发的商品和数量", "SKUs and quantities of the parcel")


@action(name="merge_orders", permission=Permission.SHIP, zh="合单", en="merge orders", parameters=(
    Parameter("orders", ParameterKind.ORDERS, "要合并的订单号", "order numbers"),))
def merge_orders(books: Books, asked: Asked) -> Plan:
    """They leave in one parcel from one warehouse; confirming the shipment of any ships all."""
    orders = [order_of(books, number) for number in asked.arguments["orders"]]
    _check_merge(orders)
    place = _place_for_all(books, orders)
    changes: list[Change] = [MergeChange(tuple(order.id for order in orders))]
    for order in orders:
        changes += _moved_to(books, order, place)
    numbers = "、".join(order.number for order in orders)
    return Plan(
        facts=tuple(Fact("parcel", order.number, Word("parcel.own"), Word("parcel.shared")) for order in orders),
        changes=tuple(changes), notes=(Note("merged_from", {"warehouse": place.name}), Note("check_address")),
        named={"orders": numbers, "warehouse": place.name})


def _check_merge(orders: list[OrderFacts]) -> None:
    if not 1 < len({order.id for order in orders}) == len(orders) <= MAX_MERGED:
        raise Impossible("merge_count", most=MAX_MERGED)
    for order in orders:
        _check_waits(order)
        if order.lead_id is not None:
            raise Impossible("merged_already", order=order.number)
        if found := obstacle(orders[0], order):
            raise Impossible(found.value, order=orders[0].number, other=order.number)


def _check_waits(order: OrderFacts) -> None:
    if not is_waiting(order):
        raise Impossible("not_waiting", order=order.number, status=Word(f"status.{order.axes.status}"))


def _place_for_all(books: Books, orders: list[OrderFacts]) -> WarehouseFacts:
    """The first warehouse that has all of it, what the orders hold there counted as theirs."""
    needs = [need for order in orders for need in order.needs]
    balances = books.balances({need.sku.id for need in needs})
    seen = as_seen_by([held for order in orders for held in order.held], balances)
    found = next((place for place in books.warehouses() if not lacks(counted(needs, balances), (place,), seen)), None)
    if found is None:
        raise Impossible("merge_no_warehouse")
    return found


def _moved_to(books: Books, order: OrderFacts, place: WarehouseFacts) -> list[Change]:
    """What the order holds is let go of, and held again in the one warehouse as one parcel."""
    balances = books.balances({need.sku.id for need in order.needs})
    return [*(_hold(order, held, -held.quantity) for held in order.held),
            *(AllocationChange(order.id, need.line_no, need.sku.id, place.id, need.quantity, _STATED,
                               allows_backorder=need.sku.allows_backorder)
              for need in counted(order.needs, balances))]


def _hold(order: OrderFacts, held: Held, quantity: int, parcel_no: int | None = None) -> AllocationChange:
    patient = {need.sku.id for need in order.needs if need.sku.allows_backorder}
    return AllocationChange(order.id, held.line_no, held.sku_id, held.warehouse_id, quantity, held.reason,
                            held.parcel_no if parcel_no is None else parcel_no, held.sku_id in patient)


@action(name="unmerge_orders", permission=Permission.SHIP, zh="取消合单", en="take merged orders apart",
        parameters=(ORDER,))
def unmerge_orders(books: Books, asked: Asked) -> Plan:
    order = order_of(books, asked.arguments["order"])
    if order.lead_id is None:
        raise Impossible("not_merged", order=order.number)
    together = books.together(order.lead_id)
    return Plan(
        facts=tuple(Fact("parcel", one.number, Word("parcel.shared"), Word("parcel.own")) for one in together),
        changes=(MergeChange(tuple(one.id for one in together), is_together=False),),
        named={"orders": "、".join(one.number for one in together)})


@action(name="split_order", permission=Permission.SHIP, zh="拆单", en="split an order", parameters=(ORDER, _PARCEL))
def split_order(books: Books, asked: Asked) -> Plan:
    """What is named leaves in a parcel of its own, after the others. It is held for the order from now on."""
    order = order_of(books, asked.arguments["order"])
    _check_waits(order)
    order, first = _held(books, order)
    number = max(held.parcel_no for held in order.held) + 1
    changes: list[Change] = [*first]
    facts = []
    for line in asked.arguments["lines"]:
        sku, pieces = sku_of(books, line["sku"]), line["quantity"]
        changes += _set_apart(order, sku, pieces, number)
        facts.append(Fact("pieces_apart", sku.code, 0, pieces))
    kept = sum(held.quantity for held in order.held) - sum(line["quantity"] for line in asked.arguments["lines"])
    if not kept:
        raise Impossible("split_leaves_nothing", order=order.number)
    return Plan(tuple(facts), tuple(changes), (Note("parcels_after_split", {"pieces": kept}),), {
        "order": order.number, "lines": "、".join(f"{fact.subject} × {fact.after}" for fact in facts)})


def _held(books: Books, order: OrderFacts) -> tuple[OrderFacts, list[AllocationChange]]:
    """The order with all it needs held for it, and what has to be taken hold of for that."""
    balances = books.balances({need.sku.id for need in order.needs})
    tracked = counted(order.needs, balances)
    if order.held or not tracked:
        if not order.held:
            raise Impossible("nothing_held", order=order.number)
        return order, []
    found = allot(tracked, books.warehouses(), balances)
    if found is None:
        raise _short(order, tracked, books.warehouses()[0], balances)
    patient = {need.sku.id for need in tracked if need.sku.allows_backorder}
    held = tuple(Held(piece.line_no, piece.sku_id, piece.warehouse_id, 1, piece.quantity, found.reason)
                 for piece in found.pieces)
    return replace(order, held=held), [
        AllocationChange(order.id, one.line_no, one.sku_id, one.warehouse_id, one.quantity, one.reason,
                         allows_backorder=one.sku_id in patient) for one in held]


def _set_apart(order: OrderFacts, sku: SkuFacts, pieces: int, number: int) -> list[Change]:
    changes: list[Change] = []
    left = pieces
    for held in order.held:
        taken = min(left, held.quantity) if held.sku_id == sku.id else 0
        left -= taken
        if taken:
            changes += [_hold(order, held, -taken), _hold(order, held, taken, number)]
    if left:
        raise Impossible("not_so_many_in_order", order=order.number, sku=sku.code)
    return changes


@action(name="change_warehouse", permission=Permission.SHIP, zh="改仓", en="ship an order from another warehouse",
        parameters=(ORDER, Parameter("warehouse", ParameterKind.WAREHOUSE, "发货仓库", "warehouse")))
def change_warehouse(books: Books, asked: Asked) -> Plan:
    """All that still waits is held there, as one parcel."""
    order, place = order_of(books, asked.arguments["order"]), warehouse_of(books, asked.arguments["warehouse"])
    _check_waits(order)
    balances = books.balances({need.sku.id for need in order.needs})
    tracked = counted(order.needs, balances)
    if not tracked:
        raise Impossible("nothing_held", order=order.number)
    if lacks(tracked, (place,), as_seen_by(order.held, balances)):
        raise _short(order, tracked, place, balances)
    parcels = {(held.warehouse_id, held.parcel_no) for held in order.held}
    is_all_held = sum(held.quantity for held in order.held) == sum(need.quantity for need in tracked)
    if is_all_held and {warehouse_id for warehouse_id, _ in parcels} == {place.id} and len(parcels) == 1:
        raise Impossible("ships_from_there", order=order.number, warehouse=place.name)
    names = {one.id: one.name for one in books.warehouses()}
    before = "、".join(dict.fromkeys(names[held.warehouse_id] for held in order.held)) or None
    return Plan((Fact("ships_from", order.number, before, place.name),), tuple(_moved_to(books, order, place)),
                named={"order": order.number, "warehouse": place.name})


def _short(order: OrderFacts, needs: tuple[Need, ...], place: WarehouseFacts, balances: Balances) -> Impossible:
    seen = as_seen_by(order.held, balances)
    sku_id = next(iter(lacks(needs, (place,), seen)))
    code = next(need.sku.code for need in needs if need.sku.id == sku_id)
    balance = balances.get((sku_id, place.id), NOTHING)
    return Impossible("not_enough_stock", sku=code, warehouse=place.name, wanted=totals(needs)[sku_id],
                      on_hand=balance.on_hand, reserved=balance.reserved, available=balance.available)


@action(name="hold_order", permission=Permission.SHIP, zh="锁单", en="hold an order back", parameters=(ORDER,))
def hold_order(books: Books, asked: Asked) -> Plan:
    """It keeps what it holds, and nobody can ship it until it is released."""
    order = order_of(books, asked.arguments["order"])
    _check_waits(order)
    return _on_hold(order, Hold.MANUAL)


@action(name="release_order", permission=Permission.SHIP, zh="解锁", en="release a held order", parameters=(ORDER,))
def release_order(books: Books, asked: Asked) -> Plan:
    """Only what people held here: platforms release their own holds."""
    order = order_of(books, asked.arguments["order"])
    if order.axes.hold is not Hold.MANUAL:
        reason = "not_held" if order.axes.hold is Hold.NONE else "held_by_platform"
        raise Impossible(reason, order=order.number, hold=Word(f"hold.{order.axes.hold}"))
    return _on_hold(order, Hold.NONE)


def _on_hold(order: OrderFacts, hold: Hold) -> Plan:
    after = order.axes.step(hold=hold)
    return Plan((Fact("status", order.number, Word(f"status.{order.axes.status}"), Word(f"status.{after.status}")),),
                (OrderChange(order.id, order.axes, after, order.shipped_at, order.shipped_at),),
                named={"order": order.number})


@action(name="mark_order", permission=Permission.EXCLUDE, zh="标记订单", en="mark an order", parameters=(
    ORDER, Parameter("mark", ParameterKind.MARK, "标记", "mark")))
def mark_order(books: Books, asked: Asked) -> Plan:
    """Brushed, test and gift orders count in no sales figure, and every answer says how many were left out.

    A mark made here outlives what later files say; a brushed or test order that has not left lets go of its stock.
    """
    order, mark = order_of(books, asked.arguments["order"]), asked.arguments["mark"]
    after = None if mark == NORMAL else Exclusion(mark)
    if after is order.excluded:
        raise Impossible("marked_already", order=order.number, mark=_mark(after))
    lets_go = after in (Exclusion.BRUSHED, Exclusion.TEST) and order.axes.status is not OrderStatus.SHIPPED
    days = ((order.shop_id, order.paid_on),) if order.paid_on else ()
    customer = order.receiver.customer_id if order.receiver else None
    return Plan(
        facts=(Fact("mark", order.number, _mark(order.excluded), _mark(after)),),
        changes=(ExclusionChange(order.id, order.excluded, after, customer, days),
                 *((_hold(order, held, -held.quantity) for held in order.held) if lets_go else ())),
        notes=(Note("not_counted" if after else "counted_again"),),
        named={"order": order.number, "mark": _mark(after)})


NORMAL = "normal"


def _mark(mark: Exclusion | None) -> Word:
    return Word(f"mark.{mark or NORMAL}")
