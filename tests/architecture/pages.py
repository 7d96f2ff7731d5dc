"""The tables in docs/ that repeat what the code says: `make docs` writes them, a test checks that they are fresh.

A page marks each with `<!-- name -->` before and `<!-- end -->` after.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from domain.customers.rules import segment_table
from domain.drafts import Kind
from domain.metrics.catalog import DIMENSIONS, METRICS, PLATFORM_NAMES, SEGMENT_NAMES, STATUS_NAMES
from tests.architecture.tree import ROOT

PAGES = ("docs/glossary.md", "docs/import.md")
FORMATS = ROOT / "integrations/files/formats"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def metrics() -> str:
    return table(("id", "中文", "English", "定义", "Definition"),
                 ((f"`{each.id}`", each.zh, each.en, each.definition_zh, each.definition_en)
                  for each in METRICS.values()))


def dimensions() -> str:
    return table(("id", "中文", "English"), ((f"`{each.id}`", each.zh, each.en) for each in DIMENSIONS.values()))


def names(of: Mapping[str, tuple[str, str]]) -> str:
    return table(("id", "中文", "English"), ((f"`{identity}`", zh, en) for identity, (zh, en) in of.items()))


def segments() -> str:
    """Each segment with its pairs of scores, recency first."""
    scores: dict[str, list[str]] = {}
    for (recency, frequency), segment in segment_table().items():
        scores.setdefault(segment.value, []).append(f"{recency}-{frequency}")
    return table(("id", "中文", "English", "R-F"), (
        (f"`{identity}`", zh, en, " ".join(scores[identity])) for identity, (zh, en) in SEGMENT_NAMES.items()))


def columns(kind: Kind) -> str:
    """The columns of the own format, with the other headers they may bear."""
    described = tomllib.loads((FORMATS / f"{kind.value}.toml").read_text(encoding="utf-8"))
    return table(("column 列名", "also called 也认"),
                 ((f"`{column}`", "、".join(others)) for column, others in described["columns"].items()))


TABLES: dict[str, Callable[[], str]] = {
    "metrics": metrics,
    "dimensions": dimensions,
    "segments": segments,
    "platforms": partial(names, PLATFORM_NAMES),
    "statuses": partial(names, STATUS_NAMES),
    **{kind.value: partial(columns, kind) for kind in Kind},
}


def refreshed(page: str) -> str:
    """The page with every marked table written anew."""
    return re.sub(r"<!-- (\w+) -->\n.*?<!-- end -->",
                  lambda found: f"<!-- {found[1]} -->\n\n{TABLES[found[1]]()}\n\n<!-- end -->", page, flags=re.DOTALL)


if __name__ == "__main__":
    for name in PAGES:
        path = ROOT / name
        path.write_text(refreshed(path.read_text(encoding="utf-8")), encoding="utf-8")
