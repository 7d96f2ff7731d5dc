"""Which headers of a table are which columns, as somebody once said; known again by the set of its headers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from domain.columns import BigId, EnumText, UtcDateTime
from domain.drafts import Kind


class ImportMapping(SQLModel, table=True):
    """One answer. A table with the same headers, in whatever order, is read so from now on."""

    __tablename__ = "import_mappings"
    __table_args__ = (UniqueConstraint("headers_hash"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    headers_hash: str = Field(max_length=64)
    headers: str = Field(sa_type=Text)  # JSON list, as they stand in the table
    kind: Kind = Field(sa_type=EnumText(Kind))
    mapping: str = Field(sa_type=Text)  # JSON: our column → header
    learned_at: datetime = Field(sa_type=UtcDateTime)


@dataclass(frozen=True, slots=True)
class KeptMapping:
    """What a table with these headers is, and which of them is which of our columns, as (column, header)."""

    headers_hash: str
    headers: tuple[str, ...]
    kind: Kind
    mapping: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """One by its number."""

    number: int
    kept: KeptMapping


# Those of some sets of headers (by their hashes) that were met before.
Remember = Callable[[Sequence[str]], Mapping[str, Learned]]


def hash_of(keys: Sequence[str]) -> str:
    """Of a row's headers as they are compared: the same in any order and however often one stands there."""
    return sha256("\n".join(sorted({key for key in keys if key})).encode()).hexdigest()


class Mappings(Protocol):
    """Where they are kept (storage.names.import_mappings)."""

    def listing(self, most: int) -> Sequence[Learned]:
        """The latest first."""
