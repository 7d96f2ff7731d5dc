"""Words of the trade that a message almost holds: one key, one sound or one look away from what was typed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from bot.understanding.questions.gate import unexplained
from bot.understanding.repair import misspelt
from bot.understanding.repair.letters import left_in_letters
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.lexicon import lexicon, read_table
from bot.understanding.text.normalise import Normalised, normalise
from bot.understanding.text.scan import Token
from bot.understanding.text.sounds import slurred, sounds

LONGEST_WINDOW = 4  # characters looked at together; longer words of the trade are made of such
MOST_UNKNOWN = 3  # a message with more unknown stretches is not one of slips
MOST_REPAIRS = 10  # tried one by one; each costs a reading
SHORTEST_MISHEARD = 3  # characters; two may sound like anything
SAME_SOUND, ALIKE, ONE_KEY, ALL_CHANGED = 0, 1, 2, 3  # how far a word is from what was typed
_PARTICLES = "了的得过出掉到"
SHORTEST_HEARD, LONGEST_HEARD = 3, 8  # characters; two may sound like anything
_HAN = re.compile("[\u4e00-\u9fff]+")
_LATIN = re.compile("[\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Repair:
    """The message with `word` for what was typed at [start, end) of its normal spelling."""

    start: int
    end: int
    word: str
    cost: int
    is_figure: bool  # the word names a figure

    @property
    def is_name(self) -> bool:
        """Whether what was typed may be somebody's name: 客但价, which sounds exactly like a figure, is none."""
        if self.word.isascii() and self.end - self.start < misspelt.SURE_FROM:
            return True
        return self.is_figure and (self.cost > SAME_SOUND or self.end - self.start < SHORTEST_MISHEARD)

    @property
    def is_loose(self) -> bool:
        """罚了 is a word of its own, not 发了; and no rival of a longer word: 多少前了 is 多少钱, not 签了."""
        return len(self.word) == 2 and self.word[1] in _PARTICLES

    @property
    def is_sure(self) -> bool:
        """Whether it may be presumed: one sound or look away, or one key in a longer word."""
        if self.is_loose or misspelt.SURE.isdisjoint(_senses(self.word)):
            return False
        return self.cost <= ALIKE or (self.cost == ONE_KEY and self.end - self.start > 2)


def repairs(message: Normalised, tokens: Sequence[Token]) -> list[Repair]:
    """What may have been meant where the first token stands that is not explained, the likeliest first."""
    left = [token for token in tokens if token.is_unknown] or [
        token for token in unexplained(tokens) if len(token.text) == 1 and not _is_latin(token.text)]
    if len(left) > MOST_UNKNOWN:
        return []
    first = left[0] if left else None
    if first is None:
        found = _misheard(message.text, tokens)
    elif first.text.isascii():
        found = _latin(message, first)
    else:
        found = _chinese(message.text, first, _limits(tokens, first))
    best: dict[tuple[int, int, str], Repair] = {}
    for repair in sorted(found, key=lambda one: (one.cost, one.start - one.end)):
        best.setdefault((repair.start, repair.end, repair.word), repair)
    return list(best.values())[:MOST_REPAIRS]


def heard_name(message: Normalised, tokens: Sequence[Token], gazetteer: Gazetteer) -> tuple[str, Normalised] | None:
    """What was typed over the first unknown stretch, 蓝芽耳机, and the message with the one name that sounds so."""
    first = next((token for token in tokens if token.is_unknown and not token.text.isascii()), None)
    found: dict[tuple[int, int], set[str]] = {}
    for start, end in _windows(message.text, first) if first else ():
        names = set(gazetteer.near.sounding_like(message.text[start:end]))
        if names:
            found[start, end] = names
    if not found:
        return None
    (start, end), names = max(found.items(), key=lambda one: one[0][1] - one[0][0])
    meant = {(name.dimension, name.value) for text in names for name in gazetteer.names[text]}
    if len(meant) != 1:
        return None
    return message.original(start, end), normalise(message.replaced(start, end, min(names)))


def _windows(text: str, unknown: Token) -> Iterator[tuple[int, int]]:
    """Stretches of Chinese over the start of the unknown one, as long as names that are told by their sound."""
    for start in range(max(0, unknown.start - LONGEST_HEARD + 1), unknown.start + 1):
        for end in range(max(start + SHORTEST_HEARD, unknown.start + 1), min(start + LONGEST_HEARD, len(text)) + 1):
            if _HAN.fullmatch(text, start, end):
                yield start, end


def _senses(word: str) -> frozenset[str]:
    whole = lexicon().words.get(word)
    is_whole = not word.isascii() or (whole is not None and len(word) >= misspelt.SHORTEST_LATIN)
    return (frozenset() if is_whole else misspelt.senses_of(word)).union(whole or ())


