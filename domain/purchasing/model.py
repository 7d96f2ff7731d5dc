"""Purchase orders and what has arrived of them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.columns import BigId, EnumText, UtcDateTime, one_of


class PurchaseStatus(StrEnum):
    """Whether the supplier is still to deliver."""

    OPEN = "open"
    CANCELLED = "cancelled"


class PurchaseOrder(SQLModel, table=True):
    """One order to a supplier, for one warehouse. It has been received when all its lines have."""

    __tablename__ = "purchase_orders"
    __table_args__ = (one_of("status", PurchaseStatus),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    number: str = Field(max_length=40, unique=True)
    warehouse_id: int = Field(foreign_key="warehouses.id", sa_type=BigInteger)
    status: PurchaseStatus = Field(sa_type=EnumText(PurchaseStatus))
    ordered_at: datetime = Field(sa_type=UtcDateTime)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigInteger)


class PurchaseLine(SQLModel, table=True):
    """Pieces of one SKU. A supplier may send more than was ordered; only what was ordered counts here."""

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
