"""What people say around what they want when they speak: openers, hesitation, closers, and why they do not look."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from bot.understanding.actions.arrivals import Spread
from bot.understanding.questions.draft import is_filler
from bot.understanding.text.lexicon import read_table
from bot.understanding.text.normalise import Normalised, normalise
from bot.understanding.text.patterns import pattern_of
from bot.understanding.text.scan import Token

MOST_TAKEN = 12  # pieces of padding in one message; more is no sentence
# A clause with one of these in it says what is wanted, not why it is asked.
_MEANT = frozenset({
    "metric", "vague", "count", "event", "dim", "split", "each", "apiece", "offset", "unit", "month", "weekday",
    "festival", "quarter", "half", "last", "before", "only", "exclude", "exclude_end", "op", "postop", "platform",
    "province", "carrier", "segment", "order_status", "action", "sign", "report", "extreme", "rank", "ranking",
    "compare", "versus", "change", "trend", "chart", "share", "feature", "set_to", "retract", "not_this", "off",
    "money_unit", "waybill_mark", "order_mark"})


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


def unexcused(message: Normalised, spread: Spread) -> Iterator[Normalised]:
    """The message without a clause about the one who asks: 我在外面不方便看电脑你给我说说…, …,我好排班."""
    for pattern in _excuses():
        found = pattern.search(message.text)
        if found and not _says_anything(spread(normalise(_pattern("elsewhere").sub("", found["said"]))).tokens):
            yield _without(message, found.start(), found.end())


def _says_anything(tokens: Sequence[Token]) -> bool:
    return any(token.names or token.is_code or token.date or token.number is not None
               or (not _MEANT.isdisjoint(token.senses) and not is_filler(token)) for token in tokens)


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
              "noted": "{pause}(?:%s){pause}$", "elsewhere": "%s"}
    return pattern_of("padding", framed[place] % said)


@cache
def _excuses() -> tuple[re.Pattern[str], ...]:
    return tuple(pattern_of("padding", each) for each in _listed("excuse"))


def _listed(place: str) -> Iterator[str]:
    for said in read_table("padding")[place].values():
        yield from said
