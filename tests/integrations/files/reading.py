"""Short ways to write a file and to read it back as drafts."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from domain.clock import ShopCalendar
from domain.drafts import Draft, LineDraft, OrderDraft, Reject
from integrations.files.importing import ImportTable, open_import
from integrations.files.problems import FileProblem

SHANGHAI = ShopCalendar.named("Asia/Shanghai")


class Read(NamedTuple):
    tables: list[ImportTable]
    orders: list[OrderDraft]
    lines: list[LineDraft]
    drafts: list[Draft]
    rejects: list[Reject]

    @property
    def reasons(self) -> list[tuple[int, str]]:
        return [(reject.row_no, reject.reason) for reject in self.rejects]


def read(path: Path, *, batch_rows: int = 5_000, currency: str = "CNY", **options: Any) -> Read:
    tables = open_import(path, calendar=SHANGHAI, default_currency=currency, **options)
    found = Read(tables, [], [], [], [])
    for table in tables:
        for batch in table.batches(batch_rows):
            found.orders.extend(batch.orders)
            found.lines.extend(batch.lines)
            found.drafts.extend(batch.drafts)
            found.rejects.extend(batch.rejects)
    return found


def csv_text(*rows: Sequence[object], delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def write(path: Path, *rows: Sequence[object], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    path.write_bytes(csv_text(*rows, delimiter=delimiter).encode(encoding))
    return path


def problem_of(path: Path, **options: Any) -> FileProblem:
    try:
        read(path, **options)
    except FileProblem as problem:
        return problem
    raise AssertionError(f"{path.name} was read")
