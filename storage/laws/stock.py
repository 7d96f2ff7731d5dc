"""Laws of stock: moves, balances, and what was confirmed."""

from typing import Any

from sqlalchemy import Connection, and_, func, not_, or_, select, text

from domain.invariants import Breach
from domain.inventory.model import MoveReason
from storage.laws.rows import ROWS_NAMED, Broken, Rows, named
from storage.schema import metadata

_T = metadata.tables
_balances, _moves, _skus, _warehouses = _T["stock_balances"], _T["stock_moves"], _T["skus"], _T["warehouses"]
_allocations, _transfers, _steps = _T["allocations"], _T["transfers"], _T["transfer_steps"]


def _shelf() -> Any:
    return named(_skus.c.code, " · ", _warehouses.c.name)


_ON_SHELVES = _balances.join(_skus, _skus.c.id == _balances.c.sku_id).join(
    _warehouses, _warehouses.c.id == _balances.c.warehouse_id)


def sums() -> Rows:
    moved = select(_moves.c.sku_id, _moves.c.warehouse_id, func.sum(_moves.c.quantity).label("moved")).group_by(
        _moves.c.sku_id, _moves.c.warehouse_id).subquery("moved")
    total = func.coalesce(moved.c.moved, 0)
    return select(_shelf(), _balances.c.on_hand, total).select_from(_ON_SHELVES.outerjoin(moved, and_(
        moved.c.sku_id == _balances.c.sku_id, moved.c.warehouse_id == _balances.c.warehouse_id))).where(
            _balances.c.on_hand != total)


def lost_moves() -> Rows:
    lost = ~select(_balances.c.sku_id).where(_balances.c.sku_id == _moves.c.sku_id,
                                             _balances.c.warehouse_id == _moves.c.warehouse_id).exists()
    return select(named("#", _moves.c.id)).where(lost)


def over_reserved() -> Rows:
    return select(_shelf(), _balances.c.reserved, _balances.c.on_hand).select_from(_ON_SHELVES).where(
        _balances.c.reserved > _balances.c.on_hand, _balances.c.reserved > 0, not_(_skus.c.allows_backorder))


def unheld() -> Rows:
    held = select(_allocations.c.sku_id, _allocations.c.warehouse_id, func.sum(_allocations.c.quantity).label("held")
                  ).group_by(_allocations.c.sku_id, _allocations.c.warehouse_id).subquery("held")
    total = func.coalesce(held.c.held, 0)
    return select(_shelf(), _balances.c.reserved, total).select_from(_ON_SHELVES.outerjoin(held, and_(
        held.c.sku_id == _balances.c.sku_id, held.c.warehouse_id == _balances.c.warehouse_id))).where(
            _balances.c.reserved != total)


def below_nothing() -> Rows:
    return select(_shelf(), _balances.c.on_hand).select_from(_ON_SHELVES).where(
        _balances.c.on_hand < 0, not_(_skus.c.allows_backorder))


def _is_step_of(move: Any) -> Any:
    return and_(_steps.c.reference_kind == move.c.reference_kind, _steps.c.reference_id == move.c.reference_id)


def one_sided_transfers() -> Rows:
    """What was sent by one confirmation and received by others is short or over by as much as its step says."""
    total = func.sum(_moves.c.quantity)
    step = func.coalesce(func.min(_steps.c.received + _steps.c.lost - _steps.c.sent), 0)
    return select(named(_skus.c.code, " · ", _moves.c.reference_kind, " ", _moves.c.reference_id), total, step,
                  ).select_from(_moves.join(_skus, _skus.c.id == _moves.c.sku_id).outerjoin(
                      _steps, _is_step_of(_moves))).where(
        _moves.c.reason.in_([MoveReason.TRANSFER_IN, MoveReason.TRANSFER_OUT])).group_by(
            _skus.c.code, _moves.c.reference_kind, _moves.c.reference_id).having(total != step)


def unaccounted_transfers() -> Rows:
    """Each transfer beside its steps, and beside all that the steps moved: what is lost came in and went out."""
    steps = select(_steps.c.transfer_id, *(func.sum(_steps.c[name]).label(name) for name in _PARTS)).group_by(
        _steps.c.transfer_id).subquery("steps")
    moved = select(_steps.c.transfer_id, func.sum(_moves.c.quantity).label("pieces")).select_from(
        _steps.join(_moves, _is_step_of(_moves))).group_by(_steps.c.transfer_id).subquery("moved")
    noted = [func.coalesce(steps.c[name], 0) for name in _PARTS]
    kept = [_transfers.c[name] for name in _PARTS]
    pieces, expected = func.coalesce(moved.c.pieces, 0), _transfers.c.received - _transfers.c.sent
    return select(
        named(_transfers.c.number), named(*_spaced([*kept, pieces])), named(*_spaced([*noted, expected])),
    ).select_from(_transfers.outerjoin(steps, steps.c.transfer_id == _transfers.c.id).outerjoin(
        moved, moved.c.transfer_id == _transfers.c.id)).where(or_(
            pieces != expected, *(one != other for one, other in zip(kept, noted, strict=True))))


_PARTS = ("sent", "received", "lost")


def _spaced(parts: list[Any]) -> list[Any]:
    return [part for each in parts for part in (" / ", each)][1:]


# Changes are kept as JSON, which each database reads in its own way; the rest is the same.
_STOCK_CHANGES = {
    "sqlite": """SELECT COUNT(*) FROM json_each(c.changes, '$.items') j
      WHERE json_extract(j.value, '$.kind') = 'stock' AND json_extract(j.value, '$.quantity') <> 0""",
    "postgresql": """SELECT COUNT(*) FROM jsonb_array_elements(CAST(c.changes AS jsonb) -> 'items') AS j
      WHERE j ->> 'kind' = 'stock' AND CAST(j ->> 'quantity' AS bigint) <> 0""",
}
_UNMOVED = """SELECT code, moved, expected, COUNT(*) OVER () FROM (SELECT c.action || ' ' || c.code AS code,
  ({expected}) AS expected, (SELECT COUNT(*) FROM stock_moves m WHERE m.reference_kind = '{kind}'
    AND m.reference_id = CAST(c.id AS VARCHAR(20))) AS moved
  FROM confirmations c WHERE c.changes IS NOT NULL AND {which}) AS each_one WHERE moved <> expected LIMIT {most}"""
_WHICH = {"confirmation": "c.state = 'confirmed'", "undo": "c.undone_at IS NOT NULL"}


def unmoved(connection: Connection) -> Broken:
    """What was confirmed and what was undone, each with its own moves."""
    expected, found = _STOCK_CHANGES[connection.dialect.name], []
    for kind, which in _WHICH.items():
        statement = _UNMOVED.format(expected=expected, kind=kind, which=which, most=ROWS_NAMED)
        found.append(connection.execute(text(statement)).all())
    return (sum(rows[0][3] for rows in found if rows),
            tuple(Breach(*map(str, row[:3])) for rows in found for row in rows)[:ROWS_NAMED])
