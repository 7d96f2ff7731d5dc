"""From where an order is sent: never more than is there, and in as few parcels as it takes."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from domain.books import Balance, Held, Need, SkuFacts, WarehouseFacts
from domain.changes.costs import Cost
from domain.fulfilment.allotment import allot, as_seen_by, lacks
from domain.inventory.model import AllocationReason

EAST, SOUTH, NORTH = (WarehouseFacts(number, name) for number, name in enumerate(("华东仓", "华南仓", "华北仓"), 1))
ALL = [EAST, SOUTH, NORTH]


def need(sku_id: int, quantity: int, *, line_no: int = 1, allows_backorder: bool = False) -> Need:
    return Need(SkuFacts(sku_id, f"S{sku_id}", "CNY", Cost(None), None, allows_backorder, 0), quantity, line_no)


def test_the_warehouse_that_has_everything_is_chosen() -> None:
    balances = {(1, 1): Balance(5), (1, 2): Balance(2), (2, 2): Balance(2)}
    found = allot([need(1, 2), need(2, 2, line_no=2)], ALL, balances)
    assert found is not None
    assert (found.warehouses, found.reason) == ((SOUTH,), AllocationReason.ONLY_WAREHOUSE)


def test_of_several_that_have_everything_the_first_is_chosen() -> None:
    found = allot([need(1, 2)], ALL, {(1, 1): Balance(5), (1, 2): Balance(5)})
    assert found is not None
    assert (found.warehouses, found.reason) == ((EAST,), AllocationReason.FIRST_OF_FULL)


def test_an_order_no_warehouse_has_alone_leaves_in_as_few_parcels_as_it_takes() -> None:
    """East and south would need north as well; south and north are enough."""
    balances = {(1, 1): Balance(1), (1, 2): Balance(2), (1, 3): Balance(2)}
    found = allot([need(1, 4)], ALL, balances)
    assert found is not None
    assert (found.warehouses, found.reason) == ((SOUTH, NORTH), AllocationReason.FEWEST_PARCELS)


def test_two_lines_of_one_sku_need_their_sum() -> None:
    """Checked line by line, 3 pieces would serve two lines of 2: bundles were oversold that way elsewhere."""
    twice = [need(1, 2), need(1, 2, line_no=2)]
    assert allot(twice, ALL, {(1, 1): Balance(3)}) is None
    assert lacks(twice, ALL, {(1, 1): Balance(3)}) == {1: 1}
    assert allot(twice, ALL, {(1, 1): Balance(4)}) is not None


def test_what_an_order_holds_is_free_for_itself_alone() -> None:
    """Of 5 pieces all are reserved, 4 of them for this order."""
    balances = {(1, 1): Balance(5, reserved=5)}
    seen = as_seen_by([Held(1, 1, 1, 1, 4, AllocationReason.STATED)], balances)
    assert allot([need(1, 4)], [EAST], balances) is None
    assert allot([need(1, 4)], [EAST], seen) is not None
    assert allot([need(1, 5)], [EAST], seen) is None


def test_a_sku_that_may_be_sold_before_it_is_there_is_owed_by_the_first_warehouse() -> None:
    found = allot([need(1, 6, allows_backorder=True)], ALL, {(1, 2): Balance(2)})
    assert found is not None
    assert [(piece.warehouse_id, piece.quantity) for piece in found.pieces] == [(1, 6)]


shelves = st.dictionaries(st.tuples(st.integers(1, 3), st.integers(1, 3)),
                          st.builds(Balance, st.integers(0, 9), st.integers(0, 12)))


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 6)), min_size=1, max_size=5), shelves)
def test_everything_is_given_or_nothing_and_never_more_than_is_free(
        wanted: list[tuple[int, int]], balances: dict[tuple[int, int], Balance]) -> None:
    needs = [need(sku_id, quantity, line_no=line) for line, (sku_id, quantity) in enumerate(wanted, 1)]
    found = allot(needs, ALL, balances)
    if found is None:
        assert lacks(needs, ALL, balances)
        return
    by_line: Counter[tuple[int, int]] = Counter()
    by_shelf: Counter[tuple[int, int]] = Counter()
    for piece in found.pieces:
        by_line[piece.line_no, piece.sku_id] += piece.quantity
        by_shelf[piece.sku_id, piece.warehouse_id] += piece.quantity
    assert by_line == {(one.line_no, one.sku.id): one.quantity for one in needs}
    assert all(pieces <= balances[shelf].available for shelf, pieces in by_shelf.items())
    fewer = [place for place in ALL if not lacks(needs, (place,), balances)]
    assert len(found.warehouses) == 1 or not fewer
