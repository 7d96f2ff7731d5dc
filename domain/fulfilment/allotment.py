"""Which pieces an order gets from which warehouse: one that has everything, else as few as it takes, in their order."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from domain.books import NOTHING, Balance, Held, Need, WarehouseFacts
from domain.inventory.model import AllocationReason

# Sets of warehouses are tried from the smallest on; 8 of them make 255 sets, and no order is worth more parcels.
MAX_WAREHOUSES_TRIED = 8

Balances = Mapping[tuple[int, int], Balance]


@dataclass(frozen=True, slots=True)
class Piece:
    """Pieces of one line's SKU from one warehouse."""

    line_no: int
    sku_id: int
    warehouse_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Allotment:
    """Everything an order needs, from where, and why from there."""

    pieces: tuple[Piece, ...]
    warehouses: tuple[WarehouseFacts, ...]
    reason: AllocationReason


def as_seen_by(held: Iterable[Held], balances: Balances) -> dict[tuple[int, int], Balance]:
    """The balances as an order sees them: what it holds itself is free for it."""
    seen = dict(balances)
    for own in held:
        shelf = own.sku_id, own.warehouse_id
        balance = seen.get(shelf, NOTHING)
        seen[shelf] = balance._replace(reserved=balance.reserved - own.quantity)
    return seen


def counted(needs: Iterable[Need], balances: Balances) -> tuple[Need, ...]:
    """The needs whose stock is kept at all: a SKU that was never counted is unknown, not out of stock."""
    kept = {sku_id for sku_id, _ in balances}
    return tuple(need for need in needs if need.sku.id in kept)


def totals(needs: Iterable[Need]) -> dict[int, int]:
    """Pieces by SKU id, in order of id: two lines of one SKU need their sum, not twice the same pieces."""
    found: dict[int, int] = {}
    for need in needs:
        found[need.sku.id] = found.get(need.sku.id, 0) + need.quantity
    return dict(sorted(found.items()))


def lacks(needs: Sequence[Need], warehouses: Sequence[WarehouseFacts], balances: Balances) -> dict[int, int]:
    """Pieces by SKU id that these warehouses together do not have; never of one that may be sold before it is there."""
    patient = {need.sku.id for need in needs if need.sku.allows_backorder}
    missing = {sku_id: quantity - sum(_free(sku_id, place, balances) for place in warehouses)
               for sku_id, quantity in totals(needs).items() if sku_id not in patient}
    return {sku_id: pieces for sku_id, pieces in missing.items() if pieces > 0}


def _free(sku_id: int, warehouse: WarehouseFacts, balances: Balances) -> int:
    return max(0, balances.get((sku_id, warehouse.id), NOTHING).available)


def allot(needs: Sequence[Need], warehouses: Sequence[WarehouseFacts], balances: Balances) -> Allotment | None:
    """All of the needs or, as None, nothing. Warehouses come in the order in which they are tried."""
    full = [place for place in warehouses if not lacks(needs, (place,), balances)]
    if full:
        reason = AllocationReason.ONLY_WAREHOUSE if len(full) == 1 else AllocationReason.FIRST_OF_FULL
        return Allotment(_pieces(needs, (full[0],), balances), (full[0],), reason)
    for size in range(2, len(warehouses[:MAX_WAREHOUSES_TRIED]) + 1):
        for places in combinations(warehouses[:MAX_WAREHOUSES_TRIED], size):
            if not lacks(needs, places, balances):
                return Allotment(_pieces(needs, places, balances), places, AllocationReason.FEWEST_PARCELS)
    return None


def _pieces(needs: Sequence[Need], places: Sequence[WarehouseFacts], balances: Balances) -> tuple[Piece, ...]:
    """Line by line from the first place that still has some; what nobody has yet is owed by the first place."""
    left = {(sku_id, place.id): _free(sku_id, place, balances) for sku_id in totals(needs) for place in places}
    taken: Counter[tuple[int, int, int]] = Counter()
    for need in needs:
        missing = need.quantity
        for place in places:
            pieces = min(missing, left[need.sku.id, place.id])
            taken[need.line_no, need.sku.id, place.id] += pieces
            left[need.sku.id, place.id] -= pieces
            missing -= pieces
        taken[need.line_no, need.sku.id, places[0].id] += missing
    return tuple(Piece(*key, quantity) for key, quantity in taken.items() if quantity)
