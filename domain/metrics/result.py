"""The typed answer: a table of figures with what it rests on."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from domain.metrics.periods import Period
from domain.metrics.query import MetricQuery

Cell = str | int | float | None  # money in minor units, rates as fractions, None: not known
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """`type` is text for dimensions, else the metric's unit."""

    id: str
    type: str
    currency: str | None = None

    def as_json(self) -> dict[str, Any]:
        currency = {"currency": self.currency} if self.currency else {}
        return {"id": self.id, "type": self.type, **currency}


class Beside(StrEnum):
    """Up to where the span before goes, of a span that is not over."""

    SAME_TIME = "same_time"  # of its last day
    WHOLE_DAY = "whole_day"  # some of the figures are kept by the day: all of its last day


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a figure rests on and what it leaves out. Amounts in minor units of the base currency."""

    orders: int | None = None
    lines_without_cost: int | None = None
    amount_without_cost: int | None = None
    orders_excluded: int | None = None  # brushed, test and gift orders
    amount_excluded: int | None = None
    estimated_charges: int | None = None
    fresh: dict[str, datetime | None] = field(default_factory=dict)  # per shop: data are known up to here
    skus_without_cost: int | None = None  # with pieces on hand
    backorder: tuple[str, ...] = ()  # SKUs asked for that may be sold before they are there
    low_places: tuple[tuple[str, str, int, int], ...] = ()  # SKU, warehouse, available, the warehouse's reorder point

    def as_json(self, zone_of: Any = None) -> dict[str, Any]:
        counts = {name: getattr(self, name) for name in (
            "orders", "lines_without_cost", "amount_without_cost", "orders_excluded", "amount_excluded",
            "estimated_charges", "skus_without_cost")}
        lists = {name: [list(one) if isinstance(one, tuple) else one for one in getattr(self, name)]
                 for name in ("backorder", "low_places") if getattr(self, name)}
        fresh = {shop: moment.astimezone(zone_of).isoformat(timespec="seconds") if moment else None
                 for shop, moment in self.fresh.items()}
        return {**{name: value for name, value in counts.items() if value is not None}, **lists, "fresh": fresh}


class Lacking(StrEnum):
    """What has to be there before a question can have an answer."""

    ORDERS = "orders"
    GOODS = "goods"


@dataclass(frozen=True, slots=True)
class ResultTable:
    """Rows of dimension labels and figures, in the order of `columns`.

    `comparison_rows` has one row for each row, of the period compared with (None: nothing to compare).
    `beside` says how far that period goes (None: both are over), `comparison_since` from which day it is known (None:
    from its first). `lacking`: the shop has none at all of what was asked about.
    `total_rows` is how many rows there were before the limit.
    """

    query: MetricQuery
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    coverage: Coverage
    comparison_rows: tuple[Row | None, ...] | None = None
    comparison_period: Period | None = None
    total_rows: int | None = None
    beside: Beside | None = None
    comparison_since: date | None = None
    lacking: Lacking | None = None

    @property
    def is_empty(self) -> bool:
        """No fact at all was found: nothing to show, which is not the same as zero, nor as a figure nobody knows."""
        if self.coverage.orders or self.coverage.skus_without_cost:
            return False
        width = len(self.query.by)
        return all(all(cell is None for cell in row[width:]) for row in self.rows)
