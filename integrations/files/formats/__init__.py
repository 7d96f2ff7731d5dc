"""The formats that are known, one TOML file each: kind, platform, signature, columns with their aliases."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from domain.catalog.model import Platform
from domain.drafts import Kind
from integrations.files.cells import clean

_HERE = Path(__file__).parent
_UNIT = re.compile(r"\((?:元|人民币|件|rmb|cny|¥)\)", re.IGNORECASE)
_NOISE = re.compile(r"[\s_\-]+")


class PaidRule(StrEnum):
    """Where the money of a row stands."""

    LINE = "line"  # the row's own amount, without freight, or quantity × price − discount
    LINE_WITH_FREIGHT = "line_with_freight"  # the row's own amount holds the row's freight
    ORDER = "order"  # one row an order: its total, and what is left of it after refunds
    SHARED = "shared"  # the order's amount on each of its rows, shared out over them


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of table. Header names are kept as `header_key` gives them."""

    name: str
    kind: Kind
    required: tuple[tuple[str, ...], ...]  # of each group one column
    columns: dict[str, tuple[str, ...]]  # our column → header keys, the best first
    platform: Platform | None = None
    signature: tuple[frozenset[str], ...] = ()  # of each set one header; empty: matched by aliases alone
    paid: PaidRule = PaidRule.LINE
    order_no_begins_with_day: bool = False
    service_codes: frozenset[str] = frozenset()
    service_code_starts: tuple[str, ...] = ()
    titles: dict[str, str] = field(default_factory=dict)  # our column → its first name in Chinese, for sentences


@lru_cache(maxsize=8_192)  # a wide table's headers are compared with every format's
def header_key(cell: str) -> str:
    """A header as it is compared: half-width, lower case, without blanks, joining strokes and units."""
    text = clean(cell)
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return _NOISE.sub("", _UNIT.sub("", plain)).lower()


@cache
def formats() -> tuple[Format, ...]:
    """All formats, those with a signature first."""
    read = [_format(path) for path in sorted(_HERE.glob("*.toml"))]
    return tuple(sorted(read, key=lambda item: (not item.signature, item.name)))


def _format(path: Path) -> Format:
    raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    columns = {name: tuple(dict.fromkeys(map(header_key, (name, *aliases))))
               for name, aliases in raw["columns"].items()}
    return Format(
        name=path.stem, kind=Kind(raw["kind"]), columns=columns,
        required=tuple(tuple(group) for group in raw["required"]),
        platform=Platform(raw["platform"]) if "platform" in raw else None,
        signature=tuple(frozenset(map(header_key, words.split("|"))) for words in raw.get("signature", ())),
        paid=PaidRule(raw.get("paid", PaidRule.LINE)),
        order_no_begins_with_day=raw.get("order_no_begins_with_day", False),
        service_codes=frozenset(raw.get("service_codes", ())),
        service_code_starts=tuple(raw.get("service_code_starts", ())),
        titles={name: (aliases or [name])[0] for name, aliases in raw["columns"].items()},
    )
