"""The sentences of the shopkeeper, one TOML file per subject in zh/ and en/, filled with facts."""

import logging
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_log = logging.getLogger(__name__)

# Said when a sentence is missing, which the tests make impossible and a half-updated installation does not.
_SPEECHLESS = {"zh": "这里缺一句话({key})。", "en": "A sentence is missing here ({key})."}


class RepeatedKeyError(ValueError):
    """Two files of one language define the same sentence."""


def say(key: str, language: str, **facts: Any) -> str:
    """The sentence in the language, with the facts put in; never an error at run time.

    A fact that was not given shows as "…".
    """
    sentence = sentences(language).get(key)
    if sentence is None:
        _log.error("no sentence %r in %r", key, language)
        sentence, facts = _SPEECHLESS.get(language, _SPEECHLESS["en"]), {"key": key}
    return sentence.format_map(_Facts(facts) if "|" in sentence else _Plain(facts))


def knows(key: str, language: str) -> bool:
    """Whether there is such a sentence."""
    return key in sentences(language)


@cache
def sentences(language: str) -> Mapping[str, str]:
    """Every sentence of a language by its key; nested tables join their names with a dot."""
    merged: dict[str, str] = {}
    for path in sorted((_HERE / language).glob("*.toml")):
        for key, sentence in _flat(tomllib.loads(path.read_text(encoding="utf-8"))):
            if key in merged:
                raise RepeatedKeyError(f"{path.name}: {key} is already defined")
            merged[key] = sentence
    return merged


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


class _Plain(dict[str, Any]):
    """A missing fact is an ellipsis, not a KeyError."""

    def __missing__(self, key: str) -> str:
        return "…"


class _Facts(_Plain):
    """For sentences whose words go with a number."""

    def __getitem__(self, key: str) -> "_Fact":
        return _Fact(super().__getitem__(key))


@dataclass(frozen=True, slots=True)
class _Fact:
    """A fact in a sentence: `{n}` is itself, `{n:order|orders}` the word that goes with the number."""

    value: Any

    def __format__(self, spec: str) -> str:
        if "|" not in spec:
            return format(self.value, spec)
        one, many = spec.split("|")
        return one if str(self.value) == "1" else many
