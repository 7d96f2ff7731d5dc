"""The period grammar: which days a run of tokens means. Half-open ranges, weeks from Monday, nothing after today."""

from dataclasses import dataclass
from datetime import date

from bot.understanding import almanac
from bot.understanding.almanac import DAY
from bot.understanding.points import Point, PointReader
from domain.metrics.periods import Grain, Period, previous


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

    def period(self, today: date) -> Period:
        """The period up to the end of today."""
        return Period(self.start, min(self.end, today + DAY), self.grain)


# Kinds of words that a period can start with; numbers and dates can, too.
_STARTS = frozenset({"rank", "offset", "last", "since", "between", "before", "month", "weekday", "week_of", "festival",
                     "quarter", "half", "clock", "vague_time"})
# 12月20号到1月5号 crosses a year; 11月5号到10月1号 is turned round.
LONGEST_ACROSS_YEARS = 180


class PeriodReader(PointReader):
    """Reads the periods of one message."""

    def read(self) -> list[Span]:
        """All periods from left to right; their tokens are marked used."""
        spans, at = [], 0
        while at < len(self._tokens):
            token = self._tokens[at]
            may_start = token.number is not None or token.date is not None or not _STARTS.isdisjoint(token.senses)
            span = self._span(at) if may_start and not token.names else None
            if span is None:
                at += 1
                continue
            for token in self._tokens[span.first:span.after]:
                token.used = True
            spans.append(span)
            at = span.after
        return spans

    def _span(self, at: int) -> Span | None:
        span = (self._days_of(at) or self._last_units(at) or self._between(at) or self._since(at) or self._from_to(at)
                or self._relative(at))
        if span and span.problem is None and span.before is None and span.start > self._today:
            span.problem = "future"
        return span or self._vague(at)

    def _last_units(self, at: int) -> Span | None:
        """近7天, past two weeks, 30天内."""
        has_last = self._is(at, "last")
        cursor = self._past_glue(at + 1) if has_last else at
        count = self._count(cursor)
        cursor += count is not None
        unit = self._value(cursor, "unit")
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

    def _days_of(self, at: int) -> Span | None:
        """The first ten days of this month, the last day of October."""
        text = self._tokens[at].text
        count = self._count(at + 1)
        unit_at = at + 1 + (count is not None)
        if text not in {"first", "last"} or self._value(unit_at, "unit") != "day" or not self._is(unit_at + 1, "glue"):
            return None
        whole = self._point(self._past_glue(unit_at + 1), None)
        if whole is None or (whole[0][1] - whole[0][0]).days < (count or 1):
            return None
        (start, end), _, after = whole
        days = (count or 1) * DAY
        return Span(at, after, *((start, start + days) if text == "first" else (end - days, end)))

    def _between(self, at: int) -> Span | None:
        if not self._is(at, "between") or self._tokens[at].text != "between":
            return None
        start = self._past_glue(at + 1)
        first = self._shared_days(start) or self._point(start, None)
        if not first or not (self._is(first[2], "sep") or self._is(first[2], "range")):
            return None
        return self._closed(at, first, first[2] + 1)

    def _since(self, at: int) -> Span | None:
        """从10月1号到…, since Monday, 自上周五以来."""
        if not self._is(at, "since"):
            return None
        first = self._point(self._past_glue(at + 1), None)
        if not first:
            return None
        if self._is(first[2], "range") and (closed := self._closed(at, first, first[2] + 1)):
            return closed
        return self._open(at, first, first[2] + self._is(first[2], "since_end"))

    def _from_to(self, at: int) -> Span | None:
        """A day, month …; up to another; or up to now."""
        first = self._shared_days(at) or self._point(at, None)
        if not first:
            return None
        after = self._past_glue(first[2]) if self._is(first[2], "glue") else first[2]
        if self._is(first[2], "range") and (closed := self._closed(at, first, first[2] + 1)):
            return closed
        if self._is(after, "since_end"):
            return self._open(at, first, after + 1)
        return self._end_of(at, first) or Span(at, self._past_length(first), *first[0], first[1])

    def _end_of(self, at: int, whole: Point) -> Span | None:
        """本月头十天, 上个月最后三天: so many days from one end of what was named."""
        (start, end), _, after = whole
        after = self._past_glue(after)
        count, side = self._count(after + 1, (end - start).days), self._value(after, "rank")
        if side is None or not count or self._value(after + 2, "unit") != "day":
            return None
        days = (start, start + count * DAY) if side == "desc" else (end - count * DAY, end)
        return Span(at, after + 3, *days)

    def _past_length(self, point: Point) -> int:
        """国庆7天, 上周末两天: how long it was says nothing more; another number of days is left to be asked about."""
        (start, end), _, at = point
        after = self._past_glue(at)
        is_length = self._count(after) == (end - start).days > 1 and self._value(after + 1, "unit") == "day"
        return after + 2 if is_length else at

    def _shared_days(self, at: int) -> Point | None:
        """11-15号, 1 to 11 November: the first number borrows the suffix of the second."""
        is_range = self._is(at + 1, "range") and self._is(at + 3, "day_suffix")
        if (self._is(at + 1, "range") or self._is(at + 1, "sep")) and self._is(self._past_glue(at + 3), "month"):
            return self._day_of_english_month(at, self._past_glue(at + 3))
        if is_range and self._count(at, 31) and self._count(at + 2, 31):
            return self._resolve(almanac.day_of_month(int(self._tokens[at].number or 0)), None, at + 1)
        return None

    def _day_of_english_month(self, at: int, month_at: int) -> Point | None:
        """The 1 of 1 to 11 November, where a number of days follows it."""
        first, second, month = self._count(at, 31), self._count(at + 2, 31), self._value(month_at, "month")
        if not (first and second and month) or first >= second:
            return None
        return self._resolve(almanac.yearly(int(month), first), None, at + 1)

    def _closed(self, at: int, first: Point, second_at: int) -> Span | None:
        start = first[0][0]
        second = self._point(self._past_glue(second_at), start)
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
        return Span(at, after, start, second[0][1])

    def _open(self, at: int, first: Point, after: int) -> Span:
        end = max(self._today, first[0][0]) + DAY
        return Span(at, after, first[0][0], end)

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


def before(period: Period, unit: str) -> Period | None:
    """The day, week, month … before the period; None when it was not named in that unit."""
    fits = unit in {"any", period.grain.value} or (unit == "week" and period.days == 7)
    return previous(period) if fits else None
