"""One pass over the message, longest match first: names of the shop, words of the trade, numbers, dates and codes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import pairwise

from bot.understanding.text import numbers
from bot.understanding.text.doubtful import doubted_words, makes_sense
from bot.understanding.text.gazetteer import LAST_ASCII, LATIN_START, OTHER_START, Gazetteer, lengths_by_start
from bot.understanding.text.lexicon import Senses, lexicon
from bot.understanding.text.normalise import Normalised
from domain.ports import Name

_NO_SENSES: Senses = {}
_PERCENT: Senses = {"percent": "percent"}  # 百分之五: the number and its unit in one


@dataclass(slots=True)
class Token:
    """A stretch of the message and everything it may be. No senses, no names, no number: not understood."""

    start: int
    end: int
    text: str
    senses: Senses = field(default_factory=dict)
    names: tuple[Name, ...] = ()
    number: Decimal | None = None
    is_scaled: bool = False  # 5万, 3k: an amount, never a day or a year
    is_ordinal: bool = False
    is_code: bool = False  # an order's or a waybill's number
    date: tuple[int, int | None, int | None] | None = None  # (year or 0, month, day)
    used: bool = field(default=False)

    def has(self, kind: str) -> bool:
        return kind in self.senses

    @property
    def is_unknown(self) -> bool:
        return not (self.senses or self.names or self.is_code or self.date) and self.number is None


# What a token may be besides a word of some kind.
NAMED, NUMBERED, CODED, DATED, UNKNOWN = "a name", "a number", "a code", "a date", "unknown"


class Words(list[Token]):
    """The tokens of a message, and the kinds that are among them: what looks for another one need not go over them."""

    __slots__ = ("kinds",)

    def __init__(self, tokens: Iterable[Token]) -> None:
        super().__init__(tokens)
        kinds: set[str] = set()
        for token in self:
            kinds.update(token.senses)
            if token.names:
                kinds.add(NAMED)
            elif token.number is not None:
                kinds.add(NUMBERED)
            elif token.is_code:
                kinds.add(CODED)
            elif token.date is not None:
                kinds.add(DATED)
            elif not token.senses:
                kinds.add(UNKNOWN)
        self.kinds = frozenset(kinds)


CODE = re.compile(r"#\d{3,20}|[a-z]{1,8}[-_]?\d[\da-z-]{5,30}|\d{6}-\d{6,20}|\d{9,30}[a-z\d-]*")
DATE = re.compile(r"(20\d\d)([-/.])(\d{1,2})(?:\2(\d{1,2}))?(?!\d)|(20\d\d)(\d\d)(\d\d)(?!\d)"
                  r"|(\d{1,2})/(\d{1,2})(?![\d/])|(\d{1,2})([./-])(\d{1,2})\11(20\d\d)(?!\d)")
# Kinds of words that a shop's name may take over; what else the lexicon says of a text stays said.
YIELDS = frozenset({"platform", "province", "carrier", "stop", "event", "segment", "reason", "currency", "topic",
                    "off", "order_status", "seller", "feature", "chart", "follow"})


@cache
def _word_lengths() -> dict[str, tuple[int, ...]]:
    return lengths_by_start(lexicon().words)


MAX_WORD = 1000  # no word is as long
MOST_RESCANS = 3  # words that are tried shorter for the sake of what stands behind them


def scan(message: Normalised, gazetteer: Gazetteer) -> Words:
    """The tokens from left to right; what nothing explains is gathered into unknown tokens.

    Longest match first, except where a shorter word explains more: 北京仓库存 is 仓 and 库存, not 仓库 and 存;
    天猫店铺 is 天猫 and 店铺.
    """
    words = Words(_pass(message.text, gazetteer, {}))
    return words if UNKNOWN not in words.kinds else Words(_rescanned(words, message.text, gazetteer))


def _rescanned(tokens: list[Token], text: str, gazetteer: Gazetteer) -> list[Token]:
    """The tokens, or others that explain more of the text, with a word in front of an unknown stretch cut shorter."""
    barred: dict[int, int] = {}
    for _ in range(MOST_RESCANS):
        word = next((before for before, token in pairwise(tokens) if token.is_unknown and before.start not in barred
                     and (before.senses or before.names) and before.end - before.start > 1
                     and before.end == token.start), None)
        if word is None:
            break
        barred[word.start] = word.end - word.start
        other = _pass(text, gazetteer, barred)
        if unknown_length(other) < unknown_length(tokens):
            tokens = other
        else:
            barred[word.start] = MAX_WORD
    return tokens


def unknown_length(tokens: Iterable[Token]) -> int:
    """How many characters nothing explains."""
    return sum(token.end - token.start for token in tokens if token.is_unknown)


def _pass(text: str, gazetteer: Gazetteer, barred: Mapping[int, int]) -> list[Token]:
    """One way to cut the text; `barred` says how long a word may not be at a place, or longer."""
    tokens: list[Token] = []
    at, size = 0, len(text)
    words, word_lengths, doubted = lexicon().words, _word_lengths(), doubted_words()
    names, name_lengths = gazetteer.names, gazetteer.lengths
    while at < size:
        first = text[at]
        if first == " ":
            at += 1
            continue
        is_latin = first <= LAST_ASCII
        start = text[at:at + (LATIN_START if is_latin else OTHER_START)]
        shorter = barred.get(at, MAX_WORD) if barred else MAX_WORD
        name = word = ""
        if lengths := name_lengths.get(start) or name_lengths.get(first):
            name = _longest(text, at, lengths, names, loose=False, shorter=shorter)
        if lengths := word_lengths.get(start) or word_lengths.get(first):
            word = _longest(text, at, lengths, words, loose=True, shorter=shorter)
            if word in doubted or (tokens and not _CHOOSING.isdisjoint(tokens[-1].senses)):
                word = _word(text, at, lengths, tokens, word=word)
        token = _pattern(text, at, max(len(name), len(word))) if is_latin or first in _NUMERALS else None
        if token is not None and token.is_code and tokens and _is_counted(token, tokens[-1]):
            token = Token(at, token.end, token.text, number=Decimal(token.text))
        if token is None and name and len(name) >= len(word):
            token = _with_variant_before(_named(text, at, name, gazetteer), text, tokens, gazetteer)
        elif token is None and word:
            token = Token(at, at + len(word), word, words[word])
        if token is None:
            token = _nameless(text, at, tokens, gazetteer)
        else:
            tokens.append(token)
        at = token.end
    return tokens


_BEFORE_NUMBERS = ("rank", "last", "op", "sign")
_ALSO_SAID_OF_ORDERS = frozenset("过满够达破到")


def _is_counted(code: Token, before: Token) -> bool:
    """Whether the digits behind 近, top or 超过 are a number, however long, and not an order's."""
    is_said = any(before.has(kind) for kind in _BEFORE_NUMBERS) and before.text not in _ALSO_SAID_OF_ORDERS
    return is_said and code.text.isdecimal() and not before.names


