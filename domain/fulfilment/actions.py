"""Verb: an order has been handed to a carrier."""

from dataclasses import replace

from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, Word, action
from domain.books import Balance, Books, OrderFacts, WarehouseFacts
from domain.changes import Change, OrderChange, ParcelChange, StockChange
from domain.fulfilment.rules import Balances, Choice, choose_warehouse, is_waybill, released, short_of
from domain.inventory.model import MoveReason
from domain.lookups import order_of, warehouse_of
from domain.orders.actions import ORDER
from domain.orders.model import Fulfilment, OrderStatus
from domain.people import Permission

_SHIPPABLE = (OrderStatus.TO_SHIP, OrderStatus.PARTLY_SHIPPED)
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
    Parameter("warehouse", ParameterKind.WAREHOUSE, "发货仓库", "warehouse", required=False)))
def confirm_shipment(books: Books, asked: Asked) -> Plan:
    order = order_of(books, asked.arguments["order"])
    _check_state(order)
    waybill = _checked_waybill(books, asked)
    balances = books.balances([need.sku.id for need in order.needs])
    choice = _place(books, asked, order, balances)
    after = replace(order.axes, fulfilment=Fulfilment.SHIPPED)
    parcel = ParcelChange(order.id, order.parcels + 1, choice.warehouse.id if choice else None,
                          books.staff_id(asked.actor), asked.arguments["carrier"], waybill, asked.at, asked.today)
    status = Fact("status", order.number, Word(f"status.{order.axes.status}"), Word(f"status.{after.status}"))
    return Plan(
        facts=(status, *_stock_facts(order, choice, balances)),
        changes=(OrderChange(order.id, order.axes, after, order.shipped_at, asked.at), parcel,
                 *_moves(order, choice, balances)),
        notes=_notes(order, choice, balances),
        named={"order": order.number, "shop": order.shop, "waybill": waybill})


def _check_state(order: OrderFacts) -> None:
    status = order.axes.status
    if status not in _SHIPPABLE:
        raise Impossible(_WHY_NOT[status], order=order.number, status=Word(f"status.{status}"),
                         hold=Word(f"hold.{order.axes.hold}"))


def _checked_waybill(books: Books, asked: Asked) -> str:
    """Upper case, as carriers print it."""
    waybill = str(asked.arguments["waybill"]).upper()
    if not is_waybill(waybill):
        raise Impossible("bad_waybill", waybill=waybill)
    user = books.waybill_user(asked.arguments["carrier"], waybill)
    if user is not None:
        raise Impossible("waybill_used", waybill=waybill, order=user)
    return waybill


def _tracked(order: OrderFacts, balances: Balances) -> OrderFacts:
    """The order with only those needs whose stock is kept at all: an uncounted SKU is unknown, not zero."""
    kept = {sku_id for sku_id, _ in balances}
    return replace(order, needs=tuple(need for need in order.needs if need.sku.id in kept))


def _place(books: Books, asked: Asked, order: OrderFacts, balances: Balances) -> Choice | None:
    needs = _tracked(order, balances).needs
    if "warehouse" in asked.arguments:
        choice: Choice | None = Choice(warehouse_of(books, asked.arguments["warehouse"]), "")
    else:
        choice = choose_warehouse(needs, books.warehouses(), balances)
    if choice:
        _check_stock(order, choice.warehouse, balances)
    return choice


def _check_stock(order: OrderFacts, warehouse: WarehouseFacts, balances: Balances) -> None:
    for need, _ in short_of(_tracked(order, balances).needs, warehouse, balances):
        balance = balances.get((need.sku.id, warehouse.id), Balance())
        raise Impossible("not_enough_stock", sku=need.sku.code, warehouse=warehouse.name, wanted=need.quantity,
                         on_hand=balance.on_hand, reserved=balance.reserved, available=balance.available)


def _stock_facts(order: OrderFacts, choice: Choice | None, balances: Balances) -> tuple[Fact, ...]:
    """Stock is shown, not watched: other orders leave all the time, and the ledger guards the last piece."""
    if choice is None:
        return ()
    place = choice.warehouse
    return tuple(
        Fact("on_hand", f"{need.sku.code} · {place.name}", balance.on_hand, balance.on_hand - need.quantity,
             watched=False)
        for need in _tracked(order, balances).needs
        for balance in [balances.get((need.sku.id, place.id), Balance())])


def _moves(order: OrderFacts, choice: Choice | None, balances: Balances) -> tuple[Change, ...]:
    if choice is None:
        return ()
    return tuple(
        StockChange(need.sku.id, choice.warehouse.id, -need.quantity, MoveReason.SHIPPED,
                    releases=released(balances.get((need.sku.id, choice.warehouse.id), Balance()), need.quantity),
                    allows_backorder=need.sku.allows_backorder, unit_cost_e4=need.sku.cost.unit_e4, order_id=order.id)
        for need in _tracked(order, balances).needs)


def _notes(order: OrderFacts, choice: Choice | None, balances: Balances) -> tuple[Note, ...]:
    notes = [Note(choice.why, {"warehouse": choice.warehouse.name})] if choice and choice.why else []
    untracked = len(order.needs) - len(_tracked(order, balances).needs)
    if untracked:
        notes.append(Note("untracked", {"skus": untracked}))
    if order.unmatched_lines:
        notes.append(Note("unmatched", {"lines": order.unmatched_lines}))
    if order.parcels:
        notes.append(Note("earlier_parcels", {"parcels": order.parcels}))
    return tuple(notes)
