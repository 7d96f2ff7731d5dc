"""Verbs that move stock or say when it is low."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, Value, Word, action
from domain.books import NOTHING, Balance, Books, SkuFacts, WarehouseFacts
from domain.changes import Change
from domain.changes.costs import Cost, CostKept
from domain.changes.stock import BackorderChange, PlaceReorderPointChange, ReorderPointChange, StockChange
from domain.costing.model import CostMethod
from domain.inventory.model import MoveReason
from domain.inventory.rules import arrivals, average, unit_cost_e4, unit_cost_minor
from domain.lookups import sku_of, warehouse_of
from domain.money import Money
from domain.people import Permission

_SKU = Parameter("sku", ParameterKind.SKU, "商品", "SKU")
_WAREHOUSE = Parameter("warehouse", ParameterKind.WAREHOUSE, "仓库", "warehouse")
_QUANTITY = Parameter("quantity", ParameterKind.QUANTITY, "数量", "quantity")


@dataclass(frozen=True, slots=True)
class _Shelf:
    """One SKU in one warehouse, as it is now."""

    sku: SkuFacts
    warehouse: WarehouseFacts
    balance: Balance

    @property
    def subject(self) -> str:
        return f"{self.sku.code} · {self.warehouse.name}"

    def after(self, quantity: int) -> Fact:
        """The row of the table that shows on hand before and after; refuses to go below what is reserved."""
        after = self.balance.on_hand + quantity
        if quantity < 0 and after < self.balance.reserved and not self.sku.allows_backorder:
            raise Impossible("not_enough_stock", sku=self.sku.code, warehouse=self.warehouse.name, wanted=-quantity,
                             on_hand=self.balance.on_hand, reserved=self.balance.reserved,
                             available=self.balance.available)
        return Fact("on_hand", self.subject, self.balance.on_hand, after)


def _shelf(books: Books, sku: SkuFacts, warehouse: WarehouseFacts) -> _Shelf:
    found = books.balances([sku.id])
    return _Shelf(sku, warehouse, found.get((sku.id, warehouse.id), NOTHING))


def _asked_shelf(books: Books, asked: Asked) -> _Shelf:
    return _shelf(books, sku_of(books, asked.arguments["sku"]), warehouse_of(books, asked.arguments["warehouse"]))


def _names(shelf: _Shelf, **more: Value) -> dict[str, Value]:
    return {"sku": shelf.sku.code, "warehouse": shelf.warehouse.name, **more}


@action(name="adjust_stock", permission=Permission.MOVE_STOCK, zh="调整库存", en="adjust stock", parameters=(
    _SKU, _WAREHOUSE, Parameter("delta", ParameterKind.DELTA, "增减数量", "change"),
    Parameter("reason", ParameterKind.TEXT, "原因", "reason", required=False)))
def adjust_stock(books: Books, asked: Asked) -> Plan:
    shelf, delta, reason = _asked_shelf(books, asked), asked.arguments["delta"], asked.arguments.get("reason")
    change = StockChange(shelf.sku.id, shelf.warehouse.id, delta, MoveReason.ADJUSTED, note=reason,
                         allows_backorder=shelf.sku.allows_backorder, unit_cost_e4=shelf.sku.cost.unit_e4)
    return Plan(facts=(shelf.after(delta),), changes=(change,), named=_names(shelf, change=f"{delta:+d}"),
                notes=(Note("reason", {"reason": reason}),) if reason else ())


@action(name="receive_stock", permission=Permission.MOVE_STOCK, zh="入库", en="receive stock", parameters=(
    _SKU, _WAREHOUSE, _QUANTITY,
    Parameter("unit_cost", ParameterKind.MONEY, "进价", "unit cost", required=False, minimum=0),
    Parameter("day", ParameterKind.DAY, "到货日期", "day it came", required=False)))
def receive_stock(books: Books, asked: Asked) -> Plan:
    """What came on an earlier day is on that day's shelf; what has been sold since keeps its cost (docs/adr/0011)."""
    shelf, quantity = _asked_shelf(books, asked), asked.arguments["quantity"]
    day = _came_on(books, shelf, asked)
    arrives = _arriving(books, shelf, quantity)
    facts = [shelf.after(quantity)]
    if arrives:
        facts.append(Fact("incoming", shelf.subject, shelf.balance.incoming, shelf.balance.incoming - arrives))
    cost, notes = shelf.sku.cost, _of_day(books, shelf.sku, asked, day) if day else []
    if "unit_cost" in asked.arguments:
        cost = average(cost, shelf.sku.on_hand, quantity,
                       unit_cost_e4(asked.arguments["unit_cost"], shelf.sku.currency))
        facts.append(Fact("unit_cost", shelf.sku.code, _cost(shelf.sku.cost, shelf.sku), _cost(cost, shelf.sku),
                          right=Permission.PROFIT))
        if shelf.sku.cost.unit_e4 is None and shelf.sku.on_hand > 0:
            notes.append(Note("cost_was_unknown", {"pieces": shelf.sku.on_hand}))
    receipt = _receipt(books, shelf, asked, cost)
    if day:
        moved_at = datetime.combine(day, time.min, asked.local.tzinfo).astimezone(UTC)
        receipt = tuple(replace(each, moved_at=moved_at) if isinstance(each, StockChange) else each
                        for each in receipt)
    return Plan(tuple(facts), receipt, tuple(notes), _names(shelf))


