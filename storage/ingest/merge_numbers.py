"""A line keeps the number it has here, in whatever order a platform lists an order's lines.

Parcels, allocations and frozen costs know a line by its number: exchanged, what has left would be sent again.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import count
from typing import Any

from sqlalchemy import Connection, text

_STAGED = """FROM stage_lines l JOIN stage_todo t ON t.seq = l.order_seq AND t.action = 'changed'
LEFT JOIN stage_sku_ids k ON k.key = l.sku
LEFT JOIN stage_listed b ON b.platform_sku = l.title AND b.shop_id = t.shop_id"""
_IS_SAME = """CASE WHEN l.external_id <> old.external_id THEN 0 WHEN l.quantity <> old.quantity THEN 0
  WHEN COALESCE(k.sku_id, b.sku_id) IS NULL OR old.sku_id IS NULL THEN CASE WHEN l.title = old.title THEN 1 ELSE 0 END
  WHEN COALESCE(k.sku_id, b.sku_id) = old.sku_id THEN 1 ELSE 0 END"""
# Orders of which a line is another than the one of its number here.
_MOVED = f"""CREATE TEMPORARY TABLE stage_moved AS SELECT DISTINCT l.order_seq, t.order_id {_STAGED}
JOIN order_lines old ON old.order_id = t.order_id AND old.line_no = l.line_no WHERE {_IS_SAME} = 0"""
_NEW = f"""SELECT l.order_seq, l.line_no, l.external_id, COALESCE(k.sku_id, b.sku_id) AS sku_id, l.title, l.quantity
{_STAGED} JOIN stage_moved m ON m.order_seq = l.order_seq ORDER BY l.order_seq, l.line_no"""
_OLD = """SELECT m.order_seq, l.line_no, l.external_id, l.sku_id, l.title, l.quantity FROM order_lines l
JOIN stage_moved m ON m.order_id = l.order_id ORDER BY l.order_id, l.line_no"""
_NUMBERS = "CREATE TEMPORARY TABLE stage_numbers (order_seq BIGINT, line_no INTEGER, new_no INTEGER)"
_NUMBER = text("INSERT INTO stage_numbers (order_seq, line_no, new_no) VALUES (:seq, :line_no, :new_no)")
_RENUMBER = """UPDATE {table} SET line_no = n.new_no FROM stage_numbers n
WHERE n.order_seq = {table}.order_seq AND n.line_no = {table}.line_no"""


def keep(connection: Connection) -> None:
    """Within the merge, before anything looks at the numbers of lines."""
    for table in ("stage_moved", "stage_numbers"):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
    connection.exec_driver_sql(_MOVED)
    here = _by_order(connection, _OLD)
    steps = [{"seq": seq, "line_no": line_no, "new_no": number}
             for seq, lines in _by_order(connection, _NEW).items()
             for line_no, number in _numbers(lines, here[seq]).items() if line_no != number]
    if not steps:
        return
    connection.exec_driver_sql(_NUMBERS)
    connection.execute(_NUMBER, steps)
    for table in ("stage_lines", "stage_returns"):
        connection.exec_driver_sql(_RENUMBER.format(table=table))


def _by_order(connection: Connection, statement: str) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in connection.exec_driver_sql(statement):
        found[row.order_seq].append(row)
    return found


def _numbers(new: Sequence[Any], old: Sequence[Any]) -> dict[int, int]:
    """By the number in the file the number here; what the order did not have before gets one that no line has."""
    pairs = sorted((unlike, line.line_no != known.line_no, line.line_no, known.line_no)
                   for line in new for known in old if (unlike := _unlike(line, known)) is not None)
    found: dict[int, int] = {}
    for _, _, line_no, number in pairs:
        if line_no not in found and number not in found.values():
            found[line_no] = number
    unused = (number for number in count(1) if number not in found.values())
    for line in new:
        if line.line_no not in found:
            found[line.line_no] = next(unused) if line.line_no in found.values() else line.line_no
    return found


def _unlike(new: Any, old: Any) -> int | None:
    """How little the two have in common, least first; None: they are not the same line."""
    if None not in (new.external_id, old.external_id):
        return 0 if new.external_id == old.external_id else None
    is_of_sku = None not in (new.sku_id, old.sku_id)
    if (new.sku_id != old.sku_id) if is_of_sku else (new.title != old.title):
        return None
    return int(not is_of_sku) * 2 + int(new.quantity != old.quantity) + 1
