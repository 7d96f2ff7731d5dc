"""Checks the laws of domain.invariants in the database itself, whatever its size, in one snapshot."""

from collections.abc import Iterable

from domain.invariants import LAWS, Break
from storage.engine import Database
from storage.laws import CHECKS


def verify(database: Database, laws: Iterable[str] = tuple(LAWS)) -> list[Break]:
    """The laws that are broken; an empty list says that all hold."""
    with database.read() as connection:
        checked = [(LAWS[law], CHECKS[law](connection)) for law in laws]
    return [Break(law, count, breaches) for law, (count, breaches) in checked if count]
