"""What a row of `orders` is made of: sums of an order's lines (`t`), what was staged of it (`o`), its buyer (`c`)."""

from sqlalchemy import text

from storage.ingest.order_rows import HASH_SPACE

# PostgreSQL adds whole numbers up to a decimal one, which would no longer divide as whole numbers do. Hashes are added
# in two halves, so that no number of parts of one order is too many.
_HALF = 2**32


def totals(where: str = "") -> str:
    """SELECT of an order's sums over all its parts."""
    return f"""SELECT order_seq AS seq, MIN(first_row) AS first_row, CAST(SUM(row_count) AS BIGINT) AS row_count,
  CAST((SUM(row_hash / {_HALF}) % {HASH_SPACE // _HALF} * {_HALF} + SUM(row_hash % {_HALF})) % {HASH_SPACE} AS BIGINT)
    AS row_hash, MAX(is_sale) AS is_sale, MAX(is_priced) AS is_priced,
  CAST(SUM(paid_minor) AS BIGINT) AS paid_minor, CAST(SUM(discount_minor) AS BIGINT) AS discount_minor,
  CAST(SUM(refund_minor) AS BIGINT) AS refund_minor FROM stage_sums {where} GROUP BY order_seq"""


def base(amount: str) -> str:
    """SQL for an amount in base currency, rounded half up; all amounts here are zero or more."""
    return f"(({amount}) * t.fx_rate + t.divisor / 2) / t.divisor"


def shares(table: str, key: str, amount: str, joined: str) -> str:
    """UPDATE of parts in foreign money: what they are worth in the base currency adds up to what the whole is worth.

    Each is the whole up to and with it, less the whole before it; the parts of `key` are those of one whole.
    """
    parts = f"CAST(SUM(p.{amount}) OVER (PARTITION BY p.{key} ORDER BY p.line_no) AS BIGINT)"
    return f"""UPDATE {table} SET {amount.replace("minor", "base")} = shares.base FROM (
  SELECT p.{key}, p.line_no, {base(parts)} - {base(f"{parts} - p.{amount}")} AS base
  FROM {table} p {joined} WHERE t.fx_rate <> t.divisor) AS shares
WHERE shares.{key} = {table}.{key} AND shares.line_no = {table}.line_no"""


ORDER_COLUMNS = (
    "customer_id", "payment", "fulfilment", "after_sale", "hold", "status", "raw_status", "excluded", "created_at",
    "paid_at", "paid_on", "paid_hour", "ship_by", "shipped_at", "signed_at", "changed_at", "currency", "fx_rate",
    "discount_minor", "freight_minor", "paid_minor", "discount_base", "freight_base", "paid_base", "province", "city",
    "receiver_sealed", "phone_sealed", "phone_index", "address_sealed", "remark", "content_hash",
)


_TOTAL = "t.paid_minor + o.freight_minor"
_IS_BACK = f"(o.payment = 'paid' AND {_TOTAL} > 0 AND t.refund_minor >= {_TOTAL})"  # all of it was refunded
ORDER_VALUES = f"""c.customer_id, CASE WHEN {_IS_BACK} THEN 'refunded' ELSE o.payment END, o.fulfilment, o.after_sale,
  o.hold, CASE WHEN {_IS_BACK} THEN 'cancelled' ELSE o.status END, o.raw_status,
  CASE WHEN o.excluded IS NULL AND t.is_priced = 0 AND {_TOTAL} = 0 AND o.payment = 'paid' THEN 'gift'
    ELSE o.excluded END, o.created_at, o.paid_at, o.paid_on, o.paid_hour, o.ship_by, o.shipped_at, o.signed_at,
  o.changed_at, o.currency, t.fx_rate, t.discount_minor, o.freight_minor, {_TOTAL}, {base("t.discount_minor")},
  {base("o.freight_minor")}, {base("t.paid_minor")} + {base("o.freight_minor")}, o.province, o.city,
  o.receiver_sealed, o.phone_sealed, o.phone_index, o.address_sealed, o.remark, t.content_hash"""
ORDER_FROM = """FROM stage_todo t JOIN stage_orders o ON o.seq = t.seq
LEFT JOIN stage_buyers c ON c.platform = o.platform AND c.buyer_id = o.buyer_id"""

_INSERT = f"INSERT INTO orders (id, shop_id, external_id, {', '.join(ORDER_COLUMNS)})"
INSERT_NEW = f"""{_INSERT} SELECT t.order_id, t.shop_id, o.external_id, {ORDER_VALUES} {ORDER_FROM}
WHERE t.action = 'new' ORDER BY t.seq"""
# Of places `:first` to `:last`, each by its place, in the base currency, and without buyers.
INSERT_FIRST = text(f"""{_INSERT} SELECT t.seq, s.shop_id, o.external_id, {ORDER_VALUES}
FROM (SELECT sums.*, :rate_scale AS fx_rate, :rate_scale AS divisor, row_hash AS content_hash
  FROM ({totals("WHERE order_seq BETWEEN :first AND :last")}) AS sums) AS t
JOIN stage_orders o ON o.seq = t.seq JOIN stage_shops s ON s.key = o.shop
CROSS JOIN (SELECT NULL AS customer_id) AS c WHERE t.is_sale = 1 ORDER BY t.seq ON CONFLICT DO NOTHING""")
