"""Why a figure changed: what the change is made of, and where it happened; every number computed from figures.

The questions asked are plain MetricQueries, so that whatever holds for figures (rights, the moment, exclusions, what is
not known) holds here. Of each split the span now and the span before are asked for apart: what sold only before
counts, too.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from domain.errors import UserCanFix
from domain.metrics import effects
from domain.metrics.catalog import METRICS
from domain.metrics.effects import Goods
from domain.metrics.query import MAX_METRICS, Compare, MetricQuery
from domain.metrics.result import Beside, ResultTable

Answer = Callable[[MetricQuery, datetime], ResultTable]
Sums = Mapping[str, int]  # component metric → minor units or count

OTHERS = "…"  # what lies beyond the rows that one answer holds
NOTHING = ""  # the row of a split that belongs to no value: freight, an order without a province


class CannotExplain(UserCanFix):
    """A figure whose change has no parts: distinct people, stock of the moment, or nothing to compare with."""


@dataclass(frozen=True, slots=True)
class Part:
    """One reason or one place of the change. `before` and `after` are None where only the change has a meaning."""

    name: str
    before: int | float | None
    after: int | float | None
    change: int | float


@dataclass(frozen=True, slots=True)
class Split:
    """The change by one dimension; the parts add up to it, the largest in its direction first."""

    dimension: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """`table` is the figure beside that of the span before; each of `reasons` and of the splits sums to `change`."""

    table: ResultTable
    before: int | float
    after: int | float
    reasons: tuple[Part, ...]
    splits: tuple[Split, ...]

    @property
    def metric(self) -> str:
        return self.table.query.metrics[0]

    @property
    def change(self) -> int | float:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class _Recipe:
    """`signs` add up to the figure; `goods` says what of the goods is split into volume, mix and price."""

    signs: Mapping[str, int]
    goods: str = ""  # paid, kept or cost
    costs: tuple[str, ...] = ()  # components that are reasons of their own, subtracted
    count: str = ""  # the figure is so many of these times their average size


_PROFIT_SIGNS = {"net_revenue": 1, "cogs": -1, "platform_fees": -1, "shipping_cost": -1, "ad_spend": -1, "expenses": -1}
_RECIPES: Mapping[str, _Recipe] = {
    "revenue": _Recipe({"revenue": 1}, "paid"),
    "net_revenue": _Recipe({"revenue": 1, "refund_amount": -1}, "paid", ("refund_amount",)),
    "cogs": _Recipe({"cogs": 1}, "cost", ("cost_returned",)),
    "gross_profit": _Recipe({"revenue": 1, "refund_amount": -1, "cogs": -1}, "kept", ("refund_amount",
                                                                                      "cost_returned")),
    "net_profit": _Recipe(_PROFIT_SIGNS, "kept", ("refund_amount", "cost_returned", "platform_fees", "shipping_cost",
                                                  "ad_spend", "expenses")),
    "refund_amount": _Recipe({"refund_amount": 1}, count="refund_orders"),
    "units": _Recipe({"units": 1}, count="orders"),
    "orders": _Recipe({"orders": 1}, count="visitors"),
    "shipping_cost": _Recipe({"shipping_cost": 1}, count="orders"),
    "ad_spend": _Recipe({"ad_spend": 1}, count="ad_clicks"),
    **{name: _Recipe({name: 1}) for name in (
        "discount", "refund_orders", "platform_fees", "expenses", "orders_shipped", "orders_signed", "visitors",
        "ad_clicks", "ad_impressions", "cash_in", "cash_out")},
}
_RATIOS: Mapping[str, tuple[str, str]] = {
    "aov": ("revenue", "orders"), "refund_rate": ("refund_amount", "revenue"),
    "gross_margin": ("gross_profit", "net_revenue"), "net_margin": ("net_profit", "net_revenue"),
    "conversion_rate": ("orders", "visitors"),
}
_GOODS = ("revenue", "units", "cost_sold")
_PLACES = ("platform", "shop", "product", "province", "campaign", "account")
_COUNTED_ONCE = frozenset({"orders", "refund_orders", "aov", "orders_shipped", "orders_signed"})  # of each product


def explain(query: MetricQuery, answer: Answer, at: datetime, allowed: Callable[[str], bool]) -> Explanation:
    """Why the query's first figure changed. `allowed` says which figures the person may see.

    Raises CannotExplain; what `answer` raises passes through.
    """
    metric = query.metrics[0]
    if metric not in _RECIPES and metric not in _RATIOS:
        key = "why_moment" if METRICS[metric].is_of_the_moment else "why_no_parts"
        raise CannotExplain(f"{METRICS[metric].en} is not a sum of parts", key=key, metric=metric)
    whole = replace(query, metrics=(metric,), by=(), having=(), order=(), limit=None,
                    compare=query.compare or Compare.PREVIOUS_PERIOD)
    table = answer(whole, at)
    before = table.comparison_rows[0] if table.comparison_rows else None
    now, then = table.rows[0][0], before[0] if before else None
    if not isinstance(now, int | float) or not isinstance(then, int | float) or table.comparison_period is None:
        raise CannotExplain("there is nothing to compare with", key="why_nothing_before", metric=metric)
    work = _Work(table, answer, at, allowed)
    if metric in _RATIOS:
        return Explanation(table, then, now, *_explain_ratio(work, metric, then, now))
    return Explanation(table, then, now, *_explain_sum(work, metric, now - then))


@dataclass(frozen=True, slots=True)
class _Work:
    """One explanation being made: asks for the same figures of both spans."""

    table: ResultTable
    answer: Answer
    at: datetime
    allowed: Callable[[str], bool]

    @property
    def query(self) -> MetricQuery:
        return self.table.query

    def _sides(self) -> tuple[tuple[MetricQuery, datetime], tuple[MetricQuery, datetime]]:
        """(question, moment) of the span before and of the span now, as far as the whole went."""
        plain, earlier = replace(self.query, compare=None), self.table.comparison_period
        assert earlier is not None
        is_cut = self.table.beside is Beside.SAME_TIME
        then = datetime.combine(earlier.last, self.at.timetz()) if is_cut else self.at
        return (replace(plain, period=earlier), then), (plain, self.at)

    def totals(self, metrics: Sequence[str]) -> tuple[Sums, Sums]:
        """The figures of all, before and now; what is not known counts as nothing, as it does in sums of them."""
        found = self.split((), metrics)
        return found[0].get((), {}), found[1].get((), {})

    def split(self, by: tuple[str, ...], metrics: Sequence[str]) -> list[dict[tuple[str, ...], dict[str, int]]]:
        """By the labels of the dimensions: [before, now]."""
        both: list[dict[tuple[str, ...], dict[str, int]]] = []
        for query, at in self._sides():
            found: dict[tuple[str, ...], dict[str, int]] = {}
            for start in range(0, len(metrics), MAX_METRICS):
                some = tuple(metrics[start:start + MAX_METRICS])
                _add(found, self.answer(replace(query, by=by, metrics=some), at), some)
            both.append(found)
        return both

    def can_split(self, metrics: Iterable[str], by: Iterable[str]) -> bool:
        dimensions = {*by, *self.query.where, *self.query.exclude}
        return all(dimensions <= METRICS[name].dimensions and self.allowed(name) for name in metrics)

    def tells_something(self, dimension: str) -> bool:
        """One platform alone cannot be told apart by platform, nor one shop by anything it stands in."""
        within = {"platform": ("platform", "shop"), "product": ("product", "sku")}.get(dimension, (dimension,))
        return all(len(self.query.where.get(name, ("", ""))) > 1 for name in within)


def _add(found: dict[tuple[str, ...], dict[str, int]], table: ResultTable, metrics: Sequence[str]) -> None:
    """Two products of one name are one place."""
    width = len(table.query.by)
    for row in table.rows:
        own = found.setdefault(tuple(str(cell or NOTHING) for cell in row[:width]), {})
        for name, cell in zip(metrics, row[width:], strict=True):
            own[name] = own.get(name, 0) + (cell if isinstance(cell, int) else 0)


def _value(signs: Mapping[str, int], sums: Mapping[str, int]) -> int:
    return sum(sign * sums.get(name, 0) for name, sign in signs.items())


def _with_rest(listed: dict[Any, dict[str, int]], totals: Sums, key: Any) -> None:
    """What no row of the answer holds, so that the parts are the whole."""
    rest = {name: total - sum(own.get(name, 0) for own in listed.values()) for name, total in totals.items()}
    if any(rest.values()):
        listed[key] = rest


def _explain_sum(work: _Work, metric: str, change: float) -> tuple[tuple[Part, ...], tuple[Split, ...]]:
    recipe = _RECIPES[metric]
    reasons = _goods_reasons(work, recipe) if recipe.goods else _count_reasons(work, metric, recipe)
    own = {name: _sums_by(work, name, tuple(recipe.signs)) for name in _dimensions(work, metric)}
    splits = []
    for dimension, (before, after) in own.items():
        parts = [Part(name, _value(recipe.signs, before.get(name, {})), _value(recipe.signs, after.get(name, {})), 0)
                 for name in dict.fromkeys((*after, *before))]
        moved = [replace(part, change=(part.after or 0) - (part.before or 0)) for part in parts]
        splits.append(Split(dimension, _ranked(moved, change)))
    return tuple(part for part in reasons if part.change or part.before or part.after), tuple(splits)


def _dimensions(work: _Work, metric: str) -> list[str]:
    """Those that the figure is a sum over, and that are not settled by the question already."""
    needed = _RATIOS.get(metric) or (metric, *_RECIPES[metric].signs)
    return [name for name in _PLACES if work.can_split(needed, (name,)) and work.tells_something(name)
            and not (name == "product" and metric in _COUNTED_ONCE)]


def _sums_by(work: _Work, dimension: str, components: tuple[str, ...],
             ) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
    sides = []
    for found, totals in zip(work.split((dimension,), components), work.totals(components), strict=True):
        named = {key[0]: sums for key, sums in found.items()}
        _with_rest(named, totals, OTHERS)
        sides.append(named)
    return sides[0], sides[1]


def _ranked(parts: Iterable[Part], change: float) -> tuple[Part, ...]:
    """With the change first, then against it; what neither was nor moved is left out."""
    told = [part for part in parts if part.change or part.before or part.after]
    sign = -1 if change < 0 else 1
    return tuple(sorted(told, key=lambda part: -sign * part.change))


def _count_reasons(work: _Work, metric: str, recipe: _Recipe) -> list[Part]:
    """So many more of them, and each so much larger; nothing where they cannot be counted."""
    if not recipe.count or not work.can_split((recipe.count,), ()):
        return []
    before, after = ((sums.get(recipe.count, 0), sums.get(metric, 0))
                     for sums in work.totals((recipe.count, metric)))
    if not (before[0] and after[0]):
        return []
    count, size = effects.count_and_size(before, after)
    return [Part(f"count.{metric}", None, None, count), Part(f"size.{metric}", None, None, size)]


def _goods_reasons(work: _Work, recipe: _Recipe) -> list[Part]:
    goods = ("revenue", "units") if recipe.goods == "paid" else _GOODS
    if not work.can_split(goods, ("sku",)):
        return []
    returned = ("cogs",) if "cost_returned" in recipe.costs else ()
    costs = tuple(name for name in recipe.costs if name in METRICS)
    totals = [_with_returned(sums) for sums in work.totals((*goods, *returned, *costs))]
    sides, others = [], []
    for found, sums in zip(work.split(("sku",), goods), totals, strict=True):
        _with_rest(found, {name: sums.get(name, 0) for name in goods}, (OTHERS,))
        others.append(_goods_of(recipe, found.pop((NOTHING,), {})).kept)
        sides.append({key: _goods_of(recipe, own) for key, own in found.items()})
    split = effects.goods_effects(*sides)
    sign = -1 if recipe.goods == "cost" else 1
    reasons = [Part("volume", None, None, sign * split.volume), Part("mix", None, None, sign * split.mix),
               Part("price", None, None, split.price), Part("unit_cost", None, None, sign * split.unit_cost),
               Part("gifts", None, None, sign * split.unpriced),
               Part("freight", sign * others[0], sign * others[1], sign * (others[1] - others[0]))]
    return reasons + [_cost_reason(name, totals[0], totals[1], is_gain=name == "cost_returned" and sign > 0)
                      for name in recipe.costs]


def _with_returned(sums: Sums) -> dict[str, int]:
    return {**sums, "cost_returned": sums.get("cost_sold", 0) - sums.get("cogs", 0)}


def _goods_of(recipe: _Recipe, sums: Mapping[str, int]) -> Goods:
    paid = 0 if recipe.goods == "cost" else sums.get("revenue", 0)
    cost = 0 if recipe.goods == "paid" else sums.get("cost_sold", 0)
    return Goods(sums.get("units", 0), paid, cost)


def _cost_reason(name: str, before: Sums, after: Sums, *, is_gain: bool) -> Part:
    """Refunds, fees and the like take off; the cost of goods that came back is a gain of a profit."""
    sign = 1 if is_gain else -1
    old, new = sign * before.get(name, 0), sign * after.get(name, 0)
    return Part(name, old, new, new - old)


def _explain_ratio(work: _Work, metric: str, then: float,
                   now: float) -> tuple[tuple[Part, ...], tuple[Split, ...]]:
    totals = [(sums.get(_RATIOS[metric][0], 0), sums.get(_RATIOS[metric][1], 0))
              for sums in work.totals(_RATIOS[metric])]
    if not all(base for _, base in totals):
        return (), ()
    sides = {dimension: _pairs_by(work, metric, dimension, totals) for dimension in _dimensions(work, metric)}
    splits = []
    for dimension, (before, after) in sides.items():
        moved = _as_cells(effects.ratio_contributions(before, after), now - then)
        named = [Part(name, _ratio(before.get(name), now), _ratio(after.get(name), now), part.change)
                 for name, part in zip(dict.fromkeys((*before, *after)), moved, strict=True)]
        splits.append(Split(dimension, _ranked(named, now - then)))
    return tuple(_ratio_reasons(metric, totals, sides, now - then)), tuple(splits)


Pairs = Mapping[str, tuple[int, int]]  # part → numerator, denominator


def _pairs_by(work: _Work, metric: str, dimension: str, totals: Sequence[tuple[int, int]]) -> tuple[Pairs, Pairs]:
    top, base = _RATIOS[metric]
    sides = []
    for found, (whole_top, whole_base) in zip(work.split((dimension,), (top, base)), totals, strict=True):
        pairs = {key[0]: (sums.get(top, 0), sums.get(base, 0)) for key, sums in found.items()}
        rest = (whole_top - sum(one for one, _ in pairs.values()), whole_base - sum(one for _, one in pairs.values()))
        sides.append({**pairs, OTHERS: rest} if any(rest) else pairs)
    return sides[0], sides[1]


def _ratio_reasons(metric: str, totals: Sequence[tuple[int, int]], sides: Mapping[str, tuple[Pairs, Pairs]],
                   change: float) -> list[Part]:
    """Its parts themselves or their weights, by goods where the figure knows them; else what it divides."""
    by = next((name for name in ("product", "platform", "shop", "province") if name in sides), None)
    if by is None:
        top, base = _RATIOS[metric]
        of_top, of_base = effects.ratio_effects(totals[0], totals[1])
        return _as_cells({f"ratio.{top}": of_top, f"ratio.{base}": of_base}, change)
    own, weight = effects.own_and_weight(*sides[by])
    return _as_cells({f"own.{by}": own, f"weight.{by}": weight}, change)


def _as_cells(parts: Mapping[str, Fraction], change: float) -> list[Part]:
    """Money in whole minor units that sum to the change; rates as fractions."""
    whole: Mapping[str, int | float] = effects.to_whole(parts, change) if isinstance(change, int) else {
        name: float(part) for name, part in parts.items()}
    return [Part(name, None, None, moved) for name, moved in whole.items()]


def _ratio(pair: tuple[int, int] | None, like: float) -> int | float | None:
    if pair is None or not pair[1]:
        return None
    exact = Fraction(*pair)
    return effects.rounded(exact) if isinstance(like, int) else float(exact)


def leading(explanation: Explanation) -> tuple[str, Part] | None:
    """(dimension, part) that moved furthest beyond its share of before, in the direction of the change."""
    sign = -1 if explanation.change < 0 else 1
    best: tuple[float, str, Part] | None = None
    for split in explanation.splits:
        if len(split.parts) < 2:
            continue
        beyond = effects.excess([(part.before or 0, part.change) for part in split.parts])
        for part, far in zip(split.parts, beyond, strict=True):
            if part.name not in {NOTHING, OTHERS} and (best is None or sign * float(far) > best[0]):
                best = (sign * float(far), split.dimension, part)
    return None if best is None or best[0] <= 0 else best[1:]
