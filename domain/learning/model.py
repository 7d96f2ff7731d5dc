"""Questions that were refused or asked back, one row for each text, with how often and why."""

from datetime import datetime, timedelta

from sqlmodel import Field, SQLModel

from domain.columns import BigId, EnumText, UtcDateTime, one_of
from domain.people import Role

MOST_KEPT = 1_000  # different questions; what is asked most comes up again by itself
KEPT_FOR = timedelta(days=90)  # after a season of the trade nobody teaches from them any more
MOST_CHARACTERS = 200  # of one question; enough to see what was meant


class Unanswered(SQLModel, table=True):
    """A question without an answer. The text is masked, then sealed: people paste what their buyers write."""

    __tablename__ = "unanswered"
    __table_args__ = (one_of("role", Role),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    text_index: bytes = Field(unique=True)  # blind: the same question again is counted, not kept
    text_sealed: bytes
    reason: str = Field(max_length=40)  # the key of what was said instead
    role: Role = Field(sa_type=EnumText(Role))  # of who asked last
    times: int
    first_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime, index=True)
