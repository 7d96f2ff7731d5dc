"""English words of the trade with a key wrong: stok, waitng, weeek. A correct word is never taken for another one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, product

from bot.understanding.text.lexicon import lexicon, read_table
from bot.understanding.text.normalise import Normalised, normalise
from bot.understanding.text.scan import Token

SHORTEST = 4  # letters of a word that may be mistyped; shorter ones are one key from too many others
SHORTEST_LATIN = 5  # a shorter word is put right by itself only where two keys are swapped: mnay
SURE_FROM = 6  # shorter ones are read only where nothing else can stand: last weeek, stok of SM-01
TWO_KEYS_FROM = 9  # a word this long may have two keys wrong
MOST_TYPED = 4  # words put right together; a message with more is none of slips
MOST_TRIED = 12  # ways to put them right; each costs a reading
# A word of these roles may be put right without asking; a name or value is only offered, a particle never restored.
SURE = frozenset({
    "metric", "vague", "count", "event", "dim", "split", "each", "apiece", "share", "trend", "chart", "which",
    "whichdim", "offset", "before", "same_span", "unit", "weekday", "month", "quarter", "half", "festival", "extreme",
    "speed", "rank", "ranking", "sorting", "seller", "feature", "compare", "compare_unit", "change", "order_status",
    "action", "report", "off"})
OFFERED = frozenset({"province", "platform", "segment", "carrier", "vague_time", "last", "op", "only", "exclude",
                     "versus"})
OF_TRADE = SURE | OFFERED
_SAID = frozenset({"stop", "query_word", "range"})  # currently: put right beside others
SHORTEST_SAID = 7
# A letter may be missing in these of four: lst wek, by shp; and these are written with a capital.
_DROPPED = frozenset({"last", "unit", "dim", "event"})
_PLACES = frozenset({"province", "platform"})
_PROPER = _PLACES | {"month", "weekday", "festival"}
_LATIN_WORD = re.compile(r"[a-z]+")


def words_in(message: Normalised, unknown: Token) -> Iterator[re.Match[str]]:
    """The words that may be mistyped. A capital inside a sentence makes a name, which nobody may rewrite."""
    for found in _LATIN_WORD.finditer(message.text, unknown.start, unknown.end):
        said = message.original(found.start(), found.end())
        if len(found[0]) >= SHORTEST and not (found.start() and said[:1].isupper() and not said.isupper()):
            yield found


def words_like(typed: str) -> list[str]:
    """The words of the trade that may have been meant by one alone."""
    if len(typed) < SHORTEST_LATIN:
        return [word for word in _by_first().get(typed[0], ()) if sorted(word) == sorted(typed)
                and _distance(typed, word, 1) == 1 and not OF_TRADE.isdisjoint(senses_of(word))]
    return [word for word in _near(typed) if len(word) >= SHORTEST_LATIN
            and not OF_TRADE.isdisjoint(senses_of(word))]


@dataclass(frozen=True, slots=True)
class Respelling:
    """A message with all its mistyped words put right. `short` may be names as well: then `rest` is without them."""

    message: Normalised
    is_sure: bool
    short: frozenset[str]
    rest: Normalised


def put_right(message: Normalised, tokens: Sequence[Token]) -> Iterator[Respelling]:
    """Every way to put the mistyped words right; none where a word is left over that is like no other."""
    unknown = [token for token in tokens if token.is_unknown]
    slips = [(found, _meant(message, found)) for token in unknown
             for found in _LATIN_WORD.finditer(message.text, token.start, token.end) if found[0] not in _parts()]
    typed = [found for found, _ in slips]
    if not all(words for _, words in slips) or len(typed) > MOST_TYPED or not any(
            len(found[0]) >= SHORTEST and not is_plain(found[0]) for found in typed):
        return
    rest = normalise(_with(message, typed, ["" if may_be_name(found[0]) else found[0] for found in typed]))
    is_said = not any(is_plain(found[0]) for found in typed)
    for words in islice(product(*(words for _, words in slips)), MOST_TRIED):
        pairs = [(found[0], word) for found, word in zip(typed, words, strict=True)]
        is_sure = is_said and all(_is_sure(*pair) for pair in pairs)
        short = frozenset(word for one, word in pairs if may_be_name(one) and sorted(one) != sorted(word))
        yield Respelling(normalise(_with(message, typed, words)), is_sure, short, rest)


def _meant(message: Normalised, typed: re.Match[str]) -> list[str]:
    """What the word may have been: a capital inside a sentence makes a name, but that of a month or place is known."""
    said = message.original(typed.start(), typed.end())
    if len(typed[0]) < SHORTEST:
        return [word for word in _near(typed[0]) if len(word) == SHORTEST and not _DROPPED.isdisjoint(senses_of(word))]
    if typed.start() and said[:1].isupper() and not said.isupper():
        return [word for word in _near(typed[0]) if not _PROPER.isdisjoint(senses_of(word))]
    return _near(typed[0])


def _is_sure(typed: str, word: str) -> bool:
    """Whether nothing is asked: a figure or time that was meant, a place by its long name, lst for last."""
    senses = senses_of(word)
    is_place = len(word) >= SURE_FROM and not _PLACES.isdisjoint(senses)
    return is_place or len(typed) < SHORTEST or not (SURE | _SAID).isdisjoint(senses)


def _with(message: Normalised, typed: Sequence[re.Match[str]], words: Sequence[str]) -> str:
    """The message with these words for those that were typed."""
    right = message.message
    for found, word in reversed(list(zip(typed, words, strict=True))):
        start, end = message.origin[found.start()], message.end_of(found.end() - 1)
        right = right[:start] + word + right[end:]
    return right


def may_be_name(typed: str) -> bool:
    """A short word is one key from too many others, and may be anything that is sold."""
    return len(typed) < SURE_FROM


def is_plain(typed: str) -> bool:
    """Whether it is a correct word itself."""
    return typed in _plain()


def senses_of(word: str) -> frozenset[str]:
    """The roles of a single word, also of one that is only said in phrases."""
    return _words().get(word, frozenset())


def _near(typed: str) -> list[str]:
    """The words one key away, or two in a long word; the first letter is hardly ever the wrong one."""
    return [word for word in _by_first().get(typed[0], ())
            if _distance(typed, word, 2 if max(len(word), len(typed)) >= TWO_KEYS_FROM else 1)]


def _distance(typed: str, word: str, most: int) -> int:
    """How many keys are wrong; 0 for none or too many."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415  only for words nobody knows

    found = OSA.distance(typed, word, score_cutoff=most)
    return int(found) if found <= most else 0


