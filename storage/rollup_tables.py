"""Tables of whole days added up in advance. Apart from rollups.py, so that the schema can register them first.

A row exists where there is a fact. `cost_base` is NULL where the cost of no line is known.
"""

from datetime import date

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

NO_SKU = 0  # in SkuDay: freight, services, lines without a SKU and what a refund's lines do not explain


class SalesDay(SQLModel, table=True):
    """One shop's day in one currency of sale. Amounts in minor units of the base currency."""

    __tablename__ = "sales_days"
    # Kept in the order of the key: a period is one run of pages on SQLite.
    __table_args__ = {"sqlite_with_rowid": False}

    day: date = Field(primary_key=True)
    shop_id: int = Field(foreign_key="shops.id", primary_key=True, sa_type=BigInteger)
    currency: str = Field(primary_key=True, max_length=3)
    orders: int = Field(default=0, sa_type=BigInteger)
    revenue_base: int = Field(default=0, sa_type=BigInteger)
    discount_base: int = Field(default=0, sa_type=BigInteger)
    units: int = Field(default=0, sa_type=BigInteger)
    cost_base: int | None = Field(default=None, sa_type=BigInteger)
    lines_without_cost: int = Field(default=0, sa_type=BigInteger)
    amount_without_cost: int = Field(default=0, sa_type=BigInteger)
    refund_orders: int = Field(default=0, sa_type=BigInteger)
    refund_base: int = Field(default=0, sa_type=BigInteger)
    cost_returned_base: int = Field(default=0, sa_type=BigInteger)
    charges: int = Field(default=0, sa_type=BigInteger)
    platform_fees_base: int = Field(default=0, sa_type=BigInteger)
    shipping_cost_base: int = Field(default=0, sa_type=BigInteger)
    estimated_charges: int = Field(default=0, sa_type=BigInteger)


class SkuDay(SQLModel, table=True):
    """One SKU's day in one shop and currency; with what NO_SKU holds, a day's SKUs add up to the day."""

    __tablename__ = "sku_days"
    __table_args__ = (Index("ix_sku_days_sku_id", "sku_id", "day"), {"sqlite_with_rowid": False})

    day: date = Field(primary_key=True)
    shop_id: int = Field(foreign_key="shops.id", primary_key=True, sa_type=BigInteger)
    sku_id: int = Field(primary_key=True, sa_type=BigInteger)
    currency: str = Field(primary_key=True, max_length=3)
    sale_lines: int = Field(default=0, sa_type=BigInteger)
    revenue_base: int = Field(default=0, sa_type=BigInteger)
    discount_base: int = Field(default=0, sa_type=BigInteger)
    units: int = Field(default=0, sa_type=BigInteger)
    cost_base: int | None = Field(default=None, sa_type=BigInteger)
    lines_without_cost: int = Field(default=0, sa_type=BigInteger)
    amount_without_cost: int = Field(default=0, sa_type=BigInteger)
    refund_lines: int = Field(default=0, sa_type=BigInteger)
    refund_base: int = Field(default=0, sa_type=BigInteger)
    cost_returned_base: int = Field(default=0, sa_type=BigInteger)
