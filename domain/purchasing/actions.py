"""Verb: order goods from suppliers."""

from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, action
from domain.books import Balance, Books
from domain.changes import PurchaseChange, StockChange
from domain.inventory.model import MoveReason
from domain.lookups import sku_of
from domain.people import Permission


@action(name="create_purchase_order", permission=Permission.PURCHASE, zh="下采购单", en="create a purchase order",
        parameters=(Parameter("lines", ParameterKind.LINES, "商品和数量", "SKUs and quantities"),))
def create_purchase_order(books: Books, asked: Asked) -> Plan:
    """The goods are expected at the first warehouse, until suppliers and their places are known."""
    lines = [(sku_of(books, line["sku"]), line["quantity"]) for line in asked.arguments["lines"]]
    warehouses = books.warehouses()
    if not warehouses:
        raise Impossible("no_warehouse")
    place = warehouses[0]
    found = books.balances([sku.id for sku, _ in lines])
    incoming = {sku.id: found.get((sku.id, place.id), Balance()).incoming for sku, _ in lines}
    order = PurchaseChange(place.id, tuple((sku.id, quantity) for sku, quantity in lines), asked.at)
    expected = (StockChange(sku.id, place.id, 0, MoveReason.RECEIVED, arrives=-quantity) for sku, quantity in lines)
    return Plan(
        facts=tuple(Fact("incoming", f"{sku.code} · {place.name}", incoming[sku.id], incoming[sku.id] + quantity,
                         watched=False) for sku, quantity in lines),
        changes=(order, *expected),
        notes=(Note("purchase_warehouse", {"warehouse": place.name}),),
        named={"lines": "、".join(f"{sku.code} × {quantity}" for sku, quantity in lines), "warehouse": place.name})
