"""Who and what the staged orders speak of: shops, SKUs, buyers and warehouses are found, or made."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, text
from sqlmodel import col

from domain.catalog.model import Platform, Shop
from domain.metrics.catalog import PLATFORM_NAMES
from storage.first_fill import Fill
from storage.ingest import staging
from storage.ingest.next_id import next_id
from storage.schema import metadata
from storage.stock import listings


def resolve_shops(connection: Connection, shops: list[tuple[str, Platform]], base_currency: str,
                  now: datetime) -> None:
    """Fill `stage_shops`: key (position from 1) → shop id. An unnamed shop is the only one of its platform."""
    staging.create(connection, "stage_shops", staging.SHOPS, key="key")
    rows = [(key, find_or_add_shop(connection, name, platform, currency=base_currency, now=now))
            for key, (name, platform) in enumerate(shops, start=1)]
    staging.fill(connection, "stage_shops", staging.SHOPS, rows)


def find_or_add_shop(connection: Connection, name: str, platform: Platform, *, currency: str, now: datetime) -> int:
    if name:
        known = connection.execute(select(col(Shop.id)).where(col(Shop.name) == name)).scalars().all()
    else:
        known = connection.execute(select(col(Shop.id)).where(col(Shop.platform) == platform)).scalars().all()
    if len(known) == 1 and known[0] is not None:
        return known[0]
    name = name or f"{PLATFORM_NAMES[platform][0]}店铺"
    values = {"name": name, "platform": platform, "currency": currency, "created_at": now}
    again = connection.execute(select(col(Shop.id)).where(col(Shop.name) == name)).scalar()
    if again is not None:
        return again
    made = connection.execute(insert(Shop).values(**values).returning(col(Shop.id))).scalar_one()
    assert made is not None
    return made


_NEW_PRODUCTS = """INSERT INTO products (id, name, kind, created_at)
SELECT product_id, CASE WHEN title = '' THEN code ELSE title END, kind, :now FROM stage_new_skus"""
_NEW_SKUS = """INSERT INTO skus (id, code, product_id, variant, currency, allows_backorder, is_active, created_at)
SELECT sku_id, code, product_id, '', :base, FALSE, TRUE, :now FROM stage_new_skus"""
# A cost in another currency counts at that currency's latest rate; without one it is not known.
_SKU_IDS = """INSERT INTO stage_sku_ids (key, code, sku_id, cost_e4) SELECT s.key, s.code, k.id,
  CASE WHEN k.currency = :base THEN k.unit_cost_e4 ELSE k.unit_cost_e4 * (SELECT f.rate FROM fx_rates f
    WHERE f.currency = k.currency ORDER BY f.day DESC LIMIT 1) / :rate_scale END
FROM stage_skus s JOIN skus k ON k.code = s.code"""


def resolve_skus(connection: Connection, skus: list[tuple[int, str, str, str]], parameters: dict[str, Any], *,
                 by_key: bool) -> None:
    """Fill `stage_sku_ids`. A seller's own code that is new becomes a SKU of a product named by its title.

    Its number is the next one or, where `by_key` says that there are none, its key. `stage_listed` says what a line
    without a code is, where somebody has matched its title.
    """
    staging.create(connection, "stage_skus", staging.SKUS, key="key")
    staging.fill(connection, "stage_skus", staging.SKUS, skus)
    _drop(connection, "stage_new_skus")
    connection.exec_driver_sql(
        "CREATE TEMPORARY TABLE stage_new_skus AS SELECT code, title, kind, "
        f"{'key' if by_key else next_id(connection, 'skus')} AS sku_id, "
        f"{'key' if by_key else next_id(connection, 'products')} AS product_id FROM stage_skus s "
        "WHERE NOT EXISTS (SELECT 1 FROM skus k WHERE k.code = s.code)")
    connection.execute(text(_NEW_PRODUCTS), parameters)
    connection.execute(text(_NEW_SKUS), parameters)
    staging.create(connection, "stage_sku_ids", staging.SKU_IDS, key="key")
    connection.execute(text(_SKU_IDS), parameters)
    staging.analyze(connection, "stage_sku_ids")
    _drop(connection, "stage_listed")
    connection.execute(text(f"CREATE TEMPORARY TABLE stage_listed AS {listings.LISTED}"), parameters)
    staging.index(connection, "stage_listed", "platform_sku, shop_id")


# Buyers that no account is known of. One whole phone number is one person, on whatever platform.
_NEW_BUYERS = """CREATE TEMPORARY TABLE stage_new_buyers AS
SELECT o.platform, o.buyer_id, MIN(o.seq) AS seq, MAX(o.phone_index) AS phone_index,
  (SELECT MIN(c.id) FROM customers c WHERE c.phone_index = MAX(o.phone_index)) AS known_id
