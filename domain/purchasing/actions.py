"""Verbs: whom goods are bought from and for how much; order them, take in what comes, expect no more."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, Value, Word, action
from domain.books import NOTHING, Balance, Books, OpenLine, PurchaseFacts, SkuFacts, SupplierFacts
from domain.changes import Change
from domain.changes.buying import (
    PurchaseArrival,
    PurchaseCancelled,
    PurchaseChange,
    SupplierChange,
    SupplierPriceChange,
    SupplierTerms,
)
from domain.changes.costs import CostKept
from domain.changes.stock import StockChange
from domain.inventory.model import MoveReason
from domain.inventory.rules import average, unit_cost_e4, unit_cost_minor
from domain.lookups import purchase_of, sku_of, supplier_of
from domain.money import Money
from domain.people import Permission

LONGEST_NAME = 80  # the width of the column
LONGEST_LEAD = 730  # days; goods that take two years are ordered by other means
_LINES = Parameter("lines", ParameterKind.LINES, "商品和数量", "SKUs and quantities")
_SUPPLIER = Parameter("supplier", ParameterKind.TEXT, "供应商", "supplier")
_PURCHASE = Parameter("purchase", ParameterKind.TEXT, "采购单号", "purchase order number")


@action(name="set_supplier", permission=Permission.PURCHASE, zh="设置供应商", en="set a supplier", parameters=(
    _SUPPLIER, Parameter("lead_days", ParameterKind.QUANTITY, "交期天数", "lead time in days", required=False,
                         minimum=0),
    Parameter("contact", ParameterKind.CONTACT, "联系方式", "contact", required=False)))
def set_supplier(books: Books, asked: Asked) -> Plan:
    """A new one, or other terms of one that is known; what is not said stays. The contact is sealed before it comes."""
    name, said = asked.arguments["supplier"], asked.arguments
    if len(name) > LONGEST_NAME:
        raise Impossible("bad_text", parameter="supplier", most=LONGEST_NAME)
    if said.get("lead_days", 0) > LONGEST_LEAD:
        raise Impossible("bad_number", parameter="lead_days", value=said["lead_days"], least=0, most=LONGEST_LEAD)
    known = books.supplier(name)
    before = SupplierTerms(known.lead_days, known.contact) if known else SupplierTerms()
    contact: dict[str, str] = said.get("contact") or {}
    after = SupplierTerms(said.get("lead_days", before.lead_days), contact.get("sealed", before.contact))
    if known and before == after:
        raise Impossible("supplier_known", supplier=known.name)
    name = known.name if known else name
    facts = [] if known else [Fact("supplier", name, None, Word("supplier.new"))]
    if after.lead_days != before.lead_days:
        facts.append(Fact("lead_days", name, before.lead_days, after.lead_days))
    if contact:
        facts.append(Fact("contact", name, known.shown if known else None, contact["shown"]))
    return Plan(facts=tuple(facts), changes=(SupplierChange(name, before, after, is_new=known is None),),
                named={"supplier": name})


@action(name="set_supplier_price", permission=Permission.PURCHASE, zh="设置供货价", en="set a supplier's price",
        parameters=(_SUPPLIER, Parameter("sku", ParameterKind.SKU, "商品", "SKU"),
                    Parameter("unit_cost", ParameterKind.MONEY, "供货价", "unit cost", minimum=0)))
def set_supplier_price(books: Books, asked: Asked) -> Plan:
    supplier, sku = supplier_of(books, asked.arguments["supplier"]), sku_of(books, asked.arguments["sku"])
    before, after = supplier.prices_e4.get(sku.id), unit_cost_e4(asked.arguments["unit_cost"], sku.currency)
    price = _money(after, sku)
    return Plan(facts=(Fact("supplier_price", f"{supplier.name} · {sku.code}", _money(before, sku), price),),
                changes=(SupplierPriceChange(supplier.id, sku.id, before, after),),
                named={"supplier": supplier.name, "sku": sku.code, "unit_cost": price})


def _money(unit_e4: int | None, sku: SkuFacts) -> Money | None:
    return None if unit_e4 is None else Money(unit_cost_minor(unit_e4, sku.currency), sku.currency)


@action(name="create_purchase_order", permission=Permission.PURCHASE, zh="下采购单", en="create a purchase order",
        parameters=(_LINES, Parameter("supplier", ParameterKind.TEXT, "供应商", "supplier", required=False)))
def create_purchase_order(books: Books, asked: Asked) -> Plan:
    """The goods are expected at the first warehouse, and on the day that the supplier's lead time tells."""
    lines = [(sku_of(books, line["sku"]), line["quantity"]) for line in asked.arguments["lines"]]
    supplier = supplier_of(books, asked.arguments["supplier"]) if "supplier" in asked.arguments else None
    warehouses = books.warehouses()
    if not warehouses:
        raise Impossible("no_warehouse")
    place = warehouses[0]
    found = books.balances([sku.id for sku, _ in lines])
    incoming = {sku.id: found.get((sku.id, place.id), NOTHING).incoming for sku, _ in lines}
    order = _ordered(asked, place.id, lines, supplier)
    expected = (StockChange(sku.id, place.id, 0, MoveReason.RECEIVED, arrives=-quantity) for sku, quantity in lines)
    return Plan(
        facts=tuple(Fact("incoming", f"{sku.code} · {place.name}", incoming[sku.id], incoming[sku.id] + quantity,
                         watched=False) for sku, quantity in lines),
        changes=(order, *expected),
        notes=(*_terms(supplier, order), Note("purchase_warehouse", {"warehouse": place.name})),
        named={"lines": _said((sku.code, quantity) for sku, quantity in lines), "warehouse": place.name,
               **({"supplier": supplier.name} if supplier else {})})


