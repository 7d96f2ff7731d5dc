"""Two languages in one word, refund率 and 几个new客: English beside Chinese is put in Chinese and read again."""

import re
from collections.abc import Mapping
from functools import cache

from bot.understanding.lexicon import read_table
from bot.understanding.normalise import Normalised, normalise

_HAN = re.compile("[\u4e00-\u9fff]")
_TOUCH = re.compile("[a-z][\u4e00-\u9fff]|[\u4e00-\u9fff][a-z]")


def in_chinese(message: Normalised) -> Normalised | None:
    """The message with the English words that touch Chinese put in Chinese; None where there are none."""
    if message.text.isascii() or not _TOUCH.search(message.text):
        return None
    put = message
    for found in reversed(list(_known().finditer(message.text))):
        if not (_HAN.match(message.text, found.end()) or _HAN.match(message.text, found.start() - 1)):
            continue
        word = _words()[found["word"]]
        behind = message.text[found.end():]
        if behind.startswith(word):
            word = ""  # repeat复购率
        put = normalise(put.replaced(found.start(), found.end(), word))
    return put if put is not message else None


@cache
def _words() -> Mapping[str, str]:
    return {word: str(chinese) for word, chinese in read_table("mixed")["chinese"].items()}


@cache
def _known() -> re.Pattern[str]:
    """The words, the longest first."""
    listed = "|".join(sorted(_words(), key=len, reverse=True))
    return re.compile(rf"(?<![a-z\d_-])(?P<word>{listed})(?![a-z\d_-])")
