"""Column types that mean the same on SQLite and PostgreSQL."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Integer, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

# Named constraints, because migrations can only change what has a name.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite gives only INTEGER primary keys their own numbers; PostgreSQL's INTEGER ends at two thousand million.
BigId = BigInteger().with_variant(Integer, "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: UTC in the database, with its zone in Python. SQLite keeps 'YYYY-MM-DD HH:MM:SS.ffffff'."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no zone; every stored moment needs one")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EnumText(TypeDecorator[StrEnum]):
    """A small enum kept as its text value; the table's CHECK (`one_of`) holds the allowed ones."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[StrEnum], length: int = 24) -> None:
        super().__init__(length)
        self.kind = kind
        # Looked up, for calling the enum is slow and an order has five of them.
        self._members: Mapping[str | None, StrEnum | None] = {None: None, **{member.value: member for member in kind}}
        self._values: Mapping[Any, str | None] = _Values(kind)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:  # noqa: ARG002 (called by position)
        return self._values.__getitem__

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], StrEnum | None]:  # noqa: ARG002
        return self._members.__getitem__


class _Values(dict[Any, str | None]):
    """The text of each member; of what is none, the ValueError of the enum."""

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__((member, member.value) for member in kind)
        self[None] = None
        self._kind = kind

    def __missing__(self, value: Any) -> str:
        return self._kind(value).value


class IdList(TypeDecorator[tuple[int, ...]]):
    """A few ids that are read and written as a whole, kept as a JSON list in their order; NULL is None, not empty."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Iterable[int] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else json.dumps(sorted(set(value)))

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[int, ...] | None:  # noqa: ARG002
        return None if value is None else tuple(json.loads(value))


def one_of(column: str, kind: type[StrEnum]) -> CheckConstraint:
    """The CHECK that lets only the enum's values into the column."""
    values = ", ".join(f"'{member.value}'" for member in kind)
    return CheckConstraint(f"{column} IN ({values})", name=column)
