"""A question, and behind it the figure that was meant by it: what did we sell in August? Total revenue, I mean."""

import re
from functools import cache

from bot.understanding.text.lexicon import read_table
from bot.understanding.text.normalise import Normalised, normalise


def asked_and_meant(message: Normalised) -> tuple[Normalised, Normalised] | None:
    """The question as it was asked first, and the words that say what was meant; None where it is not said so."""
    found = _form().search(message.text)
    if found is None:
        return None
    words = "behind" if found["behind"] else "before"
    asked, meant = message.original(0, found.start()), message.original(*found.span(words))
    return (normalise(asked), normalise(meant)) if asked.strip() and meant.strip() else None


@cache
def _form() -> re.Pattern[str]:
    said = "|".join(each for words in read_table("padding")["meant"].values() for each in words)
    pause, end, words = r"(?:[,;:.?!]\s*|\s-+\s*)", r"[\s.?!]*$", "[^,;:.?!-]+?"
    return re.compile(rf"{pause}(?:(?:{said})[,:\s]*(?P<behind>{words})|(?P<before>{words})[,\s]*(?:{said})){end}")
