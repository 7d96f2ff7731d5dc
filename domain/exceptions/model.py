"""The inbox of exceptions: one live row for each thing that is wrong, and the rows of what once was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from domain.columns import BigId, EnumText, UtcDateTime
from domain.people import Shops


class Resolution(StrEnum):
    """How it was resolved."""

    GONE = "gone"  # it no longer held when the shop was looked at again
    HANDLED = "handled"  # somebody said so


_IS_LIVE = text("gone_at IS NULL")


class ExceptionCase(SQLModel, table=True):
    """One thing that is wrong. It is live while its detector finds it (`gone_at` empty), open until it is resolved.

    What somebody has handled stays handled as long as it is found; found again after it had gone, it is a new row.
    """

    __tablename__ = "exceptions"
    __table_args__ = (
        Index("uq_exceptions_live", "kind", "subject", unique=True, sqlite_where=_IS_LIVE, postgresql_where=_IS_LIVE),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    kind: str = Field(max_length=24)
    subject: str = Field(max_length=400)  # what is wrong, by ids: order 17, SKU 3 in warehouse 1
    label: str = Field(max_length=300)  # the same as people call it
    place: str = Field(default="", max_length=120)  # shop or warehouse
    detail: str = Field(default="", max_length=200)
    amount: int | None = Field(default=None, sa_type=BigInteger)  # pieces, lines or minor units of the base currency
    since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    snoozed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_by: str | None = Field(default=None, max_length=60)
    how: Resolution | None = Field(default=None, sa_type=EnumText(Resolution))
    gone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


@dataclass(frozen=True, slots=True)
class OpenCase:
    """One open exception as it is shown."""

    id: int
    kind: str
    label: str
    place: str
    detail: str
    amount: int | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Listing:
    """Open exceptions: how many of each kind, the most urgent, and how many are put off.

    `write_backs` counts by state the parcels that platforms have to hear of, where only those were asked for.
    """

    counts: Mapping[str, int]
    urgent: Sequence[OpenCase]
    snoozed: int = 0
    write_backs: Mapping[str, int] | None = None


class Exceptions(Protocol):
    """The inbox as the chat needs it."""

    def listing(self, kinds: Sequence[str], at: datetime, shops: Shops) -> Listing:
        """Look at the shop as it is now; what is open of these kinds, in these shops."""