def _came_on(books: Books, shelf: _Shelf, asked: Asked) -> date | None:
    """The earlier day it came on; None for today. Refuses days to come, and those that a later count has closed."""
    day = date.fromisoformat(asked.arguments["day"]) if "day" in asked.arguments else asked.today
    if day > asked.today:
        raise Impossible("day_in_future", day=day)
    if day == asked.today:
        return None
    counted_at = books.counted_at(shelf.sku.id, shelf.warehouse.id)
    counted = counted_at.astimezone(asked.local.tzinfo).date() if counted_at else day
    if day < counted:
        raise Impossible("counted_since", sku=shelf.sku.code, warehouse=shelf.warehouse.name, day=day, counted=counted)
    return day


def _of_day(books: Books, sku: SkuFacts, asked: Asked, day: date) -> list[Note]:
    """When it came, and what that changes of costs: of what was sold since, nothing."""
    notes = [Note("came_on", {"day": day, "days": (asked.today - day).days})]
    sold = books.shipped_since(sku.id, day)
    if sold and ("unit_cost" in asked.arguments or sku.cost_method):
        notes.append(Note("shipped_keeps_cost", {"pieces": sold}))
    if sku.cost_method is CostMethod.FIFO:
        notes.append(Note("leaves_by_day", {"day": day}))
    return notes


def _arriving(books: Books, shelf: _Shelf, quantity: int) -> int:
    """How many of the pieces received were expected from suppliers; a transfer is received by its number."""
    expected = shelf.balance.incoming - books.transferred_to(shelf.sku.id, shelf.warehouse.id)
    return min(max(0, expected), quantity)


def _receipt(books: Books, shelf: _Shelf, asked: Asked, cost: Cost) -> tuple[Change, ...]:
    quantity = asked.arguments["quantity"]
    arrives = _arriving(books, shelf, quantity)
    paid = asked.arguments.get("unit_cost")
    unit = cost.unit_e4 if paid is None else unit_cost_e4(paid, shelf.sku.currency)
    stock = StockChange(shelf.sku.id, shelf.warehouse.id, quantity, MoveReason.RECEIVED, arrives=arrives,
                        unit_cost_e4=unit)
    settled = arrivals(books.open_purchases(shelf.sku.id, shelf.warehouse.id), arrives)
    known = shelf.sku.cost.unit_e4
    kept = () if paid is None or unit is None else (CostKept(shelf.sku.id, unit if known is None else known),)
    return (*kept, stock, *settled)


def _cost(cost: Cost, sku: SkuFacts) -> Money | None:
    return None if cost.unit_e4 is None else Money(unit_cost_minor(cost.unit_e4, sku.currency), sku.currency)


@action(name="transfer_stock", permission=Permission.MOVE_STOCK, zh="调拨", en="transfer stock", parameters=(
    _SKU, Parameter("from", ParameterKind.WAREHOUSE, "调出仓库", "warehouse to take from"),
    Parameter("to", ParameterKind.WAREHOUSE, "调入仓库", "warehouse to bring to"), _QUANTITY))
def transfer_stock(books: Books, asked: Asked) -> Plan:
    sku, quantity = sku_of(books, asked.arguments["sku"]), asked.arguments["quantity"]
    source = _shelf(books, sku, warehouse_of(books, asked.arguments["from"]))
    target = _shelf(books, sku, warehouse_of(books, asked.arguments["to"]))
    if source.warehouse == target.warehouse:
        raise Impossible("same_warehouse", warehouse=source.warehouse.name)
    unit = sku.cost.unit_e4
    return Plan(
        facts=(source.after(-quantity), target.after(quantity)),
        changes=(StockChange(sku.id, source.warehouse.id, -quantity, MoveReason.TRANSFER_OUT, unit_cost_e4=unit,
                             allows_backorder=sku.allows_backorder),
                 StockChange(sku.id, target.warehouse.id, quantity, MoveReason.TRANSFER_IN, unit_cost_e4=unit)),
        named={"sku": sku.code, "from": source.warehouse.name, "to": target.warehouse.name})


