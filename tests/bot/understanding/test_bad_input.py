"""Whatever is typed: no exception, and never a confident answer to something that was not asked."""

import json
import re
from datetime import date
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.understanding.readings import Act, Ask, Context, Reading
from domain.metrics.query import check
from tests.bot.understanding.shop import MONDAY, READER

SENTENCES = sorted({json.loads(line)["text"] for name in ("independent", "second_independent") for line in
                    Path(__file__).with_name(f"{name}.jsonl").read_text(encoding="utf-8").splitlines()})
NOBODY_KNOWS = "鼪鼯"  # two characters of no word, sound or name
EXAMPLES = 400  # seconds, not minutes; each run draws others


def read(text: str) -> Reading:
    reading = READER.read(text, MONDAY, Context()).reading
    if isinstance(reading, Ask):
        check(reading.query)
        assert reading.query.period is None or reading.query.period.last <= date(2026, 11, 23)
    return reading


@settings(max_examples=EXAMPLES)
@given(st.text(max_size=60))
def test_any_characters_are_read(text: str) -> None:
    read(text)


@settings(max_examples=EXAMPLES)
@given(st.sampled_from(SENTENCES), st.integers(0, 60), st.integers(0, 60), st.text(max_size=3))
def test_pieces_of_real_questions_are_read(sentence: str, start: int, end: int, other: str) -> None:
    read(sentence[:start] + other + sentence[end:])


def _without_clause(sentence: str, at: int) -> str:
    """The sentence without the clause that holds the place."""
    ends = [found.end() for found in re.finditer(r"[,，。;；!！?？]\s*", sentence)]
    start = max((end for end in ends if end <= at), default=0)
    return sentence[:start] + sentence[min((end for end in ends if end > at), default=len(sentence)):]


@settings(max_examples=EXAMPLES)
@given(st.sampled_from(SENTENCES), st.integers(0, 60))
@example("set reorder point of SP-01 to 150", 20)  # joined to a code that is not known either
def test_a_word_nobody_knows_is_never_passed_over(sentence: str, at: int) -> None:
    """昨天鼪鼯的销售额 is not the revenue of yesterday: the word may be a product that is not in the shop.

    In a clause without which the same is asked, 我要给鼪鼯老板汇报, it may be anything.
    """
    before, after = read(sentence), read(sentence[:at] + NOBODY_KNOWS + sentence[at:])
    if isinstance(before, Ask):
        assert not isinstance(after, Ask) or read(_without_clause(sentence, at)) == before == after, (sentence, at)
    if isinstance(after, Act):
        told = str(after.arguments)
        assert NOBODY_KNOWS in told, after  # an expense or reason in the person's own words
