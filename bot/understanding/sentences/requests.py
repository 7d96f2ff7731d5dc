"""What a message wants of an answer besides its figures: the reason, the rows behind it, a file, or what it means.

The words that say so are taken out; what is left is read as any other question, or is nothing: then the question
before is meant. 昨天毛利为什么降了 is 昨天毛利 with a why; 导出上月各平台销售额 is a table to be written.
"""

import re
from collections.abc import Iterator

from bot.understanding.readings import Request, Wants
from bot.understanding.text.cues import Forms
from bot.understanding.text.normalise import Normalised, normalise

_WHY = re.compile(
    r"(?:主要)?(?:是)?(?:因为)?(?:为什么|为啥|为何|是?什么原因(?:造成|导致)?的?|(?<!退货)(?<!退款)(?<!换货)(?:的)?(?:主要)?原因(?:是什么|是啥|在哪|分析)?"
    r"|怎么回事|咋回事|(?:怎么|咋)(?!样)(?=.{0,6}(?:这么|那么|(?<!多)[降跌涨掉少]|变[少多低高]|下[降滑]|上升)))"
    r"|\b(?:why|how come|what (?:caused|drove|explains|is behind|made)|what's behind|(?:the )?reasons? (?:for|why)"
    r"|(?:the )?causes? of|explain(?= .*\b(?:change|drop|fall|decline|rise|increase|decrease|growth)\b))\b")
_DETAILS = re.compile(
    r"(?:看[看下]?|查[看下]?|列出?|显示)?(?:一下)?(?:的)?(?:订单)?(?:明细表?(?!.{0,2}(?:对比|比较))|详情|流水明细)(?:列表)?|(?:都)?(?:是|有)哪(?:些|几)(?:个)?(?:订单|单子|单)"
    r"|^哪(?:些|几)(?:个)?(?:订单|单子)|^哪几单|逐[笔单]"
    r"|\b(?:(?:show |see |list )?(?:me )?(?:the )?details?(?: of| for| behind)?"
    r"|line items(?: of| for)?|drill down(?: into)?"
    r"|(?:the )?(?:orders|rows|lines) behind|which orders(?: (?:are|were|is) (?:it|they|those|these|that))?"
    r"|what are the orders)\b(?!ed)")
_EXPORT = re.compile(
    r"(?:(?:帮我|请|把|给我)*(?:导出|下载|(?<!领)导)(?:成|为|到|来|一下|一份)*(?:个|一份)?"
    r"|(?:保?存|做|生成|整理|输出)(?:成|为|一份|个)+(?=\s*(?:excel|xlsx|csv|表格|电子表格|文件)))\s*"
    r"(?:的)?(?:excel|xlsx|csv|表格|电子表格|文件|报表)?(?:文件|表格|表)?"
    r"|(?:,|的)?(?:excel|csv)(?:表格?|文件)"
    r"|\b(?:(?:please )?(?:export|download)(?: (?:it|this|that|the (?:table|answer|result)))?"
    r"|save (?:it|this|that)(?= as| to)?)\b"
    r"|\b(?:(?:as|to|into|in) )?(?:an? )?(?:excel|csv|xlsx|spreadsheet)(?: file)?\b")
_DEFINITION = re.compile(
    r"(?:的)?(?:统计|计算)?(?:口径|定义)(?:是什么|是啥|说明)?|(?:是)?(?:怎么|如何|咋)(?:计)?算(?:出来)?的?|(?:是)?怎么来的"
    r"|(?:的)?(?:计算方法|计算方式|算法|计算公式|公式)(?:是什么|是啥)?"
    r"|\b(?:(?:the )?definitions?(?: of)?|how (?:is|are|was|were)(?= .*\b(?:calculated|computed|defined|counted)\b)"
    r"|calculated|computed|defined|what does(?= .*\b(?:mean|include)\b)"
    r"|(?<=[a-z] )(?<!\bi )(?:mean|include)(?=[ ?]*$)|define)\b")
_CSV = re.compile(r"csv")

_DOWN_ZH = r"下降|降低|降|下跌|跌|减少|变少|少|下滑|掉|变低|低|缩水|变差|差|不好|不行"
_DOWN_EN = (r"drop(?:ped|ping)?|fall(?:en|ing)?|fell|declin(?:e|ed|ing)|decreas(?:e|ed|ing)|(?:go|gone|going|went) down"
            r"|(?:much )?(?:lower|less|fewer|worse)|down|low|few|little|shrink|shrank")
_UP_ZH = r"上升|升高|升|上涨|涨|增加|增长|增多|变多|多|变高|高|飙升|猛增"
_UP_EN = (r"r(?:ise|ose|isen|ising)|increas(?:e|ed|ing)|gr(?:ow|ew|own|owing|owth)|(?:go|gone|going|went) up"
          r"|(?:much )?(?:higher|more|better)|up|high|many|much|jump(?:ed)?")
