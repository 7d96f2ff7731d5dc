"""The rows that were not taken, written beside the file: number, reason, and the cells as they were."""

import csv
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from domain.drafts import Reject

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Say = Callable[[str, Mapping[str, str]], str]  # key of the message catalogue and facts → sentence


def write_rejects(path: Path, header: Iterable[str], rejects: Iterable[Reject], say: Say) -> int:
    """Write the rows as CSV that Excel opens as UTF-8; returns how many. Rows are numbered after the header from 1."""
    count = 0
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file)
        titles = (say("rejected_row_no", {}), say("rejected_reason", {}), *header)
        writer.writerow(map(harmless, titles))
        for reject in rejects:
            reason = say(reject.reason, reject.facts)
            writer.writerow((reject.row_no, harmless(reason), *map(harmless, reject.cells)))
            count += 1
    return count


def harmless(cell: str) -> str:
    """The cell, with a ' before what a spreadsheet would run as a formula. The import takes the ' off again."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
