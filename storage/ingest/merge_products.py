"""Products and SKUs from a file. What the file leaves empty keeps the value it had."""

from sqlalchemy import Connection, text

from domain.drafts import Counts, Kind, Reject
from storage.ingest import staging
from storage.ingest.terms import Terms, execute, refresh_days

_LAST = """CREATE TEMPORARY TABLE stage_products_last AS SELECT s.*, k.id AS sku_id, k.product_id AS old_product_id,
  k.unit_cost_e4 AS old_cost FROM stage_products s LEFT JOIN skus k ON k.code = s.sku_code
WHERE NOT EXISTS (SELECT 1 FROM stage_products later WHERE later.sku_code = s.sku_code AND later.seq > s.seq)"""
_NEW_PRODUCTS = """INSERT INTO products (name, category, kind, created_at)
SELECT s.product, MAX(s.category), MIN(s.kind), :now FROM stage_products_last s
WHERE NOT EXISTS (SELECT 1 FROM products p WHERE p.name = s.product) GROUP BY s.product ORDER BY MIN(s.seq)"""
_PRODUCT_IDS = """CREATE TEMPORARY TABLE stage_product_ids AS SELECT p.name, MIN(p.id) AS id FROM products p
JOIN stage_products_last s ON s.product = p.name GROUP BY p.name"""
_CHANGED = """CREATE TEMPORARY TABLE stage_products_changed AS SELECT s.seq FROM stage_products_last s
JOIN stage_product_ids i ON i.name = s.product JOIN products p ON p.id = i.id LEFT JOIN skus k ON k.id = s.sku_id
WHERE k.id IS NULL OR k.product_id <> i.id OR k.variant <> s.variant
  OR COALESCE(s.category, p.category, '') <> COALESCE(p.category, '') OR p.kind <> s.kind
  OR ((COALESCE(s.unit_cost_e4, k.unit_cost_e4, -1) <> COALESCE(k.unit_cost_e4, -1) OR k.currency <> s.currency)
    AND NOT EXISTS (SELECT 1 FROM cost_pools c WHERE c.sku_id = k.id))
  OR COALESCE(s.price_minor, k.price_minor, -1) <> COALESCE(k.price_minor, -1)
  OR COALESCE(s.reorder_point, k.reorder_point, -1) <> COALESCE(k.reorder_point, -1)
  OR COALESCE(s.barcode, k.barcode, '') <> COALESCE(k.barcode, '') OR k.is_active <> (s.is_active = 1)"""
_UPDATE_PRODUCTS = """UPDATE products SET category = COALESCE(s.category, products.category), kind = s.kind
FROM (SELECT i.id, MAX(l.category) AS category, MIN(l.kind) AS kind FROM stage_products_last l
  JOIN stage_product_ids i ON i.name = l.product GROUP BY i.id) AS s WHERE s.id = products.id"""
# Where receipts keep the value of a SKU, the price of a list says nothing more.
_KEPT = "EXISTS (SELECT 1 FROM cost_pools c WHERE c.sku_id = skus.id)"
_SKUS = f"""INSERT INTO skus (code, product_id, variant, barcode, unit_cost_e4, price_minor, currency, reorder_point,
  allows_backorder, is_active, created_at)
SELECT s.sku_code, i.id, s.variant, s.barcode, s.unit_cost_e4, s.price_minor, s.currency, s.reorder_point, FALSE,
  s.is_active = 1, :now FROM stage_products_last s JOIN stage_product_ids i ON i.name = s.product
WHERE s.seq IN (SELECT seq FROM stage_products_changed) ORDER BY s.seq
ON CONFLICT (code) DO UPDATE SET product_id = excluded.product_id, variant = excluded.variant,
  barcode = COALESCE(excluded.barcode, skus.barcode),
  currency = CASE WHEN {_KEPT} THEN skus.currency ELSE excluded.currency END,
  unit_cost_e4 = CASE WHEN {_KEPT} THEN skus.unit_cost_e4 ELSE COALESCE(excluded.unit_cost_e4, skus.unit_cost_e4) END,
  price_minor = COALESCE(excluded.price_minor, skus.price_minor),
  reorder_point = COALESCE(excluded.reorder_point, skus.reorder_point), is_active = excluded.is_active"""
