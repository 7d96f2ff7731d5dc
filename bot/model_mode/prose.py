"""The guard of the model's sentences: not one figure in them is the model's own, or the sentences are dropped.

Figures come from placeholders that code fills. Whatever else looks like a figure (digits of any script, Chinese and
English numerals, shares, multiples, currency and percent signs) must stand in the question in just this place; days
named must be those of a table; a rise or fall must be one that the comparison shows.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.model_mode.results import Placeholder, Result
from bot.understanding.text import numbers
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import normalise, spelled
from bot.understanding.text.scan import scan
from bot.understanding.time.periods import PeriodReader

MAX_PROSE = 400  # characters; the table says the rest
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_.]{0,80})\}")
_HOLE = "\ufffc"  # stands where a placeholder stood
_MORE_NUMERALS = frozenset("两俩仨半双倍翻几数多余成折")  # beside those that Unicode knows as numeric
_HARMLESS = re.compile(
    "一(?:下|些|样|直|起|定|般|致|共|边|并|切|旦|方面|目了然|个)|(?:统|唯|进|同|之|单|万|逐)一|十分|万一|千万别"
    "|成(?:本|交|功|为|果|长|绩|立|熟)|(?:完|构|形|达|变|造|组|生)成|多少|多个|几个"
    "|数(?:据|字|量)|(?:订单|件|单|人|指|次|笔|买家|访客)数|其余|余额|折扣|许多|很多|更多|最多|较多|多于")
_ENGLISH = frozenset({*numbers.ENGLISH, "half", "halves", "double", "doubled", "doubles", "triple", "tripled", "twice",
                      "thrice", "quarter", "third", "thirds", "million", "billion", "thousand", "dozens", "hundreds",
                      "thousands", "percent", "percentage", "fifth", "tenth", "fold", "couple", "eighty", "seventy",
                      "tens", "halved", "doubling", "tripling"})
_SIGNS = frozenset("%‰¥￥$€£₩元块")
_UNITS_BEHIND = re.compile(
    _HOLE + r"\s*(?:[\d万亿千百十倍成折%‰kKwWmM]|million|thousand|billion|percent|times|points?)")
_SIGNS_BEFORE = re.compile(r"(?:[-−—–+±~≈*×/.\d负减]|minus|negative)\s*" + _HOLE)
_TWO_TOGETHER = re.compile(_HOLE + r"\s*[-−+*×/.]?\s*" + _HOLE)
_RISES = re.compile(r"涨|增长|增加|上升|提升|提高|回升|攀升|走高|变多|新高"
                    r"|\b(?:rose|rise|rising|risen|up|grew|grow\w*|increas\w*|higher)\b")
_FALLS = re.compile(r"跌|下降|降低|下滑|减少|回落|走低|变少|缩水|腰斩|新低"
                    r"|\b(?:fell|fall\w*|down|drop\w*|declin\w*|decreas\w*|lower|shr[aiu]nk)\b")
_ADDRESS = re.compile(r"https?:|www\.|[\w-]+\.(?:com|cn|net|org|io)\b|@")


@dataclass(frozen=True, slots=True)
class Judged:
    """The sentences as the person sees them; empty when they were dropped, and then why."""

    text: str
    fault: str = ""


def judged(prose: str, question: str, results: Sequence[Result], today: date) -> Judged:
    """The model's sentences with every placeholder filled, or nothing."""
    known = {key: placeholder for result in results for key, placeholder in result.placeholders().items()}
    text = " ".join(prose.replace("**", "").split())
    if not text:
        return Judged("", "nothing")
    if any(name not in known for name in _PLACEHOLDER.findall(text)):
        return Judged("", "unknown_placeholder")
    fault = _fault(text, question, results, today)
    return Judged("", fault) if fault else Judged(_filled(text, known))


def _fault(text: str, question: str, results: Sequence[Result], today: date) -> str:
    """The first reason to drop the text; empty when there is none."""
    if len(text) > MAX_PROSE:
        return "too_long"
    rest = unicodedata.normalize("NFKC", _PLACEHOLDER.sub(_HOLE, text))
    if any(one in "{}<>[]" for one in rest) or _ADDRESS.search(rest.lower()):
        return "markup"
    if _UNITS_BEHIND.search(rest) or _SIGNS_BEFORE.search(rest) or _TWO_TOGETHER.search(rest):
        return "altered_figure"
    if own := next(_own_figures(rest.lower(), spelled(question)), None):
        return f"figure:{own}"
    return _false_words(rest.replace(_HOLE, " "), results, today)


def _own_figures(rest: str, question: str) -> Iterator[str]:
    """Runs of numerals and figure words that the question does not have in the same place."""
    plain = _HARMLESS.sub(lambda found: "·" * len(found[0]), rest)
    for start, end in _runs(plain):
        if not _is_quoted(rest, start, end, question):
            yield rest[start:end]
    words = set(re.findall(r"[a-z]+", plain)) & _ENGLISH
    yield from (word for word in words if not re.search(rf"\b{word}\b", question))


def _runs(text: str) -> Iterator[tuple[int, int]]:
    start = None
    for at, one in enumerate(f"{text} "):
        is_part = unicodedata.numeric(one, None) is not None or one in _MORE_NUMERALS or one in _SIGNS
        if is_part or (start is not None and one in ",.:" and text[at + 1:at + 2].isnumeric()):
            start = at if start is None else start
        elif start is not None:
            yield start, at
            start = None


def _is_quoted(text: str, start: int, end: int, question: str) -> bool:
    """近30天 in the question allows 30天 in the answer, and neither 30单 nor 0天."""
    behind, before = text[start:].replace(" ", ""), text[:end].replace(" ", "")
    run, asked = text[start:end].replace(" ", ""), question.replace(" ", "")
    with_next = behind[:len(run) + 1]
    with_last = before[-len(run) - 1:]
    if len(with_next) > len(run) and with_next[-1].isalnum():
        return _stands_in(with_next, asked)
    return len(with_last) > len(run) and with_last[0].isalnum() and _stands_in(with_last, asked)


def _stands_in(part: str, asked: str) -> bool:
    """Not as the end of a longer number: 5单 is not what 15单 says."""
    return any(not _is_numeral(asked[at - 1:at]) and not _is_numeral(asked[at + len(part):at + len(part) + 1])
               for at in range(len(asked)) if asked.startswith(part, at))


def _is_numeral(one: str) -> bool:
    return bool(one) and (unicodedata.numeric(one, None) is not None or one in ",.")


def _false_words(rest: str, results: Sequence[Result], today: date) -> str:
    """Days that no table is of, and movements that no comparison shows."""
    tables = [result.table for result in results]
    periods = [period for table in tables for period in (table.query.period, table.comparison_period) if period]
    days = {(period.start, period.end) for period in periods}
    message = normalise(rest)
    for span in PeriodReader(scan(message, Gazetteer()), today).read():
        if span.problem is None and span.before is None:
            said = span.period(today)
            if (said.start, said.end) not in days:
                return "period"
    ways = {way for result in results for way in result.directions()}
    if (_RISES.search(rest.lower()) and "up" not in ways) or (_FALLS.search(rest.lower()) and "down" not in ways):
        return "direction"
    return ""


def _filled(text: str, known: Mapping[str, Placeholder]) -> str:
    said: set[str] = set()

    def fill(found: re.Match[str]) -> str:
        placeholder, table = known[found[1]], found[1].partition(".")[0]
        if table in said or not placeholder.setting:
            return placeholder.text
        said.add(table)
        return f"{placeholder.setting} {placeholder.text}"

    return _PLACEHOLDER.sub(fill, text)
