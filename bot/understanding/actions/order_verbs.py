"""What is done to orders by their numbers: 合单, 拆单, 改仓, 锁单, 标记刷单, after-sales.

These words mean other things elsewhere (换货率, 锁定库存), so they are no words of the lexicon and count only beside an
order's number, or alone. Cut out of the message, they leave what the arguments are found in.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from bot.understanding.actions.reasons import cleaned
from bot.understanding.text.cues import Forms
from bot.understanding.text.lexicon import read_table
from bot.understanding.text.normalise import Normalised
from bot.understanding.text.patterns import around, pattern_of
from bot.understanding.text.scan import CODED, Token, Words


@dataclass(frozen=True, slots=True)
class OrderVerb:
    """The action, the message without its verb, and arguments that the verb itself says."""

    action: str
    rest: str
    known: dict[str, Any] = field(default_factory=dict)
    is_sure: bool = True  # else it counts only where nothing is left over


@dataclass(frozen=True, slots=True)
class _Verb:
    action: str
    said: re.Pattern[str]
    is_sure: bool


_TABLE = "order_verbs"
_FOR_GOOD = frozenset({"approve_refund", "refund_order", "cancel_order", "intercept_order"})
LONGEST_ALONE = 30  # characters; no verb without a number is as long
_PARCEL_CODES = 2  # the order's and the waybill's
# 合单 T1001 T1007: numbers that may be anything in another sentence.
_MERGES_SHORT = re.compile(r"(?:合单|合并(?:订单|发货)?|merge(?: orders?)?)[\s:：]*"
                           r"([a-z]{1,4}\d{3,5}(?:(?:[\s,、和与&+]|and )+[a-z]{1,4}\d{3,5})+)")
CUES = ("退裹面之合并起块打箱拆开独改换转调让由走用解锁放恢继别不暂压扣等挂冻传同通补重再赔返拦截追召取关撤刷测赠样正"
        " refund money parcel merge unmerge combine bundle together box package split separately own change switch move"
        " reassign reroute let instead release unlock unhold unfreeze hold lift ship lock pause freeze keep platform"
        " retry return back resend exchange send compensate goodwill yuan rmb intercept recall call cancel void close"
        " brush fake test gift normal")
_CUED = Forms((CUES, True))
_EACH_SHORT = re.compile(r"[A-Z]{1,4}\d{3,5}")
_BEHIND_LETTERS = re.compile("[^a-z].*")


@cache
def _verbs() -> tuple[_Verb, ...]:
    return tuple(_Verb(verb["action"], pattern_of(_TABLE, verb["said"]), verb.get("sure", True))
                 for verb in read_table(_TABLE)["verb"])


@cache
def _any_verb() -> re.Pattern[str]:
    """Most messages have none of them: one search says so."""
    return re.compile("|".join(re.sub(r"\(\?P<\w+>", "(?:", verb.said.pattern) for verb in _verbs()))


_around = partial(around, _TABLE)


@cache
def _along(action: str) -> re.Pattern[str] | None:
    said = read_table(_TABLE)["along"].get(action)
    return pattern_of(_TABLE, said) if said else None


def verb_of(message: Normalised, tokens: Words) -> OrderVerb | None:
    """The verb beside an order's number, or alone; None when the message asks something or is about something else."""
    has_number = CODED in tokens.kinds
    if not (has_number or _CUED.of(message.text)):
        return None
    text = message.text.strip(" 。.!")
    if not has_number and len(text) > LONGEST_ALONE:
        return None
    if has_number and (left := _parcel_left(text, tokens)):
        return left
    if not has_number and (short := _MERGES_SHORT.fullmatch(text)):
        return OrderVerb("merge_orders", "", {"orders": list(dict.fromkeys(_EACH_SHORT.findall(short[1].upper())))})
    if not (_any_verb().search(text) if has_number else _any_verb().fullmatch(text)) or _around("asks").search(text):
        return None
    for verb in _verbs():
        found = verb.said.search(text)
        if found is None or not (has_number or found.span() == (0, len(text))) or _is_told(verb, text):
            continue
        if not _is_denied(verb, found):
            return _cut_out(verb, found, message, tokens)
        if verb.action == "mark_order" and text[:found.start()].endswith("不"):  # 不是刷单
            rest = f"{text[:found.start() - 1]} {text[found.end():]}"
            return OrderVerb("mark_order", _plain(rest), {"mark": "normal"})
    return None


