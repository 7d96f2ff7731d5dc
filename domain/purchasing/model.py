"""Suppliers with their prices; purchase orders and what has arrived of them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.columns import BigId, EnumText, UtcDateTime, one_of


class PurchaseStatus(StrEnum):
    """Whether the supplier is still to deliver."""

    OPEN = "open"
    CANCELLED = "cancelled"


class Supplier(SQLModel, table=True):
    """Whom goods are bought from. How to reach them is sealed by the storage layer's vault."""

    __tablename__ = "suppliers"
    __table_args__ = (CheckConstraint("lead_days >= 0", name="lead_days"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str = Field(max_length=80, unique=True)
    contact_sealed: bytes | None = None
    lead_days: int | None = None  # from the order to the arrival
    created_at: datetime = Field(sa_type=UtcDateTime)


class SupplierPrice(SQLModel, table=True):
    """What one piece of a SKU costs from a supplier, in 1/10000 of the SKU's currency unit."""

    __tablename__ = "supplier_prices"
    __table_args__ = (CheckConstraint("unit_cost_e4 >= 0", name="unit_cost"),)

    supplier_id: int = Field(foreign_key="suppliers.id", primary_key=True, sa_type=BigInteger)
    sku_id: int = Field(foreign_key="skus.id", primary_key=True, sa_type=BigInteger)
    unit_cost_e4: int = Field(sa_type=BigInteger)


class PurchaseOrder(SQLModel, table=True):
    """One order to a supplier, for one warehouse. It has been received when all its lines have.

    A cancelled one keeps what came before; nothing more is expected of it.
    """

    __tablename__ = "purchase_orders"
    __table_args__ = (one_of("status", PurchaseStatus),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    number: str = Field(max_length=40, unique=True)
    warehouse_id: int = Field(foreign_key="warehouses.id", sa_type=BigInteger)
    status: PurchaseStatus = Field(sa_type=EnumText(PurchaseStatus))
    ordered_at: datetime = Field(sa_type=UtcDateTime)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigInteger)
    supplier_id: int | None = Field(default=None, foreign_key="suppliers.id", sa_type=BigInteger)
    expected_on: date | None = None


class PurchaseLine(SQLModel, table=True):
    """Pieces of one SKU. A supplier may send more than was ordered; only what was ordered counts here.

    `unit_cost_e4` is the supplier's price when it was ordered, as for the supplier.
    """

    __tablename__ = "purchase_lines"
    __table_args__ = (
        UniqueConstraint("purchase_order_id", "sku_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("received >= 0 AND received <= quantity", name="received"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    purchase_order_id: int = Field(foreign_key="purchase_orders.id", sa_type=BigInteger)
    sku_id: int = Field(foreign_key="skus.id", index=True, sa_type=BigInteger)
    quantity: int
    received: int = 0
    unit_cost_e4: int | None = Field(default=None, sa_type=BigInteger)