def _word(text: str, at: int, lengths: tuple[int, ...], tokens: list[Token], *, word: str) -> str:
    """The word, or the longest shorter one that makes sense behind the tokens before it; empty when none does."""
    words, doubted = lexicon().words, doubted_words()
    while word in doubted and not makes_sense(words[word], text, at + len(word), tokens):
        word = _longest(text, at, lengths, words, loose=True, shorter=len(word))
    if word and tokens and ("topic" in words[word] or ("metric" in words[word] and "each" in tokens[-1].senses)):
        # 各账户余额 are the balances by account, 哪个平台扣的费 the fees by platform
        word = next((word[:length] for length in lengths if length < len(word)
                     and "dim" in words.get(word[:length], ()) and _is_free(text, at, at + length, loose=True)), word)
    return word


_CHOOSING = frozenset({"each", "which"})


def _longest(text: str, at: int, lengths: tuple[int, ...], words: Mapping[str, object], *, loose: bool,
             shorter: int) -> str:
    """The longest word at text[at:] that is shorter than that; empty when there is none.

    `loose` lets top5 be top and 5.
    """
    shorter = min(shorter, len(text) - at + 1)
    for length in lengths:
        if length < shorter and (word := text[at:at + length]) in words and (
                (word[0] > LAST_ASCII and word[-1] > LAST_ASCII) or _is_free(text, at, at + length, loose=loose)):
            return word
    return ""


