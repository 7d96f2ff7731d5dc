"""What somebody who is limited to certain shops may be told: their question, cut down to these shops, or a refusal.

A figure is told where it is a sum over shops. One that looks beyond them (stock that all shops sell from, accounts,
buyers who may have bought elsewhere) is refused, but for `SHARED`: what is there to be sold is asked all day by
whoever sells it, belongs to no shop, and says of no other shop what it sold.
"""

from dataclasses import replace

from domain.errors import NotAllowed
from domain.metrics.catalog import METRICS
from domain.metrics.query import MetricQuery
from domain.people import Shops

SHARED = frozenset({"stock_available", "stock_incoming"})
# These ask whether a buyer, who has one row in all shops together, had bought before: in any of them.
_ACROSS_MEASURES = frozenset({"new_customers", "repeat_customers"})
_ACROSS_DIMENSIONS = frozenset({"segment"})


class OutsideShops(NotAllowed):
    """It reaches beyond the shops that somebody is limited to."""


def can_tell(metric: str, shops: Shops) -> bool:
    """Whether somebody limited to the shops can be told the figure."""
    return shops is None or (bool(shops) and (metric in SHARED or _is_of_shops(metric)))


def limited(query: MetricQuery, shops: Shops) -> MetricQuery:
    """The question as it may be answered: of these shops alone. Raises OutsideShops.

    A shop that is named and not among them is refused, whether there is such a shop or not; so is all but them.
    """
    if shops is None:
        return query
    if not shops:
        raise OutsideShops("no shop may be seen here", key="limits.no_shop")
    metrics = (*query.metrics, *(bound.metric for bound in query.having))
    are_shared = SHARED.issuperset(metrics)
    for metric in metrics:
        if metric in METRICS and not (are_shared or _is_of_shops(metric)):
            raise _refused("limits.not_of_shops", shops, metric=metric)
    for dimension in (*query.by, *query.where, *query.exclude):
        if dimension in _ACROSS_DIMENSIONS:
            raise _refused("limits.not_by", shops, dimension=dimension)
    if are_shared:
        return query
    wanted = query.where.get("shop", shops)
    if not set(wanted) <= set(shops) or set(wanted) <= set(query.exclude.get("shop", ())):
        raise outside(shops)
    return replace(query, where={**query.where, "shop": wanted})


def outside(shops: tuple[str, ...]) -> OutsideShops:
    """The refusal of what is said of any other shop."""
    return _refused("limits.outside", shops)


def all_shops(shops: tuple[str, ...]) -> OutsideShops:
    """The refusal of what is about all shops together."""
    return _refused("limits.all_shops", shops)


def _refused(key: str, shops: tuple[str, ...], **facts: str) -> OutsideShops:
    return OutsideShops(f"only {', '.join(shops)} may be seen here", key=key, shops="、".join(shops), **facts)


def _is_of_shops(metric: str) -> bool:
    return "shop" in METRICS[metric].dimensions and _ACROSS_MEASURES.isdisjoint(METRICS[metric].measures)
