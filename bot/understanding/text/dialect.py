"""Words of dialects put in the words that everything else is written in: 琴日賣咗幾多 is 昨天卖了多少."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from bot.understanding.text.lexicon import expand, read_table

Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Dialect:
    """A dialect is told by words that `only` it has; in a message with one all its `words` are put in standard ones."""

    only: frozenset[str]
    words: re.Pattern[str]
    standard: Mapping[str, str]  # a word that only looks like one of the dialect stays as it is


def put_in_standard(text: str) -> tuple[str, Spans] | None:
    """A text in simplified characters without words of dialects, and of each character the stretch that it was.

    None where it has none.
    """
    if not _any_telling().search(text):
        return None
    spans = [(at, at + 1) for at in range(len(text))]
    put = text
    for dialect in _dialects():
        if any(found[0] in dialect.only for found in dialect.words.finditer(put)):
            put, spans = _put(put, spans, dialect)
    return (put, spans) if put != text else None


def _put(text: str, spans: Spans, dialect: _Dialect) -> tuple[str, Spans]:
    pieces: list[str] = []
    origin: Spans = []
    at = 0
    for found in dialect.words.finditer(text):
        word, typed = dialect.standard[found[0]], spans[found.start():found.end()]
        pieces += text[at:found.start()], word
        origin += spans[at:found.start()]
        origin += typed if word == found[0] else _shared(typed[0][0], typed[-1][1], len(word))
        at = found.end()
    return "".join([*pieces, text[at:]]), origin + spans[at:]


def _shared(start: int, end: int, size: int) -> Spans:
    """A word of so many characters for what was typed at [start, end): one for one, the last for all that is left."""
    return [(min(start + at, end - 1), end if at == size - 1 else min(start + at + 1, end)) for at in range(size)]


@cache
def telling_characters() -> str:
    """Characters of which every text with a word that only a dialect has holds one; most messages hold none."""
    return str(read_table("dialect")["told_by"])


@cache
def _any_telling() -> re.Pattern[str]:
    return re.compile(f"[{telling_characters()}]")


@cache
def plainly_dialect() -> re.Pattern[str]:
    """Characters that are words of a dialect by themselves, which is more than the telling ones are."""
    return re.compile(f"[{''.join(word for dialect in _dialects() for word in dialect.only if len(word) == 1)}]")


@cache
def _dialects() -> tuple[_Dialect, ...]:
    return tuple(_dialect(table) for table in read_table("dialect").values() if isinstance(table, dict))


def _dialect(table: Mapping[str, Any]) -> _Dialect:
    marks = _words(table["only"])
    words = _words(table["beside"]) | marks
    only = (word for word in words if any(mark in word for mark in marks))
    standard = words | {word: word.replace("係", "系") for pattern in table["kept"] for word in expand(pattern)}
    longest_first = sorted(standard, key=len, reverse=True)
    return _Dialect(frozenset(only), re.compile("|".join(map(re.escape, longest_first))), standard)


def _words(table: Mapping[str, list[str]]) -> dict[str, str]:
    return {word: meant for meant, patterns in table.items() for pattern in patterns for word in expand(pattern)}
