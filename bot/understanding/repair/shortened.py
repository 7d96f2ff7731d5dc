"""Goods by a part of their name, with a variant on either side of it: 丝绒口红, T恤白色XL, L码的大衣.

A part counts where one product alone has it: the end of its name, a longer piece of it, or its characters in their
order. What other products have, too, is left to be asked about.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import Normalised, normalise, spelled
from bot.understanding.text.scan import Token

MOST_BESIDE = 4  # tokens looked at on either side of the one nobody knows
SHORTEST_END, SHORTEST_PIECE = 2, 3  # characters of a name that tell it: its end, or any piece of it
_COLOURS = frozenset("黑白红蓝绿灰粉紫黄米驼棕")
_THAT = ("那个", "那款", "那件", "那种", "这个", "这款", "这件")
_JOINS = frozenset({*"的码号款", *_THAT})
_BETWEEN = " 的-/码号款,"
_THAT_ONE = re.compile("|".join(_THAT))


def with_whole_name(message: Normalised, tokens: Sequence[Token], gazetteer: Gazetteer) -> Normalised | None:
    """The message with the name or the code of the goods in place of the part that was typed of it."""
    at = next((at for at, token in enumerate(tokens) if token.is_unknown or _is_joined(tokens, at)), None)
    if at is None:
        return None
    for first, last in _stretches(tokens, at):
        start, end = tokens[first].start, tokens[last].end
        if whole := _whole(message.text[start:end], gazetteer):
            return normalise(message.replaced(start, end, whole))
    return None


def _is_joined(tokens: Sequence[Token], at: int) -> bool:
    """The 65W of 65W充电器."""
    return (tokens[at].is_scaled and at + 1 < len(tokens) and tokens[at + 1].start == tokens[at].end
            and _is_goods(tokens[at + 1]))


def _is_goods(token: Token) -> bool:
    return any(name.dimension in {"product", "sku"} for name in token.names)


def _stretches(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, int]]:
    """(first, last) of the tokens around the unknown one that may be one name, the longest first."""
    low = high = at
    while low > max(0, at - MOST_BESIDE) and _may_name(tokens[low - 1]):
        low -= 1
    while high + 1 < min(len(tokens), at + MOST_BESIDE + 1) and _may_name(tokens[high + 1]):
        high += 1
    found = [(first, last) for first in range(low, at + 1) for last in range(at, high + 1)]
    yield from sorted(found, key=lambda one: tokens[one[0]].start - tokens[one[1]].end)


def _may_name(token: Token) -> bool:
    """Another unknown word, goods, a size, or the 的 of 白色XL的T恤 and the 码 of XL码."""
    return _is_goods(token) or token.is_unknown or token.text in _JOINS or token.number is not None


def _whole(typed: str, gazetteer: Gazetteer) -> str | None:
    """The name or code of the one product that may be called so."""
    found: dict[str, tuple[str, ...]] = {}
    for product in _candidates(typed, gazetteer):
        rest, codes = _without_variant(typed, gazetteer.variants.get(product, []))
        if any(_is_part(rest, _squeezed(name)) for name in _names_of(product, gazetteer)):
            found[product] = codes
    if len(found) != 1:
        return None
    product, codes = found.popitem()
    return codes[0] if len(codes) == 1 and len(gazetteer.skus.get(product, ())) > 1 else product


def _candidates(typed: str, gazetteer: Gazetteer) -> set[str]:
    """The products whose name shares two characters beside each other with what was typed."""
    return {name.value for text in gazetteer.near.sharing_pair(typed) for name in gazetteer.names[text]
            if name.dimension == "product"}


def _names_of(product: str, gazetteer: Gazetteer) -> Iterator[str]:
    yield spelled(product)
    yield from gazetteer.called(product)


def _without_variant(typed: str, variants: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[str, tuple[str, ...]]:
    """What is left once the variants beside it are taken off, and the codes that have them all."""
    rest, left = _THAT_ONE.sub(" ", typed).strip(_BETWEEN), list(variants)
    while found := _variant_beside(rest, left):
        spelling, is_first = found
        rest = (rest[len(spelling):] if is_first else rest[:-len(spelling)]).strip(_BETWEEN)
        left = [(code, parts) for code, parts in left if any(spelling in _spellings(part) for part in parts)]
    return _squeezed(rest), tuple(dict.fromkeys(code for code, _ in left))


def _variant_beside(rest: str, variants: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[str, bool] | None:
    """The longest spelling of a variant that the text begins or ends with, and whether it begins so."""
    known = {one for _, parts in variants for part in parts for one in _spellings(part)}
    for spelling in sorted(known, key=len, reverse=True):
        if len(rest) - len(spelling) >= SHORTEST_END:
            if rest.startswith(spelling) and not _runs_on(rest[len(spelling) - 1:len(spelling) + 1]):
                return spelling, True
            if rest.endswith(spelling) and not _runs_on(rest[-len(spelling) - 1:-len(spelling) + 1 or None]):
                return spelling, False
    return None


def _runs_on(two: str) -> bool:
    """A size must not be cut out of a longer word."""
    return len(two) > 1 and two.isascii() and two.isalnum()


def _spellings(part: str) -> set[str]:
    """白色 is 白, too, and 曜石黑 is 黑色."""
    plain = {part, part.removesuffix("色"), part.removesuffix("号"), part.lstrip("#")}
    return plain | ({f"{part[-1]}色"} if part[-1] in _COLOURS else set())


def _squeezed(name: str) -> str:
    return name.replace(" ", "").replace("-", "")


def _is_part(typed: str, name: str) -> bool:
    """Whether nothing else was typed than the end of the name, a piece of it, or some of its characters in order."""
    if typed == name:
        return True
    if typed.isascii() or len(typed) < SHORTEST_END:
        return False
    if typed in name:
        return name.endswith(typed) or len(typed) >= SHORTEST_PIECE
    return (len(typed) >= SHORTEST_PIECE and typed[-1] == name[-1] and _in_order(typed, name)
            and any(one + other in name for one, other in pairwise(typed)))


def _in_order(typed: str, name: str) -> bool:
    rest = iter(name)
    return all(one in rest for one in typed)
