"""Laws of the kept value: entries, layers, and what the SKU shows of them."""

from typing import Any

from sqlalchemy import and_, func, select

from domain.costing.model import CostMethod
from storage.laws.rows import Rows, named
from storage.schema import metadata
from storage.stock.costs import NEUTRAL

_T = metadata.tables
_pools, _layers, _entries = _T["cost_pools"], _T["cost_layers"], _T["cost_entries"]
_moves, _skus, _balances = _T["stock_moves"], _T["skus"], _T["stock_balances"]
_POOLS = _pools.join(_skus, _skus.c.id == _pools.c.sku_id)


def _pair(pieces: Any, value: Any) -> Any:
    return named(pieces, " / ", value)


def _sums(table: Any, pieces: Any, value: Any) -> Any:
    return select(table.c.sku_id, func.sum(pieces).label("pieces"), func.sum(value).label("worth")).group_by(
        table.c.sku_id).subquery()


def entries() -> Rows:
    """Pieces and value of a pool are the sums of its entries."""
    sums = _sums(_entries, _entries.c.pieces, _entries.c.value_e4)
    pieces, worth = func.coalesce(sums.c.pieces, 0), func.coalesce(sums.c.worth, 0)
    return select(named(_skus.c.code), _pair(_pools.c.pieces, _pools.c.value_e4), _pair(pieces, worth)).select_from(
        _POOLS.outerjoin(sums, sums.c.sku_id == _pools.c.sku_id)).where(
            (pieces != _pools.c.pieces) | (worth != _pools.c.value_e4))


def layers() -> Rows:
    """Where it is first in first out and nothing is owed, the layers are the pool."""
    sums = _sums(_layers, _layers.c.pieces_left, _layers.c.value_left_e4)
    pieces, worth = func.coalesce(sums.c.pieces, 0), func.coalesce(sums.c.worth, 0)
    return select(named(_skus.c.code), _pair(pieces, worth), _pair(_pools.c.pieces, _pools.c.value_e4)).select_from(
        _POOLS.outerjoin(sums, sums.c.sku_id == _pools.c.sku_id)).where(
            _pools.c.method == CostMethod.FIFO, _pools.c.pieces >= 0,
            (pieces != _pools.c.pieces) | (worth != _pools.c.value_e4))


def shown() -> Rows:
    """Pieces on hand (and between two warehouses) × unit cost + remainder is the kept value, of as many pieces."""
    held = select(_balances.c.sku_id, func.sum(_balances.c.on_hand).label("n")).group_by(
        _balances.c.sku_id).subquery()
    between = select(_moves.c.sku_id, func.sum(_moves.c.quantity).label("n")).where(
        _moves.c.reason.in_(NEUTRAL)).group_by(_moves.c.sku_id).subquery()
    pieces = func.coalesce(held.c.n, 0) - func.coalesce(between.c.n, 0)
    worth = pieces * func.coalesce(_skus.c.unit_cost_e4, 0) + _skus.c.cost_remainder_e4
    return select(named(_skus.c.code), _pair(pieces, worth), _pair(_pools.c.pieces, _pools.c.value_e4)).select_from(
        _POOLS.outerjoin(held, held.c.sku_id == _pools.c.sku_id).outerjoin(between, and_(
            between.c.sku_id == _pools.c.sku_id))).where(
                (pieces != _pools.c.pieces) | (worth != _pools.c.value_e4))
