"""Verb: many orders have been handed to carriers; one proposal, one yes, one commit."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, Word, action
from domain.books import Balance, Books
from domain.changes import AllocationChange, Change, StockChange, WriteBackChange
from domain.fulfilment.actions import confirm_shipment
from domain.people import Permission

MAX_NOTES = 10  # reasons that are shown one by one


@action(name="confirm_shipments", permission=Permission.SHIP, zh="批量发货", en="confirm shipments",
        parameters=(Parameter("lines", ParameterKind.PARCELS, "发货明细", "parcels"),))
def confirm_shipments(books: Books, asked: Asked) -> Plan:
    """What can be shipped is; the other lines are left out, each with its reason."""
    plans: list[Plan] = []
    left_out: list[Note] = []
    changes: list[Change] = []
    for line in asked.arguments["lines"]:
        try:
            plan = confirm_shipment(_after(books, changes), replace(asked, arguments=line))
        except Impossible as error:
            left_out.append(_left_out(line, error))
            continue
        plans.append(plan)
        changes += plan.changes
    if not plans:
        raise Impossible("no_line_to_ship", lines=len(left_out), order=str(asked.arguments["lines"][0]["order"]))
    return Plan(
        facts=(*_parcels(asked.arguments["lines"], plans), *_stock(plans)), changes=tuple(changes),
        notes=(*left_out[:MAX_NOTES], *_told(changes)), named={"parcels": len(plans), "skipped": len(left_out)})


def _told(changes: Iterable[Change]) -> tuple[Note, ...]:
    parcels = sum(isinstance(change, WriteBackChange) for change in changes)
    return (Note("will_be_told_of_several", {"parcels": parcels}),) if parcels else ()


def _left_out(line: Mapping[str, Any], error: Impossible) -> Note:
    why = Word(error.key, tuple({**line, **error.facts}.items()))
    return Note("left_out", {"order": str(line["order"]), "waybill": str(line["waybill"]), "why": why})


def _parcels(lines: Sequence[Mapping[str, Any]], plans: Sequence[Plan]) -> list[Fact]:
    """Each order with its parcel."""
    carriers = {str(line["waybill"]).upper(): str(line["carrier"]) for line in lines}
    return [replace(fact, subject=f"{fact.subject} {carriers[str(plan.named['waybill'])]} {plan.named['waybill']}")
            for plan in plans for fact in plan.facts if fact.key == "status"]


def _stock(plans: Iterable[Plan]) -> list[Fact]:
    """What leaves of each SKU and warehouse, in all."""
    first: dict[str, Fact] = {}
    leaving: Counter[str] = Counter()
    for fact in (fact for plan in plans for fact in plan.facts if fact.key == "on_hand"):
        if isinstance(fact.before, int) and isinstance(fact.after, int):
            first.setdefault(str(fact.subject), fact)
            leaving[str(fact.subject)] += fact.before - fact.after
    return [replace(fact, after=int(str(fact.before)) - leaving[subject]) for subject, fact in first.items()]


def _after(books: Books, changes: Sequence[Change]) -> Books:
    return cast("Books", _After(books, tuple(changes)))


@dataclass(frozen=True, slots=True)
class _After:
    """The books as they will be after the lines before: two orders cannot have the same last piece."""

    books: Books
    changes: tuple[Change, ...]

    def balances(self, sku_ids: Iterable[int]) -> Mapping[tuple[int, int], Balance]:
        found = dict(self.books.balances(sku_ids))
        for change in self.changes:
            if not isinstance(change, StockChange | AllocationChange):
                continue
            place = (change.sku_id, change.warehouse_id)
            if place in found and isinstance(change, StockChange):
                found[place] = replace(found[place], on_hand=found[place].on_hand + change.quantity)
            elif place in found:
                found[place] = replace(found[place], reserved=found[place].reserved + change.quantity)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self.books, name)
