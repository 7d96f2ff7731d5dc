"""The language of a message: what its reply is said in."""

import re
from collections.abc import Sequence

from bot.understanding.questions.filters import CLOSED
from bot.understanding.readings import (
    Language,
)
from bot.understanding.text.lexicon import lexicon
from bot.understanding.text.normalise import Normalised
from bot.understanding.text.scan import Token

_CLOSED = frozenset(CLOSED)
_LATIN = re.compile("[a-z]")
_HAN = re.compile("[\u4e00-\u9fff]")


def script_of(text: str) -> Language:
    """Chinese where there is one Chinese character, and where there is no letter at all: a number, only emoji."""
    return "zh" if _HAN.search(text) or not any(one.isalpha() for one in text) else "en"


def language(tokens: Sequence[Token], message: Normalised) -> Language:
    """Chinese when anything but a name is; else English when any word of it is no word of Chinese sentences, too."""
    if not _LATIN.search(message.text) and _HAN.search(message.text):
        return "zh"
    english = lexicon().english
    spoken = [token for token in tokens if not (token.names or token.is_code or "carrier" in token.senses)]
    for token in spoken:
        if not token.text.isascii() and token.senses and _CLOSED.isdisjoint(token.senses) and _HAN.search(token.text):
            return "zh"
    if any(token.text in english or (token.is_unknown and token.text[:1].isascii() and token.text[:1].isalpha())
           for token in spoken):
        return "en"  # with a Chinese name that nobody knows in it, too
    return "zh" if script_of(message.message) == "zh" or spoken else "en"
