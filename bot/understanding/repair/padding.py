"""What people say around what they want when they speak: openers, hesitation, closers."""

import re
from collections.abc import Iterator
from functools import cache

from bot.understanding.text.lexicon import read_table
from bot.understanding.text.normalise import Normalised, normalise
from bot.understanding.text.patterns import pattern_of

MOST_TAKEN = 12  # pieces of padding in one message; more is no sentence


def unpadded(message: Normalised) -> Normalised | None:
    """The message without what is said around it; None where nothing of it is, or nothing else is left."""
    bare = message
    for pattern in (_pattern("between"), _pattern("open"), _pattern("close")):
        for _ in range(MOST_TAKEN):
            found = pattern.search(bare.text)
            if found is None or not found[0]:
                break
            bare = _without(bare, found.start(), found.end())
    return bare if bare.text and bare is not message else None


def unnoted(message: Normalised) -> Normalised | None:
    """The message without the 登记一下 behind what is to be noted; None where it has none."""
    found = _pattern("noted").search(message.text)
    return _without(message, found.start(), found.end()) if found and found.start() else None


def _without(message: Normalised, start: int, end: int) -> Normalised:
    """A blank stays between two English words."""
    beside = message.text[start - 1:start] + message.text[end:end + 1]
    between = " " if len(beside) > 1 and beside.isascii() else ""
    return normalise(message.replaced(start, end, between).strip())


@cache
def _pattern(place: str) -> re.Pattern[str]:
    """One piece of padding in this place, with the pauses beside it."""
    said = "|".join(_listed(place))
    framed = {"open": "^{pause}(?:%s){pause}", "close": "{pause}(?:%s){pause}$", "between": "(?:%s){pause}",
              "noted": "{pause}(?:%s){pause}$"}
    return pattern_of("padding", framed[place] % said)


def _listed(place: str) -> Iterator[str]:
    for said in read_table("padding")[place].values():
        yield from said
