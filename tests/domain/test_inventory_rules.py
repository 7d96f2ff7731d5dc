"""Moving average, purchases that arrive, and the warehouse an order is sent from."""

from hypothesis import given
from hypothesis import strategies as st

from domain.books import Balance, Need, PurchaseLineFacts, SkuFacts, WarehouseFacts
from domain.changes import Cost, PurchaseArrival
from domain.fulfilment.rules import Choice, choose_warehouse, short_of
from domain.inventory.rules import arrivals, average, unit_cost_e4, unit_cost_minor

EAST, SOUTH = WarehouseFacts(1, "华东仓"), WarehouseFacts(2, "华南仓")


def need(sku_id: int, quantity: int, *, allows_backorder: bool = False) -> Need:
    return Need(SkuFacts(sku_id, f"S{sku_id}", "CNY", Cost(None), None, allows_backorder, 0), quantity)


@given(st.lists(st.tuples(st.integers(1, 5000), st.integers(0, 10**8)), min_size=1, max_size=30))
def test_the_average_never_loses_or_makes_value(receipts: list[tuple[int, int]]) -> None:
    """Whatever comes in, pieces × average + remainder is exactly what was paid."""
    cost, on_hand, paid = Cost(0), 0, 0
    for pieces, unit in receipts:
        cost = average(cost, on_hand, pieces, unit)
        on_hand, paid = on_hand + pieces, paid + pieces * unit
        assert cost.unit_e4 is not None
        assert on_hand * cost.unit_e4 + cost.remainder_e4 == paid
        assert abs(cost.remainder_e4) * 2 <= on_hand


def test_an_unknown_cost_or_a_debt_of_pieces_takes_the_price_paid_now() -> None:
    assert average(Cost(None), 10, 5, 70000) == Cost(70000)
    assert average(Cost(50000), -3, 5, 70000) == Cost(70000)


def test_unit_costs_follow_the_currency() -> None:
    assert (unit_cost_e4(1900, "CNY"), unit_cost_e4(1900, "JPY")) == (190_000, 19_000_000)
    assert (unit_cost_minor(135614, "CNY"), unit_cost_minor(12850, "CNY")) == (1356, 129)


def test_the_oldest_purchase_is_settled_first() -> None:
    lines = (PurchaseLineFacts(7, 10), PurchaseLineFacts(9, 10))
    assert arrivals(lines, 12) == (PurchaseArrival(7, 10), PurchaseArrival(9, 2))
    assert arrivals(lines, 0) == ()


def test_the_warehouse_that_has_everything_is_chosen() -> None:
    balances = {(1, 1): Balance(5), (1, 2): Balance(2), (2, 2): Balance(2)}
    assert choose_warehouse([need(1, 2), need(2, 2)], [EAST, SOUTH], balances) == Choice(SOUTH, "only_warehouse")


def test_of_several_the_first_is_chosen_and_with_none_the_first_of_all() -> None:
    balances = {(1, 1): Balance(5), (1, 2): Balance(5)}
    assert choose_warehouse([need(1, 2)], [EAST, SOUTH], balances) == Choice(EAST, "first_of_full")
    assert choose_warehouse([need(1, 9)], [EAST, SOUTH], balances) == Choice(EAST, "first_warehouse")
    assert choose_warehouse([need(1, 9)], [], balances) is None


def test_reserved_pieces_are_the_orders_own_only_as_far_as_they_go() -> None:
    """Of 5 pieces 4 are reserved: an order of 5 has its own 4 and the free one; one of 6 is one short."""
    balances = {(1, 1): Balance(5, reserved=4)}
    assert short_of([need(1, 5)], EAST, balances) == ()
    assert [pieces for _, pieces in short_of([need(1, 6)], EAST, balances)] == [1]
    assert short_of([need(1, 6, allows_backorder=True)], EAST, balances) == ()
