"""A small shop for the tests of actions: two warehouses, three SKUs, and an order in every state that matters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlmodel import col

from domain.catalog.model import ItemKind, Listing, Platform, Product, Shop, Sku
from domain.clock import ShopCalendar
from domain.confirmations import Done, Missing, NotPossible, Proposal
from domain.inventory.model import Allocation, AllocationReason, StockBalance, Warehouse
from domain.money import RATE_SCALE
from domain.orders.model import AfterSale, Fulfilment, Hold, Order, OrderLine, Payment, Refund, RefundStatus
from domain.orders.rules import Axes
from domain.people import Role, Shops, Staff
from storage.actions.desk import ActionDesk
from storage.engine import Database

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # 15:00 in the shop
SHIPPING = {"carrier": "中通", "waybill": "78900112233445"}
_PAID = (Payment.PAID, Fulfilment.UNSHIPPED, AfterSale.NONE, Hold.NONE)
AXES = {
    "WAITING": Axes(*_PAID),
    "BIG": Axes(*_PAID),
    "BUNDLE": Axes(*_PAID),
    "MIXED": Axes(*_PAID),
    "UNPAID": Axes(Payment.UNPAID, Fulfilment.UNSHIPPED, AfterSale.NONE, Hold.NONE),
    "GONE": Axes(Payment.PAID, Fulfilment.SHIPPED, AfterSale.NONE, Hold.NONE),
    "CLOSED": Axes(Payment.CLOSED, Fulfilment.UNSHIPPED, AfterSale.NONE, Hold.NONE),
    "HELD": Axes(Payment.PAID, Fulfilment.UNSHIPPED, AfterSale.NONE, Hold.RISK),
    "REFUND": Axes(Payment.PAID, Fulfilment.UNSHIPPED, AfterSale.OPEN, Hold.NONE),
    "TWICE": Axes(Payment.PAID, Fulfilment.SHIPPED, AfterSale.OPEN, Hold.NONE),
    "FIRST": Axes(*_PAID),
}
# Order → (SKU code or '' when unmatched, platform's code, pieces, paid for the line)
LINES = {
    "WAITING": (("CUP", "CUP", 2, 8000), ("BAG", "BAG", 1, 5000)),
    "BIG": (("CUP", "CUP", 500, 9000),),
    "BUNDLE": (("", "SET-1", 2, 9000),),
    "MIXED": (("CUP", "CUP", 1, 4000), ("", "NOBODY-KNOWS", 1, 1000), ("POST", "POST", 1, 500)),
    "REFUND": (("CUP", "CUP", 1, 3990),),
    "FIRST": (("CUP", "CUP", 5, 9000),),
    "TWICE": (("CUP", "CUP", 1, 6000), ("BAG", "BAG", 1, 4000)),
}
# (SKU, warehouse) → on hand, reserved, incoming; what is reserved, FIRST has
STOCK = {
    ("CUP", "华东仓"): (40, 5, 0),
    ("CUP", "华南仓"): (10, 0, 30),
    ("BAG", "华南仓"): (8, 0, 0),
}
REFUNDS = (("REFUND", 3990, RefundStatus.ASKED), ("TWICE", 3000, RefundStatus.SUCCEEDED),
           ("TWICE", 2000, RefundStatus.ASKED), ("TWICE", 8000, RefundStatus.ASKED))


@dataclass(frozen=True)
class Counter:
    """The desk, with somebody standing at it."""

    database: Database
    desk: ActionDesk
    actor: str = "陈总"
    role: Role = Role.OWNER
    chat: str = "c1"
    at: datetime = AT
    shops: Shops = None

    def propose(self, name: str, arguments: Mapping[str, Any]) -> Proposal | Missing | NotPossible:
        return self.desk.propose(name, arguments, actor=self.actor, role=self.role, chat=self.chat, at=self.at,
                                 shops=self.shops)

    def proposal(self, name: str, **arguments: Any) -> Proposal:
        outcome = self.propose(name, {key.rstrip("_"): value for key, value in arguments.items()})
        assert isinstance(outcome, Proposal), outcome
        return outcome

    def refusal(self, name: str, **arguments: Any) -> NotPossible:
        outcome = self.propose(name, {key.rstrip("_"): value for key, value in arguments.items()})
        assert isinstance(outcome, NotPossible), outcome
        return outcome

    def confirm(self, code: str | None) -> Done | Proposal | NotPossible:
        return self.desk.confirm(code, actor=self.actor, role=self.role, chat=self.chat, at=self.at,
                                 shops=self.shops)

    def cancel(self, code: str | None) -> Done | NotPossible:
        return self.desk.cancel(code, actor=self.actor, role=self.role, chat=self.chat, at=self.at,
                                 shops=self.shops)

    def undo(self, code: str | None = None) -> Done | NotPossible:
        return self.desk.undo(code, actor=self.actor, role=self.role, chat=self.chat, at=self.at,
                                 shops=self.shops)

    def do(self, name: str, **arguments: Any) -> Done:
        outcome = self.confirm(self.proposal(name, **arguments).code)
        assert isinstance(outcome, Done), outcome
        return outcome

    def value(self, column: Any, *conditions: Any) -> Any:
        """One value of one row."""
        with self.database.read() as connection:
            return connection.execute(select(column).where(*conditions)).scalar_one()

    def stock(self, sku: str, warehouse: str) -> tuple[int, int, int]:
        """On hand, reserved, incoming."""
        with self.database.read() as connection:
            row = connection.execute(select(
                col(StockBalance.on_hand), col(StockBalance.reserved), col(StockBalance.incoming))
                .join(Sku, col(Sku.id) == col(StockBalance.sku_id))
                .join(Warehouse, col(Warehouse.id) == col(StockBalance.warehouse_id))
                .where(col(Sku.code) == sku, col(Warehouse.name) == warehouse)).one()
            return row[0], row[1], row[2]


def counter(database: Database, calendar: ShopCalendar) -> Counter:
    with database.write() as connection:
        fill(connection)
    return Counter(database, ActionDesk(database, calendar, "CNY", Random(7)))


def fill(connection: Connection) -> None:
    shop = _add(connection, Shop, name="京东旗舰店", platform=Platform.JD, currency="CNY", created_at=AT)
    for name, role in (("陈总", Role.OWNER), ("小王", Role.WAREHOUSE), ("周会计", Role.FINANCE)):
        _add(connection, Staff, name=name, role=role, is_active=True, created_at=AT)
    places = {name: _add(connection, Warehouse, name=name, priority=priority)
              for priority, name in enumerate(("华东仓", "华南仓"), 1)}
    skus = dict(_skus(connection))
    for (code, place), (on_hand, reserved, incoming) in STOCK.items():
        connection.execute(insert(StockBalance).values(
            sku_id=skus[code], warehouse_id=places[place], on_hand=on_hand, reserved=reserved, incoming=incoming))
    for code, pieces in (("CUP", 3), ("BAG", 1)):
        _add(connection, Listing, shop_id=shop, platform_sku="SET-1", sku_id=skus[code], quantity=pieces)
    orders = {number: _order(connection, shop, number, axes, skus) for number, axes in AXES.items()}
    connection.execute(insert(Allocation).values(
        order_id=orders["FIRST"], line_no=1, sku_id=skus["CUP"], warehouse_id=places["华东仓"], parcel_no=1, quantity=5,
        reason=AllocationReason.FIRST_OF_FULL))
    for number, (order, amount, status) in enumerate(REFUNDS):
        _refund(connection, shop, f"{order}/{number}", orders[order], amount, status)


def _skus(connection: Connection) -> Iterator[tuple[str, int]]:
    for code, cost, kind in (("CUP", 128000, ItemKind.GOODS), ("BAG", None, ItemKind.GOODS),
                             ("POST", None, ItemKind.SERVICE)):
        product = _add(connection, Product, name=f"product {code}", kind=kind, created_at=AT)
        yield code, _add(connection, Sku, code=code, product_id=product, currency="CNY", unit_cost_e4=cost,
                         reorder_point=20, allows_backorder=False, is_active=True, created_at=AT, variant="")


def _order(connection: Connection, shop: int, number: str, axes: Axes, skus: Mapping[str, int]) -> int:
    lines = LINES.get(number, (("CUP", "CUP", 1, 4000),))
    paid = sum(line[3] for line in lines)
    is_paid = axes.payment is not Payment.UNPAID
    order = _add(
        connection, Order, shop_id=shop, external_id=number, payment=axes.payment, fulfilment=axes.fulfilment,
        after_sale=axes.after_sale, hold=axes.hold, status=axes.status, created_at=AT - timedelta(days=2),
        paid_at=AT - timedelta(days=1) if is_paid else None, paid_on=date(2026, 11, 22) if is_paid else None,
        paid_hour=15 if is_paid else None, currency="CNY", fx_rate=RATE_SCALE, paid_minor=paid, paid_base=paid,
        content_hash=0, raw_status="")
    for line_no, (code, platform_code, quantity, amount) in enumerate(lines, 1):
        connection.execute(insert(OrderLine).values(
            order_id=order, line_no=line_no, sku_id=skus.get(code), sku_code=None if code else platform_code,
            quantity=quantity, unit_price_e4=0, paid_minor=amount, paid_base=amount,
            cost_base=1280 if code == "CUP" else None))
    return order


def _refund(connection: Connection, shop: int, number: str, order: int, amount: int, status: RefundStatus) -> None:
    moment = AT - timedelta(hours=5) if status is RefundStatus.SUCCEEDED else None
    _add(connection, Refund, shop_id=shop, external_id=number, order_id=order, status=status, amount_minor=amount,
         amount_base=amount, currency="CNY", asked_at=AT, refunded_at=moment, content_hash=0,
         refunded_on=moment.date() if moment else None, refunded_hour=10 if moment else None)


def _add(connection: Connection, table: Any, **values: Any) -> int:
    return int(connection.execute(insert(table).values(**values).returning(table.id)).scalar_one())
