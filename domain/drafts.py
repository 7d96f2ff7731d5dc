"""What an import file or a platform page says, before it is matched with what the shop knows.

Drafts are plain tuples because files have millions of rows. Money is whole minor units of the draft's currency,
unit prices and costs are 1/10000 of the currency unit, moments are UTC with their zone. Names (shop, warehouse)
are as written; the storage layer finds or makes the rows they stand for.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from domain.catalog.model import ItemKind, Platform
from domain.orders.model import AfterSale, Exclusion, Fulfilment, Hold, Payment


class Kind(StrEnum):
    """What the rows of an import file are."""

    ORDER_LINES = "order_lines"
    PRODUCTS = "products"
    STOCK = "stock"
    CUSTOMERS = "customers"
    EXPENSES = "expenses"
    AD_SPEND = "ad_spend"
    TRAFFIC = "traffic"
    FX_RATES = "fx_rates"


class OrderDraft(NamedTuple):
    """The order-level part of one or more rows. A repeated draft of one order must say the same."""

    shop: str
    external_id: str
    platform: Platform
    payment: Payment
    fulfilment: Fulfilment
    after_sale: AfterSale
    hold: Hold
    raw_status: str
    excluded: Exclusion | None
    created_at: datetime
    paid_at: datetime | None
    ship_by: datetime | None
    shipped_at: datetime | None
    signed_at: datetime | None
    changed_at: datetime | None
    currency: str
    freight_minor: int
    buyer_id: str | None
    receiver: str | None
    phone: str | None
    province: str | None
    city: str | None
    address: str | None
    carrier: str | None
    waybill_no: str | None
    warehouse: str | None
    staff: str | None
    remark: str | None


class LineDraft(NamedTuple):
    """One row of an order. A negative quantity is a return: `paid_minor` is then what went back."""

    shop: str
    order: str  # external id
    row_no: int  # in the file, counted from 1 after the header
    line_no: int | None  # None: numbered by row within the order
    external_id: str | None
    sku_code: str  # the seller's own code; '' when the row has none
    title: str
    kind: ItemKind
    quantity: int  # never 0
    unit_price_e4: int
    discount_minor: int
    paid_minor: int  # of the whole line, after discounts, without freight
    refund_minor: int  # money that went back on this line, besides negative quantities
    refunded_at: datetime | None  # None: at the time of payment, the best the file knows
    refund_asked_minor: int  # a refund that is asked for and not decided
    row_hash: int  # below 2**48, of everything the row says


@dataclass(frozen=True, slots=True)
class Lines:
    """Line drafts of a batch column by column: so they are read, and so one process hands them to another fastest."""

    columns: tuple[Sequence[Any], ...] = ()  # none, or one for each field of LineDraft

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def __iter__(self) -> Iterator[LineDraft]:
        return map(LineDraft._make, zip(*self.columns, strict=True))

    @classmethod
    def of(cls, lines: Iterable[LineDraft]) -> "Lines":
        return lines if isinstance(lines, Lines) else cls(tuple(zip(*lines, strict=True)))


class ProductDraft(NamedTuple):
    """One SKU and the product it belongs to."""

    sku_code: str
    product: str
    variant: str
    aliases: tuple[str, ...]
    category: str | None
    kind: ItemKind
    unit_cost_e4: int | None
    price_minor: int | None
    currency: str
    reorder_point: int | None
    barcode: str | None
    is_active: bool


class StockDraft(NamedTuple):
    """What was counted of one SKU in one warehouse."""

    sku_code: str
    warehouse: str
    on_hand: int
    incoming: int | None
    counted_at: datetime | None
    row_no: int = 0  # in the file, for a reject


class CustomerDraft(NamedTuple):
    """One buyer's account on one platform."""

    buyer_id: str
    platform: Platform
    name: str | None
    phone: str | None
    province: str | None
    level: str | None
    tags: str | None


class ExpenseDraft(NamedTuple):
    """One booked expense."""

    day: date
    category: str
    amount_minor: int
    currency: str
    shop: str | None
    note: str | None
    occurrence: int  # 1 for the first row that says just this in its file, 2 for the second …
    row_no: int = 0  # in the file, for a reject


class AdSpendDraft(NamedTuple):
    """One day of one campaign."""

    day: date
    shop: str
    campaign: str
    impressions: int
    clicks: int
    spend_minor: int
    currency: str
    attributed_minor: int | None
    row_no: int = 0  # in the file, for a reject


class TrafficDraft(NamedTuple):
    """One day of visits."""

    day: date
    shop: str
    visitors: int
    page_views: int


class FxRateDraft(NamedTuple):
    """Base-currency units for one unit of `currency`, times money.RATE_SCALE."""

    day: date
    currency: str
    rate: int


class Reject(NamedTuple):
    """A row that was not taken, with the reason: a key of the message catalogue and its facts."""

    row_no: int
    reason: str
    facts: dict[str, str]
    cells: tuple[str, ...]


Draft = (ProductDraft | StockDraft | CustomerDraft | ExpenseDraft | AdSpendDraft | TrafficDraft | FxRateDraft)


class Counts(NamedTuple):
    """What became of the rows of one kind."""

    accepted: int = 0
    unchanged: int = 0
    rejected: int = 0
