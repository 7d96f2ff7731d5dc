"""The kept value against a shopkeeper who writes every single piece on a slip of paper."""

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain.costing.model import CostEntryKind, CostMethod
from domain.costing.rules import Pool, share

START = datetime(2026, 11, 1, tzinfo=UTC)
# ("in", pieces, unit cost) or ("out", pieces, -); more may leave than is there
STEPS = st.lists(st.one_of(st.tuples(st.just("in"), st.integers(1, 40), st.integers(0, 2_000_000)),
                           st.tuples(st.just("out"), st.integers(1, 40), st.just(0))), max_size=40)


def follow(pool: Pool, steps: list[tuple[str, int, int]]) -> None:
    for number, (verb, pieces, unit) in enumerate(steps):
        if verb == "in":
            pool.bring(pieces, pieces * unit, START + timedelta(hours=number))
        else:
            pool.take(pieces)


def total(pool: Pool) -> tuple[int, int]:
    return (sum(posting.pieces for posting in pool.postings), sum(posting.value_e4 for posting in pool.postings))


@given(STEPS, st.sampled_from(CostMethod), st.integers(0, 9), st.integers(0, 300_000))
def test_what_came_in_less_what_went_out_is_what_is_there(
        steps: list[tuple[str, int, int]], method: CostMethod, turn_at: int, price: int) -> None:
    """To the last 1/10000, through debts, another method in the middle, and another price at the end."""
    pool = Pool(method, 0, 0, 0)
    follow(pool, steps[:turn_at])
    pool.turn(CostMethod.FIFO if method is CostMethod.AVERAGE else CostMethod.AVERAGE, START + timedelta(days=2))
    follow(pool, steps[turn_at:])
    if pool.pieces > 0:
        pool.revalue(pool.pieces * price)
        assert pool.value_e4 == pool.pieces * price
    brought = sum(pieces * unit for verb, pieces, unit in steps if verb == "in")
    out = -sum(posting.value_e4 for posting in pool.postings if posting.pieces < 0
               and posting.kind is CostEntryKind.MOVED)
    repriced = sum(posting.value_e4 for posting in pool.postings if posting.kind is CostEntryKind.REVALUED)
    assert brought - out + repriced == pool.value_e4
    assert total(pool) == (pool.pieces, pool.value_e4)
    assert pool.pieces or not pool.value_e4, "no pieces are worth nothing"
    if pool.method is CostMethod.FIFO and pool.pieces >= 0:
        assert sum(layer.pieces for layer in pool.layers) == pool.pieces
        assert sum(layer.value_e4 for layer in pool.layers) == pool.value_e4


@dataclass
class Slips:
    """One slip for every piece, the oldest in front; never more out than in."""

    slips: deque[int] = field(default_factory=deque)

    def out(self, pieces: int) -> int:
        return sum(self.slips.popleft() for _ in range(pieces))


@given(STEPS)
def test_first_in_first_out_costs_what_the_oldest_pieces_cost(steps: list[tuple[str, int, int]]) -> None:
    pool, paper = Pool(CostMethod.FIFO, 0, 0, 0), Slips()
    for number, (verb, pieces, unit) in enumerate(steps):
        if verb == "in":
            pool.bring(pieces, pieces * unit, START + timedelta(hours=number))
            paper.slips.extend([unit] * pieces)
            continue
        leaving, before = min(pieces, pool.pieces), pool.value_e4
        pool.take(leaving)
        assert before - pool.value_e4 == paper.out(leaving)
    assert pool.value_e4 == sum(paper.slips)


@given(STEPS)
def test_the_moving_average_is_never_further_off_than_its_roundings(steps: list[tuple[str, int, int]]) -> None:
    pool, value, pieces_there, takings = Pool(CostMethod.AVERAGE, 0, 0, 0), Fraction(0), 0, 0
    for number, (verb, pieces, unit) in enumerate(steps):
        if verb == "in":
            pool.bring(pieces, pieces * unit, START + timedelta(hours=number))
            value, pieces_there = value + pieces * unit, pieces_there + pieces
        elif pieces_there:
            leaving, takings = min(pieces, pieces_there), takings + 1
            pool.take(leaving)
            value, pieces_there = value * (1 - Fraction(leaving, pieces_there)), pieces_there - leaving
        assert abs(pool.value_e4 - value) <= Fraction(takings, 2)


@given(STEPS, st.integers(1, 40), st.sampled_from(CostMethod))
def test_what_is_undone_at_once_leaves_no_trace(
        steps: list[tuple[str, int, int]], pieces: int, method: CostMethod) -> None:
    pool = Pool(method, 0, 0, 0)
    follow(pool, [step for step in steps if step[0] == "in"])
    before = (pool.pieces, pool.value_e4, [(one.pieces, one.value_e4) for one in pool.layers if one.pieces])
    done = len(pool.postings)
    pool.take(pieces)
    pool.take_back(pool.postings[done:], START + timedelta(days=3))
    if before[0] >= pieces:
        assert [(one.pieces, one.value_e4) for one in pool.layers if one.pieces] == before[2]
    assert (pool.pieces, pool.value_e4) == before[:2]


def test_a_late_receipt_is_the_next_to_leave_and_history_stays() -> None:
    """The delivery of the 1st is entered on the 5th, after some of the 3rd's were sold: those keep their cost."""
    pool = Pool(CostMethod.FIFO, 0, 0, 0)
    pool.bring(10, 10 * 30, START + timedelta(days=2))
    pool.take(4)
    pool.bring(10, 10 * 10, START)
    before = pool.value_e4
    pool.take(12)
    assert before - pool.value_e4 == 10 * 10 + 2 * 30


def test_pieces_sold_before_they_came_are_settled_at_what_they_really_cost() -> None:
    """Three were sold at 10 each on backorder; they came at 12: 6 more is booked, and the rest is worth 12 each."""
    pool = Pool(CostMethod.AVERAGE, 0, 0, 10)
    pool.take(3)
    pool.bring(5, 60, START)
    assert (pool.pieces, pool.value_e4, pool.unit_e4) == (2, 24, 12)
    assert [posting.value_e4 for posting in pool.postings if posting.kind is CostEntryKind.REVALUED] == [-6]


def test_a_share_is_rounded_half_up_and_the_whole_is_exact() -> None:
    assert (share(10, 1, 4), share(10, 1, 3), share(7, 3, 3)) == (3, 3, 7)
