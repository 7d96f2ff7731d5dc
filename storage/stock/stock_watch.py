"""What the low-stock job looks at, in one query; and the warnings it has given."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CTE, Connection, Subquery, and_, delete, func, or_, select, tuple_, update

from domain.clock import ShopCalendar
from domain.inventory.model import MoveReason
from domain.inventory.watch import DEMAND_DAYS, SHORT_COVER_DAYS, StockLine, StockWarning, WarningChanges
from storage.bulk import insert_into, table_of
from storage.engine import Database
from storage.rollup_tables import NO_SKU
from storage.schema import metadata

_T = metadata.tables
_balances, _moves, _skus, _products = _T["stock_balances"], _T["stock_moves"], _T["skus"], _T["products"]
_warehouses, _sku_days, _warnings = _T["warehouses"], _T["sku_days"], _T["stock_warnings"]
_points = _T["reorder_points"]


class StoredStockWatch:
    """Meets `domain.jobs.StockWatch`. Sales are of the whole days before the moment."""

    def __init__(self, database: Database, calendar: ShopCalendar) -> None:
        self._database = database
        self._calendar = calendar

    def lines(self, at: datetime) -> Sequence[StockLine]:
        with self._database.read() as connection:
            return [_line(row) for row in connection.execute(self._statement(at))]

    def snooze(self, sku: str, until: datetime) -> int:
        """Stay silent about the SKU until then; in how many warehouses it had been warned of."""
        of_sku = select(_skus.c.id).where(func.upper(_skus.c.code) == sku.upper()).scalar_subquery()
        with self._database.write() as connection:
            return connection.execute(update(_warnings).where(_warnings.c.sku_id == of_sku)
                                      .values(snoozed_until=until)).rowcount

    def _statement(self, at: datetime) -> Any:
        """Only rows that may matter: at the reorder point, about to run out, or warned of before."""
        held = _held(at)
        total, sold, shipped = _totals(held), self._sold(at), self._shipped(at)
        left, away = held.c.available, func.coalesce(shipped.c.pieces, 0)
        base = (held.join(_skus, _skus.c.id == held.c.sku_id)
                .join(_products, _products.c.id == _skus.c.product_id)
                .join(_warehouses, _warehouses.c.id == held.c.warehouse_id)
                .join(total, total.c.sku_id == held.c.sku_id)
                .outerjoin(sold, sold.c.sku_id == held.c.sku_id)
                .outerjoin(shipped, _same_place(shipped, held)).outerjoin(_warnings, _same_place(_warnings, held))
                .outerjoin(_points, _same_place(_points, held)))
        return select(
            held.c.sku_id, _skus.c.code.label("sku"), _products.c.name, _skus.c.variant, held.c.warehouse_id,
            _warehouses.c.name.label("warehouse"), left, held.c.incoming, total.c.total,
            total.c.incoming_total, _skus.c.reorder_point, func.coalesce(sold.c.pieces, 0).label("sold"),
            away.label("shipped"), _warnings.c.level, _warnings.c.snoozed_until,
            _points.c.quantity.label("place_point"),
        ).select_from(base).where(_skus.c.is_active, or_(
            total.c.total <= _skus.c.reorder_point, left <= _points.c.quantity, _warnings.c.sku_id.is_not(None),
            and_(away > 0, left * DEMAND_DAYS < SHORT_COVER_DAYS * away),
        )).order_by(_skus.c.code, _warehouses.c.priority, held.c.warehouse_id)

    def _sold(self, at: datetime) -> Subquery:
        today = self._calendar.day(at)
        return select(_sku_days.c.sku_id, func.sum(_sku_days.c.units).label("pieces")).where(
            _sku_days.c.day >= today - timedelta(days=DEMAND_DAYS), _sku_days.c.day < today,
            _sku_days.c.sku_id != NO_SKU).group_by(_sku_days.c.sku_id).subquery("sold")

    def _shipped(self, at: datetime) -> Subquery:
        until = self._calendar.start_of(self._calendar.day(at))
        return select(_moves.c.sku_id, _moves.c.warehouse_id, func.sum(-_moves.c.quantity).label("pieces")).where(
            _moves.c.reason == MoveReason.SHIPPED, _moves.c.moved_at < until,
            _moves.c.moved_at >= until - timedelta(days=DEMAND_DAYS),
        ).group_by(_moves.c.sku_id, _moves.c.warehouse_id).subquery("shipped")


def _held(at: datetime) -> CTE:
    """What was available at the moment, as figures of stock reckon it: the balance less what moved since."""
    later = select(_moves.c.sku_id, _moves.c.warehouse_id, func.sum(_moves.c.quantity).label("pieces")).where(
        _moves.c.moved_at > at, _moves.c.reason.not_in([MoveReason.OPENING, MoveReason.COUNTED]),
    ).group_by(_moves.c.sku_id, _moves.c.warehouse_id).subquery("later")
    on_hand = _balances.c.on_hand - func.coalesce(later.c.pieces, 0)
    return select(_balances.c.sku_id, _balances.c.warehouse_id, _balances.c.incoming,
                  (on_hand - _balances.c.reserved).label("available")).select_from(
        _balances.outerjoin(later, _same_place(later, _balances))).cte("held")


def _totals(held: CTE) -> Subquery:
    return select(held.c.sku_id, func.sum(held.c.available).label("total"),
                  func.sum(held.c.incoming).label("incoming_total")).group_by(held.c.sku_id).subquery("total")


def _same_place(one: Any, other: Any) -> Any:
    return and_(one.c.sku_id == other.c.sku_id, one.c.warehouse_id == other.c.warehouse_id)


def _line(row: Any) -> StockLine:
    return StockLine(
        row.sku_id, row.sku, f"{row.name} {row.variant}".strip(), row.warehouse_id, row.warehouse, int(row.available),
        int(row.incoming), int(row.total), int(row.incoming_total), row.reorder_point, int(row.sold), int(row.shipped),
        row.level, row.snoozed_until, row.place_point)


def note(connection: Connection, changes: WarningChanges, now: datetime) -> None:
    """Remember what was warned of, and forget what has recovered."""
    if changes.recovered:
        connection.execute(delete(_warnings).where(
            tuple_(_warnings.c.sku_id, _warnings.c.warehouse_id).in_(changes.recovered)))
    if not changes.warned:
        return
    statement = insert_into(connection, table_of(StockWarning))
    connection.execute(
        statement.on_conflict_do_update(index_elements=["sku_id", "warehouse_id"], set_={
            "level": statement.excluded.level, "available": statement.excluded.available,
            "warned_at": statement.excluded.warned_at, "snoozed_until": None}),
        [{"sku_id": sku, "warehouse_id": place, "level": level, "available": available, "warned_at": now}
         for sku, place, level, available in changes.warned])
