"""Refunds that order rows speak of: returned lines, money back on a line, and refunds asked for.

They are numbered after their order: the order's own number for a return that stands alone, else the number and
`/r1`, `/r2` … for money that went back at different times, and `/asked` for what is not decided.
"""

from typing import Any

from sqlalchemy import Connection, text

from storage.first_fill import Fill
from storage.ingest import staging
from storage.ingest.next_id import next_id
from storage.ingest.order_values import shares
from storage.schema import metadata

_T = metadata.tables
_OLD = """SELECT r.id FROM refunds r JOIN orders o ON o.id = r.order_id JOIN stage_todo t ON t.order_id = o.id
WHERE t.action = 'changed' AND (r.external_id = o.external_id || '/asked' OR substr(r.external_id, 1,
  length(o.external_id) + 2) = o.external_id || '/r')
UNION SELECT r.id FROM refunds r JOIN stage_todo t ON t.shop_id = r.shop_id AND t.action = 'return'
  JOIN stage_orders o ON o.seq = t.seq AND o.external_id = r.external_id"""

# What was let through here waits for the platform. Once the file says that more has gone back than it said before, that
# is what was waiting, the oldest first.
_PAID_BY_NOW = """SELECT r.id FROM refunds r JOIN orders o ON o.id = r.order_id JOIN stage_todo t ON t.order_id = o.id
WHERE t.action = 'changed' AND r.status = 'succeeded' AND r.queued_at IS NOT NULL
  AND substr(r.external_id, 1, length(o.external_id) + 6) = o.external_id || '/here/'
  AND (SELECT SUM(q.amount_minor) FROM refunds q WHERE q.order_id = o.id AND q.id <= r.id AND q.status = 'succeeded'
       AND q.queued_at IS NOT NULL) <= t.refund_minor - (SELECT COALESCE(SUM(f.amount_minor), 0) FROM refunds f
       WHERE f.order_id = o.id AND f.status = 'succeeded' AND f.queued_at IS NULL)"""

# One refund per order and time of going back, and one for what is asked for and not decided.
_REFUNDS = """CREATE TEMPORARY TABLE stage_refunds AS
SELECT g.*, {next_id} AS id FROM (SELECT t.seq, t.action, l.refunded_at AS said_at, 'succeeded' AS status,
    CAST(SUM(l.amount_minor) AS BIGINT) AS amount_minor, MAX(l.refunded_on) AS refunded_on,
    MAX(l.refunded_hour) AS refunded_hour,
    ROW_NUMBER() OVER (PARTITION BY t.seq ORDER BY l.refunded_at) AS number
  FROM stage_returns l JOIN stage_todo t ON t.seq = l.order_seq WHERE l.amount_minor > 0 OR l.line_no IS NULL
  GROUP BY t.seq, t.action, l.refunded_at
  UNION ALL SELECT t.seq, t.action, NULL, 'asked', CAST(SUM(l.asked_minor) AS BIGINT), NULL, NULL, 0
  FROM stage_returns l JOIN stage_todo t ON t.seq = l.order_seq WHERE l.asked_minor > 0
  GROUP BY t.seq, t.action) AS g"""

_INSERT = """INSERT INTO refunds (id, shop_id, external_id, order_id, customer_id, status, amount_minor, amount_base,
  currency, asked_at, refunded_at, refunded_on, refunded_hour, content_hash)
SELECT r.id, t.shop_id, o.external_id || CASE WHEN t.action = 'return' THEN '' WHEN r.status = 'asked' THEN '/asked'
    ELSE '/r' || r.number END, t.order_id, c.customer_id, r.status, r.amount_minor,
  (r.amount_minor * t.fx_rate + t.divisor / 2) / t.divisor, o.currency,
  CASE WHEN r.status = 'asked' THEN COALESCE(o.changed_at, o.paid_at, o.created_at) END,
  CASE WHEN r.status = 'succeeded' THEN COALESCE(r.said_at, o.paid_at, o.created_at) END,
  CASE WHEN r.status = 'succeeded' THEN COALESCE(r.refunded_on, o.paid_on, o.booked_on) END,
  CASE WHEN r.status = 'succeeded' THEN COALESCE(r.refunded_hour, o.paid_hour, 0) END, t.content_hash
FROM stage_refunds r JOIN stage_todo t ON t.seq = r.seq JOIN stage_orders o ON o.seq = r.seq
LEFT JOIN stage_buyers c ON c.platform = o.platform AND c.buyer_id = o.buyer_id"""

# Goods count as back when they were sent back (a line of its own) or all that was paid for the line went back.
_INSERT_LINES = """INSERT INTO refund_lines (refund_id, line_no, order_line_no, sku_id, quantity, amount_minor,
  amount_base, cost_base)
SELECT r.id, ROW_NUMBER() OVER (PARTITION BY r.id ORDER BY l.row_no), l.line_no, COALESCE(k.sku_id, ol.sku_id),
  CASE WHEN l.amount_minor >= l.paid_minor THEN l.quantity ELSE 0 END, l.amount_minor,
  (l.amount_minor * t.fx_rate + t.divisor / 2) / t.divisor,
  CASE WHEN l.amount_minor < l.paid_minor THEN 0 WHEN l.line_no IS NOT NULL THEN ol.cost_base
    ELSE (l.quantity * k.cost_e4 + :cost_divisor / 2) / :cost_divisor END
FROM stage_refunds r JOIN stage_todo t ON t.seq = r.seq JOIN stage_returns l ON l.order_seq = r.seq
  AND (l.amount_minor > 0 OR l.line_no IS NULL)
  AND (l.refunded_at = r.said_at OR (l.refunded_at IS NULL AND r.said_at IS NULL))
LEFT JOIN order_lines ol ON ol.order_id = t.order_id AND ol.line_no = l.line_no
LEFT JOIN stage_sku_ids k ON k.key = l.sku WHERE r.status = 'succeeded'"""

_SHARES = shares("refund_lines", "refund_id", "amount_minor",
                 "JOIN stage_refunds r ON r.id = p.refund_id JOIN stage_todo t ON t.seq = r.seq")


def remove_old(connection: Connection) -> None:
    """What an earlier file said of the refunds of orders that have changed."""
    paid = connection.exec_driver_sql(_PAID_BY_NOW).scalars().all()
    for which in (_OLD, *(str(refund_id) for refund_id in paid)):
        connection.exec_driver_sql(f"DELETE FROM refund_lines WHERE refund_id IN ({which})")
        connection.exec_driver_sql(f"DELETE FROM refunds WHERE id IN ({which})")


def add(connection: Connection, parameters: dict[str, Any], fill: Fill) -> None:
    connection.exec_driver_sql("DROP TABLE IF EXISTS stage_refunds")
    staging.index(connection, "stage_returns", "order_seq")
    connection.exec_driver_sql(_REFUNDS.format(next_id=next_id(connection, "refunds")))
    staging.analyze(connection, "stage_refunds")
    with fill(connection, _T["refunds"]):
        connection.exec_driver_sql(_INSERT)
    with fill(connection, _T["refund_lines"]):
        connection.execute(text(_INSERT_LINES), parameters)
    connection.exec_driver_sql(_SHARES)
