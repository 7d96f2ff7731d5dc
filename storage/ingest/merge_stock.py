"""Counted stock and customers from a file."""

from sqlalchemy import Connection

from domain.drafts import Counts, Kind, Reject
from storage.ingest import staging
from storage.ingest.next_id import next_id
from storage.ingest.terms import Terms, execute, refresh_days
from storage.stock.costs import settle

Rejects = list[tuple[Kind, Reject]]

_UNKNOWN = "FROM stage_stock WHERE NOT EXISTS (SELECT 1 FROM skus k WHERE k.code = stage_stock.sku_code)"
_WAREHOUSES = """INSERT INTO warehouses (name, priority) SELECT DISTINCT s.warehouse, 100 FROM stage_stock s
WHERE NOT EXISTS (SELECT 1 FROM warehouses w WHERE w.name = s.warehouse)"""
# What each row changes: the last row of a SKU and warehouse counts.
_CHANGES = """CREATE TEMPORARY TABLE stage_stock_changes AS SELECT s.seq, k.id AS sku_id, w.id AS warehouse_id,
  s.on_hand, COALESCE(s.incoming, b.incoming, 0) AS incoming, s.on_hand - COALESCE(b.on_hand, 0) AS delta,
  k.unit_cost_e4, COALESCE(s.counted_at, :now) AS counted_at, b.sku_id AS known,
  s.sku_code || '@' || s.warehouse AS reference
FROM stage_stock s JOIN skus k ON k.code = s.sku_code JOIN warehouses w ON w.name = s.warehouse
LEFT JOIN stock_balances b ON b.sku_id = k.id AND b.warehouse_id = w.id
WHERE NOT EXISTS (SELECT 1 FROM stage_stock later WHERE later.sku_code = s.sku_code
  AND later.warehouse = s.warehouse AND later.seq > s.seq)
AND (b.sku_id IS NULL OR b.on_hand <> s.on_hand OR b.incoming <> COALESCE(s.incoming, b.incoming))"""
_MOVES = """INSERT INTO stock_moves (sku_id, warehouse_id, quantity, reason, reference_kind, reference_id,
  reference_line, unit_cost_e4, moved_at)
SELECT c.sku_id, c.warehouse_id, c.delta, CASE WHEN c.known IS NULL THEN 'opening' ELSE 'counted' END, 'count',
  c.reference, (SELECT COUNT(*) FROM stock_moves m WHERE m.reference_kind = 'count' AND m.reference_id = c.reference),
  c.unit_cost_e4, c.counted_at FROM stage_stock_changes c WHERE c.delta <> 0"""
_BALANCES = """INSERT INTO stock_balances (sku_id, warehouse_id, on_hand, reserved, incoming)
SELECT c.sku_id, c.warehouse_id, c.on_hand, 0, c.incoming FROM stage_stock_changes c WHERE TRUE
ON CONFLICT (sku_id, warehouse_id) DO UPDATE SET on_hand = excluded.on_hand, incoming = excluded.incoming"""


def stock(connection: Connection, terms: Terms, rejects: Rejects) -> Counts:
    """Counted stock becomes a move of the difference. Stock of a SKU nobody knows is refused."""
    connection.exec_driver_sql("DROP TABLE IF EXISTS stage_stock_changes")
    unknown = connection.exec_driver_sql(f"SELECT row_no, sku_code {_UNKNOWN}").all()
    rejects.extend((Kind.STOCK, Reject(row_no, "unknown_sku", {"sku": code}, ())) for row_no, code in unknown)
    connection.exec_driver_sql(f"DELETE {_UNKNOWN}")
    staging.index(connection, "stage_stock", "sku_code, warehouse")
    total = int(connection.exec_driver_sql("SELECT COUNT(*) FROM stage_stock").scalar_one())
    execute(connection, terms, _WAREHOUSES, _CHANGES, _MOVES)
    accepted = execute(connection, terms, _BALANCES)
    refresh_days(connection, [*settle(connection, terms.base_currency, terms.now)])
    return Counts(accepted, total - accepted, len(unknown))


_NEW = """CREATE TEMPORARY TABLE stage_new_customers AS SELECT seq, {next_id} AS id FROM (
  SELECT s.seq FROM stage_customers s WHERE NOT EXISTS (SELECT 1 FROM stage_customers later WHERE later.platform =
    s.platform AND later.buyer_id = s.buyer_id AND later.seq > s.seq)
  AND NOT EXISTS (SELECT 1 FROM customer_accounts a WHERE a.platform = s.platform AND a.buyer_id = s.buyer_id)
  ORDER BY s.seq) AS new"""
_INSERT = """INSERT INTO customers (id, name_sealed, phone_sealed, phone_index, province, level, tags, created_at)
SELECT n.id, s.name_sealed, s.phone_sealed, s.phone_index, s.province, s.level, s.tags, :now
FROM stage_new_customers n JOIN stage_customers s ON s.seq = n.seq"""
_ACCOUNTS = """INSERT INTO customer_accounts (customer_id, platform, buyer_id)
SELECT n.id, s.platform, s.buyer_id FROM stage_new_customers n JOIN stage_customers s ON s.seq = n.seq"""
_KNOWN = """UPDATE customers SET name_sealed = COALESCE(s.name_sealed, customers.name_sealed),
  phone_sealed = COALESCE(s.phone_sealed, customers.phone_sealed),
  phone_index = COALESCE(s.phone_index, customers.phone_index), province = COALESCE(s.province, customers.province),
  level = COALESCE(s.level, customers.level), tags = COALESCE(s.tags, customers.tags)
FROM (SELECT a.customer_id, c.* FROM stage_customers c JOIN customer_accounts a ON a.platform = c.platform
  AND a.buyer_id = c.buyer_id WHERE c.seq NOT IN (SELECT seq FROM stage_new_customers)) AS s
WHERE s.customer_id = customers.id AND (COALESCE(s.province, customers.province, '') <> COALESCE(customers.province,
  '') OR COALESCE(s.level, customers.level, '') <> COALESCE(customers.level, '')
  OR COALESCE(s.tags, customers.tags, '') <> COALESCE(customers.tags, '')
  OR (s.phone_index IS NOT NULL AND (customers.phone_index IS NULL OR customers.phone_index <> s.phone_index))
  OR (s.name_sealed IS NOT NULL AND customers.name_sealed IS NULL))"""


def customers(connection: Connection, terms: Terms, _: Rejects) -> Counts:
    """Known accounts are brought up to date where the file says something new."""
    connection.exec_driver_sql("DROP TABLE IF EXISTS stage_new_customers")
    staging.index(connection, "stage_customers", "platform, buyer_id")
    total = int(connection.exec_driver_sql("SELECT COUNT(*) FROM stage_customers").scalar_one())
    connection.exec_driver_sql(_NEW.format(next_id=next_id(connection, "customers")))
    changed = execute(connection, terms, _KNOWN)
    execute(connection, terms, _INSERT, _ACCOUNTS)
    new = int(connection.exec_driver_sql("SELECT COUNT(*) FROM stage_new_customers").scalar_one())
    return Counts(new + changed, total - new - changed)
