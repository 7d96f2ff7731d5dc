"""What was done here to an order and a file does not know yet: it stays when the file says something older.

Staged rows are altered before they are merged, and only those of orders that somebody here has touched.
"""

from sqlalchemy import Connection

# A parcel confirmed here has left, whatever an older export says: the order is not open again to be shipped twice.
_RANKS = ("unshipped", "partly_shipped", "shipped", "signed", "completed")
_RANK = "CASE {axis} " + " ".join(f"WHEN '{name}' THEN {rank}" for rank, name in enumerate(_RANKS)) + " END"
_OPEN = "'to_ship', 'partly_shipped', 'shipped', 'signed', 'completed', 'held'"
_SENT_HERE = f"""UPDATE stage_orders SET fulfilment = kept.fulfilment,
  shipped_at = COALESCE(kept.shipped_at, stage_orders.shipped_at), shipped_on = kept.shipped_on,
  status = CASE WHEN stage_orders.status IN ({_OPEN}) THEN kept.status ELSE stage_orders.status END
FROM (SELECT t.seq, o.fulfilment, o.status, s.shipped_at, s.shipped_on FROM stage_todo t
  JOIN orders o ON o.id = t.order_id JOIN shipments s ON s.order_id = o.id AND s.parcel_no = 1
  WHERE t.action = 'changed' AND EXISTS (SELECT 1 FROM parcel_lines p WHERE p.order_id = o.id)) AS kept
WHERE kept.seq = stage_orders.seq AND {_RANK.format(axis="stage_orders.fulfilment")}
  < {_RANK.format(axis="kept.fulfilment")}"""
_HELD_HERE = """UPDATE stage_orders SET hold = 'manual',
  status = CASE WHEN stage_orders.status IN ('to_ship', 'partly_shipped') THEN 'held' ELSE stage_orders.status END
FROM (SELECT t.seq FROM stage_todo t JOIN orders o ON o.id = t.order_id
  WHERE t.action = 'changed' AND o.hold = 'manual') AS kept
WHERE kept.seq = stage_orders.seq AND stage_orders.hold = 'none'"""
# A file that says so itself knows it by now; from then on the platform decides again.
_CANCELLED_THERE = """DELETE FROM cancellations WHERE order_id IN (SELECT t.order_id FROM stage_todo t
  JOIN stage_orders o ON o.seq = t.seq WHERE t.action = 'changed' AND (o.payment IN ('closed', 'refunded')
    OR t.refund_minor >= t.paid_minor + o.freight_minor AND t.refund_minor > 0))"""
_CANCELLED_HERE = """UPDATE stage_orders SET payment = kept.payment, status = 'cancelled' FROM (SELECT t.seq, o.payment
  FROM stage_todo t JOIN orders o ON o.id = t.order_id JOIN cancellations c ON c.order_id = o.id
  WHERE t.action = 'changed') AS kept WHERE kept.seq = stage_orders.seq"""
_INTERCEPTED_HERE = """UPDATE stage_orders SET after_sale = 'open',
  status = CASE WHEN stage_orders.status IN ('partly_shipped', 'shipped') THEN 'after_sale' ELSE stage_orders.status END
FROM (SELECT t.seq FROM stage_todo t WHERE t.action = 'changed' AND EXISTS (SELECT 1 FROM shipments s
  WHERE s.order_id = t.order_id AND s.intercepted_at IS NOT NULL AND s.signed_at IS NULL)) AS kept
WHERE kept.seq = stage_orders.seq AND stage_orders.after_sale = 'none'
  AND stage_orders.fulfilment IN ('unshipped', 'partly_shipped', 'shipped')"""
_MARKED_HERE = """UPDATE stage_orders SET excluded = kept.excluded FROM (SELECT t.seq, m.excluded
  FROM stage_todo t JOIN order_marks m ON m.order_id = t.order_id WHERE t.action = 'changed') AS kept
WHERE kept.seq = stage_orders.seq"""

# What has gone back is added up anew when the next refund is decided here.
_TOTALS = "DELETE FROM refund_totals WHERE order_id IN (SELECT order_id FROM stage_todo)"


def keep(connection: Connection) -> None:
    """Within the merge, before orders are written. A shop that never acted here pays for three empty look-ups."""
    for table, statement in (("parcel_lines", _SENT_HERE), ("order_marks", _MARKED_HERE),
                             ("cancellations", _CANCELLED_THERE), ("cancellations", _CANCELLED_HERE)):
        if connection.exec_driver_sql(f"SELECT 1 FROM {table} LIMIT 1").first():
            connection.exec_driver_sql(statement)
    connection.exec_driver_sql(_HELD_HERE)
    connection.exec_driver_sql(_INTERCEPTED_HERE)
    connection.exec_driver_sql(_TOTALS)
