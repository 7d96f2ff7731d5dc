"""Names of the shop that look or sound like what was typed, for somebody who meant one of them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from bot.understanding.text.sounds import slurred, sounds

MOST_LIKE = 3  # as many choices as a reply shows
LEAST_LIKENESS = 60  # of 100: 羽绒服 is not offered for 羊绒大衣, 羊绒大依 is
MOST_CANDIDATES = 100  # names compared one by one; more would take longer than the answer
MOST_OF_A_PAIR = 2_000  # names kept for one pair of sounds: what so many share tells none of them apart
MOST_TYPED = 40  # characters of an unknown stretch that are looked at


@dataclass(frozen=True, slots=True)
class NearNames:
    """`names` in order, and for each pair of sounds, one beside or one after the next, the places of those names."""

    names: Sequence[str]
    by_pair: dict[tuple[str, str], list[int]]

    @classmethod
    def of(cls, names: Iterable[str]) -> "NearNames":
        listed = list(names)
        by_pair: dict[tuple[str, str], list[int]] = {}
        made = cls(listed, by_pair)
        for place, name in enumerate(listed):
            for pair in _pairs(_spoken(name)):
                places = by_pair.setdefault(pair, [])
                if len(places) < MOST_OF_A_PAIR:
                    places.append(place)
        return made

    def holding(self, text: str) -> list[str]:
        """Up to three names that the text is a part of."""
        if len(text) < 2:
            return []
        places = min((self.by_pair.get(pair, []) for pair in _pairs(_spoken(text[:MOST_TYPED]))), key=len, default=[])
        found = (self.names[place] for place in places)
        return [name for name in found if text in name][:MOST_LIKE]

    def sharing_pair(self, text: str) -> list[str]:
        """The names that have two characters of the text beside each other; none for a pair that too many share."""
        found = [self.by_pair.get(pair, []) for pair in pairwise(_spoken(text[:MOST_TYPED]))]
        if any(len(places) >= MOST_OF_A_PAIR for places in found):
            return []
        return [self.names[place] for place in dict.fromkeys(place for places in found for place in places)]

    def sounding_like(self, text: str) -> list[str]:
        """The names of as many characters, each of which may sound like the one typed in its place."""
        heard = [_all_sounds(one) for one in text]
        places = dict.fromkeys(place for pair in _pairs(_spoken(text)) for place in self.by_pair.get(pair, ()))
        return [name for name in (self.names[place] for place in places) if len(name) == len(text) and all(
            one == typed or sound & _all_sounds(one) for one, typed, sound in zip(name, text, heard, strict=True))]

    def like(self, text: str) -> list[str]:
        """Up to three names that share two sounds with the text, the likest first."""
        typed = _spoken(text[:MOST_TYPED])
        candidates = self._sharing(typed)
        if not candidates:
            return []
        from rapidfuzz import fuzz, process  # noqa: PLC0415  35 ms, and only for names nobody knows

        names = [self.names[place] for place in candidates]
        spoken = [_spoken(name) for name in names]
        looks = process.extract(text, names, scorer=fuzz.ratio, limit=MOST_LIKE, score_cutoff=LEAST_LIKENESS)
        heard = process.extract(typed, spoken, scorer=fuzz.ratio, limit=MOST_LIKE, score_cutoff=LEAST_LIKENESS)
        ranked = sorted((-score, place) for _, score, place in (*looks, *heard))
        return list(dict.fromkeys(names[place] for _, place in ranked))[:MOST_LIKE]

    def _sharing(self, typed: Sequence[str]) -> list[int]:
        """Places of the names with a pair of the typed sounds, those with the rarest pair leading."""
        lists = sorted((self.by_pair[pair] for pair in _pairs(typed) if pair in self.by_pair), key=len)
        return list(dict.fromkeys(place for places in lists for place in places[:MOST_CANDIDATES]))[:MOST_CANDIDATES]


def _pairs(spoken: Sequence[str]) -> set[tuple[str, str]]:
    """Each sound with the next and the one after: a name of three is still found with its middle wrong."""
    return {*pairwise(spoken), *zip(spoken, spoken[2:], strict=False)}


def _spoken(text: str) -> list[str]:
    """The text as sounds: characters by their pinyin, pinyin typed in letters by its syllables, the rest as it is."""
    known = _first_sounds()
    if not text.isascii():
        return [known.get(one, one) for one in text if one != " "]
    if _pinyin().fullmatch(text):
        return [slurred(heard) for heard in _syllables().findall(text)]
    return [one for one in text if one != " "]


@cache
def _all_sounds(character: str) -> frozenset[str]:
    return frozenset(slurred(heard) for heard in sounds().get(character, ()))


@cache
def _first_sounds() -> dict[str, str]:
    return {character: slurred(heard[0]) for character, heard in sounds().items()}


@cache
def _syllables() -> re.Pattern[str]:
    heard = {syllable for each in sounds().values() for syllable in each}
    return re.compile("|".join(sorted(heard, key=len, reverse=True)))


@cache
def _pinyin() -> re.Pattern[str]:
    """Two syllables or more; letters that make no syllables are spelled out."""
    return re.compile(f"(?:(?:{_syllables().pattern}) ?){{2,}}")
