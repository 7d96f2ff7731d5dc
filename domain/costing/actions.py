"""Verbs that say what pieces cost: the method of a SKU, and another price for what is there."""

from typing import Any

from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, Word, action
from domain.books import Books, SkuFacts
from domain.changes import Change
from domain.changes.costs import CostKept, CostMethodChange, Revaluation
from domain.costing.model import CostMethod
from domain.inventory.rules import unit_cost_e4, unit_cost_minor
from domain.lookups import sku_of
from domain.money import Money
from domain.people import Permission

_SKU = Parameter("sku", ParameterKind.SKU, "商品", "SKU")


def _kept(sku: SkuFacts, unit_e4: int) -> tuple[Change, ...]:
    return () if sku.cost_method else (CostKept(sku.id, unit_e4),)


@action(name="set_cost_method", permission=Permission.PROFIT, zh="设置成本算法", en="set the cost method", parameters=(
    _SKU, Parameter("method", ParameterKind.COST_METHOD, "算法", "method")))
def set_cost_method(books: Books, asked: Asked) -> Plan:
    """First in first out, or the moving average; from now on, with the value that is there."""
    sku, method = sku_of(books, asked.arguments["sku"]), CostMethod(asked.arguments["method"])
    before = sku.cost_method or CostMethod.AVERAGE
    if before is method:
        raise Impossible("same_cost_method", sku=sku.code, method=Word(f"cost_method.{method}"))
    if sku.cost.unit_e4 is None:
        raise Impossible("cost_unknown", sku=sku.code, pieces=sku.on_hand)
    return Plan(
        facts=(Fact("cost_method", sku.code, Word(f"cost_method.{before}"), Word(f"cost_method.{method}")),),
        changes=(*_kept(sku, sku.cost.unit_e4), CostMethodChange(sku.id, before, method)),
        named={"sku": sku.code, "method": Word(f"cost_method.{method}")})


@action(name="revalue_stock", permission=Permission.PROFIT, zh="调整成本", en="revalue stock", parameters=(
    _SKU, Parameter("unit_cost", ParameterKind.MONEY, "单位成本", "unit cost", minimum=0),
    Parameter("reason", ParameterKind.TEXT, "原因", "reason", required=False)))
def revalue_stock(books: Books, asked: Asked) -> Plan:
    """What the pieces there are worth from today: an invoice that came late, a price that was wrong."""
    sku, reason = sku_of(books, asked.arguments["sku"]), asked.arguments.get("reason")
    after = unit_cost_e4(asked.arguments["unit_cost"], sku.currency)
    if sku.on_hand <= 0:
        raise Impossible("nothing_to_revalue", sku=sku.code)
    before = after if sku.cost.unit_e4 is None else sku.cost.unit_e4
    value = sku.on_hand * before + sku.cost.remainder_e4
    return Plan(
        facts=(Fact("unit_cost", sku.code, _money(sku.cost.unit_e4, sku), _money(after, sku)),
               Fact("stock_value", sku.code, None if sku.cost.unit_e4 is None else _money(value, sku),
                    _money(sku.on_hand * after, sku))),
        changes=(*_kept(sku, before), Revaluation(sku.id, before, after, reason)),
        notes=(Note("sold_keeps_its_cost"), *((Note("reason", {"reason": reason}),) if reason else ())),
        named=_said(sku, after))


def _said(sku: SkuFacts, unit_e4: int) -> dict[str, Any]:
    return {"sku": sku.code, "unit_cost": _money(unit_e4, sku)}


def _money(value_e4: int | None, sku: SkuFacts) -> Money | None:
    return None if value_e4 is None else Money(unit_cost_minor(value_e4, sku.currency), sku.currency)
