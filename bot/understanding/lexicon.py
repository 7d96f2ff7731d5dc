"""The words of the trade, read from lexicon/*.toml: which text may mean what."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

FILES = ("metrics", "events", "dimensions", "ordering", "times", "values", "actions", "minding", "words")

Senses = Mapping[str, str]  # kind of word → what it means in that role


@cache
def read_table(name: str) -> dict[str, Any]:
    """One file of the lexicon as it stands."""
    return tomllib.loads(files("bot.understanding").joinpath("lexicon", f"{name}.toml").read_text(encoding="utf-8"))


def expand(pattern: str) -> list[str]:
    """All spellings of a pattern: (a|b) is a choice, [x] and [x|y] may be left out; they nest."""
    if not any(mark in pattern for mark in "([|"):
        return [pattern]
    parts, rest = _sequence(pattern, 0, "")
    if rest != len(pattern):
        raise ValueError(f"unbalanced brackets in the word {pattern!r}")
    return parts


def _sequence(pattern: str, at: int, closing: str) -> tuple[list[str], int]:
    """The alternatives from `at` up to the closing bracket, and where reading stopped."""
    alternatives: list[str] = []
    pieces: list[list[str]] = []
    while at < len(pattern) and pattern[at] != closing:
        if pattern[at] in "([":
            inner, end = _sequence(pattern, at + 1, ")" if pattern[at] == "(" else "]")
            if end >= len(pattern):
                raise ValueError(f"unbalanced brackets in the word {pattern!r}")
            pieces.append(inner if pattern[at] == "(" else [*inner, ""])
            at = end + 1
        elif pattern[at] == "|":
            alternatives += _joined(pieces)
            pieces, at = [], at + 1
        else:
            pieces.append([pattern[at]])
            at += 1
    return [*alternatives, *_joined(pieces)], at


def _joined(pieces: list[list[str]]) -> list[str]:
    return ["".join(choice) for choice in product(*pieces)]


@dataclass(slots=True)
class Lexicon:
    """`words` has the senses of each text; `combine` the figure for an event and what is counted of it."""

    words: dict[str, Senses] = field(default_factory=dict)
    combine: dict[str, dict[str, str]] = field(default_factory=dict)
    status_metrics: dict[str, str] = field(default_factory=dict)
    english: frozenset[str] = frozenset()  # texts that only an English sentence holds


# Characters that are words by themselves and would be read as brackets.
_LITERAL = frozenset("()[]|")


def entries(name: str) -> Iterator[tuple[str, str, str, str]]:
    """(kind, value, language, spelling) of every word in one file."""
    for kind, values in read_table(name).items():
        if kind in {"combine", "status_metric"}:
            continue
        for value, words in values.items():
            for language in ("zh", "en"):
                for pattern in words.get(language, ()):
                    spellings = [pattern] if pattern in _LITERAL else expand(pattern)
                    said = (" ".join(text.split()) for text in spellings if text.strip())
                    yield from ((kind, value, language, text) for text in said)


@cache
def _shorthand() -> Mapping[str, tuple[str, ...]]:
    return {word: tuple(short) for word, short in read_table("shorthand")["shorthand"].items()}


def shortened(text: str) -> list[str]:
    """Last wk for last week: the other ways to type an English spelling, with one word short, or all that can be."""
    words, table = text.split(" "), _shorthand()
    if table.keys().isdisjoint(words):
        return []
    found = [[*words[:at], short, *words[at + 1:]] for at, word in enumerate(words) for short in table.get(word, ())]
    return [" ".join(one) for one in (*found, [table.get(word, (word,))[0] for word in words])]


@cache
def lexicon() -> Lexicon:
    """The whole lexicon; the first reading of a kind wins where a text is listed twice in it."""
    words: dict[str, dict[str, str]] = {}
    chinese: set[str] = set()
    english: set[str] = set()
    short: list[tuple[str, str, str]] = []  # after all that is written out: these give way
    for name in FILES:
        for kind, value, language, spelling in entries(name):
            text = spelling.lower()
            words.setdefault(text, {}).setdefault(kind, value)
            (chinese if language == "zh" else english).add(text)
            if language == "en":
                short += [(other, kind, value) for other in shortened(text)]
    for text, kind, value in short:
        words.setdefault(text, {}).setdefault(kind, value)
        english.add(text)
    events, values = read_table("events"), read_table("values")
    return Lexicon(
        words=dict(words),
        combine=events["combine"],
        status_metrics=values["status_metric"],
        english=frozenset(text for text in english - chinese if text.isascii() and any(c.isalpha() for c in text)),
    )
