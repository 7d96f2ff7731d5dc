"""What is done to orders by their numbers: 合单, 拆单, 改仓, 锁单, 标记刷单, after-sales.

These words mean other things elsewhere (换货率, 锁定库存), so they are no words of the lexicon and count only beside an
order's number, or alone. Cut out of the message, they leave what the arguments are found in.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.understanding.normalise import Normalised
from bot.understanding.scan import Token


@dataclass(frozen=True, slots=True)
class OrderVerb:
    """The action, the message without its verb, and arguments that the verb itself says."""

    action: str
    rest: str
    known: dict[str, Any] = field(default_factory=dict)


_MARKS = {"brushed": r"刷单|刷的单?|brushed(?: order)?", "test": r"测试(?:单|订单)?|(?:a )?test(?: order)?",
          "gift": r"赠品(?:单)?|送样(?:单)?|(?:a )?gift(?: order)?",
          "normal": r"正常(?:单|订单)?|(?:a )?normal(?: order)?"}
_MARK = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _MARKS.items())

_BAD = re.compile(r"次品|残次品?|坏的|不良品?|\bdefective\b|\bdamaged\b")
_GOOD = re.compile(r"良品|完好|\bsellable\b")

# The first that is found counts; its words go, everything else stays.
_VERBS: tuple[tuple[str, re.Pattern[str]], ...] = tuple((action, re.compile(pattern)) for action, pattern in (
    ("confirm_shipment", r"走的?(?=\s*(?:顺丰|中通|圆通|申通|韵达|极兔|京东快递|邮政|德邦))"),
    ("approve_refund", r"的?退款(?:给?(?:批|过|准)了|批掉|放了)吧?$"),
    ("state_contents", r"(?:已发的?|前面的?|第[一1]个)?包裹里?面?(?:是|装的?是?了?|有|发的是)"),
    ("state_contents", r"\b(?:the )?parcels?(?: of)?\b(?=.*\b(?:held|contained)\b)"),
    ("unmerge_orders", r"取消合单|拆开合单|不合单了?|\bunmerge\b"),
    ("merge_orders", r"合单|合并(?:发货|订单|成一[单个](?:包裹)?)?|(?:放)?一(?:起|个包裹)发(?:货|出)?"),
    ("merge_orders", r"\b(?:merge|combine)\b(?: orders?)?|\bship (?:together|in one parcel)\b"),
    ("split_order", r"拆单(?:发货)?|拆(?:分)?(?:出来|出去|开)?(?:单独发货?|单独一个包裹)|分开发(?:货)?"),
    ("split_order", r"\bsplit(?: order| off)?\b|\bin (?:a parcel of its own|its own parcel)\b"),
    ("change_warehouse", r"改仓(?:到|为|成)?|换仓(?:到|为|成)?|改(?:从|由|用)|换(?:从|由|成)"),
    ("change_warehouse", r"\b(?:change|switch)(?: the)? warehouse(?: of)?\b"),
    ("release_order", r"解(?:除)?锁(?:定|单)?|解除锁定|放行|\b(?:release|unlock|unhold)\b(?: order)?"),
    ("hold_order", r"锁单|锁定|锁住|先别发(?:货)?|暂(?:停|缓)发货|\b(?:hold|lock)\b(?: order)?(?: back)?"),
    ("tell_again", r"(?:重新|再|重试|补)(?:一?次)?回传(?:一[次下])?(?:平台)?|回传(?:平台)?重试"),
    ("tell_again", r"\b(?:tell (?:the )?platform again|retry (?:the )?write-?back)\b(?: of| about| for)?(?: order)?"),
    ("receive_return", r"退货入库|退回来?了?(?:入库)?|收到退货|退货收到了?"),
    ("receive_return", r"\b(?:take back|received? (?:the )?return(?: of)?|returned)\b"),
    ("resend_goods", r"(?<!^)(?:补发货?(?:给买家)?|重发|换货)|^(?:补发货?(?:给买家)?|重发|换货)(?=.*\d)"),
    ("resend_goods", r"\b(?:resend|send again|send a replacement(?: of)?)\b"),
    ("refund_order", r"主动退款?|仅退款|补偿|赔付|\b(?:refund only|compensate|goodwill refund(?: of)?)\b"),
    ("intercept_order", r"拦截|截回来?|追回来?|\bintercept\b(?: order)?"),
    ("cancel_order", r"(?:取消|关闭|撤销)(?!发货|.*(?:退款|退货|合单|订阅|推送))(?:掉|了)?(?:订单|单子|单)?|撤单"),
    ("cancel_order", r"\b(?:cancel|void|call off)\b(?!.*(?:refund|return|subscri|shipment))(?: the)?(?: order)?"),
    ("mark_order", rf"(?:标记?(?:为|成|是)?|记(?:为|成)|算(?:作|成)|\bmark(?: as)?\b)\s*(?:{_MARK})"),
    ("mark_order", rf"(?:是|\bas|\bis)\s*(?:{_MARK})"),
))
# Most messages have none of them: one search says so.
_ANY_VERB = re.compile("|".join(re.sub(r"\(\?P<\w+>", "(?:", pattern.pattern) for _, pattern in _VERBS))
_MARK_FIRST = re.compile(r"\bmark\b(?: order)?")  # mark X as brushed
_FRAME = re.compile(r"(?:^|(?<=[\s,。]))(?:把|将|请|帮我|麻烦|please)|这[两三几]?[个张]?单|这些订单|"
                    r"单独(?:一个包裹|发货?)|\b(?:off|held|contained)\b")
_ASKS = re.compile(r"[?吗么]|能不能|可不可以|可以|哪些|哪个|\b(?:can|which|did|is it)\b")


def verb_of(message: Normalised, tokens: Sequence[Token]) -> OrderVerb | None:
    """The verb beside an order's number, or alone; None when the message asks something or is about something else."""
    text = message.text.strip(" 。.!")
    has_number = any(token.is_code for token in tokens)
    if not (_ANY_VERB.search(text) if has_number else _ANY_VERB.fullmatch(text)) or _ASKS.search(text):
        return None
    for action, pattern in _VERBS:
        found = pattern.search(text)
        if found is None or not (has_number or found.span() == (0, len(text))):
            continue
        rest = f"{text[:found.start()]} {text[found.end():]}"
        if action == "mark_order":
            mark = next(name for name in _MARKS if found[name])
            return OrderVerb(action, _FRAME.sub(" ", _MARK_FIRST.sub(" ", rest)), {"mark": mark})
        if action == "receive_return":
            return _return_of(_FRAME.sub(" ", rest))
        if action == "cancel_order":
            verb_end = message.text.index(text) + found.end()
            return _cancellation_of(message, tokens, _FRAME.sub(" ", rest), verb_end)
        return OrderVerb(action, _FRAME.sub(" ", rest))
    return None


def _return_of(rest: str) -> OrderVerb:
    """Goods come back sellable unless it is said that they are not."""
    known = {"condition": "defective"} if _BAD.search(rest) else {}
    return OrderVerb("receive_return", _BAD.sub(" ", _GOOD.sub(" ", rest)), known)


_BECAUSE = re.compile(r"^(?:\s*(?:because(?: of)?|due to|reason|因为|由于|原因)是?)?[\s,，:：(（]*", re.IGNORECASE)


def _cancellation_of(message: Normalised, tokens: Sequence[Token], rest: str, verb_end: int) -> OrderVerb:
    """What stands behind the verb and the only number is why, in the person's own words."""
    codes = [token for token in tokens if token.is_code]
    if len(codes) != 1:
        return OrderVerb("cancel_order", rest)
    behind = message.original(max(codes[0].end, verb_end), len(message.text)).strip(" ,，。.!！;；")
    reason = _BECAUSE.sub("", behind.lstrip("(（ ")).strip(" )）。.")
    if not reason:
        return OrderVerb("cancel_order", rest)
    return OrderVerb("cancel_order", message.text[codes[0].start:codes[0].end], {"reason": reason})
