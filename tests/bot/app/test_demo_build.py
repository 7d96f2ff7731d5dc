"""The demo shop as it stands in a database, of each kind."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import Connection, func, select
from sqlmodel import col

from bot.app.demo import build_demo
from domain.catalog.model import Alias, NamedKind, Product, Shop, Sku
from domain.clock import ShopCalendar
from domain.customers.model import Customer
from domain.finance.model import Account, CashMove, Charge, Expense, FxRate
from domain.fulfilment.model import Shipment
from domain.inventory.model import StockBalance, StockMove, Warehouse
from domain.marketing.model import AdSpend, Traffic
from domain.orders.model import Order, OrderLine, OrderStatus, Refund, RefundStatus
from domain.people import Role, Staff
from storage.encryption import Vault
from storage.engine import Database, open_database
from tests.conftest import BOTH, DEMO_AT

PROMISED_TO_SHIP = {"TB202611220007", "JD202611220002", "JD202611220003"}


@pytest.fixture(params=BOTH)
def built(request: pytest.FixtureRequest, calendar: ShopCalendar) -> Iterator[Database]:
    """The demo shop as of DEMO_AT: the SQLite one that other tests look at as well, and one built on PostgreSQL."""
    if request.param == "sqlite":
        database = open_database(f"sqlite:///{request.getfixturevalue('demo_folder') / 'demo.db'}")
    else:
        database = open_database(request.getfixturevalue("postgres_url"))
        build_demo(database, at=calendar.local(datetime.fromisoformat(DEMO_AT)), calendar=calendar,
                   vault=Vault.from_secret("a secret only for tests, long enough"))
    yield database
    database.close()


def test_the_demo_shop_stands_in_the_database(built: Database, calendar: ShopCalendar) -> None:
    """Built once (it takes seconds), then looked at from every side."""
    at = calendar.local(datetime.fromisoformat(DEMO_AT))
    with built.read() as connection:
        people_and_places(connection)
        goods(connection)
        orders(connection, at)
        promised(connection)
        stock(connection)
        money(connection)


def count(connection: Connection, model: type) -> int:
    return connection.execute(select(func.count()).select_from(model)).scalar_one()


def people_and_places(connection: Connection) -> None:
    shops = {tuple(row) for row in connection.execute(select(col(Shop.name), col(Shop.platform), col(Shop.currency)))}
    assert ("Shopify 海外店", "shopify", "USD") in shops
    assert ("天猫旗舰店", "taobao", "CNY") in shops
    assert len(shops) == 6
    staff = {row[0]: row[1] for row in connection.execute(select(col(Staff.name), col(Staff.role)))}
    assert staff["陈总"] is Role.OWNER
    assert staff["周会计"] is Role.FINANCE
    assert len(staff) == 6
    warehouses = connection.execute(select(col(Warehouse.name), col(Warehouse.city), col(Warehouse.priority))
                                    .order_by(col(Warehouse.priority))).all()
    assert [tuple(row) for row in warehouses] == [("华东仓", "上海", 10), ("华南仓", "广州", 20)]
    statement = select(col(Staff.name)).join(Alias, col(Alias.target_id) == col(Staff.id)).where(
        col(Alias.kind) == NamedKind.STAFF, col(Alias.text) == "娜姐")
    assert connection.execute(statement).scalars().all() == ["李娜"]


def goods(connection: Connection) -> None:
    assert count(connection, Sku) == 20
    statement = select(col(Product.name)).join(Alias, col(Alias.target_id) == col(Product.id)).where(
        col(Alias.kind) == NamedKind.PRODUCT, col(Alias.text) == "11月款毛衣")
    assert connection.execute(statement).scalars().all() == ["十一月限定毛衣"]
    assert connection.execute(select(col(Sku.unit_cost_e4)).where(col(Sku.code) == "SM-03")).scalar_one() == 42_000


def orders(connection: Connection, at: datetime) -> None:
    assert 57_000 <= count(connection, Order) <= 63_000
    assert 22_000 <= count(connection, Customer) <= 28_000
    assert connection.execute(select(func.max(col(Order.created_at)))).scalar_one() <= at
    statuses = set(connection.execute(select(col(Order.status)).distinct()).scalars())
    assert statuses == set(OrderStatus) - {OrderStatus.PARTLY_SHIPPED}
    unmatched = connection.execute(select(func.count()).select_from(OrderLine).where(col(OrderLine.sku_id).is_(None)))
    assert 20 <= unmatched.scalar_one() <= 300
    costless = select(func.count()).select_from(OrderLine).where(
        col(OrderLine.sku_id).is_not(None), col(OrderLine.cost_base).is_(None))
    assert connection.execute(costless).scalar_one() == 0
    without_packer = select(func.count()).select_from(Shipment).where(col(Shipment.staff_id).is_(None))
    assert connection.execute(without_packer).scalar_one() == 0
    rates = connection.execute(select(func.min(col(Order.fx_rate)), func.max(col(Order.fx_rate)))
                               .where(col(Order.currency) == "USD")).one()
    assert 700_000_000 < rates[0] < rates[1] < 730_000_000


def promised(connection: Connection) -> None:
    statement = select(col(Order.external_id), col(Order.status)).where(
        col(Order.external_id).in_({*PROMISED_TO_SHIP, "PDD202611210003"}))
    found = {row[0]: row[1] for row in connection.execute(statement)}
    assert {number for number, status in found.items() if status is OrderStatus.TO_SHIP} == PROMISED_TO_SHIP
    assert found["PDD202611210003"] is OrderStatus.AFTER_SALE
    asked = select(col(Refund.amount_minor), col(Refund.status)).join(
        Order, col(Order.id) == col(Refund.order_id)).where(col(Order.external_id) == "PDD202611210003")
    assert [tuple(row) for row in connection.execute(asked)] == [(3990, RefundStatus.ASKED)]


def stock(connection: Connection) -> None:
    moves = {(sku, warehouse): total for sku, warehouse, total in connection.execute(
        select(col(StockMove.sku_id), col(StockMove.warehouse_id), func.sum(col(StockMove.quantity)))
        .group_by(col(StockMove.sku_id), col(StockMove.warehouse_id)))}
    balances = connection.execute(select(col(StockBalance.sku_id), col(StockBalance.warehouse_id),
                                         col(StockBalance.on_hand), col(StockBalance.reserved))).all()
    assert {(row[0], row[1]): row[2] for row in balances} == moves
    reserved: Counter[int] = Counter()
    for row in balances:
        reserved[row[0]] += row[3]
    waiting = select(col(OrderLine.sku_id), func.sum(col(OrderLine.quantity))).join(
        Order, col(Order.id) == col(OrderLine.order_id)).where(
        col(Order.payment) == "paid", col(Order.fulfilment) == "unshipped", col(OrderLine.sku_id).is_not(None),
        col(Order.excluded).is_(None)).group_by(col(OrderLine.sku_id))
    pieces = {sku: int(total) for sku, total in connection.execute(waiting) if sku is not None}
    assert all(reserved[sku] >= total for sku, total in pieces.items())
    assert sum(reserved.values()) - sum(pieces.values()) <= 10  # gifts that wait


def money(connection: Connection) -> None:
    assert count(connection, Charge) > 100_000
    assert count(connection, FxRate) == 427
    assert count(connection, Traffic) == 427 * 6
    assert count(connection, AdSpend) == 427 * 14
    assert count(connection, Expense) > 150
    for name, opening in connection.execute(select(col(Account.name), col(Account.opening_minor))).all():
        total = connection.execute(select(func.sum(col(CashMove.amount_minor))).join(
            Account, col(Account.id) == col(CashMove.account_id)).where(col(Account.name) == name)).scalar_one()
        assert opening + total > 0
