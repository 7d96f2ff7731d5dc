"""Words that do not make sense everywhere: where one does not, the longest shorter one that does is read."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Protocol

from bot.understanding.text.lexicon import Senses, lexicon


class Before(Protocol):
    """A token that stands before the word."""

    end: int
    text: str
    senses: Senses

    @property
    def number(self) -> object:
        """Its number, or None."""

    def has(self, kind: str) -> bool:
        """Whether it may be of the kind."""


_UNIT_KINDS = frozenset({"piece_unit", "order_unit", "people_unit"})
_BOUNDS = frozenset("0123456789一二两三四五六七八九十百千于")


@cache
def doubted_words() -> frozenset[str]:
    """The words that do not make sense everywhere; 还没到 is of goods, and before a number a bound."""
    return frozenset(text for text, senses in lexicon().words.items()
                     if "feature" in senses or senses.keys() <= _UNIT_KINDS or _may_run_on(text, senses)
                     or ("event" in senses and text.endswith("没到")) or text in _GO_ON
                     or _names_buyers(senses))


# For the week before last, and which five products sold best, are other words than for the week and products sold.
_GO_ON = frozenset({"for the day", "for the week", "for the month", "for the year", "products sold"})
_GOES_ON = re.compile(r" (?:before (?:last|yesterday)|best|worst|(?:the )?(?:most|least))\b")
_WHICH = frozenset({"which", "what"})  # which products sold last week
_ENGLISH = frozenset({"offset", "metric"})
_TWO = ("compar", "ratio", "versus", "relati")
_GOES_TO_BUYERS = frozenset({"refund_amount", "refund_orders", "discount", "orders_shipped"})


def _names_buyers(senses: Senses) -> bool:
    return senses.get("stop") == "buyers"


def _goes_to_buyers(tokens: Sequence[Before]) -> bool:
    """What is refunded, shipped and sold goes to customers; visitors to buyers are two figures, and so are compared."""
    return not any(token.text.startswith(_TWO) for token in tokens) and any(
        "event" in token.senses or token.senses.get("metric") in _GOES_TO_BUYERS for token in tokens)


def _may_run_on(text: str, senses: Senses) -> bool:
    """The 多少成 of 多少成交额, the 五一 of 上周五一共, the 周几 of 最近一周几单: its last may begin the next word."""
    return text[-1:] in _RUNS_ON and _may_be_cut(senses)


def _may_be_cut(senses: Senses) -> bool:
    return not _RUNNING_ON.isdisjoint(senses) or senses.get("action") == "subscribe"  # 每天发, of 每天发了几单


_RUNNING_ON = frozenset({"count", "festival", "weekday", "whichdim"})
_RUNS_ON = {"成": frozenset("交单"), "一": frozenset("共起下样块"), "几": frozenset("单件笔个条位人"),
            "发": frozenset("了出货走多几")}  # 一共, 几单


def _runs_into_next(senses: Senses, text: str, end: int, tokens: Sequence[Before]) -> bool:
    """Behind a week 五一 is its Friday, and behind a number 周一 and 周几 are that many weeks."""
    if text[end:end + 1] not in _RUNS_ON.get(text[end - 1], ()):
        return False
    before = tokens[-1] if tokens else None
    if before is None or not {"count", "action"}.isdisjoint(senses):
        return not {"count", "action"}.isdisjoint(senses)
    if not {"weekday", "whichdim"}.isdisjoint(senses):
        return before.number is not None
    return before.senses.get("offset", "").startswith("week:")


def makes_sense(senses: Senses, text: str, end: int, tokens: Sequence[Before]) -> bool:
    """包 counts only behind a number; 库存不足 before one, 库存低 before 于 is a bound, not a feature."""
    if _names_buyers(senses):
        return _goes_to_buyers(tokens)
    if senses.get("metric") == "units" and tokens and tokens[-1].text in _WHICH:
        return False
    if text[end:end + 1] == " " and not _ENGLISH.isdisjoint(senses) and _GOES_ON.match(text, end):
        return False
    if _may_be_cut(senses) and _runs_into_next(senses, text, end, tokens):
        return False
    if "feature" in senses or senses.get("event") == "incoming":
        return text[end:end + 2].strip()[:1] not in _BOUNDS
    if senses.keys() <= _UNIT_KINDS and not text[end - 1].isascii():
        return bool(tokens) and (tokens[-1].number is not None or tokens[-1].has("count")) and tokens[-1].end >= 0
    return True
