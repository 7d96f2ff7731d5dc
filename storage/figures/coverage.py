"""What an answer rests on and what it leaves out, without asking twice."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, select

from domain.metrics.catalog import METRICS
from domain.metrics.measures import GOODS, MEASURES, Source
from domain.metrics.query import MetricQuery
from domain.metrics.result import Coverage
from storage.figures.low import MAX_PLACES, low_places
from storage.figures.sales import EXCLUDED, SALES_DAYS
from storage.figures.scope import Scope, listed
from storage.figures.sources import COVERED_BY
from storage.figures.statement import figures
from storage.made import Made
from storage.schema import metadata

_shops, _skus = metadata.tables["shops"], metadata.tables["skus"]
_GOODS_IDS = {"sku": _skus.c.id, "product": _skus.c.product_id}
_OF_ORDERS = {Source.SALES, Source.BUYERS}


def _measures(query: MetricQuery) -> frozenset[str]:
    return frozenset(measure for metric in query.metrics for measure in METRICS[metric].measures)


def coverage_measures(query: MetricQuery) -> frozenset[str]:
    """What can be counted in passing. An order of several goods would count once for each, so not with these."""
    used = _measures(query)
    counts = {count for measure in used for count in COVERED_BY.get(measure, ())}
    rides_along = _speaks_of(query, {Source.SALES}) and not GOODS & {*query.by, *query.where, *query.exclude}
    return frozenset(counts | {"orders"} if rides_along else counts)


def coverage(connection: Connection, scope: Scope, query: MetricQuery, covered: Mapping[str, int]) -> Coverage:
    """The counts of the statement, the orders left out, and up to when each shop's data are known."""
    orders = covered.get("orders")
    if orders is None and _speaks_of(query, {Source.SALES}):
        orders = _orders(connection, scope)
    excluded, amount = _excluded(connection, scope) if _speaks_of(query, _OF_ORDERS) else (None, None)
    return Coverage(orders, covered.get("lines_without_cost"), covered.get("amount_without_cost"), excluded, amount,
                    covered.get("estimated_charges"), _fresh(connection, scope, query),
                    covered.get("skus_without_cost") or None,
                    _backorder(connection, scope) if _speaks_of(query, {Source.STOCK}) else (),
                    low_places(connection, scope) if scope.is_reorder_list and "warehouse" not in query.by else ())


def _backorder(connection: Connection, scope: Scope) -> tuple[str, ...]:
    """Of the SKUs and products that were named, those that may be sold before they are there."""
    named = tuple(dimension for dimension in _GOODS_IDS if dimension in scope.keep)
    given = {f"keep_{name}": scope.keep[name] for name in named}
    return _backorder_of(named).firsts(connection, given) if named else ()


@cache
def _backorder_of(named: tuple[str, ...]) -> Made:
    return Made(select(_skus.c.code).where(
        _skus.c.allows_backorder, *(_GOODS_IDS[name].in_(listed("keep", name, ())) for name in named),
    ).order_by(_skus.c.code).limit(MAX_PLACES))


def _speaks_of(query: MetricQuery, sources: set[Source]) -> bool:
    return any(MEASURES[measure].source in sources for measure in _measures(query))


def _orders(connection: Connection, scope: Scope) -> int | None:
    """Of a split by goods; not told where counting them would cost more than the question did."""
    whole = replace(scope, by=())
    if not whole.dimensions <= SALES_DAYS.keys.keys():
        return None
    return int(connection.scalar(select(figures(whole, frozenset({"orders"})).c.orders)) or 0)


def _excluded(connection: Connection, scope: Scope) -> tuple[int | None, int | None]:
    whole = replace(scope, by=())
    if not whole.dimensions <= EXCLUDED.keys.keys():
        return None, None
    found = connection.execute(EXCLUDED.select(whole, EXCLUDED.measures, whole.seen)).one()
    return (found.orders_excluded, int(found.amount_excluded)) if found.orders_excluded else (None, None)


def _fresh(connection: Connection, scope: Scope, query: MetricQuery) -> dict[str, datetime | None]:
    """Shops that the question is about, each with the moment up to which its data are known and were asked for."""
    if not all("shop" in METRICS[metric].dimensions for metric in query.metrics):
        return {}
    shops = select(_shops.c.name, _shops.c.fresh_at).order_by(_shops.c.id)
    for column, dimension in ((_shops.c.id, "shop"), (_shops.c.platform, "platform")):
        if dimension in scope.keep:
            shops = shops.where(column.in_(scope.keep[dimension]))
        if dimension in scope.drop:
            shops = shops.where(column.not_in(scope.drop[dimension]))
    return {name: min(moment, scope.at) if moment else None for name, moment in connection.execute(shops)}
