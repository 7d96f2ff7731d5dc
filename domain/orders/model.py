"""The order with its four axes, its lines, and the refunds that came of it.

Amounts end in `_minor` (of the order's currency) or `_base` (minor units of the shop's base currency, converted
once with `fx_rate` when booked). `paid_on` is the business day of `paid_at` in the shop's zone.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from domain.columns import BigId, EnumText, UtcDateTime, one_of


class Payment(StrEnum):
    """Has the buyer paid?"""

    UNPAID = "unpaid"
    PAID = "paid"
    REFUNDED = "refunded"  # all of it went back
    CLOSED = "closed"  # closed before it was paid


class Fulfilment(StrEnum):
    """How far the goods are."""

    UNSHIPPED = "unshipped"
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"
    SIGNED = "signed"
    COMPLETED = "completed"


class AfterSale(StrEnum):
    """Is a refund, return or exchange going on?"""

    NONE = "none"
    OPEN = "open"
    DONE = "done"


class Hold(StrEnum):
    """Why a paid order may not be shipped yet."""

    NONE = "none"
    PLATFORM = "platform"
    RISK = "risk"
    GROUP = "group"
    PRESALE = "presale"
    MANUAL = "manual"
    UNKNOWN_STATUS = "unknown_status"


class OrderStatus(StrEnum):
    """The one status people see, derived from the axes by `rules.derive_status`."""

    TO_PAY = "to_pay"
    TO_SHIP = "to_ship"
    PARTLY_SHIPPED = "partly_shipped"
    SHIPPED = "shipped"
    SIGNED = "signed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    AFTER_SALE = "after_sale"
    HELD = "held"


class Exclusion(StrEnum):
    """Why an order is left out of every sales figure, visibly."""

    BRUSHED = "brushed"
    TEST = "test"
    GIFT = "gift"  # nothing in it has a price


class RefundStatus(StrEnum):
    """How far a refund is."""

    ASKED = "asked"
    SUCCEEDED = "succeeded"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


_IS_EXCLUDED = text("excluded IS NOT NULL")


class Order(SQLModel, table=True):
    """One order of one shop; UNIQUE(shop, external id) makes a repeated page or file harmless."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("shop_id", "external_id"),
        one_of("payment", Payment),
        one_of("fulfilment", Fulfilment),
        one_of("after_sale", AfterSale),
        one_of("hold", Hold),
        one_of("status", OrderStatus),
        CheckConstraint("paid_minor >= 0", name="paid_minor"),
        CheckConstraint("freight_minor >= 0", name="freight_minor"),
        CheckConstraint("(paid_at IS NULL) = (paid_on IS NULL)", name="paid_on"),
        Index("ix_orders_paid_on", "paid_on", "shop_id"),
        Index("ix_orders_customer_id", "customer_id", "paid_on"),
        Index("ix_orders_status", "status", "ship_by"),
        # few orders are left out, and every answer on sales says how many: found without reading the others
        Index("ix_orders_excluded", "paid_on", sqlite_where=_IS_EXCLUDED, postgresql_where=_IS_EXCLUDED),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    shop_id: int = Field(foreign_key="shops.id", sa_type=BigInteger)
    external_id: str = Field(max_length=64, index=True)
    customer_id: int | None = Field(default=None, foreign_key="customers.id", sa_type=BigInteger)
    payment: Payment = Field(sa_type=EnumText(Payment))
    fulfilment: Fulfilment = Field(sa_type=EnumText(Fulfilment))
    after_sale: AfterSale = Field(default=AfterSale.NONE, sa_type=EnumText(AfterSale))
    hold: Hold = Field(default=Hold.NONE, sa_type=EnumText(Hold))
    status: OrderStatus = Field(sa_type=EnumText(OrderStatus))
    raw_status: str = Field(default="", max_length=80)
    excluded: Exclusion | None = Field(default=None, sa_type=EnumText(Exclusion))
    created_at: datetime = Field(sa_type=UtcDateTime)
    paid_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paid_on: date | None = None
    paid_hour: int | None = None
    ship_by: datetime | None = Field(default=None, sa_type=UtcDateTime)
    shipped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # the platform's own time of last change
    currency: str = Field(max_length=3)
    fx_rate: int = Field(sa_type=BigInteger)  # base units per unit of `currency`, times money.RATE_SCALE
    discount_minor: int = Field(default=0, sa_type=BigInteger)
    freight_minor: int = Field(default=0, sa_type=BigInteger)
    paid_minor: int = Field(default=0, sa_type=BigInteger)  # goods and freight, before refunds
    discount_base: int = Field(default=0, sa_type=BigInteger)
    freight_base: int = Field(default=0, sa_type=BigInteger)
    paid_base: int = Field(default=0, sa_type=BigInteger)
    province: str | None = Field(default=None, max_length=40)
    city: str | None = Field(default=None, max_length=60)
    receiver_sealed: bytes | None = None
    phone_sealed: bytes | None = None
    phone_index: bytes | None = Field(default=None, index=True)
    address_sealed: bytes | None = None
    remark: str | None = Field(default=None, max_length=1000)
    receiver_changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # after a parcel had left
    content_hash: int = Field(sa_type=BigInteger)  # of the rows it was read from: equal means nothing to write


