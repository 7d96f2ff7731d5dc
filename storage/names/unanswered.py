"""The log of questions without an answer, and the other names that were taught; both for those who teach."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlmodel import col

from domain.learning.model import KEPT_FOR, MOST_KEPT, Unanswered
from domain.learning.rules import masked
from domain.people import Role
from storage.bulk import insert_into, table_of
from storage.encryption import Vault
from storage.engine import Database
from storage.names import naming

_TEXT = "unanswered.text"


@dataclass(frozen=True, slots=True)
class StoredLore:
    """Meets `bot.learning.Lore`."""

    database: Database
    vault: Vault

    def keep(self, text: str, *, reason: str, role: Role, at: datetime) -> None:
        """Count the question; a new one is kept, and the oldest beyond the limits go."""
        plain = masked(text)
        index, sealed = self.vault.index(_TEXT, plain.lower()), self.vault.seal(_TEXT, plain)
        if index is None or sealed is None:
            return
        with self.database.write() as connection:
            if _count(connection, index, sealed, reason, role, at) == 1:
                _purge(connection, at)

    def unanswered(self, at: datetime, most: int) -> list[tuple[str, str, int]]:
        """(question, reason, times), the most frequent first, then the latest."""
        row = Unanswered
        statement = (select(col(row.text_sealed), col(row.reason), col(row.times))
                     .where(col(row.last_at) > at - KEPT_FOR, col(row.last_at) <= at)
                     .order_by(col(row.times).desc(), col(row.last_at).desc(), col(row.id)).limit(most))
        with self.database.read() as connection:
            return [(self.vault.open(_TEXT, sealed) or "", reason, times)
                    for sealed, reason, times in connection.execute(statement)]

    def aliases(self, most: int) -> list[tuple[str, str]]:
        """(other name, full name), the latest first."""
        with self.database.read() as connection:
            return naming.aliases(connection, most)


def _count(connection: Connection, index: bytes, sealed: bytes, reason: str, role: Role,  # noqa: PLR0917 a row's values
           at: datetime) -> int:
    """How often the question has been asked by now."""
    table = table_of(Unanswered)
    statement = insert_into(connection, table).values(
        text_index=index, text_sealed=sealed, reason=reason, role=role, times=1, first_at=at, last_at=at)
    counted = statement.on_conflict_do_update(index_elements=["text_index"], set_={
        "times": table.c.times + 1, "last_at": at, "reason": reason, "role": role})
    return int(connection.execute(counted.returning(table.c.times)).scalar_one())


def _purge(connection: Connection, at: datetime) -> None:
    connection.execute(delete(Unanswered).where(col(Unanswered.last_at) < at - KEPT_FOR))
    latest = col(Unanswered.last_at).desc(), col(Unanswered.id).desc()
    kept = select(col(Unanswered.id)).order_by(*latest).limit(MOST_KEPT)
    connection.execute(delete(Unanswered).where(col(Unanswered.id).not_in(kept)))
