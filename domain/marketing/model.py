"""Advertising spend and traffic, by day."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.columns import BigId


class AdSpend(SQLModel, table=True):
    """One day of one campaign of one shop."""

    __tablename__ = "ad_spend"
    __table_args__ = (
        UniqueConstraint("day", "shop_id", "campaign"),
        CheckConstraint("spend_minor >= 0", name="spend_minor"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    day: date
    shop_id: int = Field(foreign_key="shops.id", sa_type=BigInteger)
    campaign: str = Field(max_length=120)
    impressions: int = Field(default=0, sa_type=BigInteger)
    clicks: int = Field(default=0, sa_type=BigInteger)
    spend_minor: int = Field(sa_type=BigInteger)
    spend_base: int = Field(sa_type=BigInteger)
    attributed_base: int | None = Field(default=None, sa_type=BigInteger)  # revenue the platform credits to the ads
    currency: str = Field(max_length=3)


class Traffic(SQLModel, table=True):
    """One day of visits to one shop."""

    __tablename__ = "traffic"
    __table_args__ = (UniqueConstraint("day", "shop_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    day: date
    shop_id: int = Field(foreign_key="shops.id", sa_type=BigInteger)
    visitors: int = Field(sa_type=BigInteger)
    page_views: int = Field(default=0, sa_type=BigInteger)
