"""From the staging tables into orders, lines, customers and parcels: a fixed list of set-based statements.

The statements run on SQLite and PostgreSQL as they stand. Each has a name and says what it is for; values come in
as parameters, and only names of our own tables are put into the text.
"""

from typing import Any

from sqlalchemy import Connection, text

from domain.drafts import Counts, Kind, Reject
from storage import rollups
from storage.customers import refresh_touched
from storage.first_fill import way_to_fill
from storage.ingest import (
    merge_kept,
    merge_numbers,
    merge_readdressed,
    merge_refunds,
    merge_repeated,
    merge_shops,
    merge_told,
    staging,
)
from storage.ingest.first_orders import FirstOrders
from storage.ingest.next_id import go_on_after, next_id
from storage.ingest.order_rows import OrderRows
from storage.ingest.order_values import INSERT_NEW, ORDER_COLUMNS, ORDER_FROM, ORDER_VALUES, base, shares, totals
from storage.ingest.terms import Terms, refresh_days
from storage.names_version import renew
from storage.schema import metadata
from storage.stock import allocations, costs

_T = metadata.tables
# What is to be done with each staged order: return (only a refund), same, stale, changed or new.
_TODO = f"""INSERT INTO stage_todo ({", ".join(staging.TODO)})
SELECT o.seq, s.shop_id, t.first_row, t.row_count, t.row_hash, t.paid_minor, t.discount_minor,
  t.refund_minor, t.is_priced, CASE WHEN :are_first AND t.is_sale = 1 THEN o.seq ELSE old.id END,
  CASE WHEN t.is_sale = 0 THEN CASE WHEN r.content_hash = t.row_hash THEN 'same' ELSE 'return' END
       WHEN old.id IS NULL THEN 'new' WHEN old.content_hash = t.row_hash THEN 'same'
       WHEN o.changed_at < old.changed_at THEN 'stale' ELSE 'changed' END,
  CASE WHEN o.currency = :base THEN :rate_scale ELSE (SELECT f.rate FROM fx_rates f WHERE f.currency = o.currency
    AND f.day <= o.booked_on ORDER BY f.day DESC LIMIT 1) END, o.divisor
FROM stage_orders o JOIN stage_totals t ON t.seq = o.seq JOIN stage_shops s ON s.key = o.shop
LEFT JOIN orders old ON old.shop_id = s.shop_id AND old.external_id = o.external_id AND NOT :are_first
LEFT JOIN refunds r ON r.shop_id = s.shop_id AND r.external_id = o.external_id AND t.is_sale = 0"""

_WITHOUT_RATE = """SELECT d.row_no, o.currency, o.booked_on FROM stage_todo t JOIN stage_orders o ON o.seq = t.seq
JOIN stage_doubtful d ON d.order_seq = t.seq WHERE t.fx_rate IS NULL ORDER BY d.row_no"""

_COUNT = """SELECT COALESCE(SUM(CASE WHEN action NOT IN ('same', 'stale') THEN row_count ELSE 0 END), 0),
  COALESCE(SUM(CASE WHEN action IN ('same', 'stale') THEN row_count ELSE 0 END), 0) FROM stage_todo"""
_ANY_CHANGED = "SELECT 1 FROM stage_todo WHERE action = 'changed' LIMIT 1"

# Days whose figures change: where changed orders stood before and stand now, and where their refunds fall.
_DAYS = """SELECT shop_id, day FROM (
  SELECT t.shop_id, o.paid_on AS day FROM stage_todo t JOIN stage_orders o ON o.seq = t.seq
  UNION SELECT t.shop_id, old.paid_on FROM stage_todo t JOIN orders old ON old.id = t.order_id
  UNION SELECT t.shop_id, r.refunded_on FROM stage_todo t JOIN refunds r ON r.order_id = t.order_id
  UNION SELECT t.shop_id, COALESCE(l.refunded_on, o.paid_on, o.booked_on) FROM stage_todo t
    JOIN stage_orders o ON o.seq = t.seq JOIN stage_returns l ON l.order_seq = t.seq) AS days WHERE day IS NOT NULL"""

# Customers whose orders change: those who had them before and those who have them now.
_CUSTOMERS = """SELECT old.customer_id FROM stage_todo t JOIN orders old ON old.id = t.order_id
  WHERE old.customer_id IS NOT NULL
UNION SELECT c.customer_id FROM stage_todo t JOIN stage_orders o ON o.seq = t.seq
  JOIN stage_buyers c ON c.platform = o.platform AND c.buyer_id = o.buyer_id"""

