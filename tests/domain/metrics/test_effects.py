"""The parts of a change always add up to it, to the last minor unit."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain.metrics.effects import (
    Goods,
    count_and_size,
    excess,
    goods_effects,
    own_and_weight,
    ratio_contributions,
    ratio_effects,
    rounded,
    to_whole,
)

amounts = st.integers(-10**9, 10**9)
goods = st.dictionaries(st.sampled_from("abcdefg"),
                        st.builds(Goods, st.integers(0, 500), st.integers(0, 10**8), st.integers(0, 10**8)))
pairs = st.dictionaries(st.sampled_from("abcdefg"), st.tuples(st.integers(0, 10**8), st.integers(0, 10**6)))


def kept(side: dict[str, Goods]) -> int:
    return sum(one.paid - one.cost for one in side.values())


@given(goods, goods)
def test_volume_mix_price_and_cost_are_the_whole_change(before: dict[str, Goods], after: dict[str, Goods]) -> None:
    split = goods_effects(before, after)
    parts = (split.volume, split.mix, split.price, split.unit_cost, split.unpriced)
    assert sum(parts) == kept(after) - kept(before)


def test_each_effect_is_what_its_name_says() -> None:
    """Twice the pieces at the same price is volume; the same pieces dearer is price; dearer goods instead is mix."""
    before = {"coat": Goods(10, 1000, 400), "cup": Goods(10, 200, 100)}
    more = {"coat": Goods(20, 2000, 800), "cup": Goods(20, 400, 200)}
    assert goods_effects(before, more).volume == kept(more) - kept(before)
    dearer = {"coat": Goods(10, 1500, 400), "cup": Goods(10, 200, 100)}
    assert goods_effects(before, dearer).price == 500
    costlier = {"coat": Goods(10, 1000, 600), "cup": Goods(10, 200, 100)}
    assert goods_effects(before, costlier).unit_cost == -200
    instead = {"coat": Goods(15, 1500, 600), "cup": Goods(5, 100, 50)}
    split = goods_effects(before, instead)
    assert (split.volume, split.price, split.unit_cost) == (0, 0, 0)
    assert split.mix == kept(instead) - kept(before)


def test_what_is_new_has_no_price_to_compare_with() -> None:
    before, after = {"cup": Goods(10, 200, 100)}, {"cup": Goods(10, 200, 100), "coat": Goods(1, 900, 400)}
    split = goods_effects(before, after)
    assert (split.price, split.unit_cost) == (0, 0)
    assert split.volume == 10  # one piece more, at the 10 a piece of before
    assert split.mix == 490


def test_gifts_have_a_cost_and_no_price() -> None:
    split = goods_effects({"cup": Goods(1, 20, 10)}, {"cup": Goods(1, 20, 10), "bag": Goods(0, 0, 30)})
    assert (split.unpriced, split.volume, split.mix) == (-30, 0, 0)


@given(st.tuples(st.integers(0, 10**6), amounts), st.tuples(st.integers(0, 10**6), amounts))
def test_more_of_them_and_each_larger_are_the_whole_change(before: tuple[int, int], after: tuple[int, int]) -> None:
    assert sum(count_and_size(before, after)) == after[1] - before[1]


@given(pairs, pairs)
def test_the_parts_of_a_ratio_are_its_whole_change(before: dict[str, tuple[int, int]],
                                                   after: dict[str, tuple[int, int]]) -> None:
    base_before, base_after = (sum(base for _, base in side.values()) for side in (before, after))
    if not base_before or not base_after:
        return
    top_before, top_after = (sum(top for top, _ in side.values()) for side in (before, after))
    change = Fraction(top_after, base_after) - Fraction(top_before, base_before)
    assert sum(ratio_contributions(before, after).values()) == change
    assert sum(own_and_weight(before, after)) == change
    assert sum(ratio_effects((top_before, base_before), (top_after, base_after))) == change


def test_a_part_that_only_gains_weight_lifts_a_ratio_as_far_as_it_lies_above() -> None:
    before, after = {"good": (90, 100), "bad": (10, 100)}, {"good": (180, 200), "bad": (10, 100)}
    own, weight = own_and_weight(before, after)
    assert own == 0
    assert weight == Fraction(190, 300) - Fraction(1, 2)
    assert ratio_contributions(before, after)["good"] > 0


@given(st.dictionaries(st.text(max_size=3), st.fractions(-10**6, 10**6, max_denominator=10**6), min_size=1, max_size=8),
       st.integers(-3, 3))
def test_rounded_parts_are_made_to_fit_the_total(parts: dict[str, Fraction], off: int) -> None:
    total = rounded(sum(parts.values(), Fraction())) + off
    assert sum(to_whole(parts, total).values()) == total


def test_moving_with_the_rest_is_nothing_special() -> None:
    assert excess([(100, 10), (300, 30)]) == [0, 0]
    assert excess([(100, 40), (300, 0)]) == [30, -30]
    assert excess([(0, 5), (0, 0)]) == [5, 0]
