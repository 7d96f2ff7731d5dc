"""Verb: many orders have been handed to carriers; one proposal, one yes, one commit."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from domain.actions import Asked, Fact, Impossible, Note, Parameter, ParameterKind, Plan, Word, action
from domain.books import Balance, Books, OrderFacts, WarehouseFacts
from domain.changes import Change
from domain.changes.orders import OrderChange
from domain.changes.parcels import WriteBackChange
from domain.changes.stock import AllocationChange, StockChange
from domain.fulfilment.actions import confirm_shipment
from domain.orders.model import Fulfilment
from domain.people import Permission

MAX_NOTES = 10  # reasons that are shown one by one


@action(name="confirm_shipments", permission=Permission.SHIP, zh="批量发货", en="confirm shipments",
        parameters=(Parameter("lines", ParameterKind.PARCELS, "发货明细", "parcels"),))
def confirm_shipments(books: Books, asked: Asked) -> Plan:
    """What can be shipped is; the other lines are left out, each with its reason."""
    plans: list[Plan] = []
    left_out: list[Note] = []
    changes: list[Change] = []
    known = _Known.read(books, asked.arguments["lines"])
    for line in asked.arguments["lines"]:
        try:
            plan = confirm_shipment(cast("Books", known), replace(asked, arguments=line))
        except Impossible as error:
            left_out.append(_left_out(line, error))
            continue
        plans.append(plan)
        changes += plan.changes
        known.follow(plan.changes)
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
    return [fact._replace(subject=f"{fact.subject} {carriers[str(plan.named['waybill'])]} {plan.named['waybill']}")
            for plan in plans for fact in plan.facts if fact.key == "status"]


def _stock(plans: Iterable[Plan]) -> list[Fact]:
    """What leaves of each SKU and warehouse, in all."""
    first: dict[str, Fact] = {}
    leaving: Counter[str] = Counter()
    for fact in (fact for plan in plans for fact in plan.facts if fact.key == "on_hand"):
        if isinstance(fact.before, int) and isinstance(fact.after, int):
            first.setdefault(str(fact.subject), fact)
            leaving[str(fact.subject)] += fact.before - fact.after
    return [fact._replace(after=int(str(fact.before)) - leaving[subject]) for subject, fact in first.items()]


@dataclass(slots=True)
class _Known:
    """The books, read at once for all lines, and as they will be after the lines before.

    Two orders cannot have the same last piece, and no order leaves twice.
    """

    books: Books
    found: dict[str, tuple[OrderFacts, ...]]
    users: Mapping[str, str]
    shelves: dict[int, dict[tuple[int, int], Balance]]  # by SKU
    places: Sequence[WarehouseFacts]
    left: set[int] = field(default_factory=set)  # orders that a line before has taken along
    staff: dict[str, int | None] = field(default_factory=dict)

    @classmethod
    def read(cls, books: Books, lines: Sequence[Mapping[str, Any]]) -> "_Known":
        found = {number: tuple(orders) for number, orders in books.orders_of({line["order"] for line in lines}).items()}
        made = cls(books, found, books.waybill_users({str(line["waybill"]).upper() for line in lines}), {},
                   books.warehouses())
        made.balances({need.sku.id for orders in found.values() for order in orders for need in order.needs})
        return made

    def orders(self, number: str) -> Sequence[OrderFacts]:
        return [self._now(order) for order in self.found.get(number, ())]

    def together(self, lead_id: int) -> Sequence[OrderFacts]:
        """Those of a shared parcel, also the ones that no line names."""
        return [self._now(order) for order in self.books.together(lead_id)]

    def _now(self, order: OrderFacts) -> OrderFacts:
        """It has left with a line before, alone or with the order it is merged with."""
        if order.id not in self.left:
            return order
        return replace(order, axes=replace(order.axes, fulfilment=Fulfilment.SHIPPED))

    def waybill_user(self, waybill_no: str) -> str | None:
        return self.users.get(waybill_no)

    def warehouses(self) -> Sequence[WarehouseFacts]:
        return self.places

    def staff_id(self, name: str) -> int | None:
        if name not in self.staff:
            self.staff[name] = self.books.staff_id(name)
        return self.staff[name]

    def nearest(self, dimension: str, text: str) -> tuple[str, ...]:
        """A line that is left out is told without names like it: looking for them takes longer than the line."""
        del dimension, text
        return ()

    def balances(self, sku_ids: Iterable[int]) -> Mapping[tuple[int, int], Balance]:
        wanted = set(sku_ids)
        if new := wanted - self.shelves.keys():
            self.shelves |= {sku_id: {} for sku_id in new}
            for shelf, balance in self.books.balances(new).items():
                self.shelves[shelf[0]][shelf] = balance
        return {shelf: balance for sku_id in wanted for shelf, balance in self.shelves[sku_id].items()}

    def follow(self, changes: Iterable[Change]) -> None:
        """What a line does."""
        for change in changes:
            if isinstance(change, OrderChange):
                self.left.add(change.order_id)
            elif isinstance(change, StockChange | AllocationChange):
                self._move(change)

    def _move(self, change: StockChange | AllocationChange) -> None:
        shelves, shelf = self.shelves.get(change.sku_id, {}), (change.sku_id, change.warehouse_id)
        if (now := shelves.get(shelf)) is None:
            return
        is_move = isinstance(change, StockChange)
        shelves[shelf] = now._replace(on_hand=now.on_hand + change.quantity) if is_move else now._replace(
            reserved=now.reserved + change.quantity)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.books, name)
