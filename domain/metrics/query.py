"""The typed question: everything a figure can be asked for, and nothing else. No other road leads to the data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from domain.errors import UserCanFix
from domain.metrics.catalog import DIMENSIONS, METRICS
from domain.metrics.periods import Period

MAX_METRICS = 6  # more columns fit no phone
MAX_BY = 3
MAX_LIMIT = 1000


class Compare(StrEnum):
    """What the figures are set beside."""

    PREVIOUS_PERIOD = "previous_period"
    PREVIOUS_YEAR = "previous_year"


class Direction(StrEnum):
    """Largest or smallest first."""

    DESC = "desc"
    ASC = "asc"


OPERATORS = ("<", "<=", ">", ">=", "=", "!=")
REORDER_POINT = "reorder_point"


@dataclass(frozen=True, slots=True)
class Having:
    """A bound on a metric of a row. Money in minor units, rates as fractions; or the SKU's own reorder point."""

    metric: str
    op: str
    value: float | int | str

    def as_json(self) -> dict[str, Any]:
        return {"metric": self.metric, "op": self.op, "value": self.value}


@dataclass(frozen=True, slots=True)
class Order:
    """Rows by a metric or dimension of the query."""

    by: str
    direction: Direction

    def as_json(self) -> dict[str, str]:
        return {"by": self.by, "direction": self.direction.value}


Filter = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """Figures, how to split them, of which part, when, beside what."""

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    where: Filter = field(default_factory=dict)
    exclude: Filter = field(default_factory=dict)
    period: Period | None = None
    compare: Compare | None = None
    having: tuple[Having, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "metrics": list(self.metrics),
            "by": list(self.by),
            "where": {name: list(values) for name, values in self.where.items()},
            "exclude": {name: list(values) for name, values in self.exclude.items()},
            "period": self.period.as_json() if self.period else None,
            "compare": self.compare.value if self.compare else None,
            "having": [item.as_json() for item in self.having],
            "order": [item.as_json() for item in self.order],
            "limit": self.limit,
        }


class ImpossibleQuery(UserCanFix):
    """A question that no data can answer, such as visitors by SKU."""


def check(query: MetricQuery) -> None:
    """Raise ImpossibleQuery for what the metrics cannot be split, filtered or bounded by."""
    if not query.metrics or len(query.metrics) > MAX_METRICS or len(query.by) > MAX_BY:
        raise ImpossibleQuery(f"a question takes 1 to {MAX_METRICS} figures and at most {MAX_BY} splits",
                              key="too_many_parts")
    for metric in query.metrics:
        if metric not in METRICS:
            raise ImpossibleQuery(f"there is no figure called {metric}", key="unknown_metric", metric=metric)
        for name in (*query.by, *query.where, *query.exclude):
            if name not in DIMENSIONS or name not in METRICS[metric].dimensions:
                raise ImpossibleQuery(f"{METRICS[metric].en} cannot be split or filtered by {name}",
                                      key="not_by", metric=metric, dimension=name)
        if (query.period is None) != METRICS[metric].is_of_the_moment:
            raise ImpossibleQuery(f"{METRICS[metric].en} and the other figures do not share a time", key="mixed_time",
                                  metric=metric)
    _check_rows(query)


def _check_rows(query: MetricQuery) -> None:
    for bound in query.having:
        if bound.metric not in METRICS or bound.op not in OPERATORS:
            raise ImpossibleQuery(f"cannot compare {bound.metric} {bound.op} {bound.value}", key="bad_bound")
        if bound.value == REORDER_POINT and not (set(query.by) & {"sku"}):
            raise ImpossibleQuery("reorder points belong to SKUs", key="bad_bound")
    for item in query.order:
        if item.by not in (*query.metrics, *query.by):
            raise ImpossibleQuery(f"rows cannot be ordered by {item.by}, which is not in the answer", key="bad_order")
    if query.limit is not None and not 1 <= query.limit <= MAX_LIMIT:
        raise ImpossibleQuery(f"a list has 1 to {MAX_LIMIT} rows", key="bad_limit", most=MAX_LIMIT)
