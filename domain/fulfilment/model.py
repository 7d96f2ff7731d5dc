"""Parcels, what is in them, and orders that leave together."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
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
    intercepted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # the carrier was asked to bring it back


class ParcelLine(SQLModel, table=True):
    """What a parcel holds of one line of its order; a bundle has a row for each SKU in it.

    A parcel that a file told of has no rows: the file does not say what was in it.
    """

    __tablename__ = "parcel_lines"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"), {"sqlite_with_rowid": False})

    order_id: int = Field(foreign_key="orders.id", primary_key=True, sa_type=BigInteger)
    parcel_no: int = Field(primary_key=True)
    line_no: int = Field(primary_key=True)
    sku_id: int = Field(foreign_key="skus.id", primary_key=True, sa_type=BigInteger)
    quantity: int


class ResentParcel(SQLModel, table=True):
    """A parcel beyond what was ordered: it takes nothing from what its order still waits for."""

    __tablename__ = "resent_parcels"

    order_id: int = Field(foreign_key="orders.id", primary_key=True, sa_type=BigInteger)
    parcel_no: int = Field(primary_key=True)


class MergedOrder(SQLModel, table=True):
    """Orders of one `lead_id` leave in one parcel; the leading order has a row of its own, too."""

    __tablename__ = "merged_orders"

    order_id: int = Field(foreign_key="orders.id", primary_key=True, sa_type=BigInteger)
    lead_id: int = Field(foreign_key="orders.id", index=True, sa_type=BigInteger)
