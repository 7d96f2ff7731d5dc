"""The kept value of a SKU's pieces: the pool, its layers where it is first in first out, and every change of both.

A SKU has a pool from its first receipt with a price on. Values are in 1/10000 of the SKU's currency, whole numbers.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel

from domain.columns import BigId, EnumText, UtcDateTime, one_of


class CostMethod(StrEnum):
    """What a piece that leaves has cost."""

    AVERAGE = "average"  # its share of the value of all pieces
    FIFO = "fifo"  # what the pieces cost that came first


class CostEntryKind(StrEnum):
    """Why the kept value changed."""

    OPENED = "opened"  # what was there when the value began to be kept
    MOVED = "moved"  # a stock move
    REVALUED = "revalued"  # no pieces: another price for those there, or for those sold before they came
    TURNED = "turned"  # another method: what leaves the pool's layers and comes back in one sum


class CostPool(SQLModel, table=True):
    """All pieces of a SKU, in whatever warehouse, and what they are worth together. Owed pieces are negative."""

    __tablename__ = "cost_pools"
    __table_args__ = (one_of("method", CostMethod),)

    sku_id: int = Field(foreign_key="skus.id", primary_key=True, sa_type=BigInteger)
    method: CostMethod = Field(sa_type=EnumText(CostMethod))
    pieces: int = Field(sa_type=BigInteger)
    value_e4: int = Field(sa_type=BigInteger)
    settled_to: int = Field(sa_type=BigInteger)  # no stock move up to this id is looked at again


class CostLayer(SQLModel, table=True):
    """What is left of one receipt; consumed in the order of (received_at, id)."""

    __tablename__ = "cost_layers"
    __table_args__ = (CheckConstraint("pieces_left >= 0", name="pieces_left"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    sku_id: int = Field(foreign_key="skus.id", index=True, sa_type=BigInteger)
    received_at: datetime = Field(sa_type=UtcDateTime)
    pieces_left: int = Field(sa_type=BigInteger)
    value_left_e4: int = Field(sa_type=BigInteger)


class CostEntry(SQLModel, table=True):
    """One change of a pool, never edited: the entries of a SKU add up to its pool, those of a layer to the layer."""

    __tablename__ = "cost_entries"
    __table_args__ = (one_of("kind", CostEntryKind),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    sku_id: int = Field(foreign_key="skus.id", index=True, sa_type=BigInteger)
    move_id: int | None = Field(default=None, foreign_key="stock_moves.id", index=True, sa_type=BigInteger)
    layer_id: int | None = Field(default=None, foreign_key="cost_layers.id", index=True, sa_type=BigInteger)
    kind: CostEntryKind = Field(sa_type=EnumText(CostEntryKind))
    pieces: int = Field(sa_type=BigInteger)
    value_e4: int = Field(sa_type=BigInteger)
    reference: str | None = Field(default=None, max_length=80)
    booked_at: datetime = Field(sa_type=UtcDateTime)
