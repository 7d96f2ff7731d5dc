"""What a shop has none of yet: that a new shop has no order to ship is no good news, and no figure either."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from domain.metrics.catalog import METRICS
from domain.metrics.measures import OF_ORDERS, Source
from domain.metrics.query import MetricQuery
from domain.metrics.result import Lacking, Row
from storage.made import Made
from storage.schema import metadata

_OF_GOODS = frozenset({Source.STOCK})
_FIRST = {
    Lacking.ORDERS: Made(select(metadata.tables["orders"].c.id).limit(1)),
    Lacking.GOODS: Made(select(metadata.tables["skus"].c.id).limit(1)),
}


def lacking(connection: Connection, query: MetricQuery, rows: Sequence[Row]) -> Lacking | None:
    """Looked up only where the answer holds no figure but 0."""
    if any(any(row[len(query.by):]) for row in rows):
        return None
    wanted = _wanted(query)
    return wanted if wanted is not None and not _FIRST[wanted].firsts(connection) else None


def _wanted(query: MetricQuery) -> Lacking | None:
    sources = frozenset[Source]().union(*(METRICS[metric].sources for metric in query.metrics))
    if sources & (OF_ORDERS | {Source.OPEN_ORDERS}):
        return Lacking.ORDERS
    return Lacking.GOODS if sources & _OF_GOODS else None
