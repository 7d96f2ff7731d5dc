"""Shipments."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.columns import BigId, UtcDateTime


class Shipment(SQLModel, table=True):
    """One parcel of one order, and who confirmed it."""

    __tablename__ = "shipments"
    __table_args__ = (
        UniqueConstraint("order_id", "parcel_no"),
        Index("ix_shipments_shipped_on", "shipped_on"),
        Index("ix_shipments_waybill_no", "waybill_no"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    order_id: int = Field(foreign_key="orders.id", sa_type=BigInteger)
    parcel_no: int = 1
    warehouse_id: int | None = Field(default=None, foreign_key="warehouses.id", sa_type=BigInteger)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigInteger)
    carrier: str | None = Field(default=None, max_length=30)
    waybill_no: str | None = Field(default=None, max_length=60)
    shipped_at: datetime = Field(sa_type=UtcDateTime)
    shipped_on: date
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    signed_on: date | None = Field(default=None, index=True)
