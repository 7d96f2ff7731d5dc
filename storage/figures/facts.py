"""A fact table as a source of measures: what is added up, the dimensions it knows, and when it happened."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    FromClause,
    Label,
    Select,
    Subquery,
    and_,
    cast,
    false,
    func,
    null,
    select,
    true,
    type_coerce,
)
from sqlalchemy.sql.elements import Null

from domain.metrics.periods import Period
from storage.figures.scope import Days, Scope, key_type, listed
from storage.figures.times import DayLabel, MonthLabel, Weekday, WeekLabel, local_hour
from storage.schema import metadata

_T = metadata.tables
COUNTED = "facts"  # the column that says how many facts a row rests on
_POOLED = "pooled"


@dataclass(frozen=True, slots=True)
class Key:
    """What rows are grouped by for a dimension, and the joins that takes. `matches` filters where that is faster."""

    value: ColumnElement[Any] | Callable[[Scope], ColumnElement[Any]]
    needs: tuple[str, ...] = ()
    matches: Callable[[BindParameter[Any]], ColumnElement[bool]] | None = None
    match_needs: tuple[str, ...] = ()

    def of(self, scope: Scope) -> ColumnElement[Any]:
        return self.value(scope) if callable(self.value) else self.value


@dataclass(frozen=True, slots=True)
class Sum:
    """An aggregate expression, and the joins it takes."""

    value: ColumnElement[Any]
    needs: tuple[str, ...] = ()


NOWHERE = Key(null())  # the fact belongs to no value of the dimension


Joins = Mapping[str, tuple[FromClause, ColumnElement[bool]]]


@dataclass(frozen=True, slots=True)
class Pool:
    """Rows are added up by a column before its joins are made: what it stands for is looked up once, not row by row."""

    column: ColumnElement[Any]
    joins: Callable[[ColumnElement[Any]], Joins]


@dataclass(frozen=True, slots=True)
class Fact:
    """`day` is the business day; without one the facts are of the moment. `moment` is None for facts of whole days.

    `joins` maps a name to (table, condition), in the order in which they build on each other. `beside` is a second
    fact that adds to the same measures: freight beside the lines of orders.
    """

    base: FromClause
    keys: Mapping[str, Key]
    measures: Mapping[str, Sum]
    day: ColumnElement[Any] | None = None
    moment: ColumnElement[Any] | None = None
    conditions: tuple[ColumnElement[bool], ...] = ()
    joins: Joins = field(default_factory=dict)
    beside: "Fact | None" = None
    pool: Pool | None = None

    def rows(
        self, scope: Scope, days: Days | None, needs: Iterable[str] = (),
    ) -> tuple[FromClause, ColumnElement[bool]]:
        """FROM and WHERE of the facts in scope, with the joins that filters, splits and `needs` take."""
        wanted = {*needs, *(name for dim in scope.by for name in self.keys[dim].needs)}
        wanted |= {name for dim in (*scope.keep, *scope.drop) for name in
                   (self.keys[dim].match_needs if self.keys[dim].matches else self.keys[dim].needs)}
        return self.joined(wanted), and_(true(), *self.conditions, *self._in_days(scope, days), *self._filters(scope))

    def joined(self, names: Collection[str]) -> FromClause:
        return _joined(self.base, self.joins, names)

    def select(self, scope: Scope, measures: Iterable[str], days: Days | None) -> Select[Any]:
        """One row per group: k0, k1 … the measures by name, and COUNTED."""
        late = self._late(scope)
        early = tuple(name for name in scope.by if name not in late)
        sums = {name: self.measures[name] for name in sorted(measures)}
        needs = (need for item in sums.values() for need in item.needs)
        source, condition = self.rows(replace(scope, by=early), days, needs)
        keys = [key for key, name in zip(self.key_columns(scope), scope.by, strict=True) if name in early]
        if late and self.pool:
            keys.append(off_index(self.pool.column).label(_POOLED))
        columns = [*keys, *(item.value.label(name) for name, item in sums.items()), func.count().label(COUNTED)]
        found = select(*columns).select_from(source).where(condition).group_by(*(key.name for key in keys))
        return self._looked_up(found.subquery(_POOLED), scope, late) if late else found

    def _late(self, scope: Scope) -> set[str]:
        """Splits by what the pooled column stands for."""
        joins = self.pool.joins(self.pool.column).keys() if self.pool else ()
        return {name for name in scope.by if not set(self.keys[name].needs).isdisjoint(joins)}

    def _looked_up(self, pooled: Subquery, scope: Scope, late: Collection[str]) -> Select[Any]:
        assert self.pool is not None
        source = _joined(pooled, self.pool.joins(pooled.c[_POOLED]), {need for dim in late
                                                                      for need in self.keys[dim].needs})
        keys = [key if name in late else pooled.c[key.name]
                for key, name in zip(self.key_columns(scope), scope.by, strict=True)]
        sums = [column for column in pooled.c if column.name not in {_POOLED, *(key.name for key in keys)}]
        return select(*keys, *(func.sum(column).label(column.name) for column in sums)).select_from(source).group_by(
            *(key.name for key in keys))

    def key_columns(self, scope: Scope) -> list[Label[Any]]:
        return [off_index(type_coerce(self.keys[name].of(scope), key_type(name))).label(f"k{n}")
                for n, name in enumerate(scope.by)]

    def _in_days(self, scope: Scope, days: Days | None) -> Iterator[ColumnElement[bool]]:
        is_cut = days is None or days.cut is not None
        if days is not None and self.day is not None:
            yield days.includes(self.day)
        if is_cut and self.moment is not None:
            yield self.moment <= scope.moment

    def _filters(self, scope: Scope) -> Iterator[ColumnElement[bool]]:
        for dimension, values in scope.keep.items():
            yield self._match(scope, dimension, listed("keep", dimension, values))
        for dimension, values in scope.drop.items():
            # what has no value of the dimension is none of those left out
            yield ~func.coalesce(self._match(scope, dimension, listed("drop", dimension, values)), false())

    def _match(self, scope: Scope, dimension: str, values: BindParameter[Any]) -> ColumnElement[bool]:
        key = self.keys[dimension]
        if key.matches:
            return key.matches(values)
        value = key.of(scope)
        return false() if isinstance(value, Null) else type_coerce(value, key_type(dimension)).in_(values)


def _joined(source: FromClause, joins: Joins, names: Collection[str]) -> FromClause:
    for name, (table, condition) in joins.items():
        source = source.outerjoin(table, condition) if name in names else source
    return source


def assign(
    facts: Sequence[Fact], measures: Iterable[str], dimensions: frozenset[str],
) -> tuple[list[tuple[Fact, set[str]]], set[str]]:
    """Each measure to the first fact that knows it and all the dimensions; and the measures no fact took."""
    left, taken = set(measures), []
    for fact in facts:
        mine = left & fact.measures.keys()
        if mine and dimensions <= fact.keys.keys():
            taken.append((fact, mine))
            left -= mine
    return taken, left


def off_index(key: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same key as an expression: SQLite would else read a whole table in the order of the key's index.

    A cast, since that keeps it a whole number that joins can look up; PostgreSQL sees the bare column.
    """
    return cast(key, BigInteger) if isinstance(key.type, BigInteger) else key


