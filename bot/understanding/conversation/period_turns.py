"""The last question of another time: go back two weeks, 再往前7天, the week after, versus the 7 days before that."""

import re
from dataclasses import replace
from datetime import date, timedelta

from bot.understanding.conversation.turning import Form, Turn, count_of, form
from domain.metrics.periods import Grain, Period, add_months, unit_before
from domain.metrics.query import Compare, MetricQuery

_UNITS = {"day": Grain.DAY, "天": Grain.DAY, "日": Grain.DAY, "week": Grain.WEEK, "周": Grain.WEEK, "星期": Grain.WEEK,
          "礼拜": Grain.WEEK, "month": Grain.MONTH, "月": Grain.MONTH, "quarter": Grain.QUARTER, "季度": Grain.QUARTER,
          "year": Grain.YEAR, "年": Grain.YEAR}
_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}
_DAYS = {Grain.DAY: 1, Grain.WEEK: 7}
_MOST = 400
_LENGTH = re.compile(r"(?:(?:the|previous|prior|preceding|的)\s*)*(?P<count>\d+|[a-z]+|[一二两三四五六七八九十]+)??"
                     r"\s*(?:more |further |个)?(?P<unit>days?|weeks?|months?|quarters?|years?|天|日|周|星期|礼拜"
                     r"|月|季度|年)")


def _against_earlier(turn: Turn, last: MetricQuery) -> MetricQuery | None:
    """Versus the 7 days before that, of 7 days: the period before."""
    length = _length(turn.words)
    if length is None or last.period is None or not _fits(last.period, length[1]):
        return None
    count, grain = length
    is_it = (count == 1 and _is_one(last.period, grain)) or count * _DAYS.get(grain, 0) == last.period.days
    return replace(last, compare=Compare.PREVIOUS_PERIOD) if is_it else None


def _earlier(turn: Turn, last: MetricQuery) -> MetricQuery | None:
    """So many days, weeks, months that end where the last period starts."""
    length = _length(turn.words)
    if length is None or last.period is None or not _fits(last.period, length[1]):
        return None
    count, grain = length
    if (count == 1 and _is_one(last.period, grain)) or count * _DAYS.get(grain, 0) == last.period.days:
        return replace(last, period=unit_before(last.period))
    if count == 1:
        return None  # the week before, of a month that was spoken of
    return replace(last, period=Period(_moved(last.period.start, -count, grain), last.period.start))


def _shifted(turn: Turn, last: MetricQuery) -> MetricQuery | None:
    """Go back two weeks: a period as long, so much before the last one."""
    length = _length(turn.words)
    if length is None or (period := last.period) is None or not _fits(period, length[1]):
        return None
    count, grain = length
    if not _is_one(period, grain):
        moved = Period(_moved(period.start, -count, grain), _moved(period.end, -count, grain))
        return replace(last, period=moved)
    for _ in range(count):
        period = unit_before(period)
    return replace(last, period=period)


def _fits(period: Period, grain: Grain) -> bool:
    """Months are counted back from months, and days and weeks from those; anything else is asked about."""
    return (grain in _DAYS) is (period.grain not in _MONTHS)


def _is_one(period: Period, grain: Grain) -> bool:
    return period.grain is grain or (grain is Grain.WEEK and period.days == _DAYS[Grain.WEEK])


def _moved(day: date, count: int, grain: Grain) -> date:
    return day + timedelta(days=count * _DAYS[grain]) if grain in _DAYS else add_months(day, count * _MONTHS[grain])


def _period_between(start: date, end: date, length: tuple[int, Grain]) -> Period:
    count, grain = length
    return Period(start, end, grain if count == 1 and (grain in _DAYS or start.day == 1) else Grain.SPAN)


def _later(turn: Turn, last: MetricQuery) -> MetricQuery | None:
    """The week after: begins where the last period ends, and runs no further than today."""
    length = _length(turn.words)
    if length is None or last.period is None or last.period.end > turn.today:
        return None
    start = last.period.end
    end = min(_moved(start, *length), turn.today + timedelta(days=1))
    return replace(last, period=_period_between(start, end, length))


def _length(words: str) -> tuple[int, Grain] | None:
    found = _LENGTH.fullmatch(words)
    if found is None:
        return None
    count = count_of(found["count"] or "")
    return (count, _UNITS[found["unit"].rstrip("s")]) if 0 < count <= _MOST else None


FORMS: tuple[tuple[str, Form], ...] = (
    ("versus vs against compare compared than", form(
        r"(?:versus|vs\.?|against|compared? (?:to|with|against)|than) (?P<what>.+?) "
        r"(?:before(?: (?:that|it|those|this))?|prior|earlier|preceding(?: (?:that|it|those))?)", _against_earlier)),
    ("前", form(
        r"(?:跟|和|与|同|对比|比)(?:再)?(?:之前|往前|前面?|上)(?:的)?(?P<what>.+?)(?:相?比|对比|比较|比一比|比一下)?",
        _against_earlier)),
    ("前", form(r"(?:再|继续)?(?:往前|向前)推(?P<what>.+?)", _shifted)),
    ("前", form(r"(?:再|继续)?(?:往前|向前)(?:看|数)?(?P<what>.+?)", _earlier)),
    ("back earlier", form(r"(?:go|look|step|move|shift|rewind) back (?:by )?(?P<what>.+?)(?: earlier)?", _shifted)),
    ("back earlier", form(
        r"(?P<what>.+?) (?:(?:further )?back|earlier)(?: (?:than (?:that|this)|again|still))?", _shifted)),
    ("before", form(r"(?P<what>.+?) before (?:that|those|it|this)", _earlier)),
    ("preceding previous prior", form(r"(?P<what>the (?:preceding|previous|prior) .+?)", _earlier)),
    ("后", form(r"(?:再|继续)?(?:往后|向后|后)(?:看)?(?P<what>[一1-9].+?)", _later)),
    ("following", form(r"(?:the )?following (?P<what>.+?)", _later)),
    ("after", form(r"(?P<what>the .+?) after(?: (?:that|those|it))?", _later)))