def _repair(start: int, end: int, word: str, cost: int) -> Repair:
    return Repair(start, end, word, cost, not _senses(word).isdisjoint({"metric", "vague"}))


def _limits(tokens: Sequence[Token], first: Token) -> tuple[int, int]:
    """The stretch around the unknown token that holds no name, number or code."""
    at = next(place for place, token in enumerate(tokens) if token is first)
    low = high = at
    while low and _may_change(tokens[low - 1]):
        low -= 1
    while high + 1 < len(tokens) and _may_change(tokens[high + 1]):
        high += 1
    return tokens[low].start, tokens[high].end


def _may_change(token: Token) -> bool:
    return not (token.names or token.is_code or token.number is not None or token.date is not None)


def _chinese(text: str, unknown: Token, limits: tuple[int, int]) -> Iterator[Repair]:
    """Windows of two to four characters over the start of the unknown stretch."""
    at, words = unknown.start, lexicon().words
    for size in range(2, LONGEST_WINDOW + 1):
        for start in range(max(limits[0], at - size + 1), at + 1):
            typed = text[start:start + size]
            if start + size <= limits[1] and typed not in words:
                yield from (_repair(start, start + size, word, cost) for word, cost in _near(typed))


def _misheard(text: str, tokens: Sequence[Token]) -> Iterator[Repair]:
    """上各月 for 上个月: explained word by word, yet together it sounds like one word of the trade."""
    starts = {token.start for token in tokens if _may_change(token)}
    for start in sorted(starts):
        for size in range(SHORTEST_MISHEARD, LONGEST_WINDOW + 1):
            typed = text[start:start + size]
            if len(typed) == size and typed not in lexicon().words:
                heard = _index()[1].get(_sound(typed), ())
                yield from (_repair(start, start + size, word, SAME_SOUND) for word in heard
                            if sum(one != other for one, other in zip(typed, word, strict=True)) == 1)


def _near(typed: str) -> Iterator[tuple[str, int]]:
    """Words of the same length with one character changed, two swapped, or all the same sounds."""
    gaps, by_sound = _index()
    for at, character in enumerate(typed):
        for word in gaps.get((typed[:at], typed[at + 1:]), ()):
            cost = _distance(character, word[at])
            if cost is not None:
                yield word, cost
        swapped = typed[:at] + typed[at + 1:at + 2] + character + typed[at + 2:]
        if at + 1 < len(typed) and swapped in by_sound.get(_sound(swapped), ()):
            yield swapped, ALIKE
    yield from ((word, ALL_CHANGED) for word in by_sound.get(_sound(typed), ()))


def _distance(typed: str, meant: str) -> int | None:
    """How easily one character is typed for the other; None when it is not."""
    ours, theirs = sounds().get(typed, ()), sounds().get(meant, ())
    if set(ours) & set(theirs):
        return SAME_SOUND
    if meant in _looks().get(typed, ()) or {slurred(one) for one in ours} & {slurred(one) for one in theirs}:
        return ALIKE
    return ONE_KEY if any(_one_key(one, other) for one in ours for other in theirs) else None


def _one_key(one: str, other: str) -> bool:
    """One letter more, less or other."""
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < 2:
        return False
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return any(one[same + a:] == other[same + b:] for a, b in ((1, 1), (1, 0), (0, 1)))


@cache
def _looks() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for group in read_table("shapes")["alike"]:
        for character in group:
            found[character] = found.get(character, "") + group
    return found


def _sound(text: str) -> tuple[str, ...]:
    return tuple(sounds().get(one, (one,))[0] for one in text)


_Gaps = dict[tuple[str, str], list[str]]


@cache
def _index() -> tuple[_Gaps, dict[tuple[str, ...], list[str]]]:
    """The Chinese words by what is left of them without one character, and by their sound."""
    gaps: _Gaps = {}
    by_sound: dict[tuple[str, ...], list[str]] = {}
    for word, senses in lexicon().words.items():
        is_told = 2 <= len(word) <= LONGEST_WINDOW and not misspelt.OF_TRADE.isdisjoint(senses)
        if not is_told or _is_latin(word):
            continue
        by_sound.setdefault(_sound(word), []).append(word)
        for at in range(len(word)):
            gaps.setdefault((word[:at], word[at + 1:]), []).append(word)
    return gaps, by_sound


def _is_latin(word: str) -> bool:
    return _LATIN.search(word) is not None


def _latin(message: Normalised, unknown: Token) -> Iterator[Repair]:
    """English words with a key wrong; Chinese ones that were left in the letters they are typed by."""
    if _HAN.search(message.text):
        yield from (_repair(start, end, word, SAME_SOUND) for start, end, word in left_in_letters(unknown))
    for found in misspelt.words_in(message, unknown):
        for word in misspelt.words_like(found[0]):
            cost = ALL_CHANGED if misspelt.is_plain(found[0]) else ALIKE
            yield _repair(found.start(), found.end(), word, cost)
