"""Drafts for tests: an order and a line that say nothing unusual, and whatever a test wants different."""

from datetime import UTC, datetime
from typing import Any

from domain.catalog.model import ItemKind, Platform
from domain.clock import ShopCalendar
from domain.drafts import LineDraft, OrderDraft
from domain.orders.model import AfterSale, Fulfilment, Hold, Payment
from storage.encryption import Vault
from storage.engine import Database
from storage.ingest import Ingest

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
PAID = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)  # 10:30 in Shanghai
VAULT = Vault.from_secret("a secret for tests only, long enough")

_ORDER = OrderDraft(
    shop="小店", external_id="A1", platform=Platform.TAOBAO, payment=Payment.PAID, fulfilment=Fulfilment.UNSHIPPED,
    after_sale=AfterSale.NONE, hold=Hold.NONE, raw_status="", excluded=None, created_at=PAID, paid_at=PAID,
    ship_by=None, shipped_at=None, signed_at=None, changed_at=None, currency="CNY", freight_minor=0, buyer_id=None,
    receiver=None, phone=None, province=None, city=None, address=None, carrier=None, waybill_no=None, warehouse=None,
    staff=None, remark=None)
_LINE = LineDraft(
    shop="小店", order="A1", row_no=1, line_no=None, external_id=None, sku_code="S1", title="杯子",
    kind=ItemKind.GOODS, quantity=1, unit_price_e4=100_000, discount_minor=0, paid_minor=1_000, refund_minor=0,
    refunded_at=None, refund_asked_minor=0, row_hash=1)


def order(**different: Any) -> OrderDraft:
    return _ORDER._replace(**different)


def line(**different: Any) -> LineDraft:
    return _LINE._replace(**different)


def ingest(database: Database, now: datetime = NOW) -> Ingest:
    return Ingest(database, calendar=ShopCalendar.named("Asia/Shanghai"), vault=VAULT, base_currency="CNY", now=now)


def rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    with database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]
