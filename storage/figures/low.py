"""What is at its reorder point, as a condition on rows; and the warehouses that are at one of their own."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from storage.figures.once import made_once
from storage.figures.points import point
from storage.figures.scope import Scope
from storage.figures.stock import held_by_place
from storage.schema import metadata

_T = metadata.tables
_skus, _points, _warehouses = _T["skus"], _T["reorder_points"], _T["warehouses"]
MAX_PLACES = 5  # warehouses named below an answer; all that are low are in its rows


def is_at_point(scope: Scope, compare: Any, value: ColumnElement[Any], place: ColumnElement[Any] | None,
                ) -> ColumnElement[bool]:
    """A SKU of all warehouses counts as low where one of them is at its own point, however much the others have."""
    if place is not None:
        condition: ColumnElement[bool] = compare(value, point(_skus.c.id, place))
        return condition
    somewhere = _low_places(scope, compare, ()).where(_points.c.sku_id == _skus.c.id).exists()
    return or_(compare(value, _skus.c.reorder_point), somewhere)


def low_places(connection: Connection, scope: Scope) -> tuple[tuple[str, str, int, int], ...]:
    """(SKU, warehouse, available, its point) of warehouses at a point of their own."""
    rows = made_once(_named_places, replace(scope, by=())).rows(connection, scope.parameters)
    return tuple((sku, place, int(available), quantity) for available, quantity, sku, place in rows)


def _named_places(scope: Scope) -> Select[Any]:
    skus = _T["skus"].alias("low_skus")
    return (_low_places(scope, ColumnElement.__le__, (skus.c.code, _warehouses.c.name))
            .join(skus, and_(skus.c.id == _points.c.sku_id, skus.c.is_active))
            .join(_warehouses, _warehouses.c.id == _points.c.warehouse_id)
            .order_by(skus.c.code, _warehouses.c.priority, _warehouses.c.id).limit(MAX_PLACES))


def _low_places(scope: Scope, compare: Any, columns: Sequence[Any]) -> Select[Any]:
    held = held_by_place(scope, among=select(_points.c.sku_id))  # few have a point for a warehouse, if any
    available = held.c.on_hand - held.c.reserved
    return select(available, _points.c.quantity, *columns).select_from(_points).join(held, and_(
        held.c.sku_id == _points.c.sku_id, held.c.warehouse_id == _points.c.warehouse_id)).where(
            compare(available, _points.c.quantity))
