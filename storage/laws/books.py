"""Laws of the books themselves: rollups, references, proposals and the audit."""

from typing import Any

from sqlalchemy import Connection, ForeignKey, String, cast, func, literal, select, union_all

from domain.confirmations import State
from domain.invariants import Breach
from storage import audit, rollups
from storage.laws.rows import ROWS_NAMED, Broken, Rows, named
from storage.schema import metadata

_confirmations, _audit = metadata.tables["confirmations"], metadata.tables["audit_entries"]


def days(connection: Connection) -> Broken:
    differences = rollups.check(connection)
    return len(differences), tuple(Breach(row) for row in differences[:ROWS_NAMED])


def chain(connection: Connection) -> Broken:
    breaks = audit.verify_chain(connection)
    return len(breaks), tuple(Breach(f"#{found.entry_id}", found.what) for found in breaks[:ROWS_NAMED])


def references(connection: Connection) -> Broken:
    """Every foreign key of every table. Imports load large files without asking the database to check each row."""
    keys = [key for table in metadata.sorted_tables for column in table.c for key in column.foreign_keys]
    found = connection.execute(union_all(*map(_dangling, keys))).all()
    return sum(row[2] for row in found if row[2]), tuple(
        Breach(row[0], row[1]) for row in found if row[2])[:ROWS_NAMED]


def _dangling(key: ForeignKey) -> Rows:
    child, parent = key.parent, key.column.table.alias("parent")
    is_lost = ~select(parent.c[key.column.name]).where(parent.c[key.column.name] == child).exists()
    return select(literal(f"{child.table.name}.{child.name}"), cast(func.min(child), String), func.count()).where(
        child.is_not(None), is_lost)


def unaudited() -> Rows:
    """Each confirmation that was carried out has its entry, and each that was undone another."""
    def lacks(event: str) -> Any:
        return ~select(_audit.c.id).where(_audit.c.confirmation_id == _confirmations.c.id,
                                          _audit.c.event == event).exists()

    is_bare = ((_confirmations.c.state == State.CONFIRMED) & lacks("confirmed")) | (
        _confirmations.c.undone_at.is_not(None) & lacks("undone"))
    return select(named(_confirmations.c.action, " ", _confirmations.c.code)).where(is_bare)


def double_codes() -> Rows:
    return select(named(_confirmations.c.chat, " ", _confirmations.c.code), func.count(), literal(1)).where(
        _confirmations.c.state == State.OPEN).group_by(_confirmations.c.chat, _confirmations.c.code).having(
            func.count() > 1)
