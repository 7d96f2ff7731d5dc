"""Customers and their platform accounts. Name and phone are sealed; the phone has a blind index for look-ups."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.catalog.model import Platform
from domain.columns import BigId, EnumText, UtcDateTime, one_of


class Segment(StrEnum):
    """Where a customer stands, by recency and frequency (rules.py)."""

    CHAMPIONS = "champions"
    LOYAL = "loyal"
    POTENTIAL = "potential"
    NEW = "new"
    PROMISING = "promising"
    NEED_ATTENTION = "need_attention"
    ABOUT_TO_SLEEP = "about_to_sleep"
    AT_RISK = "at_risk"
    CANT_LOSE = "cant_lose"
    HIBERNATING = "hibernating"


class Customer(SQLModel, table=True):
    """One buyer. `number` is what people see of those whose name is not theirs to read."""

    __tablename__ = "customers"
    __table_args__ = (one_of("segment", Segment),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name_sealed: bytes | None = None
    phone_sealed: bytes | None = None
    phone_index: bytes | None = Field(default=None, index=True)
    province: str | None = Field(default=None, max_length=40)
    level: str | None = Field(default=None, max_length=40)
    tags: str | None = Field(default=None, max_length=300)
    first_paid_on: date | None = Field(default=None, index=True)
    segment: Segment | None = Field(default=None, sa_type=EnumText(Segment), index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)


class CustomerAccount(SQLModel, table=True):
    """A buyer id on one platform."""

    __tablename__ = "customer_accounts"
    __table_args__ = (UniqueConstraint("platform", "buyer_id"), one_of("platform", Platform))

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    customer_id: int = Field(foreign_key="customers.id", index=True, sa_type=BigInteger)
    platform: Platform = Field(sa_type=EnumText(Platform))
    buyer_id: str = Field(max_length=120)
