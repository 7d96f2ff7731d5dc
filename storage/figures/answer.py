"""Answering a typed question: scope, statement, comparison, coverage, table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import Connection, func, select

from domain.clock import ShopCalendar
from domain.metrics.catalog import METRICS, Unit
from domain.metrics.limits import limited
from domain.metrics.measures import OF_ORDERS, TIME, Source
from domain.metrics.periods import Period
from domain.metrics.query import ImpossibleQuery, MetricQuery, check
from domain.metrics.result import Cell, Column, ResultTable, Row
from domain.people import Shops
from storage.engine import Database
from storage.figures.comparison import beside, compared_with, counterparts
from storage.figures.coverage import coverage, coverage_measures
from storage.figures.lacking import lacking
from storage.figures.once import made_once
from storage.figures.sales import sales_days
from storage.figures.scope import CUSTOMER_LABEL, Scope, resolve
from storage.figures.statement import ALL_FACTS, ALL_ROWS, MAX_ROWS, ONLY, Key, Wanted, statement
from storage.figures.times import labels
from storage.made import Made

_WHOLE = {Unit.MONEY, Unit.COUNT}


@dataclass(frozen=True, slots=True)
class _Found:
    """The rows the statement gave, of one query."""

    query: MetricQuery
    rows: Sequence[Mapping[Any, Any]]

    def about(self, name: str) -> int:
        """A sum over all rows of the answer, before the limit."""
        return int(self.rows[0][name] or 0) if self.rows else 0

    def table(self) -> dict[Key, Row]:
        """By key, in order. No row where a split found no fact; without a split one row, of nothing known."""
        if not self.about(ALL_FACTS):
            nothing = tuple(self._without_facts(metric) for metric in self.query.metrics)
            return {} if self.query.by or self.query.having else {(): nothing}
        return {tuple(row[f"k{n}"] for n in range(len(self.query.by))): self._line(row) for row in self.rows}

    def _line(self, row: Mapping[Any, Any]) -> Row:
        return (*(_label(name, row[f"label{n}"]) for n, name in enumerate(self.query.by)),
                *(_cell(METRICS[name].unit, row[f"metric_{name}"]) for name in self.query.metrics))

    def _without_facts(self, metric: str) -> Cell:
        """No order waits: that is a number. Nothing sold, nothing in stock of what is asked for: that is not known."""
        return 0 if METRICS[metric].sources == {Source.OPEN_ORDERS} else None


class MetricFigures:
    """Meets `domain.ports.Figures`. Reads the rollups for whole days; `from_facts` reads the facts alone."""

    def __init__(
        self, database: Database, calendar: ShopCalendar, base_currency: str, *, from_facts: bool = False,
    ) -> None:
        self._database = database
        self._calendar = calendar
        self._base_currency = base_currency
        self._from_facts = from_facts

    def answer(self, query: MetricQuery, at: datetime, shops: Shops = None) -> ResultTable:
        """The figures as they stood at the moment. Raises ImpossibleQuery, UnknownName and OutsideShops."""
        _check(query)
        if shops is not None:
            query = limited(query, shops)
            _check(query)
        with self._database.read() as connection:
            scope = resolve(connection, query, at, self._calendar, base_currency=self._base_currency,
                                from_facts=self._from_facts, shops=shops)
            wanted = Wanted.of(query, coverage_measures(query))
            found = _run(connection, query, scope, wanted)
            rows = found.table()
            before, shown = compared_with(query, scope), tuple(rows.values())
            return ResultTable(
                query, self._columns(query), shown,
                coverage(connection, scope, query, {name: found.about(f"covered_{name}") for name in wanted.coverage}),
                None if before is None else _comparison(connection, query, (scope, before), list(rows)),
                None if before is None else before.period, found.about(ALL_ROWS) if rows else 0,
                beside(query, scope), None if before is None else _since(connection, query, before),
                lacking(connection, query, shown))

    def _columns(self, query: MetricQuery) -> tuple[Column, ...]:
        return (*(Column(name, "text") for name in query.by), *(self._column(name) for name in query.metrics))

    def _column(self, metric: str) -> Column:
        unit = METRICS[metric].unit
        return Column(metric, unit.value, self._base_currency if unit is Unit.MONEY else None)


def _check(query: MetricQuery) -> None:
    check(query)
    for bound in query.having:  # a bound may speak of a figure that is not shown
        check(replace(query, metrics=(bound.metric,), having=(), order=()))
        if isinstance(bound.value, str) and METRICS[bound.metric].sources != {Source.STOCK}:
            raise ImpossibleQuery("only stock can be held against reorder points", key="bad_bound")


def _run(connection: Connection, query: MetricQuery, scope: Scope, wanted: Wanted, *,
         only: Sequence[Key] = ()) -> _Found:
    """`only`: the keys to come back, for a comparison; without them the answer's own limit counts."""
    listed: list[str | int] = []
    if scope.period is not None and len(query.by) == 1:  # a series shows the days without sales, too
        known = _since_the_shop_began(connection, scope.period) if query.by[0] in TIME else scope.period
        listed = labels(query.by[0], known, scope.calendar.local(scope.at))[:MAX_ROWS] if known else []
    given = {**scope.parameters, **({ONLY: [key[0] for key in only]} if only and len(query.by) == 1 else {})}
    if listed:  # another list every day
        made = statement(scope, wanted, ONLY in given, listed)
        return _Found(query, connection.execute(made, given).mappings().all())
    return _Found(query, made_once(statement, scope, wanted, ONLY in given).mappings(connection, given))


_FIRST_DAY = Made(select(func.min(sales_days.c.day)))


def _first_day(connection: Connection) -> date | None:
    """On record."""
    first: date | None = _FIRST_DAY.firsts(connection)[0]
    return first


def _since(connection: Connection, query: MetricQuery, before: Scope) -> date | None:
    """The first day on record, where a part of the span before is earlier."""
    if before.period is None or not any(METRICS[metric].sources & OF_ORDERS for metric in query.metrics):
        return None
    first = _first_day(connection)
    return first if first is not None and before.period.start < first < before.period.end else None


def _since_the_shop_began(connection: Connection, period: Period) -> Period | None:
    """The part of the period that is known: before the first day on record nothing is, which is no zero."""
    first = _first_day(connection)
    if first is None or first >= period.end:
        return None
    return replace(period, start=max(period.start, first))


def _comparison(connection: Connection, query: MetricQuery, scopes: tuple[Scope, Scope],
                keys: Sequence[Key]) -> tuple[Row | None, ...]:
    """One row for each key of the first scope: the same key in the second, times by their position."""
    if not keys:
        return ()
    scope, before = scopes
    earlier = counterparts(query.by, scope, before, keys)
    plain = replace(query, having=(), order=(), limit=None, compare=None)
    found = _run(connection, plain, before, Wanted.of(plain, frozenset()),
                 only=[key for key in earlier if key is not None])
    rows = found.table() if found.about(ALL_FACTS) else {}
    return tuple(None if key is None else rows.get(key) for key in earlier)


def _label(dimension: str, value: Any) -> Cell:
    return f"{CUSTOMER_LABEL}{value}" if dimension == "customer" and value is not None else value


def _cell(unit: Unit, value: Any) -> Cell:
    if value is None or isinstance(value, int):
        return value
    return int(Decimal(str(value)).to_integral_value(ROUND_HALF_UP)) if unit in _WHOLE else float(value)
