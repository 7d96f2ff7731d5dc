"""The one statement that answers a question: sources added up, put side by side, turned into figures, ranked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    FromClause,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    cast,
    column,
    false,
    func,
    null,
    or_,
    select,
    true,
    type_coerce,
    union_all,
    values,
)

from domain.metrics.catalog import DIMENSIONS, METRICS, Metric
from domain.metrics.measures import GOODS, Source
from domain.metrics.query import REORDER_POINT, Direction, Having, MetricQuery, Order
from storage.figures.facts import COUNTED
from storage.figures.low import is_at_point
from storage.figures.points import place_of
from storage.figures.scope import NAMED_BY_ID, Scope, key_type
from storage.figures.sources import BUILDERS, UNKNOWN_OF, source_of

MAX_ROWS = 10_000  # of one answer; the table still says how many there were
# Short stock and stock that does not last is what lists of goods in stock are read for.
_SMALLEST_FIRST = {"stock_on_hand", "stock_available", "days_of_cover"}
_COMPARE: Mapping[str, Any] = {
    "<": ColumnElement.__lt__, "<=": ColumnElement.__le__, ">": ColumnElement.__gt__, ">=": ColumnElement.__ge__,
    "=": ColumnElement.__eq__, "!=": ColumnElement.__ne__}
ALL_ROWS, ALL_FACTS = "all_rows", "all_facts"
ONLY = "only"
Key = tuple[str | int | None, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a query asks of its scope, and the measures that its coverage takes besides."""

    shown: tuple[str, ...]
    having: tuple[Having, ...]
    order: tuple[Order, ...]
    limit: int | None
    coverage: frozenset[str]

    @classmethod
    def of(cls, query: MetricQuery, coverage: frozenset[str]) -> "Wanted":
        return cls(query.metrics, query.having, query.order, query.limit, coverage)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Those shown, and those that bounds speak of."""
        return tuple(dict.fromkeys((*self.shown, *(bound.metric for bound in self.having))))

    @property
    def measures(self) -> frozenset[str]:
        used = frozenset(measure for metric in self.metrics for measure in METRICS[metric].measures)
        return used | self.coverage | {UNKNOWN_OF[measure] for measure in used & UNKNOWN_OF.keys()}


def figures(scope: Scope, measures: frozenset[str], labels: Sequence[str | int] = (),
            coverage: Iterable[str] = ()) -> Subquery:
    """k0, k1 …, every measure, COUNTED: one row per group. `labels` are rows that must be there, with facts or not.

    With the sums over all rows of `coverage`: what a list leaves out is still what its answer rests on.
    """
    sources: dict[Source, set[str]] = {}
    for measure in measures:
        sources.setdefault(source_of(measure), set()).add(measure)
    pieces = [piece.subquery() for source in sorted(sources)
              for piece in BUILDERS[source](scope, frozenset(sources[source]))]
    keys = [f"k{n}" for n in range(len(scope.by))]
    padded = [_padded(piece, scope.by, sorted(measures)) for piece in pieces]
    if labels or not pieces:
        padded.append(_blank(scope.by, sorted(measures), labels))
    together = union_all(*padded).subquery("pieces") if len(padded) > 1 else padded[0].subquery("pieces")
    sums = [func.sum(together.c[name]).label(name) for name in (*sorted(measures), COUNTED)]
    groups = [together.c[key] for key in keys]
    sums += [func.sum(func.sum(together.c[name])).over().label(f"covered_{name}") for name in coverage]
    return select(*groups, *sums).group_by(*groups).subquery("figures")


def _padded(piece: Subquery, by: Sequence[str], measures: Iterable[str]) -> Select[Any]:
    own = piece.c
    return select(*(type_coerce(own[f"k{n}"], key_type(name)).label(f"k{n}") for n, name in enumerate(by)), *(
        (own[name] if name in own else cast(null(), BigInteger)).label(name) for name in measures), own[COUNTED])


def _blank(by: Sequence[str], measures: Iterable[str], labels: Sequence[str | int]) -> Select[Any]:
    """Rows without facts, one per label of the only split; without labels, no row but the right columns."""
    nothing = [cast(null(), BigInteger).label(name) for name in (*measures, COUNTED)]
    if not labels:
        keys = [cast(null(), key_type(name)).label(f"k{n}") for n, name in enumerate(by)]
        return select(*keys, *nothing).where(false())
    listed = values(column("k0", key_type(by[0]))).data([(label,) for label in labels]).cte("listed")
    return select(cast(listed.c.k0, key_type(by[0])).label("k0"), *nothing)


def statement(scope: Scope, wanted: Wanted, has_only: bool = False,  # noqa: FBT001, FBT002  (of what made it, once)
              labels: Sequence[str | int] = ()) -> Select[Any]:
    """Rows of keys, labels, figures, then coverage sums, ALL_ROWS and ALL_FACTS, the same in every row.

    `has_only`: it takes the keys of a single split that come back as the list ONLY.
    """
    table = figures(scope, wanted.measures, labels, sorted(wanted.coverage))
    source, names = _labelled(table, scope.by)
    keys = [table.c[f"k{n}"] for n in range(len(scope.by))]
    goods = [key for key, name in zip(keys, scope.by, strict=True) if name in GOODS]
    is_no_goods = and_(*(key.is_(None) for key in goods)) if goods else false()
    found = {metric: _value(METRICS[metric], table, is_no_goods) for metric in wanted.metrics}
    # The same for all rows of the answer, before the limit.
    about = [*(table.c[f"covered_{name}"] for name in sorted(wanted.coverage)), func.count().over().label(ALL_ROWS),
             func.sum(table.c[COUNTED]).over().label(ALL_FACTS)]
    rows = select(*keys, *(name.label(f"label{n}") for n, name in enumerate(names)),
                  *(found[metric].label(f"metric_{metric}") for metric in wanted.shown), *about).select_from(source)
    place = next((key for key, name in zip(keys, scope.by, strict=True) if name == "warehouse"), None)
    conditions = [_bound(bound, found[bound.metric], scope, place) for bound in wanted.having]
    if wanted.having or (wanted.order and wanted.limit):  # a list of platforms has no row of what is on none
        conditions += [key != "" if isinstance(key.type, Text) else key.is_not(None) for key in keys]
    elif goods:
        something = [_is_not_zero(found[name]) for name in wanted.shown]
        conditions.append(or_(*(key.is_not(None) for key in goods), *something))
    if has_only:
        conditions.append(or_(keys[0].in_(bindparam(ONLY, expanding=True, type_=key_type(scope.by[0]))),
                              keys[0].is_(None)))
    if wanted.shown == ("reorder_quantity",) and goods and not wanted.having:
        conditions.append(_is_not_zero(found["reorder_quantity"]))  # a list of what to order
    ordering = _ordering(wanted, found, dict(zip(scope.by, names, strict=True)))
    return rows.where(and_(true(), *conditions)).order_by(*ordering, *keys).limit(wanted.limit or MAX_ROWS)


def _labelled(table: Subquery, by: Sequence[str]) -> tuple[FromClause, list[ColumnElement[Any]]]:
    """The figures with the names of what they are split by, where these stand in a table of their own."""
    source: FromClause = table
    names: list[ColumnElement[Any]] = []
    for n, dimension in enumerate(by):
        key, name = table.c[f"k{n}"], NAMED_BY_ID.get(dimension)
        if name is not None:
            source = source.outerjoin(name.table, name.table.c.id == key)
        names.append(key if name is None else name)
    return source, names


def _value(metric: Metric, table: Subquery, is_no_goods: ColumnElement[bool]) -> ColumnElement[Any]:
    """(Σ factor × measure), or that divided by its `per`; NULL where the divisor is nothing.

    What is no goods has the freight of all orders, but not the orders: their average would be of neither.
    """
    total = _weighted(metric.sum, table, is_no_goods)
    if not metric.per:
        return total
    per: ColumnElement[Any] = cast(_weighted(metric.per, table, is_no_goods), Float)
    if "orders" in metric.per:
        per = case((is_no_goods, null()), else_=per)
    return cast(total, Float) / func.nullif(per, 0.0)


def _weighted(sums: Mapping[str, float], table: Subquery, is_no_goods: ColumnElement[bool]) -> ColumnElement[Any]:
    # Of what is no goods it is known what was paid, so what it brought in, too: freight costs no goods.
    is_exempt = is_no_goods if "revenue" in sums else false()
    parts = [(_known(measure, table, is_exempt), factor) for measure, factor in sums.items()]
    total: ColumnElement[Any] = _times(*parts[0])
    for part, factor in parts[1:]:
        total = total - part if factor == -1 else total + _times(part, factor)
    return total


def _times(part: ColumnElement[Any], factor: float) -> ColumnElement[Any]:
    return part if factor == 1 else part * (int(factor) if factor.is_integer() else factor)


def _known(measure: str, table: Subquery, is_exempt: ColumnElement[bool]) -> ColumnElement[Any]:
    """A measure without facts is 0 beside others that have some; one that nobody noted down is unknown."""
    own = table.c[measure]
    if measure not in UNKNOWN_OF:
        return func.coalesce(own, 0)
    is_unknown = and_(own.is_(None), table.c[UNKNOWN_OF[measure]] > 0, ~is_exempt)
    return case((is_unknown, null()), else_=func.coalesce(own, 0))


def _bound(bound: Having, value: ColumnElement[Any], scope: Scope, place: ColumnElement[Any] | None,
           ) -> ColumnElement[bool]:
    if bound.value == REORDER_POINT:
        return is_at_point(scope, _COMPARE[bound.op], value, place_of(scope, place))
    condition: ColumnElement[bool] = _COMPARE[bound.op](value, bound.value)
    return condition


def _is_not_zero(value: ColumnElement[Any]) -> ColumnElement[bool]:
    """What is none of the goods has a row where there is something to tell of it; the unknown is something."""
    return func.coalesce(value, 1) != 0


def _ordering(wanted: Wanted, found: Mapping[str, ColumnElement[Any]],
              names: Mapping[str, ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """As asked; else through time, or by size. Ties stand in the order of their labels."""
    order = wanted.order or _default_order(wanted.shown[0], names.keys())
    terms = [found[item.by] if item.by in found else names[item.by] for item in order]
    ranked = [(term.desc() if item.direction is Direction.DESC else term.asc()).nulls_last()
              for term, item in zip(terms, order, strict=True)]
    return ranked + [name.asc().nulls_last() for name in names.values()]


def _default_order(first: str, by: Collection[str]) -> tuple[Order, ...]:
    if any(DIMENSIONS[name].is_time for name in by) or not by:
        return ()
    is_short_list = first in _SMALLEST_FIRST and not GOODS.isdisjoint(by)
    return (Order(first, Direction.ASC if is_short_list else Direction.DESC),)


