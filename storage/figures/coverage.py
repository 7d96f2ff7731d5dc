"""What an answer rests on and what it leaves out, without asking twice."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Select, select

from domain.metrics.catalog import METRICS
from domain.metrics.measures import GOODS, Source
from domain.metrics.query import MetricQuery
from domain.metrics.result import Coverage
from storage.figures.low import MAX_PLACES, low_places
from storage.figures.once import made_once
from storage.figures.sales import EXCLUDED, SALES_DAYS
from storage.figures.scope import Scope, listed
from storage.figures.sources import COVERED_BY
from storage.figures.statement import figures
from storage.made import Made
from storage.schema import metadata

_shops, _skus = metadata.tables["shops"], metadata.tables["skus"]
_GOODS_IDS = {"sku": _skus.c.id, "product": _skus.c.product_id}
MOST_KEPT = 500  # combinations of metrics
_OF_ORDERS = {Source.SALES, Source.BUYERS}


def coverage_measures(query: MetricQuery) -> frozenset[str]:
    """What can be counted in passing. An order of several goods would count once for each, so not with these."""
    counts = _counts(query.metrics)
    rides_along = _speaks_of(query, {Source.SALES}) and not GOODS & {*query.by, *query.where, *query.exclude}
    return counts | {"orders"} if rides_along else counts


@lru_cache(MOST_KEPT)
def _counts(metrics: tuple[str, ...]) -> frozenset[str]:
    return frozenset(count for metric in metrics for measure in METRICS[metric].measures
                     for count in COVERED_BY.get(measure, ()))


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
    return not sources.isdisjoint(_sources(query.metrics))


@lru_cache(MOST_KEPT)
def _sources(metrics: tuple[str, ...]) -> frozenset[Source]:
    return frozenset[Source]().union(*(METRICS[metric].sources for metric in metrics))


def _rows(connection: Connection, make: Callable[[Scope], Select[Any]], scope: Scope) -> list[Any]:
    return made_once(make, scope).rows(connection, scope.parameters)


def _orders(connection: Connection, scope: Scope) -> int | None:
    """Of a split by goods; not told where counting them would cost more than the question did."""
    whole = replace(scope, by=())
    if not whole.dimensions <= SALES_DAYS.keys.keys():
        return None
    return int(_rows(connection, _order_count, whole)[0][0] or 0)


def _order_count(whole: Scope) -> Select[Any]:
    return select(figures(whole, frozenset({"orders"})).c.orders)


def _excluded(connection: Connection, scope: Scope) -> tuple[int | None, int | None]:
    whole = replace(scope, by=())
    if not whole.dimensions <= EXCLUDED.keys.keys():
        return None, None
    orders, amount = _rows(connection, _left_out, whole)[0]
    return (orders, int(amount)) if orders else (None, None)


def _left_out(whole: Scope) -> Select[Any]:
    """How many orders and what was paid for them."""
    found = EXCLUDED.select(whole, EXCLUDED.measures, whole.seen).subquery()
    return select(found.c.orders_excluded, found.c.amount_excluded)


def _fresh(connection: Connection, scope: Scope, query: MetricQuery) -> dict[str, datetime | None]:
    """Shops that the question is about, each with the moment up to which its data are known and were asked for."""
    if not all("shop" in METRICS[metric].dimensions for metric in query.metrics):
        return {}
    found = _rows(connection, _shops_known, replace(scope, by=()))
    return {name: min(moment, scope.at) if moment else None for name, moment in found}


def _shops_known(scope: Scope) -> Select[Any]:
    shops = select(_shops.c.name, _shops.c.fresh_at).order_by(_shops.c.id)
    for column, dimension in ((_shops.c.id, "shop"), (_shops.c.platform, "platform")):
        if dimension in scope.keep:
            shops = shops.where(column.in_(listed("keep", dimension, scope.keep[dimension])))
        if dimension in scope.drop:
            shops = shops.where(column.not_in(listed("drop", dimension, scope.drop[dimension])))
    return shops
