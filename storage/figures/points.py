"""Which reorder point counts: a SKU's own, or that of a single warehouse, which counts there instead."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select

from storage.figures.scope import Scope
from storage.schema import metadata

_T = metadata.tables
_skus, _points = _T["skus"], _T["reorder_points"]


def place_of(scope: Scope, row_place: ColumnElement[Any] | None) -> ColumnElement[Any] | None:
    """The one warehouse that a row is about: it is split by them, or only one was asked for."""
    if row_place is not None:
        return row_place
    return bindparam("place", scope.one_place) if scope.one_place is not None else None


def point(sku_id: ColumnElement[Any], place: ColumnElement[Any] | None) -> ColumnElement[Any]:
    """What counts there; of all warehouses together the SKU's own, else the sum of theirs."""
    own = _points.c.sku_id == sku_id
    if place is None:
        total = select(func.sum(_points.c.quantity)).where(own).scalar_subquery()
        return func.coalesce(_skus.c.reorder_point, total)
    here = select(_points.c.quantity).where(own, _points.c.warehouse_id == place).scalar_subquery()
    return func.coalesce(here, _skus.c.reorder_point)
