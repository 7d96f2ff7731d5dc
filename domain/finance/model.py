"""Charges on orders, other expenses, accounts with their movements, and exchange rates."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.columns import BigId, EnumText, UtcDateTime, one_of


class ChargeKind(StrEnum):
    """What an order was charged with."""

    PLATFORM_FEE = "platform_fee"
    SHIPPING = "shipping"


class Certainty(StrEnum):
    """An estimate is replaced by the platform's bill."""

    ESTIMATED = "estimated"
    ACTUAL = "actual"


class Charge(SQLModel, table=True):
    """One cost of one order, on the day it fell due."""

    __tablename__ = "charges"
    __table_args__ = (
        UniqueConstraint("shop_id", "kind", "reference"),
        one_of("kind", ChargeKind),
        one_of("certainty", Certainty),
        Index("ix_charges_occurred_on", "occurred_on", "kind"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    shop_id: int = Field(foreign_key="shops.id", sa_type=BigInteger)
    order_id: int | None = Field(default=None, foreign_key="orders.id", index=True, sa_type=BigInteger)
    kind: ChargeKind = Field(sa_type=EnumText(ChargeKind))
    certainty: Certainty = Field(sa_type=EnumText(Certainty))
    amount_minor: int = Field(sa_type=BigInteger)
    amount_base: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    occurred_on: date
    settled_on: date | None = None
    reference: str = Field(max_length=80)  # the order's or the bill row's number


class Expense(SQLModel, table=True):
    """Rent, wages, packaging: what belongs to no order. Without a shop it belongs to all of them."""

    __tablename__ = "expenses"
    __table_args__ = (UniqueConstraint("content_hash"), Index("ix_expenses_day", "day"))

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    day: date
    category: str = Field(max_length=60)
    amount_minor: int = Field(sa_type=BigInteger)
    amount_base: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    shop_id: int | None = Field(default=None, foreign_key="shops.id", sa_type=BigInteger)
    note: str | None = Field(default=None, max_length=300)
    content_hash: int = Field(sa_type=BigInteger)


class FxRate(SQLModel, table=True):
    """Base-currency units for one unit of `currency` on a day, times money.RATE_SCALE."""

    __tablename__ = "fx_rates"
    __table_args__ = (CheckConstraint("rate > 0", name="rate"),)

    day: date = Field(primary_key=True)
    currency: str = Field(primary_key=True, max_length=3)
    rate: int = Field(sa_type=BigInteger)
    source: str = Field(max_length=60)


class Account(SQLModel, table=True):
    """A bank, Alipay or WeChat account."""

    __tablename__ = "accounts"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str = Field(max_length=80, unique=True)
    currency: str = Field(max_length=3)
    opening_minor: int = Field(default=0, sa_type=BigInteger)


class CashMove(SQLModel, table=True):
    """Money into (positive) or out of an account."""

    __tablename__ = "cash_moves"
    __table_args__ = (
        UniqueConstraint("account_id", "reference"),
        CheckConstraint("amount_minor <> 0", name="amount_minor"),
        Index("ix_cash_moves_occurred_on", "occurred_on"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    account_id: int = Field(foreign_key="accounts.id", sa_type=BigInteger)
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    occurred_on: date
    amount_minor: int = Field(sa_type=BigInteger)
    amount_base: int = Field(sa_type=BigInteger)
    counterparty: str | None = Field(default=None, max_length=120)
    note: str | None = Field(default=None, max_length=300)
    reference: str = Field(max_length=80)
