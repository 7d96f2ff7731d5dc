"""Splitting a change into parts that add up to it exactly, in whole minor units.

The rule for what does not divide: volume, price and unit cost are rounded half away from zero, once each; the mix is
what is left of the change. So the parts always sum to it, and the spare minor units stand in the mix.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

Number = int | float | Fraction
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Goods:
    """What was sold of one SKU: pieces, what was paid for them, and what they cost (minor units)."""

    units: int
    paid: int
    cost: int = 0

    @property
    def kept(self) -> int:
        return self.paid - self.cost


@dataclass(frozen=True, slots=True)
class GoodsEffects:
    """What a change of Σ (paid − cost) is made of. `unpriced` is the change of goods that were given away."""

    volume: int
    mix: int
    price: int
    unit_cost: int
    unpriced: int


def goods_effects(before: Mapping[K, Goods], after: Mapping[K, Goods]) -> GoodsEffects:
    """More pieces at the average of before; other pieces than before; each piece dearer; each piece costing less.

    A SKU that was not sold before has no price to compare with: all of it is volume and mix.
    """
    sold_before, sold_after = _sold(before), _sold(after)
    kept_before, kept_after = (sum(one.kept for one in sold.values()) for sold in (sold_before, sold_after))
    units_before, units_after = (sum(one.units for one in sold.values()) for sold in (sold_before, sold_after))
    volume = rounded(Fraction((units_after - units_before) * kept_before, units_before)) if units_before else kept_after
    both = [(sold_before[key], one) for key, one in sold_after.items() if key in sold_before]
    price = rounded(sum((one.paid - Fraction(one.units * old.paid, old.units) for old, one in both), Fraction()))
    unit_cost = rounded(sum((Fraction(one.units * old.cost, old.units) - one.cost for old, one in both), Fraction()))
    unpriced = _unpriced(after) - _unpriced(before)
    mix = kept_after - kept_before - volume - price - unit_cost
    return GoodsEffects(volume, mix, price, unit_cost, unpriced)


def _sold(goods: Mapping[K, Goods]) -> dict[K, Goods]:
    return {key: one for key, one in goods.items() if one.units > 0}


def _unpriced(goods: Mapping[K, Goods]) -> int:
    """Of SKUs without a counted piece: gifts have a cost and no price."""
    return sum(one.kept for one in goods.values() if one.units <= 0)


def count_and_size(before: tuple[int, int], after: tuple[int, int]) -> tuple[int, int]:
    """(more of them, each larger) for two pairs of count and amount; together the change of the amount."""
    (count_before, amount_before), (count_after, amount_after) = before, after
    change = amount_after - amount_before
    if not count_before:
        return change, 0
    count = rounded(Fraction((count_after - count_before) * amount_before, count_before))
    return count, change - count


def ratio_effects(before: tuple[int, int], after: tuple[int, int]) -> tuple[Fraction, Fraction]:
    """(of the numerator, of the denominator) for two ratios; together the change of the ratio, exactly."""
    (top_before, base_before), (top_after, base_after) = before, after
    of_base = Fraction(top_before, base_after) - Fraction(top_before, base_before)
    return Fraction(top_after - top_before, base_after), of_base


def own_and_weight(before: Mapping[str, tuple[int, int]],
                   after: Mapping[str, tuple[int, int]]) -> tuple[Fraction, Fraction]:
    """(parts moved by themselves, parts changed their weight) for (numerator, denominator) of each part.

    A part that had no ratio before is all weight. Together the change of the whole's ratio, exactly.
    """
    (top_before, base_before), (top_after, base_after) = (
        (sum(top for top, _ in side.values()), sum(base for _, base in side.values())) for side in (before, after))
    own = sum((Fraction(top - Fraction(base * before[name][0], before[name][1]), base_after)
               for name, (top, base) in after.items() if base and before.get(name, (0, 0))[1]), Fraction())
    return own, Fraction(top_after, base_after) - Fraction(top_before, base_before) - own


def ratio_contributions(before: Mapping[str, tuple[int, int]],
                        after: Mapping[str, tuple[int, int]]) -> dict[str, Fraction]:
    """Of each part's (numerator, denominator): how its own ratio and its weight moved the whole.

    A part that gains weight lifts the whole only as far as its ratio lies above the whole's of before; the parts add
    up to the change exactly.
    """
    base_before, base_after = (sum(base for _, base in side.values()) for side in (before, after))
    whole_before = Fraction(sum(top for top, _ in before.values()), base_before)
    found = {}
    for name in dict.fromkeys((*before, *after)):
        (old_top, old_base), (new_top, new_base) = before.get(name, (0, 0)), after.get(name, (0, 0))
        shift = Fraction(new_base, base_after) - Fraction(old_base, base_before)
        found[name] = Fraction(new_top, base_after) - Fraction(old_top, base_before) - whole_before * shift
    return found


def rounded(exact: Fraction) -> int:
    """To a whole number, half away from zero."""
    whole = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return whole if exact >= 0 else -whole


def to_whole(parts: Mapping[str, Fraction], total: int) -> dict[str, int]:
    """Each rounded, the spare units given to the part that is largest: together the total."""
    whole = {name: rounded(part) for name, part in parts.items()}
    spare = total - sum(whole.values())
    if spare and whole:
        largest = max(whole, key=lambda name: (abs(parts[name]), name))
        whole[largest] += spare
    return whole


def excess(parts: Iterable[tuple[Number, Number]]) -> list[Number]:
    """For (before, change) of each part: how much more it changed than its share of before would have it."""
    listed = list(parts)
    whole, change = sum(before for before, _ in listed), sum(moved for _, moved in listed)
    if not whole:
        return [moved for _, moved in listed]
    return [moved - change * before / whole for before, moved in listed]
