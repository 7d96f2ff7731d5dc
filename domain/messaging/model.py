"""Reports and the chats that asked for them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.columns import BigId, EnumText, UtcDateTime, one_of


class Report(StrEnum):
    """What can be sent without being asked each time."""

    DAILY_PROFIT = "daily_profit"
    LOW_STOCK = "low_stock"
    WEEKLY_REVIEW = "weekly_review"
    TO_SHIP = "to_ship"


class Subscription(SQLModel, table=True):
    """A chat gets a report until somebody takes it back."""

    __tablename__ = "subscriptions"
    __table_args__ = (UniqueConstraint("chat", "report"), one_of("report", Report))

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    chat: str = Field(max_length=120)
    report: Report = Field(sa_type=EnumText(Report))
    subscribed_by: str = Field(max_length=60)
    created_at: datetime = Field(sa_type=UtcDateTime)
