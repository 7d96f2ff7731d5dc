"""Transfers that take time, and every step of theirs: sent, received, lost."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.columns import BigId, UtcDateTime


class Transfer(SQLModel, table=True):
    """Pieces of one SKU that left one warehouse for another. What is neither received nor lost is on its way.

    A transfer that was taken back has sent nothing.
    """

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint("received >= 0 AND lost >= 0 AND received + lost <= sent", name="sent"),
        CheckConstraint("from_warehouse_id <> to_warehouse_id", name="places"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    number: str = Field(max_length=40, unique=True)
    sku_id: int = Field(foreign_key="skus.id", index=True, sa_type=BigInteger)
    from_warehouse_id: int = Field(foreign_key="warehouses.id", sa_type=BigInteger)
    to_warehouse_id: int = Field(foreign_key="warehouses.id", sa_type=BigInteger)
    sent: int
    received: int = 0
    lost: int = 0
    sent_at: datetime = Field(sa_type=UtcDateTime)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigInteger)


class TransferStep(SQLModel, table=True):
    """What one confirmation (or its undo, in negative pieces) did to a transfer, never edited.

    The stock moves of the same reference are the other half of it.
    """

    __tablename__ = "transfer_steps"
    __table_args__ = (
        UniqueConstraint("reference_kind", "reference_id"),
        CheckConstraint("sent <> 0 OR received <> 0 OR lost <> 0", name="pieces"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    transfer_id: int = Field(foreign_key="transfers.id", index=True, sa_type=BigInteger)
    reference_kind: str = Field(max_length=24)
    reference_id: str = Field(max_length=80)
    sent: int = 0
    received: int = 0
    lost: int = 0
    at: datetime = Field(sa_type=UtcDateTime)
    staff_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigInteger)