_MOVED_ZH = re.compile(
    r"(?:最近|突然|一下子)?(?:会|就|又|都|还|有)?(?:变得?|有所|出现)?(?:这么|那么|比较)?"
    rf"(?:(?P<down>{_DOWN_ZH})|(?P<up>{_UP_ZH})|变化|变动|波动|变|异常)(?:了|得)?(?:这么|那么|很|好)?(?:多|少|厉害|快|低|高|狠|大)?"
    r"(?:了|的|呢|啊|吗|呀|[\s?!。,])*$")
_MOVED_EN = re.compile(
    rf"\b(?:so (?:much )?|too |(?:a )?lot )?(?:(?P<down>{_DOWN_EN})|(?P<up>{_UP_EN})|(?:the )?changes?d?)"
    r"(?: (?:so (?:much|fast)|a lot|sharply))?(?: (?:in|of))?\b(?! to\b)")
_THAN = re.compile(r"\bthan\b")
_AUXILIARY = re.compile(r"^(?:did|do|does|is|are|was|were|has|have|had)\b|\b(?:did|were|was)(?= *$)")
# Left over when all was said: a particle, the figure itself, a word of politeness.
_NOTHING = re.compile(r"(?:[\s,.?!;:。、'\"]|[的了呢吗啊呀吧哦么把]|这个|那个|这些|那些|这|那|它|他们"
                      r"|再|又|看看?|一下|请|帮我"
                      r"|给我|发给?我|数据|结果"
                      r"|这个数|\b(?:it|this|that|these|those|they|please|me|the|is|are|did|was|were|so|and|show|give|as|to"
                      r"|of|for|a|an)\b)*")
# Each is looked for in this order: 导出明细 is a file of details.
_WANTED = (
    ("导载表文 excel csv xlsx spreadsheet export download save", (Wants.EXPORT, _EXPORT)),
    ("为原怎咋 why how what reason cause explain", (Wants.WHY, _WHY)),
    ("明详哪逐 detail line drill behind which what", (Wants.DETAILS, _DETAILS)),
    ("口定算怎公 definition how calculated computed what mean include", (Wants.DEFINITION, _DEFINITION)))
_FORMS = Forms(*_WANTED)
CUES = " ".join(cues for cues, _ in _WANTED)
MAX_FOUND = 6  # words of requests in one message; more is no sentence


def requested(message: Normalised) -> tuple[Request, str] | None:
    """What is wanted and what is left of the message; None for a plain question."""
    found = [(wants, match) for wants, pattern in _FORMS.of(message.text) for match in _matches(pattern, message.text)]
    if not found or len(found) > MAX_FOUND:
        return None
    wants = {one for one, _ in found}
    rest = _without(message, [match.span() for _, match in found])
    claims = ""
    if Wants.WHY in wants:
        rest, claims = _without_claim(rest)
    of = next((one for one in (Wants.DETAILS, Wants.WHY) if one in wants), Wants.FIGURES)
    wanted = Wants.EXPORT if Wants.EXPORT in wants else of if of is not Wants.FIGURES else Wants.DEFINITION
    return Request(wanted, of if wanted is Wants.EXPORT else Wants.FIGURES, claims,
                   is_csv=bool(_CSV.search(message.text))), "" if _NOTHING.fullmatch(rest.lower()) else rest


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    yield from (match for match in pattern.finditer(text) if match.group().strip())


def _without(message: Normalised, spans: list[tuple[int, int]]) -> str:
    """The message as it was typed, with a blank where the spans were."""
    kept, at = [], 0
    for start, end in sorted(spans):
        if start >= at:
            kept.append(message.original(at, start))
        at = max(at, end)
    kept.append(message.original(at, len(message.text)))
    latin = any(part[-1:].isascii() and part[-1:].isalnum() for part in kept)
    return (" " if latin else "").join(kept).strip()


def _without_claim(rest: str) -> tuple[str, str]:
    """The question without 降了 or went up, and which way it says that the figure moved."""
    message = normalise(rest)
    is_english = message.text.isascii() or bool(re.search(r"\b(?:is|are|did|was|were|has|have)\b", message.text))
    pattern = _MOVED_EN if is_english else _MOVED_ZH
    match = pattern.search(message.text)
    claims = "" if match is None else "down" if match["down"] else "up" if match["up"] else ""
    if match is not None:
        rest = _without(message, [match.span()])
    if is_english:
        rest = _AUXILIARY.sub("", _THAN.sub("vs", rest.strip()))
    return " ".join(rest.split()), claims


_REFUNDS = re.compile(r"退款(?!金额|单|率|笔|额|原因|中)|\brefunds?\b(?! (?:rate|count|amount|orders))")


def as_figure(rest: str) -> str | None:
    """为什么退款多了 speaks of how much went back, not of a refund to be made; None where nothing is changed."""
    changed = _REFUNDS.sub(lambda match: "退款金额" if match.group() == "退款" else "refund amount", rest)
    return changed if changed != rest else None
