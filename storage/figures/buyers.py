"""Distinct buyers of the period: how many, how many new, how many who came back."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from domain.metrics.measures import GOODS
from storage.figures.facts import COUNTED, off_index
from storage.figures.sales import LINES, ORDERS, orders
from storage.figures.scope import Scope
from storage.figures.times import MonthLabel, WeekLabel
from storage.schema import metadata

_customers = metadata.tables["customers"]
_FIRST = _customers.c.first_paid_on


def _newness(scope: Scope) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """(first paid in the row's own time, had paid before it): the row's day, week or month, else the whole period."""
    within, day = scope.asked.includes(_FIRST), orders.c.paid_on
    before = scope.asked.is_after(_FIRST)
    if {"day", "weekday"} & set(scope.by):
        return day == _FIRST, or_(before, day > _FIRST)
    for dimension, label in (("week", WeekLabel), ("month", MonthLabel)):
        if dimension in scope.by:
            first, own = label(_FIRST), label(day)
            return and_(first == own, ~before), or_(before, first < own)
    return within, before


def buyers(scope: Scope, measures: frozenset[str]) -> list[Select[Any]]:
    """First each buyer of a row, with what the measures take, then the buyers counted."""
    is_by_line = bool(scope.dimensions & GOODS)
    told = _told(scope, measures, is_by_line=is_by_line)
    fact = LINES if is_by_line else ORDERS
    source, condition = fact.rows(scope, scope.seen, ("customers",) if told else ())
    keys = fact.key_columns(scope)
    each = select(*keys, off_index(orders.c.customer_id).label("buyer"), *told).select_from(source).where(
        condition, orders.c.customer_id.is_not(None)).group_by(*(key.name for key in keys), "buyer").subquery("each")
    rows = [each.c[key.name] for key in keys]
    counts = [*(_SUMS[name](each.c).label(name) for name in sorted(measures)), func.count().label(COUNTED)]
    return [select(*rows, *counts).select_from(each).group_by(*rows)]


_SUMS: dict[str, Callable[[Any], ColumnElement[Any]]] = {
    "customers": lambda _: func.count(),
    "new_customers": lambda buyer: func.sum(buyer.is_new),
    "repeat_customers": lambda buyer: func.sum(case((or_(buyer.orders > 1, buyer.came_before == 1), 1), else_=0)),
}


def _told(scope: Scope, measures: frozenset[str], *, is_by_line: bool) -> list[ColumnElement[Any]]:
    """Of each buyer: new in the row, came before it, paid orders in it. Nothing where buyers are only counted."""
    is_new, came_before = _newness(scope)
    told: list[ColumnElement[Any]] = []
    if "new_customers" in measures:
        told.append(func.max(case((is_new, 1), else_=0)).label("is_new"))
    if "repeat_customers" in measures:
        number = func.count(orders.c.id.distinct()) if is_by_line else func.count()
        told += [number.label("orders"), func.max(case((came_before, 1), else_=0)).label("came_before")]
    return told
