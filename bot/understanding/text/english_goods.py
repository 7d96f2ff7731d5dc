"""What goods with Chinese names are called in English: 轻奢羊绒大衣 is the coat, and the cashmere coat."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from bot.understanding.text.lexicon import read_table
from bot.understanding.text.normalise import spelled

_LONGEST = 4  # characters of a noun
MOST_ALIKE = 40  # names that end alike; of more, no two words tell one


@cache
def _nouns() -> dict[str, tuple[str, ...]]:
    """Each with its plural."""
    table = read_table("english_goods")
    alone = frozenset(table["plural"]["words"])
    return {spelled(noun): tuple(form for word in words.split("|") for form in _forms(word, alone))
            for noun, words in table["noun"].items()}


def _forms(word: str, alone: frozenset[str]) -> Iterator[str]:
    yield word
    if word in alone:
        return
    if word.endswith("fe"):
        yield f"{word[:-2]}ves"
    elif word.endswith("f"):
        yield f"{word[:-1]}ves"
    else:
        yield f"{word}es" if word.endswith(("s", "sh", "ch", "x")) else f"{word}s"


@cache
def _qualities() -> dict[str, tuple[str, ...]]:
    return {quality: tuple(words.split("|")) for quality, words in read_table("english_goods")["quality"].items()}


@cache
def _wraps() -> tuple[str, ...]:
    return tuple(sorted(read_table("english_goods")["wrap"]["words"], key=len, reverse=True))


def _noun_of(text: str, nouns: Mapping[str, object], wraps: tuple[str, ...]) -> str | None:
    """What a name ends in, longest first."""
    if text.endswith(wraps):
        text = text.removesuffix(next(wrap for wrap in wraps if text.endswith(wrap)))
    for size in range(_LONGEST, 0, -1):
        if text[-size:] in nouns:
            return text[-size:]
    return None


def _in_english(text: str, noun: str) -> Iterator[str]:
    """The ways to say one name, which has the spelling of the lexicon and ends so."""
    before = text[:text.rindex(noun)]
    said = [word for quality, words in _qualities().items() if quality in before for word in words]
    for form in _nouns()[noun]:
        yield form
        yield from (f"{quality} {form}" for quality in said)


def english_names(products: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The product of each English name that is one product's alone, from (spelling, product)."""
    nouns, wraps = _nouns(), _wraps()
    by_noun: dict[str, list[tuple[str, str]]] = {}
    for text, product in products:
        if noun := _noun_of(text, nouns, wraps):
            by_noun.setdefault(noun, []).append((text, product))
    found: dict[str, str | None] = {}
    many = [form for noun, named in by_noun.items() if len(named) > MOST_ALIKE for form in nouns[noun]]
    for noun, named in by_noun.items():
        for text, product in named if len(named) <= MOST_ALIKE else ():
            for said in _in_english(text, noun):
                found[said] = product if found.get(said, product) == product else None
    return {said: product for said, product in found.items()
            if product is not None and not any(said.endswith(form) for form in many)}
