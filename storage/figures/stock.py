"""Stock: balances of the moment, how long they last, and how much to order."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
)

from domain.inventory.model import MoveReason
from domain.money import UNIT_SCALE, minor_per_unit
from storage.figures.facts import Fact, Key, Sum, off_index
from storage.figures.points import point
from storage.figures.sales import LEFT_FROM, LINES
from storage.figures.scope import DEMAND_DAYS, Scope, Values, listed
from storage.rollup_tables import NO_SKU
from storage.schema import metadata

_T = metadata.tables
_balances, _moves, _skus, _products = _T["stock_balances"], _T["stock_moves"], _T["skus"], _T["products"]
_transfers, _steps, _sku_days = _T["transfers"], _T["transfer_steps"], _T["sku_days"]


def stock(scope: Scope, measures: frozenset[str]) -> list[Select[Any]]:
    """Balances are added up per SKU first: what a SKU sells counts once, in however many warehouses it lies.

    Of a warehouse it is what left from there.
    """
    held = _held(scope, is_valued="stock_value" in measures)
    sold = _left(scope) if "warehouse" in scope.dimensions else _sold(scope)
    base = held.join(_skus, _skus.c.id == held.c.sku_id).join(_products, _products.c.id == _skus.c.product_id)
    units = func.coalesce(sold.c.units, 0)
    available = held.c.on_hand - held.c.reserved
    owned = held.c.on_hand + held.c.between
    value = _value(scope, owned)
    limit = point(held.c.sku_id, None)
    is_short = available + held.c.incoming <= limit
    wanted = limit + units - available - held.c.incoming
    fact = Fact(
        base, {"sku": Key(_skus.c.id), "product": Key(_products.c.id), "category": Key(_products.c.category),
               "warehouse": Key(held.c.warehouse_id)},
        {"stock_on_hand": Sum(func.sum(held.c.on_hand)), "stock_reserved": Sum(func.sum(held.c.reserved)),
         "stock_available": Sum(func.sum(available)), "stock_incoming": Sum(func.sum(held.c.incoming)),
         "stock_value": Sum(func.sum(value)),
         "skus_without_cost": Sum(func.sum(case((value.is_(None) & (owned != 0), 1), else_=0))),
         "daily_units": Sum(func.sum(units) / float(DEMAND_DAYS), ("sold",)),
         "reorder_quantity": Sum(func.sum(case(
             (limit.is_(None), null()), (is_short & (wanted > 0), wanted), else_=0)), ("sold",)),
         "skus_without_reorder_point": Sum(func.sum(case((limit.is_(None), 1), else_=0)))},
        conditions=(_skus.c.is_active,) if scope.is_reorder_list else (),
        joins={"sold": (sold, and_(sold.c.sku_id == held.c.sku_id, *(
            [sold.c.warehouse_id == held.c.warehouse_id] if "warehouse" in scope.by else [])))})
    own = replace(scope, keep=_without_place(scope.keep), drop=_without_place(scope.drop))
    return [fact.select(own, measures, None)]


def held_by_place(scope: Scope, among: Select[Any]) -> Subquery:
    """sku_id, warehouse_id, on_hand, reserved, incoming at the moment: these SKUs in the warehouses in scope."""
    return _held(replace(scope, by=("sku", "warehouse")), among)


def _without_place(names: Mapping[str, Values]) -> dict[str, Values]:
    return {dimension: values for dimension, values in names.items() if dimension != "warehouse"}


def _held(scope: Scope, among: Select[Any] | None = None, *, is_valued: bool = False) -> Subquery:
    """Per SKU (and warehouse, where that matters): the balance less what moved after the moment.

    Openings and counts are kept: they say what was there, not that something moved. Reserved and incoming pieces
    have no history and stand as they are. `between` are those on their way from another warehouse: nobody's shelf has
    them, and they are worth as much.
    """
    sku_id = off_index(_moves.c.sku_id)  # the index to read by is that of the moments: few moves are later than now
    later = select(
        sku_id.label("sku_id"), _moves.c.warehouse_id, func.sum(_moves.c.quantity).label("quantity"),
    ).where(
        _moves.c.moved_at > scope.moment, _moves.c.reason.not_in([MoveReason.OPENING, MoveReason.COUNTED]),
    ).group_by(sku_id, _moves.c.warehouse_id).subquery("later")
    is_by_warehouse = "warehouse" in scope.by
    place = _balances.c.warehouse_id if is_by_warehouse else cast(null(), BigInteger)
    shelves = _of_shelf(_balances, later)
    between: ColumnElement[Any] = literal(0)
    if is_valued:
        coming = _coming(scope)
        shelves, between = _of_shelf(shelves, coming), func.sum(func.coalesce(coming.c.pieces, 0))
    held = select(
        _balances.c.sku_id, place.label("warehouse_id"),
        func.sum(_balances.c.on_hand - func.coalesce(later.c.quantity, 0)).label("on_hand"),
        func.sum(_balances.c.reserved).label("reserved"), func.sum(_balances.c.incoming).label("incoming"),
        between.label("between"),
    ).select_from(shelves)
    if among is not None:
        held = held.where(_balances.c.sku_id.in_(among))
    if "warehouse" in scope.keep:
        held = held.where(_balances.c.warehouse_id.in_(listed("keep", "warehouse", scope.keep["warehouse"])))
    if "warehouse" in scope.drop:
        held = held.where(_balances.c.warehouse_id.not_in(listed("drop", "warehouse", scope.drop["warehouse"])))
    return held.group_by(_balances.c.sku_id, *([_balances.c.warehouse_id] if is_by_warehouse else [])).subquery("held")


def _of_shelf(shelves: FromClause, beside: Subquery) -> FromClause:
    return shelves.outerjoin(beside, and_(beside.c.sku_id == _balances.c.sku_id,
                                          beside.c.warehouse_id == _balances.c.warehouse_id))


def _coming(scope: Scope) -> Subquery:
    """Pieces that were on their way from another warehouse at the moment, by where they go."""
    return select(
        _transfers.c.sku_id, _transfers.c.to_warehouse_id.label("warehouse_id"),
        func.sum(_steps.c.sent - _steps.c.received - _steps.c.lost).label("pieces"),
    ).join(_steps, _steps.c.transfer_id == _transfers.c.id).where(_steps.c.at <= scope.moment).group_by(
        _transfers.c.sku_id, _transfers.c.to_warehouse_id).subquery("coming")


def _sold(scope: Scope) -> Subquery:
    """Pieces each SKU sold in the whole days before today, in all shops and from all warehouses."""
    if scope.from_facts:
        everything = Scope(("sku",), {}, {}, None, scope.at, scope.calendar, {})
        sold = LINES.select(everything, {"units"}, scope.demand).subquery()
        return select(sold.c.k0.label("sku_id"), sold.c.units).where(sold.c.k0.is_not(None)).subquery("sold")
    return select(_sku_days.c.sku_id, func.sum(_sku_days.c.units).label("units")).where(
        scope.demand.includes(_sku_days.c.day), _sku_days.c.sku_id != NO_SKU,
    ).group_by(_sku_days.c.sku_id).subquery("sold")


def _left(scope: Scope) -> Subquery:
    """The same of the warehouses in scope: what was sold and left from there; what has not left counts for none."""
    by = ("sku", "warehouse") if "warehouse" in scope.by else ("sku",)
    keep, drop = ({name: ids for name, ids in names.items() if name == "warehouse"}
                  for names in (scope.keep, scope.drop))
    fact = replace(LINES, conditions=(*LINES.conditions, LEFT_FROM.is_not(None)))
    left = fact.select(Scope(by, keep, drop, None, scope.at, scope.calendar, {}), {"units"}, scope.demand).subquery()
    return select(left.c.units, *(left.c[f"k{n}"].label(f"{name}_id") for n, name in enumerate(by))).where(
        left.c.k0.is_not(None)).subquery("sold")


def _value(scope: Scope, pieces: ColumnElement[Any]) -> ColumnElement[Any]:
    """In minor units of the base currency; NULL where the cost or its currency's rate is not known.

    The exact remainder of the average cost belongs to a SKU's pieces together, so to no warehouse alone.
    """
    factors = {currency: factor * minor_per_unit(currency) / UNIT_SCALE for currency, factor in scope.factors.items()}
    remainder = 0 if "warehouse" in scope.dimensions else _skus.c.cost_remainder_e4
    total = cast(pieces * _skus.c.unit_cost_e4 + remainder, Float)
    return total * case(factors, value=_skus.c.currency, else_=null()) if factors else null()
