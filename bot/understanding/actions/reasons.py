"""Why something is done, in a clause of its own: 华南仓JJ-04加3盒,退货回来的. The clause is kept as it was typed.

Words of it may be words of the trade, too; so it is cut off before the rest is read.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from bot.understanding.actions.arrivals import Spread
from bot.understanding.questions.draft import is_filler
from bot.understanding.readings import Act, Reading, Unclear
from bot.understanding.text.lexicon import lexicon
from bot.understanding.text.normalise import Normalised, normalise, spelled
from bot.understanding.text.scan import Words

TAKE_REASONS = frozenset({"adjust_stock", "refund_order", "revalue_stock"})
_PAUSE = re.compile(r"\s*[,;。(:]\s*|\s+-+\s+|(?<=[\u4e00-\u9fff\d]) (?=[\u4e00-\u9fff])|\s+(?=because\b)"
                    r"|(?=因为|由于|原因)")
_COMMA = re.compile(r"[,;。](?!\s*$)")
_LEAD = re.compile(r"^[\s,，;；:：。(（\-]*(?:(?:因为|由于|原因|理由|备注|because(?: of)?|due to|reason|as)"
                   r"(?:是|[:：]|\s)*)?", re.IGNORECASE)
_END = re.compile(r"[\s,，。.!！;；)）~]+$|[\s,]*(?:谢谢|多谢|辛苦了?|麻烦了?|thanks?(?: you)?|please|pls)[\s。.!~]*$"
                  r"|(?<=.)[吧啊哈哦呀哟]$", re.IGNORECASE)
# What answers, asks, takes back or orders something else is no reason; nor is what speaks of goods, places and counts.
_NO_REASON = re.compile(
    r"^(?:不对|不是|错了|算了|等等|等一?下|先|别|不要(?!了)|不用|取消|撤销|作废|盘点(?:一下)?$|改成|应该是|我是说|再|顺便|然后|并且?|同时|另外|还有|以及|和|把|帮|请|查|看|告诉)"
    r"|[?吗么呢]$|\d|多少|几[个件单]|哪|什么|怎么|顺便|然后|库存"
    r"|^(?:no|not|wait|sorry|actually|also|and|then|but|cancel|don.t|please|at|in|from|to|of|for)\b"
    r"|\b(?:then|also|how many|how much|what|which|instead)\b", re.IGNORECASE)
# Says why by itself: kept where the action takes a reason, and nothing to ask about where it takes none.
_EXPLAINS = re.compile(r"(?:老|总|经常|一直|不然|免得|省得|毕竟)|(?:it|they|we) (?:keeps?|always)\b", re.IGNORECASE)
# How soon, or thanks: no reason either, and nothing to ask about.
_MANNER = re.compile(
    r"(?:请|麻烦)?(?:尽快|马上|立刻|立即|赶紧|快点|急+|很急|今天|好的?|上报|谢谢|多谢|辛苦了?|麻烦了?|行不行|可以吗?|asap|urgent(?:ly)?"
    r"|today|now|thanks?(?: you)?|please|pls|ok(?:ay)?)", re.IGNORECASE)
_LONGEST, _SHORTEST = 60, 2
_MOST_PAUSES = 6


def with_reason(message: Normalised, spread: Spread, read: Callable[[Normalised, Words], Reading | None],
                ) -> Act | Unclear | None:
    """The action with the clause beside it as its reason; None where there is no such clause, or it takes none."""
    for rest, why in _cuts(message):
        if not _may_be_why(why, spread):
            continue
        reading = read(rest, spread(rest).tokens)
        if isinstance(reading, Act) and reading.action not in TAKE_REASONS and _EXPLAINS.match(why):
            return reading
        if isinstance(reading, Act) and reading.action in TAKE_REASONS and _is_open(reading):
            return _because(reading, why)
        asked = reading.pending if isinstance(reading, Unclear) and reading.missing else None
        if isinstance(reading, Unclear) and asked and asked.action in TAKE_REASONS:
            choices = tuple(f"{choice},{why}" for choice in reading.choices)
            return replace(reading, pending=_because(asked, why), choices=choices)
    return None


def _is_open(act: Act) -> bool:
    """No reason yet, or none but the verb: 报废2盒,过期了."""
    said = act.arguments.get("reason")
    return said is None or "sign" in lexicon().words.get(spelled(said), {})


def _because(act: Act, why: str) -> Act:
    return Act(act.action, {**act.arguments, "reason": why})


def _cuts(message: Normalised) -> Iterator[tuple[Normalised, str]]:
    """(the rest, the clause as typed) for each pause: the clause behind it, else the one before it."""
    pauses = [found for found in _PAUSE.finditer(message.text) if found.start()][:_MOST_PAUSES]
    size = len(message.text)
    for found in pauses:
        stop = _COMMA.search(message.text, found.end())
        end = stop.start() if stop else size
        rest = message.original(0, found.start()) + message.original(end, size)
        yield normalise(rest), cleaned(message.original(found.end(), end))
    for found in pauses[:1]:
        yield normalise(message.original(found.end(), size)), cleaned(message.original(0, found.start()))


def cleaned(why: str) -> str:
    """The person's words without what introduces them and what is polite; nothing where only that is said."""
    why = _LEAD.sub("", why.strip())
    while (shorter := _END.sub("", why)) != why:
        why = shorter
    return "" if _MANNER.fullmatch(why.strip()) else why.strip()


def _may_be_why(why: str, spread: Spread) -> bool:
    if not _SHORTEST <= len(why) <= _LONGEST or _NO_REASON.search(normalise(why).text):
        return False
    tokens = spread(normalise(why)).tokens
    if all(is_filler(token) or (token.has("sign") and not token.has("reason")) for token in tokens):
        return False  # deduct them, 减掉: what is to be done once more
    return not any(name.dimension in {"sku", "product", "warehouse"} for token in tokens for name in token.names)
