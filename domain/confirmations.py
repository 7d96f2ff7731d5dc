"""Proposals that wait for a yes: the table, how codes are made, and what came of asking."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from domain.actions import Fact, Note, Parameter, Value
from domain.columns import BigId, EnumText, UtcDateTime, one_of
from domain.people import Role

LIFETIME = timedelta(minutes=10)  # what was shown is likely to be still true, and still remembered
UNDO_WINDOW = timedelta(minutes=30)  # before the parcel is collected and others build on the figures
MAX_CHAT = 120
# Digit, letter, digit: never a word nor a plain number. Without what is misread or misheard: 0 O, 1 I L, 5 S, 8 B, Z.
_DIGITS, _LETTERS = "234679", "ACDEFGHJKMNPQRTUVWXY"


class State(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class Confirmation(SQLModel, table=True):
    """One proposal. It is used once: only the update that finds it open carries it out."""

    __tablename__ = "confirmations"
    __table_args__ = (
        one_of("state", State),
        one_of("role", Role),
        Index("uq_confirmations_open_code", "chat", "code", unique=True,
              sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
        Index("ix_confirmations_chat", "chat", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    chat: str = Field(max_length=MAX_CHAT)
    code: str = Field(max_length=8)
    action: str = Field(max_length=40)
    arguments: str = Field(sa_type=Text)  # JSON, as in the public contract
    actor: str = Field(max_length=60)
    role: Role = Field(sa_type=EnumText(Role))
    language: str = Field(max_length=8)
    facts: str = Field(sa_type=Text)  # JSON of what was shown before and after
    fingerprint: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    state: State = Field(sa_type=EnumText(State))
    decided_by: str | None = Field(default=None, max_length=60)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    changes: str | None = Field(default=None, sa_type=Text)  # JSON of what was done, for undo
    undone_by: str | None = Field(default=None, max_length=60)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def new_code(random: Random) -> str:
    """A code such as 7K2."""
    return random.choice(_DIGITS) + random.choice(_LETTERS) + random.choice(_DIGITS)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Waits for its code. `said` fills the sentence `propose.<action>`; `replaces` is the code of one overtaken."""

    action: str
    arguments: Mapping[str, Any]
    code: str
    said: Mapping[str, Value]
    facts: tuple[Fact, ...]
    notes: tuple[Note, ...]
    expires_at: datetime
    is_reversible: bool
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """Ask for exactly this; `arguments` are those given already."""

    action: str
    parameter: Parameter
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NotPossible:
    """Nothing was done. `key` is a sentence of the catalogue; `choices` are the nearest names."""

    key: str
    action: str = ""
    said: Mapping[str, Value] = field(default_factory=dict)
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """It is in the books. `key` is `done.<action>`, `confirmation.undone` or `confirmation.cancelled`."""

    key: str
    action: str
    arguments: Mapping[str, Any]
    code: str
    said: Mapping[str, Value]
    facts: tuple[Fact, ...] = ()
    notes: tuple[Note, ...] = ()
    undo_until: datetime | None = None