_NEW_IDS = "UPDATE stage_todo SET order_id = n.id FROM stage_new_ids n WHERE n.seq = stage_todo.seq"

_UPDATE_ORDERS = f"""UPDATE orders SET ({", ".join(ORDER_COLUMNS)}) = (SELECT {ORDER_VALUES} {ORDER_FROM}
  WHERE t.order_id = orders.id AND t.action = 'changed')
WHERE id IN (SELECT order_id FROM stage_todo WHERE action = 'changed')"""

_LINES = f"""INSERT INTO order_lines (order_id, line_no, external_id, sku_id, sku_code, title, quantity,
  unit_price_e4, discount_minor, paid_minor, paid_base, cost_base)
SELECT t.order_id, l.line_no, l.external_id, COALESCE(k.sku_id, b.sku_id), NULL, l.title, l.quantity, l.unit_price_e4,
  l.discount_minor, l.paid_minor, {base("l.paid_minor")},
  (l.quantity * COALESCE(k.cost_e4, b.cost_e4) + :cost_divisor / 2) / :cost_divisor
FROM stage_lines l JOIN stage_todo t ON t.seq = l.order_seq LEFT JOIN stage_sku_ids k ON k.key = l.sku
LEFT JOIN stage_listed b ON b.platform_sku = l.title AND b.shop_id = t.shop_id
WHERE t.action = """
_INSERT_LINES = f"{_LINES} 'new'"
# The cost of a line is frozen when first known; what a later file says of the order does not change it, unless the
# line is of another SKU.
_UPDATE_LINES = f"""{_LINES} 'changed'
ON CONFLICT (order_id, line_no) DO UPDATE SET external_id = excluded.external_id, sku_id = excluded.sku_id,
  sku_code = excluded.sku_code, title = excluded.title, quantity = excluded.quantity,
  unit_price_e4 = excluded.unit_price_e4, discount_minor = excluded.discount_minor,
  paid_minor = excluded.paid_minor, paid_base = excluded.paid_base,
  cost_base = CASE WHEN order_lines.sku_id <> excluded.sku_id THEN excluded.cost_base
    ELSE COALESCE(order_lines.cost_base, excluded.cost_base) END"""

_DELETE_GONE_LINES = """DELETE FROM order_lines WHERE order_id IN
  (SELECT order_id FROM stage_todo WHERE action = 'changed') AND NOT EXISTS
  (SELECT 1 FROM stage_lines l JOIN stage_todo t ON t.seq = l.order_seq WHERE t.order_id = order_lines.order_id
   AND l.line_no = order_lines.line_no)"""

_SHARES = shares("order_lines", "order_id", "paid_minor",
                 "JOIN stage_todo t ON t.order_id = p.order_id AND t.action IN ('new', 'changed')")

_SHIPMENTS = """INSERT INTO shipments (order_id, parcel_no, warehouse_id, staff_id, carrier, waybill_no, shipped_at,
  shipped_on, signed_at, signed_on)
SELECT t.order_id, 1, w.id, p.id, o.carrier, o.waybill_no, o.shipped_at, o.shipped_on, o.signed_at, o.signed_on
FROM stage_todo t JOIN stage_orders o ON o.seq = t.seq LEFT JOIN warehouses w ON w.name = o.warehouse
LEFT JOIN staff p ON p.name = o.staff WHERE o.shipped_at IS NOT NULL AND t.action IN ('new', 'changed')
ON CONFLICT (order_id, parcel_no) DO UPDATE SET signed_at = excluded.signed_at, signed_on = excluded.signed_on,
  carrier = COALESCE(excluded.carrier, shipments.carrier),
  waybill_no = COALESCE(excluded.waybill_no, shipments.waybill_no),
  warehouse_id = COALESCE(shipments.warehouse_id, excluded.warehouse_id)"""

_FRESH = """UPDATE shops SET fresh_at = f.latest FROM (SELECT s.shop_id, MAX(COALESCE(o.changed_at, o.signed_at,
  o.shipped_at, o.paid_at, o.created_at)) AS latest FROM stage_orders o JOIN stage_shops s ON s.key = o.shop
  GROUP BY s.shop_id) AS f WHERE f.shop_id = shops.id AND (shops.fresh_at IS NULL OR shops.fresh_at < f.latest)"""

_TABLES = ("stage_totals", "stage_new_ids")


