"""What drafts cannot say of the demo shop, as rows of its tables: people and places before the orders, books after."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from sqlmodel import SQLModel

from bot.app.demo.cash import ACCOUNTS
from bot.app.demo.lists import Lists, Named
from bot.app.demo.plan import SHOPS
from bot.app.demo.shop import DemoShop
from bot.app.demo.stock import Move
from domain.catalog.model import Alias, NamedKind, Shop, Sku
from domain.finance.model import Account, CashMove, Charge
from domain.inventory.model import Allocation, AllocationReason, StockBalance, StockMove, Warehouse
from domain.orders.model import Order
from domain.people import Role, Staff
from storage.bulk import ids_by, insert_rows

SYNCED_AGO = timedelta(minutes=3)  # the shops' orders were last fetched so long before the demo's moment

Rows = Iterable[Sequence[Any]]


def write_places(connection: Connection, lists: Lists, opened: datetime, at: datetime) -> None:
    """Shops, warehouses, staff and the other names they go by."""
    insert_rows(connection, Shop, ("name", "platform", "currency", "fresh_at", "created_at"),
                ((name, plan.platform, plan.currency, at - SYNCED_AGO, opened) for name, plan in SHOPS.items()))
    insert_rows(connection, Warehouse, ("name", "city", "priority"),
                ((entry.name, entry.detail, 10 * place)
                 for place, entry in enumerate(lists.of_kind("warehouse"), start=1)))
    insert_rows(connection, Staff, ("name", "role", "is_active", "created_at"),
                ((entry.name, Role(entry.detail), True, opened) for entry in lists.of_kind("staff")))
    for kind, model in ((NamedKind.SHOP, Shop), (NamedKind.WAREHOUSE, Warehouse), (NamedKind.STAFF, Staff)):
        _write_aliases(connection, kind, model, lists.of_kind(kind.value))


def _write_aliases(connection: Connection, kind: NamedKind, model: type[SQLModel], entries: list[Named]) -> None:
    ids = ids_by(connection, model, "name")
    insert_rows(connection, Alias, ("kind", "target_id", "text"),
                ((kind, ids[entry.name], alias) for entry in entries for alias in entry.aliases))


def write_books(connection: Connection, shop: DemoShop) -> None:
    """Stock, charges and cash. The orders they speak of must be there."""
    _write_stock(connection, shop)
    _write_promises(connection, shop)
    shops, orders = ids_by(connection, Shop, "name"), ids_by(connection, Order, "external_id")
    insert_rows(connection, Charge, (
        "shop_id", "order_id", "kind", "certainty", "amount_minor", "amount_base", "currency", "occurred_on",
        "settled_on", "reference"),
        ((shops[row.shop], orders[row.order], row.kind, row.certainty, row.amount_minor, row.amount_base, row.currency,
          row.occurred_on, row.settled_on, row.order) for row in shop.charges))
    insert_rows(connection, Account, ("name", "currency", "opening_minor"),
                ((name, currency, opening) for name, (currency, opening) in ACCOUNTS.items()))
    accounts = ids_by(connection, Account, "name")
    insert_rows(connection, CashMove, (
        "account_id", "occurred_at", "occurred_on", "amount_minor", "amount_base", "counterparty", "note", "reference"),
        ((accounts[row.account], shop.clock.at(row.second), shop.day(row.second), row.amount_minor, row.amount_base,
          row.counterparty, row.note, row.reference) for row in sorted(shop.cash, key=lambda row: row.second)))


def _write_stock(connection: Connection, shop: DemoShop) -> None:
    skus, warehouses = ids_by(connection, Sku, "code"), ids_by(connection, Warehouse, "name")
    staff = ids_by(connection, Staff, "name")

    def place(move_or_balance: Any) -> tuple[int, int]:
        shelf = move_or_balance.shelf
        return skus[shelf.item.code], warehouses[shelf.warehouse]

    def move_row(move: Move) -> Sequence[Any]:
        return (*place(move), move.quantity, move.reason, "day", move.reference, 0, move.shelf.item.unit_cost_e4,
                move.note, staff[move.staff] if move.staff else None, shop.clock.at(move.second))

    insert_rows(connection, StockBalance, ("sku_id", "warehouse_id", "on_hand", "reserved", "incoming"),
                ((*place(balance), balance.on_hand, balance.reserved, balance.incoming) for balance in shop.balances))
    insert_rows(connection, StockMove, (
        "sku_id", "warehouse_id", "quantity", "reason", "reference_kind", "reference_id", "reference_line",
        "unit_cost_e4", "note", "staff_id", "moved_at"),
        (move_row(move) for move in sorted(shop.moves, key=lambda move: move.second)))


def _write_promises(connection: Connection, shop: DemoShop) -> None:
    orders, skus, warehouses = (ids_by(connection, model, column) for model, column in (
        (Order, "external_id"), (Sku, "code"), (Warehouse, "name")))
    insert_rows(connection, Allocation, (
        "order_id", "line_no", "sku_id", "warehouse_id", "parcel_no", "quantity", "reason"),
        ((orders[promise.order], promise.line_no, skus[promise.shelf.item.code], warehouses[promise.shelf.warehouse], 1,
          promise.quantity, AllocationReason.STATED) for promise in shop.promised))
