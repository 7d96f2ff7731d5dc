"""The rows behind a figure: what they are, and what each adds to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from domain.metrics.catalog import METRICS
from domain.metrics.measures import Source
from domain.metrics.query import MetricQuery

# A ratio is no sum of rows: these figures stand for it, whose rows it is made of.
BEHIND: Mapping[str, str] = {
    "aov": "revenue", "refund_rate": "refund_amount", "gross_margin": "gross_profit", "net_margin": "net_profit",
    "conversion_rate": "orders", "repeat_rate": "customers", "ship_hours": "orders_shipped", "roi": "ad_spend",
    "days_of_cover": "stock_available",
}
# Figures whose finest split is the list of what is behind them.
FINEST: Mapping[Source, tuple[str, ...]] = {
    Source.STOCK: ("sku", "warehouse"), Source.ACCOUNTS: ("account",), Source.BUYERS: ("customer",)}
MONEY_COLUMNS, BUYER_COLUMNS = frozenset({"paid", "refund"}), frozenset({"buyer"})


class Detail(NamedTuple):
    """One row. Money in minor units of the base currency; `value` is what the row adds to the figure.

    `record` says what it is: order, refund, platform_fee, shipping, expense, ad_spend, traffic, cash, move, stock,
    account, customer. What a kind of row does not have is None.
    """

    record: str
    time: datetime | date | None
    shop: str | None
    number: str | None
    item: str | None
    quantity: int | None
    paid: int | None
    refund: int | None
    value: int | float | None
    status: str | None
    buyer: str | None  # masked


@dataclass(frozen=True, slots=True)
class DetailPage:
    """The latest rows of the figure `metric`, how many there are in all, and what all of them add up to."""

    query: MetricQuery
    metric: str
    rows: Sequence[Detail]
    count: int
    total: int | float | None


class DetailRows(NamedTuple):
    """All rows, read as they are taken."""

    metric: str
    rows: Iterator[Detail]


def behind(query: MetricQuery) -> MetricQuery:
    """The plain figure whose rows are wanted: the first of the query, or what it is made of; of all rows."""
    metric = BEHIND.get(query.metrics[0], query.metrics[0])
    source = next(iter(METRICS[metric].sources))
    by = FINEST.get(source, ()) if len(METRICS[metric].sources) == 1 else ()
    by = tuple(name for name in by if name in METRICS[metric].dimensions)
    is_list = query.having and set(query.by) == {"sku"} and source is Source.STOCK  # of goods to be restocked
    return MetricQuery((metric,), ("sku",) if is_list else by, query.where, query.exclude, query.period,
                       having=query.having if is_list else ())
