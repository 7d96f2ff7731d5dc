"""Rules of one SKU: may it be sold before it is there, and no reorder point any more.

允许, 禁止 and 取消 say other things elsewhere; beside 预售, 超卖 or 补货点 they say what is to be done to a SKU.
"""

import re
from collections.abc import Sequence
from functools import cache, partial

from bot.understanding.actions import acts
from bot.understanding.actions.arrivals import Spread
from bot.understanding.readings import Reading, Unclear
from bot.understanding.text.lexicon import read_table
from bot.understanding.text.normalise import Normalised, normalise
from bot.understanding.text.patterns import around, pattern_of

CUES = ("预超负缺无断没补订警全低限先醒告通叫喊催说吱"
        " re reorder back pre preorder order over sell sold stock cost fifo average moving first level safety minimum"
        " alert")
_TABLE = "sku_rules"
_around = partial(around, _TABLE)


@cache
def _verbs() -> Sequence[tuple[str, re.Pattern[str]]]:
    return tuple((verb["action"], pattern_of(_TABLE, verb["said"])) for verb in read_table(_TABLE)["verb"])


@cache
def _asked() -> Sequence[re.Pattern[str]]:
    return tuple(pattern_of(_TABLE, each["said"]) for each in read_table(_TABLE)["asked"])


@cache
def _any_verb() -> re.Pattern[str]:
    """Most messages have none of them: one search says so."""
    return re.compile("|".join(pattern.pattern.replace("(?P<kept>", "(?:") for _, pattern in _verbs()))


def asked_of(message: Normalised) -> Unclear | None:
    """YS-01-M 允许预售吗: where the answer is found, which is beside its stock."""
    for pattern in _asked() if _around("of_backorder").search(message.text) else ():
        if found := pattern.search(message.text):
            goods = message.original(*found.span("goods"))
            stock = " stock" if message.text.isascii() else "库存"
            return Unclear("backorder_is_with_stock", choices=(f"{goods}{stock}",))
    return None


def rule_of(message: Normalised, spread: Spread) -> Reading | None:
    """None when the message asks something or is about something else."""
    if not (_around("hint").search(message.text) and _any_verb().search(message.text)) or (
            _around("asks").search(message.text)):
        return None
    for action, pattern in _verbs():
        if found := pattern.search(message.text):
            kept = found.groupdict().get("kept") or ""
            rest = f"{message.text[:found.start()]} {kept} {message.text[found.end():]}"
            return acts.read_act(action, spread(normalise(rest)))
    return None
