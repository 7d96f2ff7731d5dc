"""Rows of a made-up shop, written down as a story: who paid what for which goods, when, and what went back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert

from domain.clock import ShopCalendar
from domain.money import RATE_SCALE
from storage import rollups
from storage.customers import refresh_customers
from storage.engine import Database
from storage.schema import metadata

CALENDAR = ShopCalendar.named("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=CALENDAR.zone)
TODAY = NOW.date()


def local(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=CALENDAR.zone)


@dataclass
class Line:
    """`sku` is None for a line nobody has matched; `paid` in minor units."""

    sku: int | None
    paid: int
    quantity: int = 1
    cost: int | None = 100
    discount: int = 0


@dataclass
class MadeShop:
    """Two shops, two warehouses, two people, three goods (SKUs 1 to 4) and a service (SKU 5)."""

    database: Database
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        made = {"created_at": NOW - timedelta(days=900)}
        an_hour = timedelta(hours=1)
        self.add("shops", id=1, name="京东店", platform="jd", currency="CNY", fresh_at=NOW - an_hour, **made)
        self.add("shops", id=2, name="海外店", platform="shopify", currency="USD", fresh_at=NOW + an_hour, **made)
        self.add("warehouses", id=1, name="华东仓", priority=1)
        self.add("warehouses", id=2, name="华南仓", priority=2)
        self.add("staff", id=1, name="小王", role="warehouse", is_active=True, **made)
        for product, name, category, kind in ((1, "大衣", "女装", "goods"), (2, "杯子", "家居", "goods"),
                                         (3, "杯子", "家居", "goods"), (4, "补差价", None, "service")):
            self.add("products", id=product, name=name, category=category, kind=kind, **made)
        for sku, code, product, variant in ((1, "DY-M", 1, "驼色 M"), (2, "DY-L", 1, "驼色 L"), (3, "BZ-1", 2, "蓝"),
                                           (4, "BZ-2", 3, ""), (5, "CJ", 4, "")):
            self.add("skus", id=sku, code=code, product_id=product, variant=variant, currency="CNY", is_active=True,
                     unit_cost_e4=10_000, cost_remainder_e4=0, reorder_point=10, allows_backorder=False, **made)
        for customer in (1, 2, 3):
            self.add("customers", id=customer, segment="loyal" if customer == 1 else None, first_paid_on=None, **made)
            self.add("customer_accounts", customer_id=customer, platform="jd", buyer_id=f"buyer-{customer}")

    def add(self, table: str, **row: Any) -> dict[str, Any]:
        self.rows.setdefault(table, []).append(row)
        return row

    def order(self, paid_at: datetime | None, lines: Iterable[Line], *, shop: int = 1, freight: int = 0,
              rate: float = 1.0, currency: str = "CNY", **own: Any) -> int:
        """An order whose amounts fit together; its id. `own` overrides any column."""
        order_id = len(self.rows.get("orders", [])) + 1
        goods, base = 0, 0
        for number, line in enumerate(lines, 1):
            goods, base = goods + line.paid, base + round(line.paid * rate)
            self.add("order_lines", order_id=order_id, line_no=number, sku_id=line.sku, sku_code="", title="",
                     quantity=line.quantity, unit_price_e4=line.paid * 100 // line.quantity,
                     discount_minor=line.discount, paid_minor=line.paid, paid_base=round(line.paid * rate),
                     cost_base=line.cost)
        discount = sum(line.discount for line in lines)
        self.add("orders", **{
            "id": order_id, "shop_id": shop, "external_id": f"N{order_id}", "customer_id": None, "payment": "paid",
            "fulfilment": "unshipped", "after_sale": "none", "hold": "none", "status": "to_ship", "raw_status": "",
            "excluded": None, "created_at": paid_at or NOW, "paid_at": paid_at,
            "paid_on": paid_at and CALENDAR.day(paid_at), "paid_hour": paid_at and CALENDAR.local(paid_at).hour,
            "ship_by": None, "shipped_at": None, "signed_at": None, "changed_at": None, "currency": currency,
            "fx_rate": int(rate * RATE_SCALE), "discount_minor": discount, "freight_minor": freight,
            "paid_minor": goods + freight, "discount_base": round(discount * rate),
            "freight_base": round(freight * rate), "paid_base": base + round(freight * rate),
            "province": None, "content_hash": order_id, **own})
        return order_id

    def refund(self, at: datetime, amount: int, *, order: int | None = None, shop: int = 1,
               lines: Iterable[Line] = (), **own: Any) -> int:
        """A refund that succeeded, unless `own` says otherwise; a line's cost is what came back with it."""
        refund_id = len(self.rows.get("refunds", [])) + 1
        self.add("refunds", **{
            "id": refund_id, "shop_id": shop, "external_id": f"R{refund_id}", "order_id": order, "customer_id": None,
            "status": "succeeded", "amount_minor": amount, "amount_base": amount, "currency": "CNY",
            "refunded_at": at, "refunded_on": CALENDAR.day(at), "refunded_hour": CALENDAR.local(at).hour,
            "content_hash": refund_id, **own})
        for number, line in enumerate(lines, 1):
            self.add("refund_lines", refund_id=refund_id, line_no=number, sku_id=line.sku, quantity=line.quantity,
                     amount_minor=line.paid, amount_base=line.paid, cost_base=line.cost)
        return refund_id

    def charge(self, day: date, kind: str, amount: int, *, shop: int = 1, certainty: str = "actual") -> None:
        self.add("charges", shop_id=shop, kind=kind, certainty=certainty, amount_minor=amount, amount_base=amount,
                 currency="CNY", occurred_on=day, reference=str(len(self.rows.get("charges", []))))

    def stock(self, sku: int, warehouse: int, on_hand: int, reserved: int = 0, incoming: int = 0) -> None:
        self.add("stock_balances", sku_id=sku, warehouse_id=warehouse, on_hand=on_hand, reserved=reserved,
                 incoming=incoming)
        if on_hand:
            self.move(sku, warehouse, on_hand, "opening", NOW - timedelta(days=100))

    def move(self, sku: int, warehouse: int, quantity: int, reason: str, at: datetime) -> None:
        self.add("stock_moves", sku_id=sku, warehouse_id=warehouse, quantity=quantity, reason=reason, moved_at=at,
                 reference_kind="test", reference_id=str(len(self.rows.get("stock_moves", []))), reference_line=0)

    def open(self) -> Database:
        """Everything written, with first payments and rollups as after any import."""
        with self.database.write() as connection:
            for table in metadata.sorted_tables:
                if rows := self.rows.get(table.name):
                    connection.execute(insert(table), _same_columns(table, rows))
            refresh_customers(connection)
            rollups.rebuild(connection)
        return self.database


def _same_columns(table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = {name for row in rows for name in row}
    assert names <= {column.name for column in table.c}
    return [{name: row.get(name) for name in names} for row in rows]


