"""Moving average, and purchases that arrive."""

from hypothesis import given
from hypothesis import strategies as st

from domain.books import PurchaseLineFacts
from domain.changes.buying import PurchaseArrival
from domain.changes.costs import Cost
from domain.inventory.rules import arrivals, average, unit_cost_e4, unit_cost_minor


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
