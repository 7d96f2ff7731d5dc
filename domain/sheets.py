"""A table on its way into a file: typed columns, rows read as they are taken, and what it rests on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Protocol

SheetCell = str | int | float | Decimal | date | datetime | None


class CellKind(StrEnum):
    """How a column's cells are written: amounts as numbers with two digits, days as days, the rest as text."""

    TEXT = "text"
    MONEY = "money"
    NUMBER = "number"
    EXACT = "exact"  # a number with as many digits as it has: unit costs, rates of exchange
    DECIMAL = "decimal"
    RATE = "rate"
    DAY = "day"
    MONTH = "month"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column and its heading."""

    heading: str
    kind: CellKind


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows` may be an iterator over millions. Moments are on the shop's wall clock. `about` is a sheet of its own."""

    title: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[SheetCell]]
    about_title: str = ""
    about: Sequence[str] = ()


class WriteSheet(Protocol):
    """Writes a sheet into a file of the kind that its name ends in (integrations.files.writing.write_sheet)."""

    def __call__(self, path: Path, sheet: Sheet) -> int:
        """How many rows were written. The file is there as a whole or not at all."""
