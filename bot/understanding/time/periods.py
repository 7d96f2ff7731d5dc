"""The period grammar: which days a run of tokens means. Half-open ranges, weeks from Monday, nothing after today."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from bot.understanding.text.scan import DATED, NUMBERED
from bot.understanding.time import almanac
from bot.understanding.time.almanac import DAY
from bot.understanding.time.around import PAST, AroundReader
from bot.understanding.time.points import CALENDAR, POINT_STARTS, Point
from bot.understanding.time.starts import Starts
from domain.metrics.periods import Grain, Period, add_months, unit_before


@dataclass(slots=True)
class Span:
    """Days somebody named, with the tokens that say so; or the reason why they cannot be had."""

    first: int
    after: int
    start: date = date.min
    end: date = date.max
    grain: Grain = Grain.SPAN
    problem: str | None = None  # future, no_hours, vague_…, backwards
    before: str | None = None  # the unit before the one spoken of last; no days of its own
    is_until: bool = False  # 截至上周日: where another period ends, and none by itself

    def period(self, today: date) -> Period:
        """The period up to the end of today."""
        return Period(self.start, min(self.end, today + DAY), self.grain)


# Kinds of words that a period can start with; numbers and dates can, too.
_STARTS = POINT_STARTS | {"rank", "last", "since", "between", "before", "clock", "vague_time", "until"}
OF_PERIODS = _STARTS | {NUMBERED, DATED}  # without one of these a message names none
_GOING_ON = POINT_STARTS | {"glue", "range", "sep", "since_end", "rank", "vague_time", "between", "whole_length",
                            "before", "ago"}
_MONTH_END = frozenset({"月底", "月末"})
_WHOLE = frozenset({"week", "month", "quarter", "year"})
# 12月20号到1月5号 crosses a year; 11月5号到10月1号 is turned round.
LONGEST_ACROSS_YEARS = 180


class PeriodReader(AroundReader):
    """Reads the periods of one message."""

    def read(self) -> list[Span]:
        """All periods from left to right; their tokens are marked used."""
        spans: list[Span] = []
        after = 0
        for at, token in enumerate(self._tokens):
            is_number = token.number is not None or token.date is not None
            if at < after or token.names or not (is_number or not _STARTS.isdisjoint(token.senses)):
                continue
            if span := self._span(at, is_number=is_number):
                for one in self._tokens[span.first:span.after]:
                    one.used = True
                spans.append(span)
                after = span.after
        return spans

    def _span(self, at: int, *, is_number: bool) -> Span | None:
        span = None
        for form in self._SPANS.at(self._tokens[at], is_number=is_number):
            if span := form(self, at):
                break
        if span and span.problem is None and span.before is None and span.start > self._today:
            span.problem = "future"
        return span or self._vague(at)

    def _last_units(self, at: int) -> Span | None:
        """近7天, past two weeks, 30天内."""
        has_last = self._is(at, "last") or self._is_these(at)
        cursor = self._past_glue(at + 1) if has_last else at
        count = self._count(cursor)
        cursor += count is not None
        unit = self._value(cursor, "unit")
        if has_last and count is None and self._is_endless(cursor) and self._is(cursor + 1, "unit"):
            return Span(at, cursor + 2, problem="unknown_period")
        if unit is None or (not has_last and (count is None or self._value(cursor + 1, "postop") != "<=")):
            return None
        if unit == "day" and count is None:
            return None
        after = cursor + (1 if has_last else 2)
        if self._is(after, "postop") and self._tokens[after].text in {"内", "以内", "之内"}:
            after += 1
        if unit in {"hour", "minute"}:
            return Span(at, after, problem="no_hours")
        found = almanac.back(unit, count or 1, self._today)
        return Span(at, after, *found) if found else Span(at, after, problem="unknown_period")

    def _is_these(self, at: int) -> bool:
        """这30天: a number of units that end now, as with 近."""
        count = self._count(at + 1)
        return self._tokens[at].text == "这" and count is not None and count > 1

    def _is_endless(self, at: int) -> bool:
        number = self._tokens[at].number if at < len(self._tokens) else None
        return number is not None and number > almanac.MOST_COUNTED

    def _days_of(self, at: int) -> Span | None:
        """The first ten days of this month, the last day of October, first two quarters of 2026."""
        text = self._tokens[at].text
        count = self._count(at + 1)
        unit_at = at + 1 + (count is not None)
        unit = self._value(unit_at, "unit")
        if self._value(at, "vague_time") == "workdays" and self._is(at + 1, "glue"):
            whole = self._point(self._past_glue(at + 1), None)
            is_week = whole is not None and whole[1] is Grain.WEEK
            return Span(at, whole[2], whole[0][0], whole[0][0] + _WORKDAYS * DAY) if whole and is_week else None
        if text not in {"first", "last"} or unit is None or not self._is(unit_at + 1, "glue"):
            return None
        whole = self._point(self._past_glue(unit_at + 1), None)
        found = almanac.end_within(whole[0], count or 1, unit, is_first=text == "first") if whole else None
        return Span(at, whole[2], *found) if whole and found else None

    def _between(self, at: int) -> Span | None:
        if not self._is(at, "between") or self._tokens[at].text != "between":
            return None
        start = self._past_glue(at + 1)
        first = self._shared_days(start) or self._point(start, None)
        if not first or not (self._is(first[2], "sep") or self._is(first[2], "range")):
            return None
        return self._closed(at, first, first[2] + 1)

    def _since(self, at: int) -> Span | None:
        """从10月1号到…, since Monday, 自上周五以来, 从月初到昨天."""
        if not self._is(at, "since"):
            return None
        start = self._past_glue(at + 1)
        first = self._point(start, None) or self._opening(start) or self._running(at, start)
        if first and self._tokens[at].text == "beginning" and self._tokens[at + 1].text.startswith("of") and not (
                at and any(self._is(before, "since") for before in (at - 1, at - 2))):
            return Span(at, first[2], problem="vague_part")  # at the beginning of October: how many days?
        if not first:
            return None
        if self._is(first[2], "range") and (closed := self._closed(at, first, first[2] + 1)):
            return closed
        if self._is_of_whole(at, start, first[2]):
            return Span(at, first[2], *first[0], first[1])
        return self._open(at, first, first[2] + self._is(first[2], "since_end"))

    def _is_of_whole(self, at: int, start: int, after: int) -> bool:
        """Orders from last week are last week's; those from last week on, or since last week, are not."""
        goes_on = self._is(after, "since_end") or (after < len(self._tokens) and self._tokens[after].text == "on")
        unit = (self._value(start, "offset") or "").partition(":")[0]
        return self._tokens[at].text == "from" and unit in _WHOLE and not goes_on

    def _running(self, at: int, unit_at: int) -> Point | None:
        """The month of since the first day of the month."""
        unit = self._value(unit_at, "unit") if self._tokens[at].text.endswith(" of") else None
        return (*almanac.unit(unit, 0, self._today), unit_at + 1) if unit in CALENDAR else None

    def _opening(self, at: int) -> Point | None:
        """The first day of the unit that is running: 月初, the start of the year."""
        unit = self._value(at, "opening")
        if unit is None:
            return None
        first = almanac.unit(unit, 0, self._today)[0][0]
        return (first, first + DAY), Grain.DAY, at + 1

    def _from_opening(self, at: int) -> Span | None:
        """月初到昨天; 月初 alone says nothing of how many days."""
        first = self._opening(at)
        return self._closed(at, first, first[2] + 1) if first and self._is(first[2], "range") else None

    def _from_to(self, at: int) -> Span | None:
        """A day, month …; up to another; or up to now."""
        first = (self._tokens[at].number is not None and self._shared_days(at)) or self._point(at, None)
        if not first:
            return None
        first = self._in_its_unit(first)
        if not self._goes_on(first[2]):
            return Span(at, first[2], *first[0], first[1])
        if around := self._around(at, first):
            return Span(at, around[2], *around[0], around[1])
        if first[1] is Grain.DAY:
            first = self._with_next_days(at, first)
        first = self._with_named_days(self._with_added(first))
        after = self._past_glue(first[2]) if self._is(first[2], "glue") else first[2]
        if self._is(first[2], "range") and (closed := self._closed(at, first, first[2] + 1)):
            return closed
        if self._is(after, "since_end"):
            return self._open(at, first, after + 1)
        return self._end_of(at, first) or Span(at, self._past_length(first), *first[0], first[1])

    def _in_its_unit(self, day: Point) -> Point:
        """双11那周, 10月5号那个月: the calendar week or month that holds the day."""
        (start, end), _, at = day
        if at >= len(self._tokens) or self._tokens[at].text not in {"那", "那个"}:
            return day
        at += 1 + (at + 1 < len(self._tokens) and self._tokens[at + 1].text == "一")
        unit = self._value(at, "unit")
        if unit == "week" and (end - start).days == _WEEK:
            return (start, end), Grain.SPAN, at + 1  # 国庆那周 is the holiday
        if unit not in {"week", "month"} or almanac.unit(unit, 0, start) != almanac.unit(unit, 0, end - DAY):
            return day
        return (*almanac.unit(unit, 0, start), at + 1)

    def _goes_on(self, at: int) -> bool:
        """Whether the token may say more of the days that were just named: up to when, or how many of them."""
        if at >= len(self._tokens):
            return False
        token = self._tokens[at]
        return (token.number is not None or token.date is not None or token.text in {"那", "过"}
                or not _GOING_ON.isdisjoint(token.senses))

    def _until(self, at: int) -> Span | None:
        """截至上周日: where a period said elsewhere ends."""
        point = self._point(self._past_glue(at + 1), None) if self._is(at, "until") else None
        if point is None:
            return None
        after = point[2] + self._is(point[2], "since_end")
        return Span(at, after, point[0][0], point[0][1], Grain.SPAN, is_until=True)

    def _end_of(self, at: int, whole: Point) -> Span | None:
        """本月头十天, 上个月最后三天, 今年前三个季度: so many units from one end of what was named; 上周工作日."""
        (start, end), grain, after = whole
        after = self._past_glue(after)
        if grain is Grain.WEEK and self._value(after, "vague_time") == "workdays":
            return Span(at, after + 1, start, start + _WORKDAYS * DAY)
        count, side, unit = self._count(after + 1), self._value(after, "rank"), self._value(after + 2, "unit")
        if side is None or not count or unit is None:
            return None
        found = almanac.end_within((start, end), count, unit, is_first=side == "desc")
        return Span(at, after + 3, *found) if found else None

    def _with_next_days(self, at: int, first: Point) -> Point:
        """周六周日, Sat and Sun: a weekday and the one right after it are days of one period."""
        while self._is(first[2], "weekday") or (self._is(first[2], "sep") and self._is(first[2] + 1, "weekday")):
            found = self._point(first[2] + self._is(first[2], "sep"), first[0][0])
            if found is None or found[0][0] != first[0][1]:
                break
            first = (first[0][0], found[0][1]), Grain.SPAN, found[2]
        (start, end), grain, after = first
        if grain is Grain.SPAN and end > self._today + DAY and self._are_bare_weekdays(at, after):
            return (start - _WEEK * DAY, end - _WEEK * DAY), grain, after  # Mon and Tue, asked on a Monday
        return first

    def _with_named_days(self, first: Point) -> Point:
        """前天和昨天两天, 九月和十月两个月: one period, where it is said how many of them there are."""
        (start, end), grain, at = first
        other = self._point(at + 1, None) if self._is(at, "sep") else None
        if other is None or other[1] is not grain or self._count(other[2]) != 2 or (
                self._value(other[2] + 1, "unit") != grain.value):
            return first
        if start != other[0][1] and end != other[0][0]:
            return first
        return (min(start, other[0][0]), max(end, other[0][1])), Grain.SPAN, other[2] + 2

    def _with_added(self, first: Point) -> Point:
        """昨天加前天, 十月加十一月, yesterday plus today: two days or months beside each other, said to be one sum."""
        (start, end), grain, at = first
        if at >= len(self._tokens) or self._tokens[at].text not in _ADDS_UP:
            return first
        other = self._point(self._past_glue(at + 1), None)
        if other is None or other[1] is not grain or (start != other[0][1] and end != other[0][0]):
            return first
        return (min(start, other[0][0]), max(end, other[0][1])), Grain.SPAN, other[2]

    def _past_length(self, point: Point) -> int:
        """国庆7天, 上周末两天: how long it was says nothing more; another number of days is left to be asked about."""
        (start, end), _, at = point
        after = self._past_glue(at)
        if self._is(after, "whole_length"):
            return after + 1  # 昨天全天, 10月整个月
        after += after < len(self._tokens) and self._tokens[after].text in {"那", "这"}  # 国庆那七天
        is_length = self._count(after) == (end - start).days and self._value(after + 1, "unit") == "day"
        return after + 2 if is_length else at

    def _shared_days(self, at: int) -> Point | None:
        """11-15号, 7到9月, 1 to 11 November: the first number borrows the suffix of the second."""
        is_range = self._is(at + 1, "range") and self._is(at + 3, "day_suffix")
        if self._is(at + 1, "range") and self._is(at + 3, "month_suffix") and (months := self._months_at(at)):
            return months
        second = self._past_glue(at + 2)
        if (self._is(at + 1, "range") or self._is(at + 1, "sep")) and self._is(self._past_glue(second + 1), "month"):
            return self._day_of_english_month(at, second)
        if is_range and self._count(at, 31) and self._count(at + 2, 31):
            return self._resolve(almanac.day_of_month(int(self._tokens[at].number or 0)), None, at + 1)
        return None

    def _months_at(self, at: int) -> Point | None:
        """The 7月 of 7到9月, before the September that is meant; in 10到11月5号 the 10 is a day."""
        first, second = self._count(at, 12), self._count(at + 2, 12)
        if first is None or second is None or first >= second or self._count(at + 4, 31) is not None:
            return None
        last = almanac.yearly(second, None).latest(self._today)
        start = add_months(last[0], first - second) if last else None
        return ((start, add_months(start, 1)), Grain.MONTH, at + 1) if start else None

    def _day_of_english_month(self, at: int, second_at: int) -> Point | None:
        """The 1 of 1 to 11 November, where a number of days follows it."""
        first, second = self._count(at, 31), self._count(second_at, 31)
        month = self._value(self._past_glue(second_at + 1), "month")
        if not (first and second and month) or first >= second:
            return None
        return self._resolve(almanac.yearly(int(month), first), None, at + 1)

    def _closed(self, at: int, first: Point, second_at: int) -> Span | None:
        start = first[0][0]
        second = self._point(self._past_glue(second_at), start) or self._month_end(second_at, start)
        if second and second[0][1] > self._today + DAY and self._are_bare_weekdays(at, second[2]):
            second = (second[0][0] - _WEEK * DAY, second[0][1] - _WEEK * DAY), second[1], second[2]
            start -= _WEEK * DAY  # 周一到周日, asked on a Monday: those that have passed
        if second and second[0][1] <= start and self._shares_week(second_at - 2, second[2] - 1):
            start -= ((start - second[0][0]).days // _WEEK + 1) * _WEEK * DAY
        day = self._count(second_at, 31)
        if not second and day and first[1] is Grain.DAY and not self._measured(second_at + 1):
            second = self._resolve(almanac.day_of_month(day), start, second_at + 1)
        if not second:
            return None
        after = second[2] + (self._is(second[2], "between") or self._is(second[2], "since_end"))
        if second[0][1] <= start and self._is(second_at, "offset"):
            return None  # this week to last week: two periods
        across = second[0][0].year > start.year and second[0][0] > self._today
        turned_round = across and (second[0][0] - start).days > LONGEST_ACROSS_YEARS
        if second[0][1] <= start or turned_round:
            return Span(at, after, problem="backwards")
        if second[0] == (self._today, self._today + DAY):
            return self._open(at, first, after)
        return Span(at, after, start, second[0][1])

    def _month_end(self, at: int, start: date) -> Point | None:
        """The 月底 of 上个月15号到月底: the last day of that month."""
        if at >= len(self._tokens) or self._tokens[at].text not in _MONTH_END:
            return None
        end = add_months(start.replace(day=1), 1)
        return (end - DAY, end), Grain.DAY, at + 1

    def _shares_week(self, first: int, week: int) -> bool:
        """Monday to Wednesday last week: the week is said of both days."""
        return self._is(first, "weekday") and self._is(week, "offset") and self._is(week - 1, "weekday")

    def _are_bare_weekdays(self, at: int, after: int) -> bool:
        """周一到周五, and not 本周一到周五."""
        said = [token for token in self._tokens[at:after] if token.has("weekday") or token.has("week_of")
                or token.has("offset")]
        return len(said) == _ENDS and all(token.has("weekday") and not token.has("week_of") for token in said)

    def _open(self, at: int, first: Point, after: int) -> Span:
        """Up to today: of the month that is running, 这个月到今天 is the month; 双11之后 begins the day after it."""
        start, end = first[0]
        if self._is(at, "festival") and self._tokens[after - 1].text in PAST:
            return Span(at, after, end, max(self._today, end) + DAY)
        if start <= self._today < end and first[1] is not Grain.DAY:
            return Span(at, after, start, end, first[1])
        return Span(at, after, start, max(self._today, start) + DAY)

    def _relative(self, at: int) -> Span | None:
        unit = self._value(at, "before")
        return Span(at, at + 1, before=unit) if unit else None

    def _vague(self, at: int) -> Span | None:
        if self._is(at, "clock"):
            first = at - 1 if at and self._tokens[at - 1].number is not None else at
            after = at + 1
            while self._is(after, "clock") or self._is(after, "since_end") or (
                    self._count(after, 24) and self._is(after + 1, "clock")):
                after += 1
            return Span(first, after, problem="no_hours")
        vague = self._value(at, "vague_time")
        return Span(at, at + 1, problem=f"vague_{vague}") if vague else None

    def _before_or_after(self, at: int) -> Span | None:
        found = self._around_behind(at)
        return Span(at, found[2], *found[0], found[1]) if found else None

    _SPANS: ClassVar[Starts[Callable[[Any, int], Span | None]]] = Starts(
        (frozenset({"unit", "before"}), True, _before_or_after),
        (frozenset({"rank", "last", "vague_time"}), False, _days_of),
        (frozenset({"last", "week_of"}), True, _last_units),
        (frozenset({"between"}), False, _between),
        (frozenset({"since"}), False, _since),
        (frozenset({"until"}), False, _until),
        (frozenset({"opening"}), False, _from_opening),
        (POINT_STARTS | {"rank"}, True, _from_to),
        (frozenset({"before"}), False, _relative),
    )


_ADDS_UP = frozenset({"加", "加上", "+", "plus"})
_WORKDAYS = 5
_WEEK = 7
_ENDS = 2  # of a range


def before(period: Period, unit: str) -> Period | None:
    """The day, week, month … before the period; None when it was not named in that unit."""
    fits = unit in {"any", period.grain.value} or (unit == "week" and period.days == 7)
    return unit_before(period) if fits else None
