"""How a law is checked: one statement whose rows are what breaks it, counted in full and named in part."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Label, Select, String, cast, func, literal

from domain.invariants import Breach

ROWS_NAMED = 10  # of each law: enough to look at; the count says how many there are

Rows = Select[*tuple[Any, ...]]
Broken = tuple[int, tuple[Breach, ...]]
Check = Callable[[Connection], Broken]


def rows(statement: Rows) -> Check:
    """The statement's columns are the subject and, where there is something to compare, found and expected."""

    def check(connection: Connection) -> Broken:
        found = connection.execute(statement.add_columns(func.count().over()).limit(ROWS_NAMED)).all()
        return (found[0][-1] if found else 0), tuple(Breach(*map(_said, row[:-1])) for row in found)

    return check


def _said(value: Any) -> str:
    return "" if value is None else str(value)


def named(*parts: Any) -> Label[str]:
    """The parts one after another as one text, the row's name."""
    texts: list[ColumnElement[str]] = [literal(part) if isinstance(part, str) else cast(part, String) for part in parts]
    whole = texts[0]
    for text in texts[1:]:
        whole = whole.concat(text)
    return whole.label("subject")
