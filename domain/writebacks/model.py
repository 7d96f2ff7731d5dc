"""The queue of write-backs: one row for each parcel of an order whose platform has to be told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from domain.columns import BigId, EnumText, UtcDateTime, one_of
from domain.writebacks.telling import Parcel, WhyNot


class WriteBackState(StrEnum):
    """What became of it."""

    QUEUED = "queued"
    TOLD = "told"  # the platform has it
    FAILED = "failed"  # refused for good, or tried too often: an exception of the inbox
    WITHDRAWN = "withdrawn"  # the shipment was undone here; `told_at` says whether the platform knew by then


class WriteBack(SQLModel, table=True):
    """One parcel the platform has to hear of. Written in the commit of the shipment, told outside any transaction.

    `may_be_known` holds from the moment a call goes out until its answer is here: a process may die in between.
    """

    __tablename__ = "write_backs"
    __table_args__ = (
        one_of("state", WriteBackState),
        Index("uq_write_backs_parcel", "shop_id", "order_id", "parcel_no", unique=True,
              sqlite_where=text("state <> 'withdrawn'"), postgresql_where=text("state <> 'withdrawn'")),
        Index("ix_write_backs_waiting", "shop_id", "not_before", sqlite_where=text("state = 'queued'"),
              postgresql_where=text("state = 'queued'")),
        Index("ix_write_backs_failed", "order_id", sqlite_where=text("state = 'failed'"),
              postgresql_where=text("state = 'failed'")),
        Index("ix_write_backs_order_id", "order_id", "parcel_no"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    shop_id: int = Field(foreign_key="shops.id", sa_type=BigInteger)
    order_id: int = Field(foreign_key="orders.id", sa_type=BigInteger)
    parcel_no: int
    carrier: str = Field(max_length=30)
    waybill_no: str = Field(max_length=60)
    state: WriteBackState = Field(sa_type=EnumText(WriteBackState))
    attempts: int = 0  # times it was taken in hand, those that the platform put off not counted
    may_be_known: bool = False
    staff: str = Field(default="", max_length=60)  # who confirmed the shipment …
    chat: str = Field(default="", max_length=120)  # … where …
    language: str = Field(default="zh", max_length=8)  # … and in which language: who hears of a failure
    queued_at: datetime = Field(sa_type=UtcDateTime)
    not_before: datetime = Field(sa_type=UtcDateTime)
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    why: WhyNot | None = Field(default=None, sa_type=EnumText(WhyNot))
    error: str | None = Field(default=None, max_length=300)  # the platform's own words


@dataclass(frozen=True, slots=True)
class InHand:
    """A write-back that nobody else will take before the lease runs out. `attempts` counts this one.

    `may_be_known`: the answer to an earlier call never came.
    """

    id: int
    shop_id: int
    parcel: Parcel
    attempts: int
    queued_at: datetime
    may_be_known: bool = False


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many there are of each state, and since when the oldest waits."""

    counts: Mapping[str, int]
    oldest: datetime | None = None


class WriteBacks(Protocol):
    """The queue as the job needs it (storage.write_backs); each call is one short transaction."""

    def waiting(self, now: datetime) -> Sequence[str]:
        """Ids of the shops that have one whose time has come."""

    def take(self, shop: str, now: datetime, until: datetime) -> InHand | None:
        """The one that waits longest; a lease that ran out is a dead process's, and is taken over."""

    def told(self, one: InHand, now: datetime) -> None:
        """The platform has it, from us or before; whatever was decided here meanwhile."""

    def later(self, one: InHand, not_before: datetime, error: str, *, may_be_known: bool) -> None:
        """Give it back for another try."""

    def rest(self, one: InHand, until: datetime, error: str) -> None:
        """The platform wants to be left alone: nothing of this shop is told before, and it counts as no try."""

    def failed(self, one: InHand, why: WhyNot, error: str, now: datetime) -> None:
        """Give it up: an exception for the inbox, and a message to whoever confirmed the shipment."""
