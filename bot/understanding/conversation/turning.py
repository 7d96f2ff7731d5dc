"""What a turn of the last question is made of: the words of a message, how they are read, and what they do."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.understanding.questions.draft import Draft
from bot.understanding.text.numbers import chinese
from domain.metrics.query import MetricQuery


@dataclass(frozen=True, slots=True)
class Turn:
    """The words that name the part, and how they are read."""

    words: str
    read: Callable[[str], Draft | None]  # None where not all of the words are understood
    today: date


Does = Callable[[Turn, MetricQuery], MetricQuery | None]
Form = tuple[re.Pattern[str], Does]


def form(pattern: str, does: Does) -> Form:
    return re.compile(pattern), does


_COUNTS = {"": 1, "a": 1, "an": 1, "one": 1, "another": 1, "the": 1, "two": 2, "three": 3, "four": 4, "five": 5,
           "six": 6, "seven": 7, "ten": 10, "两": 2}


def count_of(said: str) -> int:
    """0 for what is no number."""
    return int(said) if said.isdecimal() else _COUNTS.get(said) or (0 if said.isascii() else int(chinese(said) or 0))
