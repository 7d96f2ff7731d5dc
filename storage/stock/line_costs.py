"""The cost of a line is what its pieces really left with: frozen when all of them have been shipped from stock here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from domain.money import UNIT_SCALE, allocate, convert, minor_per_unit
from storage.schema import metadata

_T = metadata.tables
_entries, _moves, _skus = _T["cost_entries"], _T["stock_moves"], _T["skus"]
_lines, _orders, _rates = _T["order_lines"], _T["orders"], _T["fx_rates"]


def freeze(connection: Connection, orders: Iterable[int], base_currency: str) -> frozenset[tuple[int, date]]:
    """Set the cost of the orders' lines; (shop, day of payment) whose figures change with it."""
    ids = sorted(set(orders))
    if not ids:
        return frozenset()
    sent = _sent(connection, ids)
    bundled = set(connection.execute(select(_lines.c.order_id).where(
        _lines.c.order_id.in_(ids), _lines.c.sku_id.is_(None))).scalars())
    changes, days = [], set()
    for key, lines in _by_sku(connection, ids).items():
        pieces, value = sent.get(key, (0, 0))
        ordered = sum(line.quantity for line in lines)
        if pieces < ordered or (pieces > ordered and key[0] in bundled):
            continue  # sent in part, or in bundles: the line keeps its estimate; more were sent again
        cost = _in_base(connection, value, lines[0].currency, base_currency)
        parts = allocate(cost, [line.quantity for line in lines]) if cost is not None else []
        for line, part in zip(lines, parts, strict=False):
            if part != line.cost_base:
                changes.append({"of_order": line.order_id, "of_line": line.line_no, "cost": part})
                days.add((line.shop_id, line.paid_on))
    if changes:
        connection.execute(update(_lines).where(
            _lines.c.order_id == bindparam("of_order"), _lines.c.line_no == bindparam("of_line")).values(
                cost_base=bindparam("cost")), changes)
    return frozenset((shop, day) for shop, day in days if day is not None)


def _sent(connection: Connection, orders: list[int]) -> Mapping[tuple[int, int], tuple[int, int]]:
    """(order, SKU) → pieces that left for it and what they were worth."""
    rows = connection.execute(
        select(_moves.c.order_id, _moves.c.sku_id, func.sum(_entries.c.pieces), func.sum(_entries.c.value_e4))
        .join(_entries, _entries.c.move_id == _moves.c.id).where(_moves.c.order_id.in_(orders))
        .group_by(_moves.c.order_id, _moves.c.sku_id))
    return {(order, sku): (-int(pieces), -int(value)) for order, sku, pieces, value in rows}


def _by_sku(connection: Connection, orders: list[int]) -> Mapping[tuple[int, int], list[Any]]:
    found = defaultdict(list)
    for line in connection.execute(
            select(_lines, _skus.c.currency, _orders.c.shop_id, _orders.c.paid_on)
            .join(_skus, _skus.c.id == _lines.c.sku_id).join(_orders, _orders.c.id == _lines.c.order_id)
            .where(_lines.c.order_id.in_(orders)).order_by(_lines.c.order_id, _lines.c.line_no)):
        found[line.order_id, line.sku_id].append(line)
    return found


def _in_base(connection: Connection, value_e4: int, currency: str, base_currency: str) -> int | None:
    """In minor units of the base currency, at the latest rate; None where there is none."""
    minor = (2 * value_e4 * minor_per_unit(currency) + UNIT_SCALE) // (2 * UNIT_SCALE)
    if currency == base_currency:
        return minor
    rate = connection.execute(select(_rates.c.rate).where(_rates.c.currency == currency).order_by(
        _rates.c.day.desc()).limit(1)).scalar()
    return None if rate is None else convert(minor, rate, currency, base_currency)