@action(name="count_stock", permission=Permission.MOVE_STOCK, zh="盘点", en="count stock", parameters=(
    _SKU, _WAREHOUSE, Parameter("counted", ParameterKind.QUANTITY, "实盘数量", "counted quantity", minimum=0)))
def count_stock(books: Books, asked: Asked) -> Plan:
    shelf, counted = _asked_shelf(books, asked), asked.arguments["counted"]
    difference = counted - shelf.balance.on_hand
    if difference < 0 and counted < shelf.balance.reserved and not shelf.sku.allows_backorder:
        raise Impossible("count_below_reserved", sku=shelf.sku.code, warehouse=shelf.warehouse.name, counted=counted,
                         reserved=shelf.balance.reserved)
    change = StockChange(shelf.sku.id, shelf.warehouse.id, difference, MoveReason.COUNTED,
                         expected_on_hand=shelf.balance.on_hand, allows_backorder=shelf.sku.allows_backorder,
                         unit_cost_e4=shelf.sku.cost.unit_e4)
    return Plan(facts=(shelf.after(difference),), changes=(change,),
                named=_names(shelf, change=f"{difference:+d}"))


_PLACE = replace(_WAREHOUSE, required=False)


@action(name="set_reorder_point", permission=Permission.MOVE_STOCK, zh="设置补货点", en="set the reorder point",
        parameters=(_SKU, Parameter("quantity", ParameterKind.QUANTITY, "补货点", "reorder point", minimum=0), _PLACE))
def set_reorder_point(books: Books, asked: Asked) -> Plan:
    """The SKU's own, or that of one warehouse, which counts there instead."""
    return _reorder_point(books, asked, asked.arguments["quantity"])


@action(name="drop_reorder_point", permission=Permission.MOVE_STOCK, zh="取消补货点", en="drop the reorder point",
        parameters=(_SKU, _PLACE))
def drop_reorder_point(books: Books, asked: Asked) -> Plan:
    """Without one of its own a warehouse goes by the SKU's; a SKU without any is never low by its number."""
    return _reorder_point(books, asked, None)


def _reorder_point(books: Books, asked: Asked, after: int | None) -> Plan:
    sku = sku_of(books, asked.arguments["sku"])
    if "warehouse" not in asked.arguments:
        subject, before = sku.code, sku.reorder_point
        change: Change = ReorderPointChange(sku.id, before, after)
    else:
        warehouse = warehouse_of(books, asked.arguments["warehouse"])
        subject, before = f"{sku.code} · {warehouse.name}", books.reorder_point(sku.id, warehouse.id)
        change = PlaceReorderPointChange(sku.id, warehouse.id, before, after)
    if before is None and after is None:
        raise Impossible("no_reorder_point", subject=subject)
    return Plan(facts=(Fact("reorder_point", subject, before, after),), changes=(change,), named={"subject": subject})


@action(name="allow_backorder", permission=Permission.MOVE_STOCK, zh="允许缺货预售", en="allow backorder",
        parameters=(_SKU,))
def allow_backorder(books: Books, asked: Asked) -> Plan:
    """From now on more may be promised and shipped of it than there is."""
    return _backorder(sku_of(books, asked.arguments["sku"]), after=True)


@action(name="forbid_backorder", permission=Permission.MOVE_STOCK, zh="禁止缺货预售", en="forbid backorder",
        parameters=(_SKU,))
def forbid_backorder(books: Books, asked: Asked) -> Plan:
    """Not while pieces are owed: then there would be less than nothing that nobody allowed."""
    sku = sku_of(books, asked.arguments["sku"])
    places = {place.id: place.name for place in books.warehouses()}
    for (_, warehouse_id), balance in sorted(books.balances([sku.id]).items()):
        if balance.available < 0 or balance.on_hand < 0:
            raise Impossible("backorder_owed", sku=sku.code, warehouse=places[warehouse_id],
                             owed=-min(balance.available, balance.on_hand))
    return _backorder(sku, after=False)


def _backorder(sku: SkuFacts, *, after: bool) -> Plan:
    states = (Word("backorder.no"), Word("backorder.yes"))
    if sku.allows_backorder is after:
        raise Impossible("same_backorder", sku=sku.code, state=states[after])
    return Plan(facts=(Fact("backorder", sku.code, states[not after], states[after]),),
                changes=(BackorderChange(sku.id, not after, after),), named={"sku": sku.code})