def merge(connection: Connection, rows: OrderRows, terms: Terms, rejects: list[tuple[Kind, Reject]], *,
          first: FirstOrders | None) -> Counts:
    """Everything that was staged of orders, within the caller's transaction; `first` where the lines are not."""
    for table in _TABLES:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
    parameters = terms.parameters
    merge_shops.resolve_shops(connection, list(rows.shops), terms.base_currency, terms.now)
    is_repeated = merge_repeated.find(connection)
    if is_repeated:
        if first:
            first.take_back()
            first = None
        rows.repeated += merge_repeated.join(connection)
    staging.analyze(connection, "stage_orders", "stage_lines (order_seq, sku)", "stage_sums", "stage_returns",
                    "stage_shops")
    connection.execute(text(f"CREATE TEMPORARY TABLE stage_totals AS {totals()}"))
    staging.analyze(connection, "stage_totals")
    staging.create(connection, "stage_todo", staging.TODO, key="seq")
    connection.execute(text(_TODO), {**parameters, "are_first": first is not None})
    staging.analyze(connection, "stage_todo")
    if is_repeated:
        merge_repeated.leave_out_replaced(connection)
    rejects.extend((Kind.ORDER_LINES, repeated) for repeated in rows.repeated)
    refused = len(rows.repeated) + _refuse_without_rate(connection, rejects)
    accepted, unchanged = connection.exec_driver_sql(_COUNT).one()
    connection.exec_driver_sql("DELETE FROM stage_todo WHERE action IN ('same', 'stale', 'replaced')")
    if accepted:
        _write(connection, rows, terms, parameters, first=first)
    return Counts(int(accepted), int(unchanged), refused)


def _number_new(connection: Connection) -> None:
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE stage_new_ids AS SELECT seq, {next_id(connection, 'orders')} AS id "
        "FROM stage_todo WHERE action = 'new' ORDER BY seq")
    staging.analyze(connection, "stage_new_ids")
    connection.exec_driver_sql(_NEW_IDS)
    staging.analyze(connection, "stage_todo")


def _refuse_without_rate(connection: Connection, rejects: list[tuple[Kind, Reject]]) -> int:
    """Orders in a currency without a rate cannot be booked: each of their rows comes back as a reject."""
    found = connection.exec_driver_sql(_WITHOUT_RATE).all()
    facts = {(currency, day): {"currency": currency, "day": str(day)} for _, currency, day in found}
    rejects.extend((Kind.ORDER_LINES, Reject(row_no, "no_rate", facts[currency, day], ()))
                   for row_no, currency, day in found)
    if found:
        connection.exec_driver_sql("DELETE FROM stage_todo WHERE fx_rate IS NULL")
    return len(found)


def _write(connection: Connection, rows: OrderRows, terms: Terms, parameters: dict[str, Any], *,
           first: FirstOrders | None) -> None:
    merge_shops.resolve_skus(connection, list(rows.goods.rows()), parameters, by_key=first is not None)
    fill = first.way if first else way_to_fill(connection, _T["orders"])
    merge_shops.resolve_buyers(connection, parameters, fill)
    merge_shops.add_warehouses(connection)
    if not first:
        _number_new(connection)
    days, customers = connection.exec_driver_sql(_DAYS).all(), connection.exec_driver_sql(_CUSTOMERS).scalars().all()
    merge_told.follow(connection, parameters)
    if connection.exec_driver_sql(_ANY_CHANGED).first():
        merge_numbers.keep(connection)
    merge_kept.keep(connection)
    merge_refunds.remove_old(connection)
    if not (first and first.has_orders):
        with fill(connection, _T["orders"]):
            connection.exec_driver_sql(INSERT_NEW)
    is_added_up = first is not None and first.keep()
    if first:
        go_on_after(connection, "orders", "skus", "products")
    else:
        with fill(connection, _T["order_lines"]):
            connection.execute(text(_INSERT_LINES), parameters)
    if connection.exec_driver_sql(_ANY_CHANGED).first():
        merge_readdressed.note(connection, rows.vault, terms.now)
        for statement in (_UPDATE_ORDERS, _UPDATE_LINES, _DELETE_GONE_LINES):
            connection.execute(text(statement), parameters)
    if not first:
        connection.exec_driver_sql(_SHARES)
    with fill(connection, _T["shipments"]):
        connection.exec_driver_sql(_SHIPMENTS)
    merge_refunds.add(connection, parameters, fill)
    connection.exec_driver_sql(_FRESH)
    renew(connection)  # the orders may name a province that none did before
    # what is kept beside the facts follows in the same transaction
    left = allocations.follow(connection, terms.now)
    settled = costs.settle(connection, terms.base_currency, terms.now, skus=left)
    if is_added_up:
        rollups.complete(connection)
    else:
        refresh_days(connection, [*days, *settled])
    refresh_touched(connection, customers, terms.calendar.day(terms.now))