# A product made from an order's title is left without SKUs once a file says what it really is.
_ORPHANS = """DELETE FROM products WHERE id IN (SELECT old_product_id FROM stage_products_last)
AND NOT EXISTS (SELECT 1 FROM skus k WHERE k.product_id = products.id)
AND NOT EXISTS (SELECT 1 FROM aliases a WHERE a.kind = 'product' AND a.target_id = products.id)"""
# Lines sold before their cost was known get the cost that is known now.
_COSTED_DAYS = """SELECT DISTINCT o.shop_id, o.paid_on FROM order_lines l JOIN orders o ON o.id = l.order_id
JOIN stage_products_last s ON s.sku_id = l.sku_id
WHERE l.cost_base IS NULL AND s.unit_cost_e4 IS NOT NULL AND o.paid_on IS NOT NULL"""
_COST_LINES = """UPDATE order_lines SET cost_base = (order_lines.quantity * s.cost_e4 + :cost_divisor / 2)
  / :cost_divisor FROM (SELECT l.sku_id, CASE WHEN l.currency = :base THEN l.unit_cost_e4 ELSE l.unit_cost_e4 *
    (SELECT f.rate FROM fx_rates f WHERE f.currency = l.currency ORDER BY f.day DESC LIMIT 1) / :rate_scale END
    AS cost_e4 FROM stage_products_last l WHERE l.sku_id IS NOT NULL AND l.unit_cost_e4 IS NOT NULL) AS s
WHERE s.sku_id = order_lines.sku_id AND order_lines.cost_base IS NULL"""


def products(connection: Connection, terms: Terms, _: list[tuple[Kind, Reject]]) -> Counts:
    for table in ("last", "changed"):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS stage_products_{table}")
    connection.exec_driver_sql("DROP TABLE IF EXISTS stage_product_ids")
    staging.index(connection, "stage_products", "sku_code")
    total = int(connection.exec_driver_sql("SELECT COUNT(*) FROM stage_products").scalar_one())
    execute(connection, terms, _LAST, _NEW_PRODUCTS, _PRODUCT_IDS, _CHANGED)
    changed = int(connection.exec_driver_sql("SELECT COUNT(*) FROM stage_products_changed").scalar_one())
    named = _add_aliases(connection)
    if changed:
        execute(connection, terms, _UPDATE_PRODUCTS, _SKUS, _ORPHANS)
        _cost_old_lines(connection, terms)
    accepted = max(changed, min(named, total))
    return Counts(accepted, total - accepted)


def _cost_old_lines(connection: Connection, terms: Terms) -> None:
    days = connection.exec_driver_sql(_COSTED_DAYS).all()
    if days:
        execute(connection, terms, _COST_LINES)
        refresh_days(connection, days)


def _add_aliases(connection: Connection) -> int:
    """Aliases of products that are not known yet; how many were added."""
    said = connection.exec_driver_sql("SELECT DISTINCT i.id, s.aliases FROM stage_products_last s JOIN "
                                      "stage_product_ids i ON i.name = s.product WHERE s.aliases <> ''").all()
    rows = [{"target_id": product, "text": alias} for product, aliases in said for alias in aliases.split("|")]
    return _insert_aliases(connection, rows) if rows else 0


def _insert_aliases(connection: Connection, rows: list[dict[str, object]]) -> int:
    known = {tuple(row) for row in connection.exec_driver_sql(
        "SELECT target_id, text FROM aliases WHERE kind = 'product'").all()}
    new = [row for row in rows if (row["target_id"], row["text"]) not in known]
    if new:
        unique = {(row["target_id"], row["text"]): row for row in new}
        connection.execute(text("INSERT INTO aliases (kind, target_id, text) VALUES ('product', :target_id, :text)"),
                           list(unique.values()))
    return len(new)