Builder = Callable[[Scope, frozenset[str]], list[Select[Any]]]


def compose(facts: Sequence[Fact], rollups: Sequence[Fact] = ()) -> Builder:
    """Selects over the rollups for days that are over, and over the facts for the running day and all the rest."""

    def build(scope: Scope, measures: frozenset[str]) -> list[Select[Any]]:
        added_up, left = assign(() if scope.from_facts else rollups, measures, scope.dimensions)
        pieces = [(fact, mine, scope.whole_days) for fact, mine in added_up]
        for wanted, days in ((measures - left, scope.running_day), (left, scope.seen)):
            pieces += [(fact, mine, days) for fact, mine in assign(facts, wanted, scope.dimensions)[0]]
        return [statement for fact, mine, span in pieces for statement in _with_beside(fact, scope, mine, span)]

    return build


def _with_beside(fact: Fact, scope: Scope, measures: set[str], days: Days) -> Iterator[Select[Any]]:
    if days.is_empty:
        return
    yield fact.select(scope, measures, days)
    if fact.beside and measures & fact.beside.measures.keys():
        yield fact.beside.select(scope, measures & fact.beside.measures.keys(), days)


def time_keys(day: ColumnElement[Any], hour: ColumnElement[Any] | None = None,
              moment: ColumnElement[Any] | None = None) -> dict[str, Key]:
    """Day, week, month and weekday; the hour from a column of its own or from the moment."""
    keys = {"day": Key(DayLabel(day)), "week": Key(WeekLabel(day)), "month": Key(MonthLabel(day)),
            "weekday": Key(Weekday(day))}
    if hour is not None:
        keys["hour"] = Key(hour)
    if moment is not None:
        keys["hour"] = Key(lambda scope: local_hour(moment, scope.calendar, _span(scope)))
    return keys


def _span(scope: Scope) -> Period:
    assert scope.period is not None
    return scope.period


def shop_keys(shop_id: ColumnElement[Any], currency: ColumnElement[Any] | None = None) -> dict[str, Key]:
    # There are few shops and many days: the index to read by is that of the days, never the shop's.
    keys = {"shop": Key(shop_id, matches=lambda values: off_index(shop_id).in_(values)),
            "platform": Key(_T["shops"].c.platform, ("shops",))}
    return keys if currency is None else {**keys, "currency": Key(currency)}


def shop_join(shop_id: ColumnElement[Any]) -> Joins:
    return {"shops": (_T["shops"], _T["shops"].c.id == shop_id)}
