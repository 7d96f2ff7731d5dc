"""How many tokens of a language model each person used on each day: the budget of all processes together."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.columns import BigId
from domain.people import Role


class ModelUse(SQLModel, table=True):
    """One person's day. `tokens` counts what was used and what is set aside for calls that are under way."""

    __tablename__ = "model_use"
    __table_args__ = (UniqueConstraint("person", "day"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    person: str = Field(max_length=60)
    day: date
    tokens: int = Field(default=0, sa_type=BigInteger)
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Reservation:
    """Tokens of a person's day, set aside for a call that is about to be made."""

    person: str
    day: date
    tokens: int


@dataclass(slots=True)
class Consultation:
    """One message that was put to a model: what the audit keeps of it. No text leaves but as a hash."""

    actor: str
    role: Role
    chat: str
    prompt_sha256: str = ""
    tools: list[dict[str, Any]] = field(default_factory=list)  # name and arguments, as the model wrote them
    results_sha256: list[str] = field(default_factory=list)
    answer_sha256: str = ""
    outcome: str = ""  # answered, proposed, or why not
    rounds: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