def _is_free(text: str, start: int, end: int, *, loose: bool) -> bool:
    """A Latin word or number must not be cut out of a longer one."""
    return (start == 0 or not _runs_on(text[start - 1], text[start], loose=loose)) and (
        end == len(text) or not _runs_on(text[end - 1], text[end], loose=loose))


def _runs_on(left: str, right: str, *, loose: bool) -> bool:
    if not (left.isascii() and right.isascii() and left.isalnum() and right.isalnum()):
        return False
    return not loose or left.isdigit() == right.isdigit()


_NUMERALS = frozenset("零〇一二两俩三仨四五六七八九十百千万亿")
_BEFORE_PERCENT = frozenset("百一二三四五六七八九")


def _pattern(text: str, at: int, longest: int) -> Token | None:
    """A code, date or number at text[at:] that is longer than any word there, of `longest`."""
    first = text[at]
    token = None
    if first.isascii() and (first.isalnum() or first == "#"):
        if at and text[at - 1].isascii() and text[at - 1].isalpha() and first.isalpha():
            return None
        token = _code(text, at) or (_date(text, at) or _number(text, at) if first.isdigit() else _number_word(text, at))
    elif first in _BEFORE_PERCENT and (found := numbers.PERCENT.match(text, at)):
        token = Token(at, found.end(), found[0], _PERCENT, number=numbers.percent(found), is_scaled=True)
    elif first in _NUMERALS and (found := numbers.CHINESE.match(text, at)):
        end = found.end() - (text.startswith("一共", found.end() - 1) and found.end() > at + 1)  # 上周五一共
        said = text[at:end]
        token = Token(at, end, said, number=numbers.chinese(said), is_scaled=said[-1] in "千万亿")
    return token if token and token.end - at > longest else None


def _code(text: str, at: int) -> Token | None:
    found = CODE.match(text, at)
    if not found or sum(one.isdigit() for one in found[0]) < (3 if found[0][0] == "#" else 6):
        return None
    if DATE.fullmatch(found[0].rstrip("-")):
        return None
    return Token(at, found.end(), found[0], is_code=True)


def _date(text: str, at: int) -> Token | None:
    found = DATE.match(text, at)
    if not found or (at and text[at - 1] in "./" and found[8]):
        return None
    if found[13] and not (parts := _day_first(int(found[10]), int(found[12]), found[11])):
        return None
    if found[13] and parts:
        return Token(at, found.end(), found[0], date=(int(found[13]), *parts))
    year, month, day = found[1] or found[5] or 0, found[3] or found[6] or found[8], found[4] or found[7] or found[9]
    if not 1 <= int(month) <= 12 or (day and not 1 <= int(day) <= 31):
        return None
    return Token(at, found.end(), found[0], date=(int(year), int(month), int(day) if day else None))


def _day_first(one: int, two: int, dot: str) -> tuple[int, int] | None:
    """(month, day) of 20.10.2026 and 20/10/2026; None where the two could stand for each other: 5/10/2026."""
    if dot == "." or one > MONTHS or one == two:
        return (two, one) if two <= MONTHS and one <= LONGEST_MONTH else None
    return (one, two) if MONTHS < two <= LONGEST_MONTH else None


MONTHS, LONGEST_MONTH = 12, 31


def _number(text: str, at: int) -> Token | None:
    found = numbers.arabic(text, at)
    if not found:
        return None
    value, end, is_scaled, is_ordinal = found
    return Token(at, end, text[at:end], number=value, is_scaled=is_scaled, is_ordinal=is_ordinal)


