"""The shop's tables back out as the drafts that an import would read, in one snapshot and row by row."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Select, func, select

from domain.catalog.model import ItemKind, NamedKind, Platform
from domain.drafts import (
    AdSpendDraft,
    CustomerDraft,
    Draft,
    ExpenseDraft,
    FxRateDraft,
    Kind,
    ProductDraft,
    StockDraft,
    TrafficDraft,
)
from domain.errors import OperatorMustAct
from storage.encryption import Vault
from storage.engine import Database
from storage.exporting.orders import ExportedLine, order_lines
from storage.schema import metadata

_T = metadata.tables
ROWS_AT_ONCE = 1_000
ALIAS_MARK = "、"  # between the aliases of one product; an import reads them apart again


def exported(database: Database, vault: Vault, kind: Kind) -> Iterator[Draft | ExportedLine]:
    """Every row of one kind. Personal data come as they are: who may see them is the caller's to ask."""
    with database.read() as connection:
        if not database.is_sqlite:  # one moment for all batches, as SQLite has it by itself
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        if kind is Kind.ORDER_LINES:
            yield from order_lines(connection, vault)
            return
        statement, draft = _READERS[kind]
        rows = connection.execute(statement(connection), execution_options={"yield_per": ROWS_AT_ONCE})
        yield from (draft(row, vault) for row in rows)


def _products(connection: Connection) -> Select[Any]:  # noqa: ARG001 (as the others)
    skus, products, aliases = _T["skus"], _T["products"], _T["aliases"]
    others = select(func.aggregate_strings(aliases.c.text, ALIAS_MARK)).where(
        aliases.c.kind == NamedKind.PRODUCT, aliases.c.target_id == products.c.id).scalar_subquery()
    return select(
        skus.c.code, products.c.name, skus.c.variant, func.coalesce(others, "").label("aliases"), products.c.category,
        products.c.kind, skus.c.unit_cost_e4, skus.c.price_minor, skus.c.currency, skus.c.reorder_point,
        skus.c.barcode, skus.c.is_active,
    ).join_from(skus, products, products.c.id == skus.c.product_id).where(
        products.c.kind == ItemKind.GOODS).order_by(skus.c.id)  # services come with the orders


def _product(row: Any, _: Vault) -> ProductDraft:
    said = row._mapping  # noqa: SLF001 (a Row's public name for this)
    aliases = tuple(filter(None, said["aliases"].split(ALIAS_MARK)))
    return ProductDraft(row.code, row.name, row.variant, aliases, row.category, row.kind, row.unit_cost_e4,
                        row.price_minor, row.currency, row.reorder_point, row.barcode, row.is_active)


def _stock(_: Connection) -> Select[Any]:
    balances, skus, warehouses, moves = (_T[name] for name in ("stock_balances", "skus", "warehouses", "stock_moves"))
    last = select(func.max(moves.c.moved_at)).where(
        moves.c.sku_id == balances.c.sku_id, moves.c.warehouse_id == balances.c.warehouse_id).scalar_subquery()
    return select(skus.c.code, warehouses.c.name, balances.c.on_hand, balances.c.incoming, last.label("at")).join_from(
        balances, skus, skus.c.id == balances.c.sku_id).join(
        warehouses, warehouses.c.id == balances.c.warehouse_id).order_by(balances.c.sku_id, balances.c.warehouse_id)


def _customers(_: Connection) -> Select[Any]:
    customers, accounts = _T["customers"], _T["customer_accounts"]
    return select(accounts.c.buyer_id, accounts.c.platform, customers.c.name_sealed, customers.c.phone_sealed,
                  customers.c.province, customers.c.level, customers.c.tags).join_from(
        accounts, customers, customers.c.id == accounts.c.customer_id).order_by(accounts.c.id)


def _customer(row: Any, vault: Vault) -> CustomerDraft:
    return CustomerDraft(
        row.buyer_id, Platform(row.platform), vault.open("customers.name", row.name_sealed),
        _phone(row.phone_sealed, vault), row.province, row.level, row.tags)


def _phone(sealed: bytes | None, vault: Vault) -> str | None:
    """A number that came with an order stands among the customers under the order's seal."""
    try:
        return vault.open("customers.phone", sealed)
    except OperatorMustAct:
        return vault.open("orders.phone", sealed)


def _expenses(_: Connection) -> Select[Any]:
    expenses, shops = _T["expenses"], _T["shops"]
    return select(expenses.c.day, expenses.c.category, expenses.c.amount_minor, expenses.c.currency,
                  shops.c.name, expenses.c.note).outerjoin_from(
        expenses, shops, shops.c.id == expenses.c.shop_id).order_by(expenses.c.day, expenses.c.id)


def _expense(row: Any, _: Vault) -> ExpenseDraft:
    return ExpenseDraft(row.day, row.category, row.amount_minor, row.currency, row.name, row.note, 1)


def _ad_spend(_: Connection) -> Select[Any]:
    ads, shops = _T["ad_spend"], _T["shops"]
    return select(ads.c.day, shops.c.name, ads.c.campaign, ads.c.impressions, ads.c.clicks, ads.c.spend_minor,
                  ads.c.currency, ads.c.attributed_base, ads.c.spend_base).join_from(
        ads, shops, shops.c.id == ads.c.shop_id).order_by(ads.c.day, ads.c.id)


def _ad(row: Any, _: Vault) -> AdSpendDraft:
    """Attributed revenue is kept in the base currency alone: it goes back by the rate of the spend beside it."""
    attributed = row.attributed_base
    if attributed is not None and row.spend_base and row.spend_base != row.spend_minor:
        attributed = (2 * attributed * row.spend_minor + row.spend_base) // (2 * row.spend_base)
    return AdSpendDraft(row.day, row.name, row.campaign, row.impressions, row.clicks, row.spend_minor, row.currency,
                        attributed)


def _traffic(_: Connection) -> Select[Any]:
    traffic, shops = _T["traffic"], _T["shops"]
    return select(traffic.c.day, shops.c.name, traffic.c.visitors, traffic.c.page_views).join_from(
        traffic, shops, shops.c.id == traffic.c.shop_id).order_by(traffic.c.day, traffic.c.id)


def _fx_rates(_: Connection) -> Select[Any]:
    rates = _T["fx_rates"]
    return select(rates.c.day, rates.c.currency, rates.c.rate).order_by(rates.c.day, rates.c.currency)


_READERS: Mapping[Kind, tuple[Callable[[Connection], Select[Any]], Callable[[Any, Vault], Draft]]] = {
    Kind.PRODUCTS: (_products, _product),
    Kind.STOCK: (_stock, lambda row, _: StockDraft(*row)),
    Kind.CUSTOMERS: (_customers, _customer),
    Kind.EXPENSES: (_expenses, _expense),
    Kind.AD_SPEND: (_ad_spend, _ad),
    Kind.TRAFFIC: (_traffic, lambda row, _: TrafficDraft(*row)),
    Kind.FX_RATES: (_fx_rates, lambda row, _: FxRateDraft(*row)),
}
