"""Word lists, as data: what words for provinces, carriers, platforms, statuses and services mean."""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from domain.catalog.model import Platform

_HERE = Path(__file__).parent
_NOISE = re.compile(r"[\s_\-,]+")


def word_key(text: str) -> str:
    """The word as it is looked up: half-width, lower case, without blanks, commas and joining strokes."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return _NOISE.sub("", plain.lower())


@cache
def table(name: str) -> dict[str, Any]:
    """One of the word lists as it is written."""
    return tomllib.loads((_HERE / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _spoken(name: str, section: str) -> dict[str, str]:
    lists: dict[str, list[str]] = table(name)[section]
    return {word_key(word): meaning for meaning, words in lists.items() for word in (meaning, *words)}


def platform(text: str) -> Platform | None:
    found = _spoken("platforms", "platforms").get(word_key(text))
    return Platform(found) if found else None


def currency(text: str) -> str | None:
    """The ISO code; None for a word that is neither a code nor a known name."""
    found = _spoken("platforms", "currencies").get(word_key(text))
    if found is None and len(text) == 3 and text.isascii() and text.isalpha():
        return text.upper()
    return found


@cache
def _provinces() -> dict[str, str]:
    return dict(table("places")["provinces"])


def province(text: str) -> str | None:
    """The full official name at the beginning of a province or address; None when it begins with none."""
    plain = text.removeprefix("中国").lstrip(" ,，")
    return _provinces().get(plain[:3]) or _provinces().get(plain[:2])


def carrier(text: str) -> str:
    """The Chinese short name; a carrier that is not in the list keeps its name."""
    key = word_key(text)
    spoken = _spoken("carriers", "carriers")
    if key in spoken:
        return spoken[key]
    return next((name for name, words in table("carriers")["carriers"].items()
                 if any(word_key(word) in key for word in words if not word.isascii())), text)
