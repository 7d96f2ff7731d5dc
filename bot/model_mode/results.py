"""A table as the model is told of it: what its rows are, never a figure; and what the placeholders stand for.

Every placeholder is filled with the name of its figure (and of its row), so that prose cannot put one under another's
name. The period and the part of the shop come with the first placeholder of each table.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.model_mode.names import OF_PEOPLE, WRITTEN_BY_STRANGERS
from bot.rendering import scene
from bot.rendering.amounts import UNKNOWN, change, counted
from bot.rendering.labels import metric_name, value_label
from domain.metrics.result import Cell, Column, ResultTable, Row

MAX_ROWS_TOLD = 20  # as many as the person's own table shows
MAX_NAME_TOLD = 60


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What code writes in its place. `setting` is the table's when and where, said once."""

    text: str
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One answered query, by the name the model has for it: r1, r2 and so on."""

    name: str
    table: ResultTable
    language: str
    today: date

    def placeholders(self) -> dict[str, Placeholder]:
        setting = scene.setting(self.table.query, self.language, self.today)
        where = f"{setting['when']}{setting['part']}".strip()
        return {key: Placeholder(text, where) for key, text in self._texts()}

    def _texts(self) -> Iterator[tuple[str, str]]:
        width = len(self.table.query.by)
        for number, row in enumerate(self.table.rows[:MAX_ROWS_TOLD], start=1):
            label = self._label(row)
            lead = f"{self.name}.{number}" if width else self.name
            if width:
                yield f"{lead}.name", label
            before = self._before(number - 1)
            for index, column in enumerate(self.table.columns[width:], start=width):
                for ending, text in self._cell(row[index], before[index] if before else None, column):
                    yield f"{lead}.{column.id}{ending}", f"{label} {text}".strip()

    def _cell(self, value: Cell, before: Cell, column: Column) -> Iterator[tuple[str, str]]:
        name = metric_name(column.id, self.language)
        yield "", f"{name} {_shown(value, column, self.language)}"
        if self.table.comparison_rows is not None:
            moved = change(value, before, column, self.language)
            then = scene.before_when(self.table, self.language, self.today)
            yield ".before", f"{then} {name} {_shown(before, column, self.language)}"
            yield ".change", f"{name} {moved.arrow if moved else UNKNOWN}"

    def _label(self, row: Row) -> str:
        return " · ".join(value_label(name, value, self.language, self.today)
                          for name, value in zip(self.table.query.by, row, strict=False))

    def _before(self, index: int) -> Row | None:
        return self.table.comparison_rows[index] if self.table.comparison_rows else None

    def directions(self) -> frozenset[str]:
        """up, down: which way any figure that is told moved."""
        return frozenset(way for number, row in enumerate(self.table.rows[:MAX_ROWS_TOLD])
                         for way in self._ways(row, self._before(number)).values())

    def _ways(self, row: Row, before: Row | None) -> dict[str, str]:
        width = len(self.table.query.by)
        both = zip(self.table.columns, row, before or (), strict=False)
        return {column.id: "up" if now > then else "down" if now < then else "flat"
                for column, now, then in list(both)[width:]
                if isinstance(now, int | float) and isinstance(then, int | float)}

    @property
    def tells_strangers_words(self) -> bool:
        return bool(self.table.rows) and not WRITTEN_BY_STRANGERS.isdisjoint(self.table.query.by)

    def told(self, nonce: str) -> str:
        """JSON for the model."""
        query, rows = self.table.query, self.table.rows
        found: dict[str, Any] = {"result": self.name, "rows": 0 if self.table.is_empty else len(rows),
                                 "period": query.period.as_json() if query.period else "now"}
        if self.table.comparison_period:
            found["compared_with"] = self.table.comparison_period.as_json()
        if not self.table.is_empty:
            found["in_order"] = [self._row(number, row, nonce) for number, row in enumerate(rows[:MAX_ROWS_TOLD])]
        return json.dumps(found, ensure_ascii=False)

    def _row(self, number: int, row: Row, nonce: str) -> dict[str, Any]:
        query = self.table.query
        lead = f"{self.name}.{number + 1}" if query.by else self.name
        told: dict[str, Any] = {"name": f"{{{lead}.name}}"} if query.by else {}
        for dimension, value in zip(query.by, row, strict=False):
            if dimension not in OF_PEOPLE and value is not None:
                told[dimension] = wrapped(str(value), nonce) if dimension in WRITTEN_BY_STRANGERS else value
        ways = self._ways(row, self._before(number))
        for metric in query.metrics:
            told[metric] = f"{{{lead}.{metric}}}"
            if metric in ways:
                told |= {f"{metric}_change": f"{{{lead}.{metric}.change}}", f"{metric}_went": ways[metric]}
        return told


def wrapped(text: str, nonce: str) -> str:
    """A text that strangers may have written, marked as data by a word they cannot know."""
    plain = " ".join("".join(one if one.isprintable() else " " for one in text).split())[:MAX_NAME_TOLD]
    return f"<data {nonce}>{plain}</data {nonce}>"


def _shown(value: Cell, column: Column, language: str) -> str:
    return UNKNOWN if value is None else counted(value, column, language)
