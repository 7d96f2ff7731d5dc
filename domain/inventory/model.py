"""Warehouses, append-only stock moves, the balance they add up to, and what of it is promised to orders."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.columns import BigId, EnumText, UtcDateTime, one_of


class MoveReason(StrEnum):
    """Why stock moved."""

    OPENING = "opening"
    RECEIVED = "received"
    SHIPPED = "shipped"
    RETURNED = "returned"
    TRANSFER_OUT = "transfer_out"
    TRANSFER_IN = "transfer_in"
    COUNTED = "counted"
    ADJUSTED = "adjusted"


class AllocationReason(StrEnum):
    """Why an order's pieces are taken from this warehouse; each is a note of the message catalogue, too."""

    ONLY_WAREHOUSE = "only_warehouse"  # no other has everything
    FIRST_OF_FULL = "first_of_full"  # of those that have everything it is tried first
    FEWEST_PARCELS = "fewest_parcels"  # none has everything; these are as few as it takes
    STATED = "stated"  # a person or a file said so


class Warehouse(SQLModel, table=True):
    """A place goods are kept; a lower priority number is tried first."""

    __tablename__ = "warehouses"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str = Field(max_length=60, unique=True)
    city: str | None = Field(default=None, max_length=60)
    priority: int = 100


class StockBalance(SQLModel, table=True):
    """What the moves add up to, per SKU and warehouse. Available is on_hand − reserved."""

    __tablename__ = "stock_balances"
    __table_args__ = (
        CheckConstraint("reserved >= 0", name="reserved"),
        CheckConstraint("incoming >= 0", name="incoming"),
    )

    sku_id: int = Field(foreign_key="skus.id", primary_key=True, sa_type=BigInteger)
    warehouse_id: int = Field(foreign_key="warehouses.id", primary_key=True, sa_type=BigInteger)
    on_hand: int = 0
    reserved: int = 0
    incoming: int = 0


class ReorderPoint(SQLModel, table=True):
    """When a SKU counts as low in one warehouse; there it takes the place of the SKU's own."""

    __tablename__ = "reorder_points"
    __table_args__ = (CheckConstraint("quantity >= 0", name="quantity"),)

    sku_id: int = Field(foreign_key="skus.id", primary_key=True, sa_type=BigInteger)
    warehouse_id: int = Field(foreign_key="warehouses.id", primary_key=True, sa_type=BigInteger)
    quantity: int


class Allocation(SQLModel, table=True):
    """Pieces of a balance that one line of an order has for itself. All of a shelf's rows add up to its `reserved`.

    `parcel_no` tells apart what is meant to leave in different parcels; 1 unless somebody split the order.
    """

    __tablename__ = "allocations"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        one_of("reason", AllocationReason),
        Index("ix_allocations_sku_id", "sku_id", "warehouse_id"),
        {"sqlite_with_rowid": False},
    )

    order_id: int = Field(foreign_key="orders.id", primary_key=True, sa_type=BigInteger)
    line_no: int = Field(primary_key=True)
    sku_id: int = Field(foreign_key="skus.id", primary_key=True, sa_type=BigInteger)
    warehouse_id: int = Field(foreign_key="warehouses.id", primary_key=True, sa_type=BigInteger)
    parcel_no: int = Field(default=1, primary_key=True)
    quantity: int
    reason: AllocationReason = Field(sa_type=EnumText(AllocationReason))


class StockMove(SQLModel, table=True):
    """One change of stock, never edited. The unique reference makes a retry harmless."""

    __tablename__ = "stock_moves"
    __table_args__ = (
        UniqueConstraint("reference_kind", "reference_id", "reference_line", "reason", "warehouse_id"),
        CheckConstraint("quantity <> 0", name="quantity"),
        one_of("reason", MoveReason),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    sku_id: int = Field(foreign_key="skus.id", index=True, sa_type=BigInteger)
    warehouse_id: int = Field(foreign_key="warehouses.id", sa_type=BigInteger)
    quantity: int  # into the warehouse: positive
    reason: MoveReason = Field(sa_type=EnumText(MoveReason))
    reference_kind: str = Field(max_length=24)
    reference_id: str = Field(max_length=80)
    reference_line: int = 0
    order_id: int | None = Field(default=None, foreign_key="orders.id", index=True, sa_type=BigInteger)
    unit_cost_e4: int | None = Field(default=None, sa_type=BigInteger)
    note: str | None = Field(default=None, max_length=200)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigInteger)
    moved_at: datetime = Field(sa_type=UtcDateTime, index=True)