def _is_told(verb: _Verb, text: str) -> bool:
    """Whether it is told of, 客户要取消, or refused: what cannot be taken back has to be ordered."""
    return verb.action in _FOR_GOOD and bool(
        _around("told").search(text) or (verb.action == "approve_refund" and _around("not").search(text)))


def _is_denied(verb: _Verb, found: re.Match[str]) -> bool:
    """不是刷单, 合单取消: the opposite is said."""
    text = found.string
    return bool(_around("negated").search(text[:found.start()])) or (
        verb.action != "cancel_order" and bool(_around("undone").search(text[found.end():])))


def _cut_out(verb: _Verb, found: re.Match[str], message: Normalised, tokens: Sequence[Token]) -> OrderVerb:
    rest = f"{found.string[:found.start()]} {found.string[found.end():]}"
    if along := _along(verb.action):
        rest = along.sub(" ", rest)
    if verb.action == "mark_order":
        mark = next(name for name, said in found.groupdict().items() if said)
        return OrderVerb("mark_order", _plain(_around("mark_first").sub(" ", rest)), {"mark": mark})
    if verb.action == "receive_return":
        return _return_of(_plain(rest))
    if verb.action == "cancel_order":
        return _cancellation_of(message, tokens, found)
    return OrderVerb(verb.action, _plain(rest), is_sure=verb.is_sure)


def _plain(rest: str) -> str:
    """Without the politeness around it."""
    return _around("frame").sub(" ", rest)


def _parcel_left(text: str, tokens: Sequence[Token]) -> OrderVerb | None:
    """JD1交给韵达了,单号431: an order's number, a waybill's and their carrier, whatever the verb."""
    codes = [token.text for token in tokens if token.is_code]
    begins = {_BEHIND_LETTERS.sub("", code) or code[:2] for code in codes}  # JD1 and JDVA2 are two
    is_of_two_kinds = len(begins) == len(codes) == _PARCEL_CODES
    if not is_of_two_kinds or not any(token.has("carrier") and not token.names for token in tokens):
        return None
    if any(_around(name).search(text) for name in ("not", "asks", "otherwise")):
        return None
    return OrderVerb("confirm_shipment", _plain(_around("left").sub(" ", text)), is_sure=False)


def _return_of(rest: str) -> OrderVerb:
    """Goods come back sellable unless it is said that they are not."""
    bad, good = _around("bad"), _around("good")
    known = {"condition": "defective"} if bad.search(rest) else {}
    return OrderVerb("receive_return", bad.sub(" ", good.sub(" ", rest)), known)


_BECAUSE = re.compile(r"^(?:because(?: of)?|due to|reason|因为|由于|原因)是?[\s:：]*", re.IGNORECASE)
_EDGES = re.compile(
    r"^[\s,，。.!！;；:：()（）-]+|[\s,，。.!！;；:：()（）-]+$"
    r"|^(?:这[个张]?单子?|这[个张]?订单|吧|了|掉|把|请|帮我|麻烦|please)|(?:这[个张]?单子?|把|请|帮我|麻烦|please)$",
    re.IGNORECASE)


def _cancellation_of(message: Normalised, tokens: Sequence[Token], found: re.Match[str]) -> OrderVerb:
    """What stands beside the verb and the only number is why, in the person's own words."""
    codes = [token for token in tokens if token.is_code]
    shift = message.text.index(found.string)
    left = f"{found.string[:found.start()]} {found.string[found.end():]}"
    if len(codes) != 1:
        return OrderVerb("cancel_order", _plain(left))
    spans = sorted(((codes[0].start, codes[0].end), (found.start() + shift, found.end() + shift)))
    edges = (0, *(edge for span in spans for edge in span), len(message.text))
    said = [_bare(message.original(start, end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    reasons = [one for one in said if one]
    if len(reasons) > 1:
        return OrderVerb("cancel_order", _plain(left))
    number = message.text[codes[0].start:codes[0].end]
    return OrderVerb("cancel_order", number, {"reason": reasons[0]} if reasons else {})


def _bare(said: str) -> str:
    while (shorter := _BECAUSE.sub("", _EDGES.sub("", said))) != said:
        said = shorter
    return cleaned(said)
