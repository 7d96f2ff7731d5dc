"""Verbs of the inbox: put an exception off, say that it has been dealt with, and put stock right that drifted."""

from datetime import date, timedelta

from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, Word, action
from domain.books import Books, ExceptionFacts
from domain.changes.chats import ExceptionChange
from domain.changes.stock import BalanceRepair
from domain.exceptions.kinds import KINDS
from domain.lookups import sku_of, warehouse_of
from domain.people import Permission, may

_EXCEPTION = Parameter("exception", ParameterKind.EXCEPTION, "异常编号", "exception number")
MORNING_HOUR = 9  # when a put-off exception is shown again


@action(name="snooze_exception", permission=Permission.FULFILMENT, zh="推迟异常", en="snooze an exception", parameters=(
    _EXCEPTION, Parameter("until", ParameterKind.DAY, "到哪天", "until", required=False)))
def snooze_exception(books: Books, asked: Asked) -> Plan:
    """It is shown again in the morning of that day; without a day, of tomorrow."""
    found = _open_one(books, asked)
    day = date.fromisoformat(asked.arguments["until"]) if "until" in asked.arguments else (
        asked.today + timedelta(days=1))
    if day <= asked.today:
        raise Impossible("snooze_into_past", day=day)
    until = asked.local.replace(year=day.year, month=day.month, day=day.day, hour=MORNING_HOUR, minute=0, second=0,
                                microsecond=0)
    if found.snoozed_until == until:
        raise Impossible("snoozed_already", exception=str(found.id), label=found.label, day=day)
    return Plan(
        facts=(Fact("snoozed_until", found.label, found.snoozed_until and found.snoozed_until.date(), day),),
        changes=(ExceptionChange(found.id, found.snoozed_until, until),),
        named={**_named(found), "until": day})


@action(name="resolve_exception", permission=Permission.FULFILMENT, zh="处理异常", en="resolve an exception",
        parameters=(_EXCEPTION,))
def resolve_exception(books: Books, asked: Asked) -> Plan:
    """Somebody has dealt with it; it stays away until it has gone and comes back."""
    found = _open_one(books, asked)
    return Plan(
        facts=(Fact("exception", found.label, Word("exception_state.open"), Word("exception_state.handled")),),
        changes=(ExceptionChange(found.id, found.snoozed_until, found.snoozed_until, handled_by=asked.actor),),
        named=_named(found))


def _open_one(books: Books, asked: Asked) -> ExceptionFacts:
    """One the person may not see is not there for them."""
    number = asked.arguments["exception"]
    found = books.exception(number)
    if found is None or found.kind not in KINDS or not may(asked.role, KINDS[found.kind].right):
        raise Impossible("unknown_exception", exception=str(number))
    if not found.is_open:
        raise Impossible("exception_closed", exception=str(number), label=found.label)
    return found


def _named(found: ExceptionFacts) -> dict[str, str | Word | date]:
    return {"exception": str(found.id), "kind": Word(f"exception_kind.{found.kind}"), "label": found.label}


@action(name="repair_stock", permission=Permission.MOVE_STOCK, zh="按流水修正库存", en="repair stock", parameters=(
    Parameter("sku", ParameterKind.SKU, "商品", "SKU"),
    Parameter("warehouse", ParameterKind.WAREHOUSE, "仓库", "warehouse")))
def repair_stock(books: Books, asked: Asked) -> Plan:
    """What is on hand becomes the sum of its moves again. A count cannot do that: it moves both by the same."""
    sku, place = sku_of(books, asked.arguments["sku"]), warehouse_of(books, asked.arguments["warehouse"])
    balance = books.balances([sku.id]).get((sku.id, place.id))
    moved = books.moved(sku.id, place.id)
    before = balance.on_hand if balance else None
    if (before or 0) == moved:
        raise Impossible("nothing_to_repair", sku=sku.code, warehouse=place.name, on_hand=moved)
    short = balance is not None and moved < balance.reserved and not sku.allows_backorder
    return Plan(
        facts=(Fact("on_hand", f"{sku.code} · {place.name}", before, moved),),
        changes=(BalanceRepair(sku.id, place.id, before or 0, moved),),
        notes=(Note("count_afterwards"), *((Note("below_reserved", {"reserved": balance.reserved}),)
                                           if short and balance else ())),
        named={"sku": sku.code, "warehouse": place.name})
