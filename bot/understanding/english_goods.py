"""What goods with Chinese names are called in English: 轻奢羊绒大衣 is the coat, and the cashmere coat."""

from collections.abc import Iterable, Iterator
from functools import cache

from bot.understanding.lexicon import read_table
from bot.understanding.normalise import spelled

_LONGEST = 4  # characters of a noun


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


@cache
def _last_characters() -> frozenset[str]:
    """Of nouns and wraps: most of fifty thousand names need no closer look."""
    return frozenset(word[-1] for word in (*_nouns(), *_wraps()))


def _in_english(text: str) -> Iterator[str]:
    """The ways to say one name, which has the spelling of the lexicon."""
    wrap = next((end for end in _wraps() if text.endswith(end)), "")
    bare = text.removesuffix(wrap)
    noun = next((bare[-size:] for size in range(_LONGEST, 0, -1) if bare[-size:] in _nouns()), None)
    if noun is None:
        return
    before = bare[:-len(noun)]
    said = [word for quality, words in _qualities().items() if quality in before for word in words]
    for form in _nouns()[noun]:
        yield form
        yield from (f"{quality} {form}" for quality in said)


def english_names(products: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The product of each English name that is one product's alone, from (spelling, product)."""
    found: dict[str, str | None] = {}
    last_characters = _last_characters()
    for text, product in products:
        if text[-1] in last_characters:
            for said in _in_english(text):
                found[said] = product if found.get(said, product) == product else None
    return {said: product for said, product in found.items() if product is not None}
