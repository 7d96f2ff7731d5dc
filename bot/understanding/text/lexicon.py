"""The words of the trade, read from lexicon/*.toml: which text may mean what."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

FILES = ("namings", "colloquial", "divisions", "english", "everyday_english", "chat", "metrics", "events", "dimensions",
         "ordering", "turns", "times", "values", "actions", "minding", "words")

_WRITTEN_OUT = frozenset({"everyday_english"})  # nobody shortens a word in sentences this long

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
    for kind, value, language, spellings in _patterns(name):
        for said in spellings:
            yield kind, value, language, said


def _patterns(name: str) -> Iterator[tuple[str, str, str, list[str]]]:
    """(kind, value, language, spellings) of every pattern in one file."""
    table = read_table(name)
    for kind, values in table.items():
        if kind in _NO_WORDS:
            continue
        for value, words in values.items():
            for language in ("zh", "en"):
                for pattern in words.get(language, ()):
                    spellings = [pattern] if pattern in _LITERAL else expand(_with_classes(pattern, table))
                    if " " in pattern:
                        spellings = [" ".join(text.split()) for text in spellings]
                    yield kind, value, language, [said for said in spellings if said]


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


def _say(words: dict[str, Senses], text: str, senses: Senses) -> None:
    """Keep that the text may mean this, too; what the lexicon said of it first in the same role stays."""
    known = words.get(text)
    if known is None:
        words[text] = senses
    elif known is not senses and known.keys().isdisjoint(senses):
        words[text] = {**known, **senses}


@cache
def lexicon() -> Lexicon:
    """The whole lexicon; the first reading of a kind wins where a text is listed twice in it."""
    words: dict[str, Senses] = {}
    chinese: set[str] = set()
    english: set[str] = set()
    short: list[tuple[str, Senses]] = []  # after all that is written out: these give way
    for name in FILES:
        for kind, value, language, spellings in _patterns(name):
            senses: Senses = {kind: value}  # one for all spellings that mean nothing else: there are a hundred thousand
            texts = [text.lower() for text in spellings]
            for text in texts:
                _say(words, text, senses)
            (english if language == "en" else chinese).update(texts)
            if language == "en" and name not in _WRITTEN_OUT:
                short += [(other, senses) for text in texts for other in shortened(text)]
    for text, senses in short:
        _say(words, text, senses)
    english.update(text for text, _ in short)
    values = read_table("values")
    return Lexicon(
        words=words,
        combine=_combined("events", "namings"),
        status_metrics=values["status_metric"],
        english=frozenset(text for text in english - chinese if text.isascii() and text.islower()),
    )
