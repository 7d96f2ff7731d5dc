"""Two languages in one word, refund率 and 几个new客: English beside Chinese is put in Chinese and read again."""

import re
from collections.abc import Mapping
from functools import cache

from bot.understanding.text.lexicon import read_table
from bot.understanding.text.normalise import Normalised, normalise

_HAN = re.compile("[\u4e00-\u9fff]")
_TOUCH = re.compile("[a-z][\u4e00-\u9fff]|[\u4e00-\u9fff][a-z]")
_NEXT_TO = re.compile("[a-z] ?[\u4e00-\u9fff]|[\u4e00-\u9fff] ?[a-z]")


def in_chinese(message: Normalised, *, has_blanks: bool = False) -> Normalised | None:
    """The message with the English words that touch Chinese put in Chinese; None where there are none.

    With blanks, refund 金额 is one word, too.
    """
    if message.text.isascii() or not (_NEXT_TO if has_blanks else _TOUCH).search(message.text):
        return None
    put = message
    for found in reversed(list(_known().finditer(message.text))):
        start, end = found.start(), found.end()
        behind, before = message.text[end:], message.text[:start]
        if has_blanks:
            behind, before = behind.lstrip(), before.rstrip()
        if not (_HAN.match(behind) or _HAN.match(before[-1:])):
            continue
        if _HAN.match(behind):
            end = len(message.text) - len(behind)
        word = _words()[found["word"]]
        if behind.startswith(word):
            word = ""  # repeat复购率
        put = normalise(put.replaced(start, end, word))
    return put if put is not message else None


@cache
def _words() -> Mapping[str, str]:
    return {word: str(chinese) for word, chinese in read_table("mixed")["chinese"].items()}


@cache
def _known() -> re.Pattern[str]:
    """The words, the longest first."""
    listed = "|".join(sorted(_words(), key=len, reverse=True))
    return re.compile(rf"(?<![a-z\d_-])(?P<word>{listed})(?![a-z\d_-])")
