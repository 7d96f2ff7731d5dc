"""Pieces that came back, and how much of what was paid has gone back."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field, SQLModel

from domain.columns import BigId, EnumText, UtcDateTime, one_of


class Condition(StrEnum):
    """Whether a returned piece can be sold again."""

    SELLABLE = "sellable"
    DEFECTIVE = "defective"


class ReturnedPiece(SQLModel, table=True):
    """Pieces of an order's line that a warehouse got back. Only sellable ones are in its stock again."""

    __tablename__ = "returned_pieces"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        one_of("condition", Condition),
        Index("ix_returned_pieces_order_id", "order_id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    order_id: int = Field(foreign_key="orders.id", sa_type=BigInteger)
    line_no: int
    sku_id: int = Field(foreign_key="skus.id", sa_type=BigInteger)
    warehouse_id: int = Field(foreign_key="warehouses.id", sa_type=BigInteger)
    quantity: int
    condition: Condition = Field(sa_type=EnumText(Condition))
    returned_at: datetime = Field(sa_type=UtcDateTime)


class RefundTotal(SQLModel, table=True):
    """How much of an order's money has gone back: the one row that every refund decided here must get past.

    Opened with the first of them and dropped when a file says something new of the order.
    """

    __tablename__ = "refund_totals"
    __table_args__ = (CheckConstraint("refunded_minor >= 0 AND refunded_minor <= paid_minor", name="refunded_minor"),)

    order_id: int = Field(foreign_key="orders.id", primary_key=True, sa_type=BigInteger)
    paid_minor: int = Field(sa_type=BigInteger)
    refunded_minor: int = Field(sa_type=BigInteger)