class OrderLine(SQLModel, table=True):
    """One kind of thing in an order, kept beside its order's other lines.

    A line that came without an own SKU keeps its `sku_code` and `title`: they are what a listing is found by. Its
    `sku_id` is the SKU it was matched to; None where it was matched to none, or to a bundle.
    """

    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("unit_price_e4 >= 0", name="unit_price"),
        CheckConstraint("paid_minor >= 0", name="paid_minor"),
        {"sqlite_with_rowid": False},
    )

    order_id: int = Field(foreign_key="orders.id", primary_key=True, sa_type=BigInteger)
    line_no: int = Field(primary_key=True, sa_type=Integer)
    external_id: str | None = Field(default=None, max_length=64)
    sku_id: int | None = Field(default=None, foreign_key="skus.id", sa_type=BigInteger)
    sku_code: str | None = Field(default=None, max_length=80)
    title: str | None = Field(default=None, max_length=300)
    quantity: int
    unit_price_e4: int = Field(sa_type=BigInteger)
    discount_minor: int = Field(default=0, sa_type=BigInteger)
    paid_minor: int = Field(sa_type=BigInteger)  # after discounts, without freight
    paid_base: int = Field(sa_type=BigInteger)
    cost_base: int | None = Field(default=None, sa_type=BigInteger)  # of all its pieces; None: not known


class OrderMark(SQLModel, table=True):
    """What somebody here said an order is; it outlives what files say. NULL: an order like any other."""

    __tablename__ = "order_marks"

    order_id: int = Field(foreign_key="orders.id", primary_key=True, sa_type=BigInteger)
    excluded: Exclusion | None = Field(default=None, sa_type=EnumText(Exclusion))


class Cancellation(SQLModel, table=True):
    """An order that somebody here has cancelled: it stays so, whatever an older file says of it."""

    __tablename__ = "cancellations"

    order_id: int = Field(foreign_key="orders.id", primary_key=True, sa_type=BigInteger)
    reason: str | None = Field(default=None, max_length=200)
    cancelled_at: datetime = Field(sa_type=UtcDateTime)


class Refund(SQLModel, table=True):
    """Money that went back, or is asked back. It may name no order: some exports only number the return."""

    __tablename__ = "refunds"
    __table_args__ = (
        UniqueConstraint("shop_id", "external_id"),
        one_of("status", RefundStatus),
        CheckConstraint("amount_minor >= 0", name="amount_minor"),
        CheckConstraint("(refunded_at IS NULL) = (refunded_on IS NULL)", name="refunded_on"),
        Index("ix_refunds_refunded_on", "refunded_on", "shop_id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    shop_id: int = Field(foreign_key="shops.id", sa_type=BigInteger)
    external_id: str = Field(max_length=80)
    order_id: int | None = Field(default=None, foreign_key="orders.id", index=True, sa_type=BigInteger)
    customer_id: int | None = Field(default=None, foreign_key="customers.id", sa_type=BigInteger)
    status: RefundStatus = Field(sa_type=EnumText(RefundStatus))
    amount_minor: int = Field(sa_type=BigInteger)
    amount_base: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    reason: str | None = Field(default=None, max_length=200)
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    refunded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    refunded_on: date | None = None
    refunded_hour: int | None = None
    queued_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # let through here; the platform has to pay
    content_hash: int = Field(default=0, sa_type=BigInteger)


class RefundLine(SQLModel, table=True):
    """What a refund is for: a line of its order, where that is known.

    `cost_base` is the cost of goods that came back (or never left); 0 when they did not.
    """

    __tablename__ = "refund_lines"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity"),
        CheckConstraint("amount_minor >= 0", name="amount_minor"),
        {"sqlite_with_rowid": False},
    )

    refund_id: int = Field(foreign_key="refunds.id", primary_key=True, sa_type=BigInteger)
    line_no: int = Field(primary_key=True, sa_type=Integer)
    order_line_no: int | None = None
    sku_id: int | None = Field(default=None, foreign_key="skus.id", sa_type=BigInteger)
    quantity: int = 0
    amount_minor: int = Field(sa_type=BigInteger)
    amount_base: int = Field(sa_type=BigInteger)
    cost_base: int | None = Field(default=None, sa_type=BigInteger)