FROM stage_orders o JOIN stage_todo t ON t.seq = o.seq WHERE o.buyer_id IS NOT NULL AND NOT EXISTS
  (SELECT 1 FROM customer_accounts a WHERE a.platform = o.platform AND a.buyer_id = o.buyer_id)
GROUP BY o.platform, o.buyer_id"""
_NEW_BUYERS_PG = _NEW_BUYERS.replace(
    "MAX(o.phone_index) AS phone_index,", "(array_agg(o.phone_index) FILTER (WHERE o.phone_index IS NOT NULL))[1] AS "
    "phone_index,").replace("= MAX(o.phone_index))",
                            "= (array_agg(o.phone_index) FILTER (WHERE o.phone_index IS NOT NULL))[1])")
_PEOPLE = """CREATE TEMPORARY TABLE stage_people AS SELECT first_seq, {next_id} AS id FROM (
  SELECT DISTINCT first_seq FROM (SELECT known_id, CASE WHEN phone_index IS NULL THEN seq
    ELSE MIN(seq) OVER (PARTITION BY phone_index) END AS first_seq FROM stage_new_buyers) AS all_new
  WHERE known_id IS NULL ORDER BY first_seq) AS people"""
_NEW_CUSTOMERS = """INSERT INTO customers (id, phone_sealed, phone_index, province, created_at)
SELECT p.id, CASE WHEN o.phone_index IS NULL THEN NULL ELSE o.phone_sealed END, o.phone_index, o.province, :now
FROM stage_people p JOIN stage_orders o ON o.seq = p.first_seq"""
_NEW_ACCOUNTS = """INSERT INTO customer_accounts (customer_id, platform, buyer_id)
SELECT COALESCE(b.known_id, p.id), b.platform, b.buyer_id FROM (SELECT n.*, CASE WHEN n.phone_index IS NULL
  THEN n.seq ELSE MIN(n.seq) OVER (PARTITION BY n.phone_index) END AS first_seq FROM stage_new_buyers n) AS b
LEFT JOIN stage_people p ON p.first_seq = b.first_seq ORDER BY b.seq"""
_BUYERS = """CREATE TEMPORARY TABLE stage_buyers AS SELECT DISTINCT a.platform, a.buyer_id, a.customer_id
FROM customer_accounts a JOIN stage_orders o ON o.platform = a.platform AND o.buyer_id = a.buyer_id"""


def resolve_buyers(connection: Connection, parameters: dict[str, Any], fill: Fill) -> None:
    """Fill `stage_buyers`: platform and buyer id → customer."""
    is_pg = connection.dialect.name == "postgresql"
    _drop(connection, "stage_new_buyers", "stage_people", "stage_buyers")
    connection.exec_driver_sql(_NEW_BUYERS_PG if is_pg else _NEW_BUYERS)
    staging.analyze(connection, "stage_new_buyers")
    connection.exec_driver_sql(_PEOPLE.format(next_id=next_id(connection, "customers")))
    staging.analyze(connection, "stage_people")
    with fill(connection, metadata.tables["customers"]):
        connection.execute(text(_NEW_CUSTOMERS), parameters)
    with fill(connection, metadata.tables["customer_accounts"]):
        connection.exec_driver_sql(_NEW_ACCOUNTS)
    connection.exec_driver_sql(_BUYERS)
    staging.index(connection, "stage_buyers", "platform, buyer_id")


def add_warehouses(connection: Connection) -> None:
    connection.exec_driver_sql(
        "INSERT INTO warehouses (name, priority) SELECT DISTINCT o.warehouse, 100 FROM stage_orders o "
        "WHERE o.warehouse IS NOT NULL AND NOT EXISTS (SELECT 1 FROM warehouses w WHERE w.name = o.warehouse)")


def _drop(connection: Connection, *tables: str) -> None:
    for table in tables:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