def _ordered(asked: Asked, place: int, lines: list[tuple[SkuFacts, int]], supplier: SupplierFacts | None,
             ) -> PurchaseChange:
    ordered = tuple((sku.id, quantity) for sku, quantity in lines)
    if supplier is None:
        return PurchaseChange(place, ordered, asked.local)  # the shop's day is part of its number
    days = supplier.lead_days
    return PurchaseChange(
        place, ordered, asked.local, supplier_id=supplier.id,
        expected_on=None if days is None else asked.today + timedelta(days=days),
        prices_e4=tuple(supplier.prices_e4.get(sku.id) for sku, _ in lines))


def _terms(supplier: SupplierFacts | None, order: PurchaseChange) -> tuple[Note, ...]:
    if supplier is None:
        return ()
    if order.expected_on is None:
        return (Note("purchase_supplier", {"supplier": supplier.name}),)
    return (Note("purchase_expected", {"supplier": supplier.name, "day": order.expected_on}),)


def _said(lines: Any) -> str:
    return "、".join(f"{code} × {quantity}" for code, quantity in lines)


@dataclass(frozen=True, slots=True)
class _Arrival:
    """Pieces of one line that come in, beside what is on the shelf."""

    line: OpenLine
    quantity: int
    balance: Balance
    transferred: int  # of what is incoming, from other warehouses

    @property
    def arrives(self) -> int:
        return min(self.quantity, max(0, self.balance.incoming - self.transferred))


@action(name="receive_purchase", permission=Permission.MOVE_STOCK, zh="采购到货", en="receive a purchase order",
        parameters=(_PURCHASE, replace(_LINES, required=False),
                    Parameter("quantity", ParameterKind.QUANTITY, "到货数量", "quantity that arrived", required=False)))
def receive_purchase(books: Books, asked: Asked) -> Plan:
    """Everything that is still to come, or what is said; a number alone is of the only SKU that is to come."""
    purchase = _open(books, asked)
    arrivals = _arrivals(books, purchase, _came(purchase, asked))
    place = purchase.warehouse
    left = sum(line.open for line in purchase.lines) - sum(one.quantity for one in arrivals)
    facts = [fact for one in arrivals for fact in _arrival_facts(one, place.name)]
    changes = [change for one in arrivals for change in _received(one, place.id)]
    return Plan(tuple(facts), tuple(changes), (Note("purchase_left", {"pieces": left}),) if left else (), _named(
        purchase, [(one.line.sku.code, one.quantity) for one in arrivals]))


