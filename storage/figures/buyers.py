"""Distinct buyers of the period: how many, how many new, how many who came back."""

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
    assert scope.period is not None
    before, day = scope.period.start > _FIRST, orders.c.paid_on
    if {"day", "weekday"} & set(scope.by):
        return day == _FIRST, or_(before, day > _FIRST)
    for dimension, label in (("week", WeekLabel), ("month", MonthLabel)):
        if dimension in scope.by:
            first, own = label(_FIRST), label(day)
            return and_(first == own, ~before), or_(before, first < own)
    return and_(scope.period.start <= _FIRST, scope.period.end > _FIRST), before


def buyers(scope: Scope, measures: frozenset[str]) -> list[Select[Any]]:
    """First each buyer of a row with the number of paid orders in it, then the buyers counted."""
    fact = LINES if scope.dimensions & GOODS else ORDERS
    source, condition = fact.rows(scope, scope.seen, ("customers",))
    is_new, came_before = _newness(scope)
    keys = fact.key_columns(scope)
    each = select(
        *keys, func.count(orders.c.id.distinct()).label("orders"), func.max(case((is_new, 1), else_=0)).label("is_new"),
        func.max(case((came_before, 1), else_=0)).label("came_before"),
    ).select_from(source).where(condition, orders.c.customer_id.is_not(None)).group_by(
        *(key.name for key in keys), off_index(orders.c.customer_id)).subquery("each_buyer")
    sums = {"customers": func.count(), "new_customers": func.sum(each.c.is_new),
            "repeat_customers": func.sum(case((or_(each.c.orders > 1, each.c.came_before == 1), 1), else_=0))}
    rows = [each.c[key.name] for key in keys]
    counts = [*(sums[name].label(name) for name in sorted(measures)), func.count().label(COUNTED)]
    return [select(*rows, *counts).select_from(each).group_by(*rows)]
