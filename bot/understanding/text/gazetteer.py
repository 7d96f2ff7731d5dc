"""The shop's own names, as they stand in the database now: found in text longest first, ambiguous ones kept as sets."""

import gc
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from bot.understanding.text.english_goods import english_names
from bot.understanding.text.lexicon import read_table
from bot.understanding.text.near_names import NearNames
from bot.understanding.text.normalise import all_spelled, spelled
from domain.ports import Name, Names

# One character is a name only in a dictionary; in a sentence it is a syllable of another word.
SHORTEST_NAME = 2
MANY_NAMES = 5_000  # fewer do not slow the garbage collector down
VARIANT_ENDINGS = ("码", "号", "款", "色", "的")


@dataclass(slots=True)
class Gazetteer:
    """`names` has what each spelling stands for; `lengths` the spellings' lengths by how they start."""

    names: dict[str, tuple[Name, ...]] = field(default_factory=dict)
    lengths: dict[str, tuple[int, ...]] = field(default_factory=dict)
    variants: dict[str, list[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)  # product → (code, its parts)
    products: dict[str, str] = field(default_factory=dict)  # code → product
    warehouses: tuple[str, ...] = ()
    shops: tuple[str, ...] = ()
    _common: set[str] = field(default_factory=set)  # what names are called that nobody here gave: beauty, the coat
    _near: NearNames | None = None
    _near_common: NearNames | None = None
    _skus: dict[str, list[str]] | None = None
    _squeezed: dict[str, str] | None = None
    _called: dict[str, list[str]] | None = None

    @classmethod
    def of(cls, names: Iterable[Name]) -> "Gazetteer":
        made, listed = cls(), list(names)
        for name, text in zip(listed, all_spelled([name.text for name in listed]), strict=True):
            if name.dimension == "sku" and name.within:
                made._add_variant(name)
                if name.text != name.value:
                    continue
            if len(text) >= SHORTEST_NAME:
                made._add(text, name)
                if (others := _also_called().get(name.dimension)) and text in others:
                    for other in others[text].split("|"):
                        made._common.add(other)
                        made._add(other, name)
                if " " in text and not text.isascii():  # nobody types the blank in "Shopify 海外店"
                    made._add(text.replace(" ", ""), name)
        made._add_english()
        made.lengths = lengths_by_start(made.names)
        made.warehouses, made.shops = (
            tuple(dict.fromkeys(name.value for name in listed if name.dimension == dimension))
            for dimension in ("warehouse", "shop"))
        return made

    @property
    def skus(self) -> dict[str, list[str]]:
        """The codes of each product; put together when first needed."""
        if self._skus is None:
            self._skus = {}
            for code, product in self.products.items():
                self._skus.setdefault(product, []).append(code)
        return self._skus

    def called(self, product: str) -> list[str]:
        """The spellings that stand for the product; put together when first needed."""
        if self._called is None:
            self._called = {}
            for text, names in self.names.items():
                for name in names:
                    if name.dimension == "product":
                        self._called.setdefault(name.value, []).append(text)
        return self._called.get(product, [])

    def code_of(self, typed: str) -> str | None:
        """The one code that is spelled so but for its hyphens."""
        if self._squeezed is None:
            self._squeezed = {}
            for code in self.products:
                short = squeezed(code)
                self._squeezed[short] = code if self._squeezed.get(short, code) == code else ""
        return self._squeezed.get(squeezed(typed)) or None

    @property
    def near(self) -> NearNames:
        """The names that were given by what is like them; put together when somebody types one that nobody knows."""
        if self._near is None:
            self._near = NearNames.of([text for text in self.names if text not in self._common])
        return self._near

    @property
    def near_common(self) -> NearNames:
        """What names are also called, likewise: buaety."""
        if self._near_common is None:
            self._near_common = NearNames.of(sorted(self._common))
        return self._near_common

    def _add(self, text: str, name: Name) -> None:
        known = self.names.get(text)
        if known is None:
            self.names[text] = (name,)
        elif all((one.dimension, one.value) != (name.dimension, name.value) for one in known):
            self.names[text] = (*known, name)

    def _add_english(self) -> None:
        """The coat; a name that somebody gave goes before it."""
        spelt = [(text, one.value) for text, meant in self.names.items() for one in meant if one.dimension == "product"]
        for said, product in english_names(spelt).items():
            if said not in self.names:
                self._common.add(said)
                self.names[said] = (Name(said, "product", product),)

    def _add_variant(self, name: Name) -> None:
        """Remember which product a SKU belongs to; its variant is a name only beside that product."""
        self.products.setdefault(name.value, name.within)
        if name.text != name.value:
            parts = tuple(spelled(name.text).replace("/", " ").split())
            self.variants.setdefault(name.within, []).append((name.value, parts))

    def variant_at(self, text: str, at: int, product: str) -> tuple[tuple[str, ...], int]:
        """The SKUs of the product whose variant is spelled at text[at:], and where it ends; no SKUs when none is."""
        candidates = self.variants.get(product, [])
        start, matched = at, False
        while candidates:
            at = _skip(text, at, matched=matched)
            part = _longest_part(text, at, candidates)
            if not part:
                break
            matched, at = True, at + len(part)
            candidates = [(code, parts) for code, parts in candidates if any(one.startswith(part) for one in parts)]
            while text.startswith(VARIANT_ENDINGS, at):
                at += 1
        codes = tuple(dict.fromkeys(code for code, _ in candidates))
        return (codes, at) if matched else ((), start)


def _also_called() -> Mapping[str, Mapping[str, str]]:
    """Of each dimension what else its names go by: Guangzhou is the warehouse in 广州, 招行 the account at 招商银行."""
    return read_table("english_names")


def squeezed(code: str) -> str:
    """Without what holds its parts together."""
    return re.sub("[ _-]", "", spelled(code))


LAST_ASCII = "\x7f"
# By so many characters words are looked up; Latin ones begin alike for longer.
LATIN_START, OTHER_START = 4, 2


def lengths_by_start(words: Collection[str]) -> dict[str, tuple[int, ...]]:
    """How long the words that start so are, longest first; what is shorter than a start is under its first letter."""
    sizes: dict[str, int] = {}  # of each start, a bit for every length
    for word in words:
        size = len(word)
        shortest = OTHER_START if word > LAST_ASCII else LATIN_START
        start = word[:shortest] if size >= shortest else word[:1]
        sizes[start] = sizes.get(start, 0) | 1 << size
    for start in sizes:
        for size in range(1, len(start)):
            if start[:size] in words:
                sizes[start] |= 1 << size
    return {start: tuple(size for size in range(bits.bit_length() - 1, 0, -1) if bits >> size & 1)
            for start, bits in sizes.items()}


def _skip(text: str, at: int, *, matched: bool) -> int:
    while at < len(text) and text[at] in " -/,(" + ("" if matched else "的"):
        at += 1
    return at


def _longest_part(text: str, at: int, candidates: list[tuple[str, tuple[str, ...]]]) -> str:
    """The longest part of a variant that stands at text[at:]; a size may lack its word: 大 for 大号."""
    best = ""
    for _, parts in candidates:
        for part in parts:
            for spelling in (part, part.removesuffix("号").removesuffix("色"), part.lstrip("#")):
                if len(spelling) > len(best) and text.startswith(spelling, at) and _ends_well(text, at + len(spelling)):
                    best = spelling
    return best


def _ends_well(text: str, end: int) -> bool:
    """A Latin size or number must not be the beginning of a longer one."""
    before, after = text[end - 1], text[end:end + 1]
    return not (before.isascii() and before.isalnum() and after.isascii() and after.isalnum())


class LiveGazetteer:
    """Follows the names of the shop: built again when their version changed."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._version: int | None = None
        self._current = Gazetteer()

    def current(self) -> Gazetteer:
        version = self._names.version()
        if version != self._version:
            self._current = Gazetteer.of(self._names.all())
            self._version = version
            if len(self._current.names) >= MANY_NAMES:
                _leave_to_refcounts()
        return self._current


def _leave_to_refcounts() -> None:
    """Take all that lives now out of the garbage collector's rounds.

    Fifty thousand names are hundreds of thousands of objects that stay: looking through them for cycles again and again
    costs a message a third of its time. What is no longer referred to is freed as ever.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