def _open(books: Books, asked: Asked) -> PurchaseFacts:
    purchase = purchase_of(books, asked.arguments["purchase"])
    if purchase.is_cancelled:
        raise Impossible("purchase_cancelled", purchase=purchase.number)
    if not any(line.open for line in purchase.lines):
        raise Impossible("purchase_done", purchase=purchase.number)
    return purchase


def _named(purchase: PurchaseFacts, lines: list[tuple[str, int]]) -> dict[str, Value]:
    return {"purchase": purchase.number, "warehouse": purchase.warehouse.name, "lines": _said(lines)}


def _came(purchase: PurchaseFacts, asked: Asked) -> dict[str, int]:
    """Pieces by SKU code."""
    waiting = [line for line in purchase.lines if line.open]
    if "lines" in asked.arguments:
        return {line["sku"].upper(): line["quantity"] for line in asked.arguments["lines"]}
    if "quantity" not in asked.arguments:
        return {line.sku.code.upper(): line.open for line in waiting}
    if len(waiting) > 1:
        raise Impossible("which_of_purchase", purchase=purchase.number, skus="、".join(one.sku.code for one in waiting))
    return {waiting[0].sku.code.upper(): asked.arguments["quantity"]}


def _arrivals(books: Books, purchase: PurchaseFacts, came: dict[str, int]) -> list[_Arrival]:
    lines = {line.sku.code.upper(): line for line in purchase.lines}
    balances = books.balances([line.sku.id for line in purchase.lines])
    found = []
    for code, quantity in came.items():
        if code not in lines:
            raise Impossible("not_on_purchase", purchase=purchase.number, sku=code,
                             choices=tuple(lines) if len(lines) <= 3 else ())
        line = lines[code]
        if quantity > line.open:
            raise Impossible("more_than_ordered", purchase=purchase.number, sku=line.sku.code, open=line.open,
                             wanted=quantity)
        shelf = line.sku.id, purchase.warehouse.id
        found.append(_Arrival(line, quantity, balances.get(shelf, NOTHING), books.transferred_to(*shelf)))
    return found


def _arrival_facts(one: _Arrival, place: str) -> list[Fact]:
    sku, subject = one.line.sku, f"{one.line.sku.code} · {place}"
    facts = [Fact("on_hand", subject, one.balance.on_hand, one.balance.on_hand + one.quantity),
             Fact("purchase_open", sku.code, one.line.open, one.line.open - one.quantity)]
    if one.line.unit_cost_e4 is not None:
        cost = average(sku.cost, sku.on_hand, one.quantity, one.line.unit_cost_e4)
        facts.append(Fact("unit_cost", sku.code, _money(sku.cost.unit_e4, sku), _money(cost.unit_e4, sku),
                          right=Permission.PROFIT))
    return facts


def _received(one: _Arrival, place: int) -> list[Change]:
    """At the price it was ordered at, where that is known; else at what the SKU costs."""
    sku, price = one.line.sku, one.line.unit_cost_e4
    known = sku.cost.unit_e4
    kept: list[Change] = [] if price is None else [CostKept(sku.id, price if known is None else known)]
    return [*kept, StockChange(sku.id, place, one.quantity, MoveReason.RECEIVED, arrives=one.arrives,
                               unit_cost_e4=known if price is None else price),
            PurchaseArrival(one.line.line_id, one.quantity)]


@action(name="cancel_purchase", permission=Permission.PURCHASE, zh="取消采购单", en="cancel a purchase order",
        parameters=(_PURCHASE,))
def cancel_purchase(books: Books, asked: Asked) -> Plan:
    """What has come stays; the rest is expected no more."""
    purchase = _open(books, asked)
    place = purchase.warehouse
    rest = _arrivals(books, purchase, {line.sku.code.upper(): line.open for line in purchase.lines if line.open})
    return Plan(
        facts=tuple(Fact("incoming", f"{one.line.sku.code} · {place.name}", one.balance.incoming,
                         one.balance.incoming - one.arrives) for one in rest),
        changes=(PurchaseCancelled(purchase.id), *(
            StockChange(one.line.sku.id, place.id, 0, MoveReason.RECEIVED, arrives=one.arrives) for one in rest)),
        named=_named(purchase, [(one.line.sku.code, one.quantity) for one in rest]))
