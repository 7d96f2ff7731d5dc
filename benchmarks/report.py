"""Figures with what they were measured on: machine, command, spread; as tables and as JSON."""

import json
import os
import platform
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bot.rendering.table import pad, width


class Spread(NamedTuple):
    """Of repeated measurements: the least, the middle and the most."""

    least: float
    middle: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        found = list(values)
        return cls(min(found), median(found), max(found))

    def shown(self, digits: int = 0) -> str:
        return " / ".join(f"{value:,.{digits}f}" for value in self)


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least this share of all lies at or below."""
    found = sorted(values)
    return found[max(0, -(-int(share * 1000) * len(found) // 1000) - 1)]


@dataclass(frozen=True, slots=True)
class Table:
    """What is shown, and the bare figures beside it for the JSON."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    figures: Sequence[dict[str, Any]] = ()

    def lines(self) -> Iterable[str]:
        every = [self.header, *self.rows]
        sizes = [max(width(row[at]) for row in every) for at in range(len(self.header))]
        yield f"\n## {self.title}"
        for row in every:
            cells = (pad(cell, size, right=at > 0) for at, (cell, size) in enumerate(zip(row, sizes, strict=True)))
            yield "  ".join(cells).rstrip()


@dataclass(slots=True)
class Report:
    """One run. Prints as it goes, so that a run cut short has shown what it found."""

    command: str
    facts: dict[str, str] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.say("command", self.command)
        for name, value in machine().items():
            self.say(name, value)

    def say(self, name: str, value: str) -> None:
        self.facts[name] = value
        print(f"{name}: {value}", flush=True)

    def add(self, table: Table) -> None:
        self.tables.append(table)
        print("\n".join(table.lines()), flush=True)

    def note(self, text: str) -> None:
        self.notes.append(text)
        print(text, flush=True)

    def finish(self, out: Path | None) -> None:
        self.say("load at the end", _load())
        if out is not None:
            found = {"facts": self.facts, "notes": self.notes, "tables": [
                {"title": table.title, "header": list(table.header), "rows": [list(row) for row in table.rows],
                 "figures": list(table.figures)} for table in self.tables]}
            out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def machine() -> dict[str, str]:
    """What the figures depend on. Absolute ones are the machine's; between machines only the ratios compare."""
    return {"machine": f"{_cpu()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
            "python": f"{platform.python_implementation()} {platform.python_version()}",
            "sqlite": sqlite3.sqlite_version, "load at the start": _load()}


def _cpu() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _load() -> str:
    """Others at work on the machine show here; 1 is one busy core."""
    return ", ".join(f"{value:.1f}" for value in os.getloadavg()) if sys.platform != "win32" else "unknown"
