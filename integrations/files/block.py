"""A batch of rows as columns of read cells, from which bad rows are taken out as rejects."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from itertools import compress
from operator import attrgetter, methodcaller
from typing import Any

from domain.drafts import Reject
from integrations.files.cells import SHOWN_CHARS, Bad, clean, moneys, name_moneys
from integrations.files.header import Plan
from integrations.files.setting import Setting

MEMO_CELLS = 10_000  # remembered per column: the values of an export repeat closely
HASH_BYTES = 6  # row hashes stay below 2**48, so that sums of them fit a database integer
AMOUNTS = frozenset(("unit_price", "line_discount", "line_paid", "goods_total", "order_total", "order_paid", "freight",
                     "refund_amount", "unit_cost", "price", "amount", "spend", "attributed_revenue"))
READING = "1"  # raised when the same cells come to mean something else, so that files are read anew

Reader = Callable[[str], Any]
BadRows = Mapping[int, tuple[str, dict[str, str]]]  # position in the block → reason and facts


row_number = attrgetter("row_no")


class Memo(dict[str, Any]):
    """What each text of a column was read as: most cells of a file repeat."""

    def __init__(self, read: Reader) -> None:
        super().__init__()
        self._read = read
        self.bad: set[str] = set()

    def __missing__(self, cell: str) -> Any:
        value = self[cell] = self._read(cell)
        if value.__class__ is Bad:
            self.bad.add(cell)
        return value

    def column(self, cells: Iterable[str]) -> list[Any]:
        if len(self) > MEMO_CELLS:
            self.clear()
            self.bad.clear()
        return list(map(self.__getitem__, cells))


class BlockReader:
    """Reads batches of rows of one table into blocks."""

    def __init__(self, plan: Plan, readers: Mapping[str, Reader], setting: Setting) -> None:
        self.plan, self._currency = plan, setting.currency
        self._width = len(plan.header)
        self._header = list(plan.raw_header)
        memos = {readers[column]: Memo(readers[column]) for column in plan.columns}  # one for all moments
        self._memos = {column: memos[readers[column]] for column in plan.columns}
        said = "\0".join((READING, plan.format.name, setting.decisions, *map("=".join, sorted(
            (column, plan.header[position]) for column, position in plan.columns.items()))))
        self._reading = blake2b(said.encode(), digest_size=16).digest()

    def read(self, rows: Sequence[list[str]], first_row_no: int) -> "Block":
        """`first_row_no` is the number of the first of the rows, counted from 1 after the header."""
        numbers: Sequence[int] = range(first_row_no, first_row_no + len(rows))
        rejects: list[Reject] = []
        width = self._width
        if set(map(len, rows)) != {width}:
            rows, numbers, rejects = self._squared(rows, numbers)
        cells = list(zip(*rows, strict=True)) if rows else [()] * width
        values = {column: memo.column(cells[self.plan.columns[column]]) for column, memo in self._memos.items()}
        block = Block(rows, list(numbers), values, rejects)
        bad: dict[int, tuple[str, dict[str, str]]] = {}
        if all(self._header[self.plan.columns[column]] in memo for column, memo in self._memos.items()):
            bad = {at: ("row_header_again", {}) for at, row in enumerate(rows) if row == self._header}
        for column in filter(AMOUNTS.__contains__, self._memos):
            bad = {**self._other_moneys(block, column, cells[self.plan.columns[column]]), **bad}
        for column, memo in self._memos.items():
            if memo.bad and not memo.bad.isdisjoint(cells[self.plan.columns[column]]):
                for at, value in enumerate(values[column]):
                    if value.__class__ is Bad:
                        bad.setdefault(at, (value.reason, {"column": self.plan.titled(column), "value": value.value}))
        block.reject(bad)
        return block

    def _other_moneys(self, block: "Block", column: str, cells: Sequence[str]) -> BadRows:
        """Rows whose amount is said to be in another currency than the row is: $10 is not 10 yuan."""
        written = set(cells)
        if not name_moneys(written):
            return {}
        named = {cell: moneys(cell) for cell in written}
        rows = zip(cells, block.get("currency", self._currency), strict=True)
        return {at: ("row_other_currency", {"column": self.plan.titled(column), "value": clean(cell)[:SHOWN_CHARS],
                                            "currency": str(currency)})
                for at, (cell, currency) in enumerate(rows) if named[cell] and currency not in named[cell]}

    def _squared(self, rows: Sequence[list[str]],
                 numbers: Sequence[int]) -> tuple[list[list[str]], list[int], list[Reject]]:
        """Short rows filled up, empty ones left out, and those with too many cells refused: their columns shifted."""
        width, kept, rejects = self._width, [], []
        for number, row in zip(numbers, rows, strict=True):
            if any(cell.strip() for cell in row[width:]):
                rejects.append(Reject(number, "row_too_many_cells", {"cells": str(len(row)), "columns": str(width)},
                                      tuple(row)))
            elif any(cell.strip() for cell in row):
                kept.append((number, row[:width] + [""] * (width - len(row))))
        return [row for _, row in kept], [number for number, _ in kept], rejects

    def hashes(self, rows: Iterable[list[str]]) -> list[int]:
        """48 bits of everything each row says and of how this table is read."""
        hashed = map(partial(blake2b, digest_size=HASH_BYTES, person=self._reading),
                     map(str.encode, map("\x1f".join, rows)))
        return list(map(int.from_bytes, map(methodcaller("digest"), hashed)))


class Block:
    """Rows that could be read. `values` holds one list per column, as long as `rows`."""

    def __init__(self, rows: Sequence[list[str]], numbers: list[int], values: dict[str, list[Any]],
                 rejects: list[Reject]) -> None:
        self.rows, self.numbers, self.values, self.rejects = rows, numbers, values, rejects

    def __len__(self) -> int:
        return len(self.rows)

    def get(self, column: str, default: Any = None) -> list[Any]:
        """The column, or the default in every row where the table has none."""
        found = self.values.get(column)
        return [default] * len(self.rows) if found is None else found

    def reject(self, bad: BadRows) -> None:
        """Take the rows out, each with its reason; rows of blanks say nothing and need none."""
        if not bad:
            return
        self.rejects.extend(Reject(self.numbers[at], reason, facts, tuple(self.rows[at]))
                            for at, (reason, facts) in sorted(bad.items()) if any(map(str.strip, self.rows[at])))
        keep = [at not in bad for at in range(len(self.rows))]
        self.rows = list(compress(self.rows, keep))
        self.numbers = list(compress(self.numbers, keep))
        self.values = {column: list(compress(values, keep)) for column, values in self.values.items()}