def _number_word(text: str, at: int) -> Token | None:
    """three, twelve."""
    word = _LETTERS.match(text, at)
    value = numbers.ENGLISH.get(word[0]) if word else None
    if value is None or word is None:
        return None
    value, end = numbers.scaled_by_word(text, word.end(), value)
    return Token(at, end, text[at:end], number=value, is_scaled=end > word.end())


_LETTERS = re.compile("[a-z]+")


def _named(text: str, at: int, name: str, gazetteer: Gazetteer) -> Token:
    """A name; with a variant behind it, the SKUs it narrows the product to."""
    senses, end = lexicon().words.get(name, _NO_SENSES), at + len(name)
    if any(kind not in YIELDS for kind in senses):
        return Token(at, end, name, senses)
    names = gazetteer.names[name]
    if len(names) == 1 and names[0].dimension == "product":
        codes, end = gazetteer.variant_at(text, end, names[0].value)
        if codes and len(codes) < len(gazetteer.skus.get(names[0].value, ())):
            names = tuple(Name(code, "sku", code, names[0].value) for code in codes)
    return Token(at, end, text[at:end], senses, names)


MOST_BEFORE = 4  # tokens that may spell a variant before its product


def _with_variant_before(token: Token, text: str, tokens: list[Token], gazetteer: Gazetteer) -> Token:
    """白色XL的圆领T恤: the variant may stand before the product; its tokens are taken back."""
    if len(token.names) != 1 or token.names[0].dimension != "product" or not tokens:
        return token
    product = token.names[0].value
    for at in range(max(0, len(tokens) - MOST_BEFORE), len(tokens)):
        if tokens[at].names or tokens[at].is_code or (tokens[at].number is not None and at + 1 == len(tokens)):
            continue  # 5 before a product is how many, not which
        codes, end = gazetteer.variant_at(text, tokens[at].start, product)
        are_some = len(codes) < max(2, len(gazetteer.skus.get(product, ())))
        if codes and are_some and not text[end:token.start].strip(" 的"):
            start = tokens[at].start
            del tokens[at:]
            names = tuple(Name(code, "sku", code, product) for code in codes)
            return Token(start, token.end, text[start:token.end], token.senses, names)
    return token


def _nameless(text: str, at: int, tokens: list[Token], gazetteer: Gazetteer) -> Token:
    """What no word begins: another variant of the goods before it, or unknown; taken among the tokens."""
    variant = _other_variant(text, at, tokens, gazetteer)
    if variant is None:
        return _unknown(text, at, tokens)
    tokens.append(variant)
    return variant


def _other_variant(text: str, at: int, tokens: list[Token], gazetteer: Gazetteer) -> Token | None:
    """The L码 of 羊绒大衣M码跟L码: another variant of the goods that were just named."""
    named = next((token for token in reversed(tokens[-2:]) if not token.has("sep") or token.names), None)
    products = {one.within for one in named.names if one.dimension == "sku"} if named else set()
    if len(products) != 1:
        return None
    product = products.pop()
    codes, end = gazetteer.variant_at(text, at, product)
    if not codes or len(codes) == len(gazetteer.skus.get(product, ())):
        return None
    return Token(at, end, text[at:end], names=tuple(Name(code, "sku", code, product) for code in codes))


def _unknown(text: str, at: int, tokens: list[Token]) -> Token:
    """The character nobody knows, joined to the unknown ones right before it; a Latin word is taken whole."""
    end = at + 1
    while end < len(text) and _runs_on(text[end - 1], text[end], loose=False):
        end += 1
    if tokens and tokens[-1].is_unknown and text[tokens[-1].end:at].strip() == "":
        tokens[-1].end = end
        tokens[-1].text = text[tokens[-1].start:end]
        return tokens[-1]
    tokens.append(Token(at, end, text[at:end]))
    return tokens[-1]
