"""What the writers of changes are given, and how they say that something else was there before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.errors import RetryLater


class AlreadyDone(RetryLater):
    """The very same change has been written before."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a change is written for. The same one cannot be written twice."""

    kind: str  # confirmation or undo
    id: str
    staff_id: int | None
    at: datetime
    actor: str = ""
    chat: str = ""
    language: str = "zh"
    line: int = 0


# Each writer gets all changes of its kind, each behind the line it has in what it is written for.
Numbered = Sequence[tuple[int, Any]]
Writer = Callable[[Connection, Numbered, Reference], None]


def each(write: Callable[[Connection, Any, Reference], None]) -> Writer:
    """For kinds of which there are few at a time."""
    def write_all(connection: Connection, numbered: Numbered, reference: Reference) -> None:
        for line, change in numbered:
            write(connection, change, replace(reference, line=line))
    return write_all
