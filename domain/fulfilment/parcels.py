"""What one parcel of an order takes along: which pieces from which warehouse, and what the order holds afterwards."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from domain.actions import Fact, Impossible, Note
from domain.books import NOTHING, Balance, Books, Need, OrderFacts, SkuFacts, WarehouseFacts
from domain.changes import Change
from domain.changes.parcels import ParcelPiece
from domain.changes.stock import AllocationChange, StockChange
from domain.fulfilment.allotment import Allotment, Balances, allot, as_seen_by, counted, lacks, totals
from domain.inventory.model import AllocationReason, MoveReason


@dataclass(frozen=True, slots=True)
class Load:
    """A parcel about to leave. `later` are the needs that stay for another parcel, `planned` where those come from."""

    order: OrderFacts
    place: WarehouseFacts | None
    needs: tuple[Need, ...]
    later: tuple[Need, ...]
    balances: Balances
    why: AllocationReason | str
    planned: Allotment | None = None
    moving: tuple[Need, ...] = field(init=False)  # of what stock is kept

    def __post_init__(self) -> None:
        object.__setattr__(self, "moving", counted(self.needs, self.balances))  # asked for again and again

    @property
    def contents(self) -> tuple[ParcelPiece, ...]:
        return tuple(ParcelPiece(need.line_no, need.sku.id, need.quantity) for need in self.needs)


def load(books: Books, order: OrderFacts, place: WarehouseFacts | None, only: Mapping[str, int] | None) -> Load:
    """The next parcel: what was asked for, else what is meant to leave first; else from where everything is.

    Raises Impossible where there is too little, or nothing to send.
    """
    balances = books.balances({need.sku.id for need in order.needs})
    wanted = order.needs if only is None else _only(order, only)
    if place is None and only is None and order.held and (parcel := _held_first(books, order, balances)).needs:
        return parcel
    if place is not None:
        _check(wanted, place, balances, as_seen_by(order.held, balances))
        return Load(order, place, wanted, _without(order.needs, wanted), balances, AllocationReason.STATED)
    return _best(books, order, wanted, balances)


def again(books: Books, order: OrderFacts, place: WarehouseFacts | None, needs: tuple[Need, ...]) -> Load:
    """A parcel beyond what was ordered, all of it from one warehouse. Raises Impossible where none has everything."""
    balances, beyond = books.balances({need.sku.id for need in needs}), replace(order, needs=needs, held=())
    if place is not None:
        _check(needs, place, balances, balances)
        return Load(beyond, place, needs, (), balances, AllocationReason.STATED)
    found = _best(books, beyond, needs, balances)
    if found.later:
        _check(needs, _fullest(needs, books.warehouses(), balances), balances, balances)
    return found


def stated(books: Books, order: OrderFacts, held_in_it: Mapping[str, int]) -> Load:
    """A parcel that has left already, of which it is said only now what was in it."""
    needs = _only(order, held_in_it)
    return Load(order, None, needs, _without(order.needs, needs), books.balances({need.sku.id for need in needs}), "")


def _only(order: OrderFacts, only: Mapping[str, int]) -> tuple[Need, ...]:
    """As many pieces of each SKU as were asked for, from the first lines that still wait for some."""
    codes = {need.sku.code.upper(): need.sku.code for need in order.needs}
    left = Counter({code.upper(): quantity for code, quantity in only.items()})
    picked = []
    for need in order.needs:
        pieces = min(need.quantity, left[need.sku.code.upper()])
        left[need.sku.code.upper()] -= pieces
        if pieces:
            picked.append(Need(need.sku, pieces, need.line_no))
    for code, quantity in left.items():
        if quantity:
            raise Impossible("not_so_many_in_order", order=order.number, sku=code, choices=tuple(codes.values())[:3])
    return tuple(picked)


def _held_first(books: Books, order: OrderFacts, balances: Balances) -> Load:
    """The parcel with the lowest number, of its warehouses the first; with it goes what no stock is kept of."""
    first = order.held[0]
    place = next(one for one in books.warehouses() if one.id == first.warehouse_id)
    in_parcel = {(held.line_no, held.sku_id): held.quantity for held in order.held
                 if (held.parcel_no, held.warehouse_id) == (first.parcel_no, first.warehouse_id)}
    needs = _within(order.needs, in_parcel, balances)
    _check_there(needs, place, balances)
    why = "held_here" if first.reason is AllocationReason.STATED else first.reason
    return Load(order, place, needs, _without(order.needs, needs), balances, why)


def _within(wanted: Iterable[Need], parcel: Mapping[tuple[int, int], int], balances: Balances) -> tuple[Need, ...]:
    """Of the needs what a parcel has, by line and SKU id; all of what no stock is kept of."""
    kept = {sku_id for sku_id, _ in balances}
    found = []
    for need in wanted:
        pieces = need.quantity
        if need.sku.id in kept:
            pieces = min(pieces, parcel.get((need.line_no, need.sku.id), 0))
        if pieces:
            found.append(need if pieces == need.quantity else need._replace(quantity=pieces))
    return tuple(found)


def _check_there(needs: tuple[Need, ...], place: WarehouseFacts, balances: Balances) -> None:
    """What an order holds may be gone: a count can find less than was promised."""
    wanted = totals(needs)
    for need in counted(needs, balances):
        balance = balances.get((need.sku.id, place.id), NOTHING)
        if balance.on_hand < wanted[need.sku.id] and not need.sku.allows_backorder:
            raise _not_enough(need.sku, place, wanted[need.sku.id], balance)


def _best(books: Books, order: OrderFacts, wanted: tuple[Need, ...], balances: Balances) -> Load:
    """Nobody said from where: one warehouse that has everything, else the first parcel of as few as it takes."""
    places, seen = books.warehouses(), as_seen_by(order.held, balances)
    if not places:
        return Load(order, None, wanted, _without(order.needs, wanted), balances, "")
    tracked = counted(wanted, balances)
    if not tracked:
        return Load(order, places[0], wanted, _without(order.needs, wanted), balances, "first_warehouse")
    found = allot(tracked, places, seen)
    if found is None:
        _check(wanted, _fullest(tracked, places, seen), balances, seen)
        raise AssertionError("what no set of warehouses has, one alone has not")
    first = found.warehouses[0]
    here = Counter({(piece.line_no, piece.sku_id): piece.quantity for piece in found.pieces
                    if piece.warehouse_id == first.id})
    needs = _within(wanted, here, balances)
    return Load(order, first, needs, _without(order.needs, needs), balances, found.reason,
                found if len(found.warehouses) > 1 else None)


def _fullest(needs: Sequence[Need], places: Sequence[WarehouseFacts], seen: Balances) -> WarehouseFacts:
    """The warehouse that lacks least: the one to speak of when none is enough."""
    return min(places, key=lambda place: sum(lacks(needs, (place,), seen).values()))


def _check(needs: tuple[Need, ...], place: WarehouseFacts, balances: Balances, seen: Balances) -> None:
    tracked = counted(needs, balances)
    for sku_id in lacks(tracked, (place,), seen):
        sku = next(need.sku for need in tracked if need.sku.id == sku_id)
        raise _not_enough(sku, place, totals(tracked)[sku_id], balances.get((sku_id, place.id), NOTHING))


def _not_enough(sku: SkuFacts, place: WarehouseFacts, wanted: int, balance: Balance) -> Impossible:
    return Impossible("not_enough_stock", sku=sku.code, warehouse=place.name, wanted=wanted, on_hand=balance.on_hand,
                      reserved=balance.reserved, available=balance.available)


def _without(needs: Sequence[Need], gone: Sequence[Need]) -> tuple[Need, ...]:
    if needs == gone:
        return ()
    sent = Counter({(need.line_no, need.sku.id): need.quantity for need in gone})
    left = (need._replace(quantity=need.quantity - sent[need.line_no, need.sku.id]) for need in needs)
    return tuple(need for need in left if need.quantity > 0)


def stock_facts(parcel: Load, taken: Counter[tuple[int, int]]) -> tuple[Fact, ...]:
    """Stock is shown, not watched: other orders leave all the time, and the shelf guards the last piece.

    `taken` counts what other orders of the same parcel take from the shelf before.
    """
    facts = []
    codes = {need.sku.id: need.sku.code for need in parcel.moving}
    for sku_id, quantity in totals(parcel.moving).items() if parcel.place else ():
        assert parcel.place is not None
        shelf = sku_id, parcel.place.id
        before = parcel.balances.get(shelf, NOTHING).on_hand - taken[shelf]
        taken[shelf] += quantity
        facts.append(Fact("on_hand", f"{codes[sku_id]} · {parcel.place.name}", before, before - quantity,
                          watched=False))
    return tuple(facts)


def moves(parcel: Load) -> tuple[Change, ...]:
    """What leaves the shelf, what the order lets go of for it, and what it takes hold of for its next parcels."""
    if parcel.place is None:
        return ()
    skus = {need.sku.id: need.sku for need in parcel.moving}
    leaving = tuple(
        StockChange(sku_id, parcel.place.id, -quantity, MoveReason.SHIPPED, unit_cost_e4=skus[sku_id].cost.unit_e4,
                    allows_backorder=skus[sku_id].allows_backorder, order_id=parcel.order.id)
        for sku_id, quantity in totals(parcel.moving).items())
    return (*leaving, *_let_go(parcel), *_take_hold(parcel))


def departures(parcel: Load) -> tuple[Change, ...]:
    """What a parcel took that has left already: of what its order holds, from where it holds it."""
    let_go = _let_go(parcel)
    skus = {need.sku.id: need.sku for need in parcel.needs}
    leaving = Counter[tuple[int, int]]()
    for change in let_go:
        leaving[change.sku_id, change.warehouse_id] -= change.quantity
    for (sku_id, place_id), pieces in leaving.items():
        balance = parcel.balances.get((sku_id, place_id), NOTHING)
        if balance.on_hand < pieces and not skus[sku_id].allows_backorder:
            raise Impossible("left_but_not_there", sku=skus[sku_id].code, wanted=pieces, on_hand=balance.on_hand)
    return (*(StockChange(sku_id, place_id, -pieces, MoveReason.SHIPPED, unit_cost_e4=skus[sku_id].cost.unit_e4,
                          allows_backorder=skus[sku_id].allows_backorder, order_id=parcel.order.id)
              for (sku_id, place_id), pieces in leaving.items()), *let_go)


def _let_go(parcel: Load) -> tuple[AllocationChange, ...]:
    """Each piece that leaves sets one free that its line held: in this warehouse first, else wherever it was held."""
    place_id = parcel.place.id if parcel.place else 0
    changes = []
    patient = {need.sku.id for need in parcel.order.needs if need.sku.allows_backorder}
    own = sorted(parcel.order.held, key=lambda held: (held.warehouse_id != place_id, held.parcel_no))
    wanted = {(need.line_no, need.sku.id): need.quantity for need in parcel.moving}
    for held in own:
        line = held.line_no, held.sku_id
        if pieces := min(held.quantity, wanted.get(line, 0)):
            wanted[line] -= pieces
            changes.append(AllocationChange(parcel.order.id, held.line_no, held.sku_id, held.warehouse_id, -pieces,
                                            held.reason, held.parcel_no, held.sku_id in patient))
    return tuple(changes)


def _take_hold(parcel: Load) -> tuple[AllocationChange, ...]:
    """An order that leaves in several parcels has the later ones for itself from the first on."""
    if parcel.planned is None or parcel.order.held:
        return ()
    patient = {need.sku.id for need in parcel.order.needs if need.sku.allows_backorder}
    place_id = parcel.place.id if parcel.place else 0
    return tuple(
        AllocationChange(parcel.order.id, piece.line_no, piece.sku_id, piece.warehouse_id, piece.quantity,
                         parcel.planned.reason, parcel.order.parcels + 2, piece.sku_id in patient)
        for piece in parcel.planned.pieces if piece.warehouse_id != place_id)


def notes(parcel: Load) -> tuple[Note, ...]:
    said: list[Note] = []
    if parcel.place and parcel.why and parcel.why is not AllocationReason.STATED:
        said.append(Note(str(parcel.why), {"warehouse": parcel.place.name}))
    untracked = len({need.sku.id for need in parcel.needs}) - len({need.sku.id for need in parcel.moving})
    if untracked:
        said.append(Note("untracked", {"skus": untracked}))
    if parcel.order.unmatched_lines:
        said.append(Note("unmatched", {"lines": parcel.order.unmatched_lines}))
    if parcel.order.parcels:
        said.append(Note("earlier_parcels", {"parcels": parcel.order.parcels}))
    if parcel.later:
        said.append(Note("left_for_later", {"pieces": sum(need.quantity for need in parcel.later)}))
    return tuple(said)
