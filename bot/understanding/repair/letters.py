"""Chinese words of the trade left in the letters they are typed by: zuotian 多少单, kucun 最少的."""

import re
from collections.abc import Iterator
from functools import cache

from bot.understanding.repair import misspelt
from bot.understanding.text.lexicon import lexicon
from bot.understanding.text.scan import Token
from bot.understanding.text.sounds import sounds

SHORTEST, LONGEST = 2, 4  # characters of a word that is told by its letters
LEAST_LETTERS = 5  # fewer are as soon an English word: dan, mao
_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)*")


def left_in_letters(unknown: Token) -> Iterator[tuple[int, int, str]]:
    """(start, end, word) for each word of the trade that is spelled so."""
    for found in _WORD.finditer(unknown.text):
        letters = re.sub("['’]", "", found[0])
        start = unknown.start + found.start()
        if len(letters) >= LEAST_LETTERS:
            yield from ((start, start + len(found[0]), word) for word in _by_letters().get(letters, ()))


@cache
def _by_letters() -> dict[str, list[str]]:
    """The words by the letters of their sounds; put together when somebody first types letters that nobody knows."""
    spelled: dict[str, list[str]] = {}
    for word, senses in lexicon().words.items():
        if SHORTEST <= len(word) <= LONGEST and not misspelt.OF_TRADE.isdisjoint(senses):
            heard = [sounds().get(one, ("",))[0] for one in word]
            if all(heard):
                spelled.setdefault("".join(heard), []).append(word)
    return spelled
