"""The words of the trade, read from lexicon/*.toml: which text may mean what."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

FILES = ("namings", "divisions", "english", "chat", "metrics", "events", "dimensions",
         "ordering", "times", "values", "actions", "minding", "words")

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
            said = _PLAIN.match(pattern, at)
            end = said.end() if said else at + 1
            pieces.append([pattern[at:end]])
            at = end
    return [*alternatives, *_joined(pieces)], at


def _joined(pieces: list[list[str]]) -> list[str]:
    if len(pieces) == 1:
        return pieces[0]
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
_PLAIN = re.compile(r"[^()\[\]|]+")
_CLASS = re.compile(r"\{(\w+)\}")


_NO_WORDS = frozenset({"combine", "status_metric", "class"})  # tables that say something of the words


def _with_classes(pattern: str, table: Mapping[str, Any]) -> str:
    """The pattern with every {name} of a class put in its place."""
    if "{" not in pattern:
        return pattern
    return _CLASS.sub(lambda found: table["class"][found[1]], pattern)


def entries(name: str) -> Iterator[tuple[str, str, str, str]]:
    """(kind, value, language, spelling) of every word in one file."""
    table = read_table(name)
    for kind, values in table.items():
        if kind in _NO_WORDS:
            continue
        for value, words in values.items():
            for language in ("zh", "en"):
                for pattern in words.get(language, ()):
                    spellings = [pattern] if pattern in _LITERAL else expand(_with_classes(pattern, table))
                    for text in spellings:
                        said = " ".join(text.split()) if " " in text else text
                        if said:
                            yield kind, value, language, said


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


def _combined(*names: str) -> dict[str, dict[str, str]]:
    """What several files say of an event and what is counted of it, in one."""
    found: dict[str, dict[str, str]] = {}
    for name in names:
        for event, counted in read_table(name)["combine"].items():
            found.setdefault(event, {}).update(counted)
    return found


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
            if language == "zh":
                chinese.add(text)
            else:
                english.add(text)
                short += [(other, kind, value) for other in shortened(text)]
    for text, kind, value in short:
        words.setdefault(text, {}).setdefault(kind, value)
        english.add(text)
    values = read_table("values")
    return Lexicon(
        words=dict(words),
        combine=_combined("events", "namings"),
        status_metrics=values["status_metric"],
        english=frozenset(text for text in english - chinese if text.isascii() and any(c.isalpha() for c in text)),
    )