@cache
def _plain() -> frozenset[str]:
    table = {kind: words.split() for kind, words in read_table("plain_english").items()}
    verbs = (form for verb in table["verbs"] for form in (verb, _with_s(verb), *_past_and_going(verb)))
    nouns = (form for noun in table["nouns"] for form in (noun, _with_s(noun)))
    return frozenset((*verbs, *nouns, *table["others"]))


_ENDS_IN_Y = re.compile(r"[^aeiou]y$")
_HISSES = re.compile(r"(?:s|x|z|ch|sh)$")
_DOUBLED = re.compile(r"[^aeiou]*[aeiou][bdgmnprt]")  # stop, stopped


def _with_s(word: str) -> str:
    """Several of a noun; of a verb, what somebody does."""
    return f"{word[:-1]}ies" if _ENDS_IN_Y.search(word) else f"{word}es" if _HISSES.search(word) else f"{word}s"


def _past_and_going(verb: str) -> tuple[str, str]:
    """Shipped and shipping; of a regular verb."""
    stem = verb + verb[-1] if _DOUBLED.fullmatch(verb) else verb
    if verb.endswith("ie"):
        return f"{verb}d", f"{verb[:-2]}ying"
    if verb.endswith("e"):
        return f"{verb}d", f"{verb}ing" if verb.endswith(("ee", "oe", "ye")) else f"{verb[:-1]}ing"
    return f"{verb[:-1]}ied" if _ENDS_IN_Y.search(verb) else f"{stem}ed", f"{stem}ing"


@cache
def _words() -> Mapping[str, frozenset[str]]:
    """Every word of the English phrases; by roles, of which there are few, where phrases are tens of thousands."""
    phrases: dict[frozenset[str], list[str]] = {}
    for text, senses in lexicon().words.items():
        if text.isascii():
            phrases.setdefault(frozenset(senses), []).append(text)
    found: dict[str, set[str]] = {}
    for roles, texts in phrases.items():
        if (OF_TRADE | _SAID).isdisjoint(roles):
            continue
        least = SHORTEST_SAID if OF_TRADE.isdisjoint(roles) else SHORTEST
        for word in dict.fromkeys(" ".join(texts).split(" ")):  # the same order of choices at every start
            if len(word) >= least and word.isalpha():
                found.setdefault(word, set()).update(roles)
    for short in read_table("shorthand")["shorthand"].values():
        for word in short:
            found.pop(word, None)  # nobody means a shorter way to type it
    return {word: frozenset(roles) for word, roles in found.items()}


@cache
def _parts() -> frozenset[str]:
    """Short words that are only said in phrases: ad, net."""
    return frozenset(word for text in lexicon().english if " " in text for word in text.split(" ")
                     if len(word) < SHORTEST)


@cache
def _by_first() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in _words():
        found.setdefault(word[0], []).append(word)
    return found
