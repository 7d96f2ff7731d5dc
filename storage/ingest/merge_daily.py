"""Expenses, advertising, traffic and exchange rates: one row a day and thing."""

from sqlalchemy import Connection

from domain.catalog.model import Platform
from domain.drafts import Counts, Kind, Reject
from storage.ingest import staging
from storage.ingest.merge_shops import find_or_add_shop
from storage.ingest.terms import Terms, execute, rate_of, refuse_without_rate

Rejects = list[tuple[Kind, Reject]]


def _last_said(table: str, *key: str) -> str:
    """SQL: of rows that speak of the same thing, only the last in the file counts."""
    same = " AND ".join(f"later.{column} = this.{column}" for column in key)
    return (f"(SELECT * FROM {table} this WHERE NOT EXISTS "
            f"(SELECT 1 FROM {table} later WHERE {same} AND later.seq > this.seq))")


def _staged(connection: Connection, table: str) -> int:
    return int(connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one())


def _add_shops(connection: Connection, table: str, terms: Terms) -> None:
    """Shops that the file names and nobody knows yet."""
    unknown = connection.exec_driver_sql(
        f"SELECT DISTINCT shop FROM {table} WHERE shop IS NOT NULL AND shop NOT IN (SELECT name FROM shops)")
    for (name,) in unknown.all():
        find_or_add_shop(connection, name, Platform.OTHER, currency=terms.base_currency, now=terms.now)


def fx_rates(connection: Connection, terms: Terms, _: Rejects) -> Counts:
    staging.index(connection, "stage_fx_rates", "day, currency")
    total = _staged(connection, "stage_fx_rates")
    accepted = execute(connection, terms, f"""INSERT INTO fx_rates (day, currency, rate, source)
        SELECT s.day, s.currency, s.rate, 'file' FROM {_last_said("stage_fx_rates", "day", "currency")} s
        WHERE NOT EXISTS (SELECT 1 FROM fx_rates f WHERE f.day = s.day AND f.currency = s.currency AND f.rate = s.rate)
        ON CONFLICT (day, currency) DO UPDATE SET rate = excluded.rate, source = excluded.source""")
    return Counts(accepted, total - accepted)


def expenses(connection: Connection, terms: Terms, rejects: Rejects) -> Counts:
    refused = refuse_without_rate(connection, terms, Kind.EXPENSES, rejects)
    total = _staged(connection, "stage_expenses")
    _add_shops(connection, "stage_expenses", terms)
    accepted = execute(connection, terms, f"""INSERT INTO expenses (day, category, amount_minor, amount_base, currency,
          shop_id, note, content_hash)
        SELECT s.day, s.category, s.amount_minor, (s.amount_minor * ({rate_of("s")}) + s.divisor / 2) / s.divisor,
          s.currency, h.id, s.note, s.content_hash FROM stage_expenses s LEFT JOIN shops h ON h.name = s.shop
        WHERE TRUE ON CONFLICT (content_hash) DO NOTHING""")
    return Counts(accepted, total - accepted, refused)


def ad_spend(connection: Connection, terms: Terms, rejects: Rejects) -> Counts:
    staging.index(connection, "stage_ad_spend", "day, shop, campaign")
    refused = refuse_without_rate(connection, terms, Kind.AD_SPEND, rejects)
    total = _staged(connection, "stage_ad_spend")
    _add_shops(connection, "stage_ad_spend", terms)
    rate = rate_of("s")
    accepted = execute(connection, terms, f"""INSERT INTO ad_spend (day, shop_id, campaign, impressions, clicks,
          spend_minor, spend_base, attributed_base, currency)
        SELECT s.day, h.id, s.campaign, s.impressions, s.clicks, s.spend_minor,
          (s.spend_minor * ({rate}) + s.divisor / 2) / s.divisor,
          (s.attributed_minor * ({rate}) + s.divisor / 2) / s.divisor, s.currency
        FROM {_last_said("stage_ad_spend", "day", "shop", "campaign")} s JOIN shops h ON h.name = s.shop
        WHERE NOT EXISTS (SELECT 1 FROM ad_spend a WHERE a.day = s.day AND a.shop_id = h.id
          AND a.campaign = s.campaign AND a.spend_minor = s.spend_minor AND a.currency = s.currency
          AND a.impressions = s.impressions AND a.clicks = s.clicks)
        ON CONFLICT (day, shop_id, campaign) DO UPDATE SET impressions = excluded.impressions,
          clicks = excluded.clicks, spend_minor = excluded.spend_minor, spend_base = excluded.spend_base,
          attributed_base = excluded.attributed_base, currency = excluded.currency""")
    return Counts(accepted, total - accepted, refused)


def traffic(connection: Connection, terms: Terms, _: Rejects) -> Counts:
    staging.index(connection, "stage_traffic", "day, shop")
    total = _staged(connection, "stage_traffic")
    _add_shops(connection, "stage_traffic", terms)
    accepted = execute(connection, terms, f"""INSERT INTO traffic (day, shop_id, visitors, page_views)
        SELECT s.day, h.id, s.visitors, s.page_views FROM {_last_said("stage_traffic", "day", "shop")} s
        JOIN shops h ON h.name = s.shop WHERE NOT EXISTS (SELECT 1 FROM traffic t WHERE t.day = s.day
          AND t.shop_id = h.id AND t.visitors = s.visitors AND t.page_views = s.page_views)
        ON CONFLICT (day, shop_id) DO UPDATE SET visitors = excluded.visitors,
          page_views = excluded.page_views""")
    return Counts(accepted, total - accepted)
