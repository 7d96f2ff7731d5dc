"""Appends to the audit chain and checks it."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, text
from sqlmodel import col

from domain.audit import GENESIS, AuditEntry, seal

_CHAIN_LOCK = 7_310_412  # any number, the same in all versions: whoever holds it on PostgreSQL writes the next entry
BATCH = 1000  # entries read at a time, so that a long history needs no memory


@dataclass(frozen=True, slots=True)
class Break:
    """An entry that is not what was written, or does not follow the one before it."""

    entry_id: int
    what: str  # altered, or out_of_chain


def append(connection: Connection, entry: AuditEntry) -> None:
    """Write the entry as the last of the chain, in the caller's transaction; fills its hashes."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
    last = connection.execute(select(col(AuditEntry.hash)).order_by(col(AuditEntry.id).desc()).limit(1)).scalar()
    entry.previous_hash = last or GENESIS
    entry.hash = seal(entry)
    connection.execute(insert(AuditEntry).values(**entry.model_dump(exclude={"id"})))


def verify_chain(connection: Connection) -> list[Break]:
    """Every break there is, in order; empty when nothing was altered, removed from the middle, or put in between."""
    breaks: list[Break] = []
    previous = GENESIS
    columns = AuditEntry.__table__.columns  # type: ignore[attr-defined]
    rows = connection.execute(select(*columns).order_by(col(AuditEntry.id)), execution_options={"yield_per": BATCH})
    for row in rows:
        entry = AuditEntry(**row._mapping)  # noqa: SLF001  (a Row's public name for this)
        if entry.previous_hash != previous:
            breaks.append(Break(row.id, "out_of_chain"))
        if entry.hash != seal(entry):
            breaks.append(Break(row.id, "altered"))
        previous = entry.hash
    return breaks
