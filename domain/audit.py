"""Who did what, when: an append-only table in which every entry seals the one before."""

import json
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import BigInteger, Text
from sqlmodel import Field, SQLModel

from domain.columns import BigId, EnumText, UtcDateTime, one_of
from domain.people import Role

GENESIS = "0" * 64  # what the first entry follows


class AuditEntry(SQLModel, table=True):
    """One thing that was done. `hash` covers every other column but the id; `previous_hash` is unique: no forks."""

    __tablename__ = "audit_entries"
    __table_args__ = (one_of("role", Role),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=60)
    role: Role = Field(sa_type=EnumText(Role))
    chat: str = Field(max_length=120)
    event: str = Field(max_length=24)  # confirmed, undone, model_asked
    action: str = Field(max_length=40)
    arguments: str = Field(sa_type=Text)  # JSON
    facts: str = Field(sa_type=Text)  # JSON of before and after
    confirmation_id: int | None = Field(default=None, sa_type=BigInteger)
    previous_hash: str = Field(max_length=64, unique=True)
    hash: str = Field(max_length=64)


def seal(entry: AuditEntry) -> str:
    """The hash of an entry, over its contents and the hash of the one before."""
    contents = [entry.previous_hash, entry.at.astimezone(UTC).isoformat(), entry.actor, str(entry.role), entry.chat,
                entry.event, entry.action, entry.arguments, entry.facts, entry.confirmation_id]
    return sha256(json.dumps(contents, ensure_ascii=False).encode()).hexdigest()
