"""What to send back instead: for each thing that was unclear, up to three ways to say it that are understood."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.understanding.questions.asks import NEAREST
from bot.understanding.questions.spoken import script_of
from bot.understanding.readings import Refused, Unclear
from bot.understanding.text.normalise import Normalised, normalise
from domain.metrics.catalog import DIMENSIONS, METRICS

_QUESTION_TAIL = re.compile(r"(?:[\s?？。.!！呢吗]|怎么样|咋样|如何|怎样|有?多少钱?了?|的?情况|是| doing)+$")
_VAGUE = ("最近几天", "这几天", "前几天", "这段时间", "最近", "近期", "近来", "recently", "recent", "lately",
          "these days")
_PROFITS = ("净利润率", "净利率", "利润率", "净利润", "利润", "净利", "净赚了", "净赚", "净收益", "盈利", "盈亏",
            "赚钱",
            "net profit margin", "net margin", "profit margin", "net profit", "profit", "net earnings", "net income",
            "bottom line", "earnings")

_MOST_PROFITABLE = ("最赚钱", "最挣钱", "赚钱最多", "赚得最多", "赚的最多", "most profitable")


@dataclass(frozen=True, slots=True)
class _Said:
    """The message, and what is known about the trouble with it."""

    message: Normalised
    facts: Mapping[str, str]

    @property
    def is_chinese(self) -> bool:
        return script_of(self.message.message) == "zh"

    @property
    def bare(self) -> str:
        """Without the words of a question at its end."""
        return _QUESTION_TAIL.sub("", self.message.message.strip())

    def metric(self, metric: str) -> str:
        return METRICS[metric].zh if self.is_chinese else METRICS[metric].en

    def with_figure(self, name: str) -> str:
        """今年双11销售额比去年: what is asked of stands before what it is set beside."""
        if not self.is_chinese:
            return f"{name} {_BEAT.sub('vs ', _OPENING.sub('', self.bare))}"
        versus = _VERSUS.search(self.bare)
        at = versus.start() if versus and versus.start() else len(self.bare)
        return f"{self.bare[:at].rstrip(', ')}{name}{self.bare[at:]}"

    def by(self, text: str, dimension: str) -> str:
        known = DIMENSIONS[dimension]
        split, between = (f"按{known.zh}", ",") if self.is_chinese else (f"by {known.en}", " ")
        return f"{text}{between}{split}" if text else split

    def with_other(self, other: str) -> str:
        """The message with other words for the stretch that was unclear."""
        return self.message.replaced(int(self.facts["at"]), int(self.facts["end"]), other)


def offer(reading: Unclear | Refused, message: Normalised) -> tuple[str, ...]:
    """Candidate messages; the caller keeps those that are understood."""
    maker = _MAKERS.get(reading.key)
    said = normalise(message.text) if message.is_dialect else message
    return tuple(maker(_Said(said, reading.facts))) if maker else ()


def _which_figure(said: _Said) -> list[str]:
    names = [said.metric(one) for one in ("revenue", "net_profit", "orders", "stock_available")]
    added = [said.with_figure(one) for one in names]
    return [*added, *(f"今天{one}" if said.is_chinese else f"{one} today" for one in names[:3])]


def _usual(said: _Said) -> list[str]:
    revenue, profit, to_ship = (said.metric(one) for one in ("revenue", "net_profit", "orders_to_ship"))
    if said.is_chinese:
        return [f"今天{revenue}", f"本月{profit}", to_ship]
    return [f"{revenue} today", f"{profit} this month", to_ship]


def _which_of(said: _Said) -> list[str]:
    texts = (said.with_other(said.metric(one)) for one in said.facts["metrics"].split())
    return [_THAN.sub(" vs ", _DID_WE.sub("", _WHETHER.sub("", text))) for text in texts]


def _both(said: _Said) -> list[str]:
    """广告费占销售额多少: both figures, and of what ads cost the ratio that is kept."""
    part, whole = said.facts["metrics"].split()
    texts = [said.with_other((" and " if not said.is_chinese else "和").join(map(said.metric, (part, whole))))]
    if part == "ad_spend":
        texts.append(said.with_other(said.metric("roi")))
    return texts


def _vague_period(said: _Said) -> list[str]:
    text = said.message.message.strip(" ?？。.!！")
    if _WORKDAYS.search(text):
        return [_WORKDAYS.sub(one, text) for one in (
            ("上周工作日", "本周工作日", "按星期几") if said.is_chinese else (
                "working days of last week", "working days of this week", "by weekday"))]
    vague = next((word for word in _VAGUE if word in text), None)
    if said.is_chinese:
        return [text.replace(vague, one) if vague else f"{one}{text}" for one in ("近7天", "近30天", "本月", "今年")]
    periods = ("last 7 days", "last 30 days", "this month", "this year")
    return [text.replace(vague, one) if vague else f"{text} {one}" for one in periods]


def _which_split(said: _Said) -> list[str]:
    return [said.by(said.bare, one) for one in ("product", "shop", "platform")]


def _split_or_total(said: _Said) -> list[str]:
    rest = said.with_other("").strip()
    return [said.by(rest, said.facts["dimension"]), rest]


def _ranked_within(said: _Said) -> list[str]:
    """每个店销量前三的商品: all rows of both in their order."""
    if not said.facts["figure"]:
        return []
    outer, inner = (DIMENSIONS[said.facts[one]] for one in ("dimension", "inner"))
    figure, when, is_most = said.metric(said.facts["figure"]), said.facts["when"], said.facts["way"] == "desc"
    if said.is_chinese:
        return [f"{when}各{outer.zh}各{inner.zh}{figure},从{'高到低' if is_most else '低到高'}"]
    first = "highest first" if is_most else "lowest first"
    return [f"{' '.join(f'{figure} by {outer.en} and {inner.en} {when}'.split())}, {first}"]


def _best_or_most(said: _Said) -> list[str]:
    text = said.message.message
    word = next((one for one in ("最好", "最差", "best", "worst") if one in text), None)
    others = ("最低", "最高") if said.is_chinese else ("lowest", "highest")
    return [text.replace(word, one) for one in others] if word else []


def _not_by(said: _Said) -> list[str]:
    """Net profit is not kept by product; gross profit is."""
    other = NEAREST.get(said.facts.get("metric", ""))
    if not other:
        return _of_all(said)
    text, highest = said.message.message, "{}最高" if said.is_chinese else "highest {}"
    most = next((one for one in _MOST_PROFITABLE if one in text), None)
    if most:
        return [text.replace(most, highest.format(said.metric(other)))]
    word = next((one for one in _PROFITS if one in text), None)
    return [text.replace(word, said.metric(other))] if word else []


def _of_all(said: _Said) -> list[str]:
    """各要补多少 after those of one warehouse, of which it cannot be told: of all warehouses."""
    known = DIMENSIONS[said.facts["dimension"]]
    text = said.message.message.strip(" ?？。.!！")
    if said.is_chinese:
        return [f"所有{known.zh}{text}"]
    return [f"{text}, all {known.en}s"]


def _parts(said: _Said) -> list[str]:
    """Each half of a message that says two things."""
    return [one.strip() for one in re.split("[,，、]|和|以及|还有| and ", said.message.message)]


def _unit_cost(said: _Said) -> list[str]:
    """羊绒大衣进价: what is kept of its cost."""
    return [said.with_other(said.metric(one)) for one in ("cogs", "gross_margin")]


def _no_history(said: _Said) -> list[str]:
    return [said.metric(said.facts["metric"])]


_WHETHER = re.compile("(?:[吗么嘛?？\\s]|了没有?)+$")
# Did we sell more than last month: the figure stands for all of it.
_DID_WE = re.compile(r"^(?:how much |how many |what )?(?:did|do|have|are|were) (?:we|i|you) ", re.IGNORECASE)
_THAN = re.compile(r" than ", re.IGNORECASE)
_VERSUS = re.compile("[,,]?(?:和|跟|与|同|比|较|对比|环比|同比)")
_BEAT = re.compile(r"^(?:did|do|have|are) (?:we|i) (?:do better than|beat(?:ing|en)?|top|outdo(?:ne)?) ", re.IGNORECASE)
_OPENING = re.compile(r"(?:how['’]?s|how (?:was|is|were|are|did|about)|what about|what was)\s+", re.IGNORECASE)
_WORKDAYS = re.compile("的?工作日|平日|weekdays only|working days|workdays|business days", re.IGNORECASE)
_AVERAGE = re.compile(r"日均|天均|平均?(?:每|一)[天日]的?|每[天日]平均|(?:per day )?on average|average daily"
                      r"|daily average|average per day", re.IGNORECASE)
_QUARTERLY = re.compile(r"(?:各|每|按|分)个?季度?|quarterly|(?:by|per|each|every) quarter", re.IGNORECASE)


def _without_average(said: _Said) -> list[str]:
    """日均销售额: the days themselves, and the total they make."""
    text = said.message.message
    if not _AVERAGE.search(text):
        return []
    return [_AVERAGE.sub("每天" if said.is_chinese else "daily", text), " ".join(_AVERAGE.sub("", text).split())]


def _by_the_hour(said: _Said) -> list[str]:
    """昨晚8点以后: the hours of that day."""
    text = said.message.message
    is_yesterday = any(word in text for word in ("昨", "yesterday", "last night"))
    if said.is_chinese:
        return [f"{'昨天' if is_yesterday else '今天'}每小时{said.metric(one)}" for one in ("orders", "revenue")]
    return [f"{said.metric(one)} {'yesterday' if is_yesterday else 'today'} by hour" for one in ("orders", "revenue")]


def _by_month(said: _Said) -> list[str]:
    """今年各季度: quarters are not split by, months are."""
    text = said.message.message
    return [_QUARTERLY.sub("每月" if said.is_chinese else "by month", text)] if _QUARTERLY.search(text) else []


_MAKERS: Mapping[str, Callable[[_Said], list[str]]] = {
    "rank_within": _ranked_within, "net_not_by": _not_by,
    "which_figure": _which_figure, "nothing_said": _usual, "off_chatter": _usual, "not_understood": _usual,
    "which_of": _which_of, "no_ratio": _both, "vague_period": _vague_period, "which_split": _which_split,
    "split_or_total": _split_or_total, "best_or_most": _best_or_most, "not_by": _not_by, "mixed_time": _parts,
    "two_questions": _parts, "two_periods": _parts, "no_history": _no_history, "off_average": _without_average,
    "no_hours": _by_the_hour, "unit_cost": _unit_cost, "unsure_about": _by_month,
}
