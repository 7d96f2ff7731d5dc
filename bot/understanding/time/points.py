"""The days that one expression names: 10月5号, 去年双11, last Friday, Q3, 3 days ago, 11.11."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ClassVar

from bot.understanding.text.scan import Token
from bot.understanding.text.token_reader import TokenReader
from bot.understanding.time import almanac
from bot.understanding.time.almanac import DAY, Range, Recurring
from bot.understanding.time.starts import Starts
from domain.metrics.periods import Grain, add_months

# Kinds of words that a day or month can start with; numbers and dates can, too.
POINT_STARTS = frozenset({"offset", "month", "weekday", "week_of", "festival", "quarter", "half", "first_quarters",
                          "unit"})
Point = tuple[Range, Grain, int]  # the days, how they were named, the token after them
_WEEKDAYS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7,
             "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6, "7": 7}
_SUNDAY = frozenset("天日")
_COUPLE = frozenset("俩两")  # 俩月 are two months, not February
_UNITS = ("piece_unit", "order_unit", "money_unit", "percent", "people_unit", "unit")
_THAT_DAY = frozenset({"当天", "那天", "当日", "这天", "那一天", "正日子"})
_WITHIN = frozenset({"in", "during", "within", "over", "for"})
_JUNE_18 = 618
CALENDAR = frozenset({"week", "month", "quarter", "year"})
_SIDES = {"of": {"of", "of the"},
          "from": {"beginning", "starting", "commencing", "from", "starting on", "beginning on", "starting with"},
          "to": {"ending", "ended", "ends", "to"}}
_HALVES = {"前": "first_half", "上": "first_half", "头": "first_half", "后": "second_half", "下": "second_half"}
_HALF_NAMES = {"1": "first_half", "2": "second_half"}


_NARROWING = frozenset({"glue", "that_day", "offset", "weekday", "third"})


def _narrows(token: Token) -> bool:
    """Whether the token may say which part of the unit before it is meant: 上周五, 本月5号, 上个月的同一天."""
    return (token.number is not None or not _NARROWING.isdisjoint(token.senses)
            or token.text in _HALVES or token.text in _WEEKDAYS)


class PointReader(TokenReader):
    """Reads single days, months, quarters … from the tokens of one message."""

    def _resolve(self, what: Recurring, after: date | None, at: int) -> Point | None:
        found = what.after(after) if after else what.latest(self._today)
        return (found, what.grain, at) if found else None

    def _point(self, at: int, after: date | None) -> Point | None:
        if at >= len(self._tokens) or self._tokens[at].names:
            return None
        token = self._tokens[at]
        for form in self._FORMS.at(token, is_number=token.number is not None):
            if found := form(self, at, after):
                return found
        return self._calendar_date(at, after) if token.date else None

    def _calendar_date(self, at: int, after: date | None) -> Point | None:
        parts = self._tokens[at].date
        if not parts:
            return None
        year, month, day = parts
        what = almanac.yearly(month or 1, day)
        if not year:
            return self._resolve(what, after, at + 1)
        found = what.at(year)
        return (found, what.grain, at + 1) if found else None

    def _year(self, at: int, _after: date | None) -> Point | None:
        """2025年, 去年, in 2025; and a month, quarter or festival of it."""
        if self._tokens[at].number is None and not self._tokens[at].senses["offset"].startswith("year"):
            return None
        year, cursor = self._year_number(at)
        if year is None:
            return None
        if inner_unit := self._unit_in_year(cursor, year):
            return inner_unit
        if first := self._first_month_of(cursor, year):
            return first
        inner = self._of_year(self._past_glue(cursor))
        if inner and (found := inner[0].at(year)):
            within = self._day_within(found, inner[0].grain, inner[1], is_english=self._is(inner[1] - 1, "month"))
            return self._first_day(cursor, within) if self._is(inner[1] - 1, "festival") else within
        return (date(year, 1, 1), date(year + 1, 1, 1)), Grain.YEAR, cursor

    def _first_month_of(self, at: int, year: int) -> Point | None:
        """The 7 of 去年7到9月, which borrows the suffix of the second."""
        month, last = self._count(at, 12), self._count(at + 2, 12)
        is_range = self._is(at + 1, "range") and self._is(at + 3, "month_suffix")
        if not (month and last and is_range and month < last):
            return None
        start = date(year, month, 1)
        return (start, add_months(start, 1)), Grain.MONTH, at + 1

    def _unit_in_year(self, at: int, year: int) -> Point | None:
        """The 今天, 这个月, 上季度 of 去年今天: the unit so called, as many years earlier."""
        unit, _, number = (self._value(at, "offset") or "").partition(":")
        months = 12 * (year - self._today.year)
        if unit == "day":
            then = add_months(self._today + timedelta(days=int(number)), months)
            return (then, then + DAY), Grain.DAY, at + 1
        if unit not in {"month", "quarter"}:
            return None
        (start, end), grain = almanac.unit(unit, int(number), self._today)
        return (add_months(start, months), add_months(end, months)), grain, at + 1

    def _of_year(self, at: int) -> tuple[Recurring, int] | None:
        """A month, quarter, half or festival, and the token after it."""
        if at >= len(self._tokens):
            return None
        if month := self._month_number(at):
            return almanac.yearly(month[0], None), month[1]
        for kind, months in (("quarter", 3), ("half", 6)):
            if number := self._value(at, kind):
                return almanac.months_of_year((int(number) - 1) * months + 1, months), at + 1
        if quarters := self._value(at, "first_quarters"):
            return almanac.months_of_year(1, 3 * int(quarters)), at + 1
        name = self._value(at, "festival") or ("june18" if self._count(at) == _JUNE_18 else None)
        return (almanac.festivals(name), at + 1) if name else None

    def _month_number(self, at: int) -> tuple[int, int] | None:
        number = self._count(at, 12)
        if number and self._is(at + 1, "month_suffix") and self._tokens[at].text not in _COUPLE:
            return number, at + 2
        name = self._value(at, "month")
        return (int(name), at + 1) if name else None

    def _month(self, at: int, after: date | None) -> Point | None:
        """10月, 10月5号, 10月上旬, Oct 5, October 2025."""
        month = self._month_number(at)
        if not month:
            return None
        number, cursor = month
        if self._is(at, "month") and (year := self._year_number(self._past_glue(cursor)))[0]:
            found = almanac.yearly(number, None).at(year[0] or 0)
            return (found, Grain.MONTH, year[1]) if found else None
        day, end = self._day_number(cursor, is_english=self._is(at, "month"))
        if day:
            if self._is(at, "month") and (year := self._year_number(self._past_glue(self._past_comma(end))))[0]:
                found = almanac.yearly(number, day).at(year[0] or 0)
                return (found, Grain.DAY, year[1]) if found else None
            return self._resolve(almanac.yearly(number, day), after, end)
        whole = self._resolve(almanac.yearly(number, None), after, cursor)
        return self._third(whole) if whole else None

    def _past_comma(self, at: int) -> int:
        return at + 1 if self._is(at, "sep") and self._tokens[at].text == "," else at

    def _day_number(self, at: int, *, is_english: bool) -> tuple[int | None, int]:
        cursor = self._past_glue(at) if is_english else at
        day = self._count(cursor, 31)
        if day and self._is(cursor + 1, "day_suffix"):
            return day, cursor + 2
        ends = cursor + 1 == len(self._tokens) or self._is(cursor + 1, "range") or self._is(cursor + 1, "action")
        is_bare = is_english or ends  # 11月20入库
        return (day, cursor + 1) if day and is_bare and not self._measured(cursor + 1) else (None, at)

    def _day_within(self, found: Range, grain: Grain, at: int, *, is_english: bool = False) -> Point:
        """A day or third of the month that was just named with its year."""
        if grain is not Grain.MONTH:
            return found, grain, at
        day, cursor = self._day_number(at, is_english=is_english)
        exact = almanac.yearly(found[0].month, day).at(found[0].year) if day else None
        return (exact, Grain.DAY, cursor) if exact else self._third((found, grain, at))

    def _third(self, month: Point) -> Point:
        """上旬, 中旬, 下旬, the first week or one half of the month: 上个月前半月."""
        at = self._past_glue(month[2])
        third, after = self._value(at, "third"), at + 1
        if self._value(at + 1, "unit") == "half_month" and self._tokens[at].text in _HALVES:
            third, after = _HALVES[self._tokens[at].text], at + 2
        if not third:
            return month
        return almanac.part_of_month(month[0], third), Grain.SPAN, after

    def _half_of_this_month(self, at: int, _after: date | None) -> Point | None:
        """上半月, 下半月 without a month; 前半个月 are the days that just passed."""
        if self._tokens[at].text == "前" or self._value(at + 1, "unit") != "half_month":
            return None
        half = _HALVES.get(self._tokens[at].text)
        month = almanac.unit("month", 0, self._today)[0]
        return (almanac.part_of_month(month, half), Grain.SPAN, at + 2) if half else None

    def _english_date(self, at: int, after: date | None) -> Point | None:
        """1 Oct, 11th of November."""
        day, month_at = self._count(at, 31), self._past_glue(at + 1)
        name = self._value(month_at, "month")
        if day and (in_month := self._day_of_named_month(at, month_at, day)):
            return in_month
        if not day or not name or any(token.text in _WITHIN for token in self._tokens[at + 1:month_at]):
            return None  # an ROI over 3 in October
        what = almanac.yearly(int(name), day)
        year, end = self._year_number(self._past_glue(month_at + 1))
        if year:
            found = what.at(year)
            return (found, Grain.DAY, end) if found else None
        return self._resolve(what, after, month_at + 1)

    def _day_of_named_month(self, at: int, month_at: int, day: int) -> Point | None:
        """The 11th of last month."""
        unit, _, number = (self._value(month_at, "offset") or "").partition(":")
        if unit != "month" or not self._tokens[at].is_ordinal:
            return None
        (start, end), _ = almanac.unit(unit, int(number), self._today)
        first = start + timedelta(days=day - 1)
        return ((first, first + DAY), Grain.DAY, month_at + 1) if first < end else None

    def _unit(self, at: int, _after: date | None) -> Point | None:
        """昨天, 上周, 本月, this quarter; with a weekday or day behind it."""
        offset = self._value(at, "offset")
        if not offset:
            return None
        kind, number = offset.split(":")
        if self._tokens[at].text.startswith("for the ") and (around := self._unit_of_day(at, _after, kind)):
            return around  # for the week of the 9th
        if number == "-0":  # 周末 alone: the last one that has begun
            number = "0" if self._today.isoweekday() > 5 else "-1"
        found, grain = almanac.unit(kind, int(number), self._today)
        if at + 1 == len(self._tokens) or not _narrows(self._tokens[at + 1]):
            return found, grain, at + 1
        if same := self._same_day(self._past_glue(at + 1), kind, int(number)):
            return same
        if kind == "week" and (named := self._value(self._past_glue(at + 1), "weekday")):
            start = found[0] + timedelta(days=int(named) - 1)  # last week on Friday
            return (start, start + DAY), Grain.DAY, self._past_glue(at + 1) + 1
        if kind == "week" and (day := self._weekday_suffix(at + 1)):
            start = found[0] + timedelta(days=day - 1)
            return (start, start + DAY), Grain.DAY, at + 2
        if kind == "month":
            return self._day_within(found, grain, self._past_glue(at + 1) if self._day_follows(at + 1) else at + 1)
        return found, grain, at + 1

    def _same_day(self, at: int, kind: str, number: int) -> Point | None:
        """上周今天, 上个月同一天, today last year: the day of today, so many units away."""
        offset = self._value(at, "offset") or ""
        if kind in {"week", "month"} and (self._is(at, "that_day") or (offset == "day:0" and at < len(self._tokens))):
            then = self._today + timedelta(weeks=number) if kind == "week" else add_months(self._today, number)
        elif kind == "day" and offset.startswith("year:"):
            then = add_months(self._today + timedelta(days=number), 12 * int(offset[5:]))
        else:
            return None
        return (then, then + DAY), Grain.DAY, at + 1

    def _day_follows(self, at: int) -> bool:
        cursor = self._past_glue(at)
        return bool(self._count(cursor, 31)) and self._is(cursor + 1, "day_suffix")

    def _weekday_suffix(self, at: int) -> int | None:
        """五 in 上周五 and 上周五订单, but not in 上周五单; 天 in 上星期天多少单."""
        if not self._adjoins(at):
            return None
        day = self._tokens[at].text
        may_count = day not in _SUNDAY and self._adjoins(at + 1) and any(self._is(at + 1, unit) for unit in _UNITS)
        return None if may_count else _WEEKDAYS.get(day)

    def _weekday(self, at: int, after: date | None) -> Point | None:
        week = self._value(at, "week_of")
        cursor = at + 1 if week else at
        day = self._value(cursor, "weekday")
        if not day:
            return self._last_month_named(at) if week == "-1" and self._is(cursor, "month") else None
        number = int(day)
        in_week = (self._value(self._past_glue(cursor + 1), "offset") or "").partition(":")
        if not week and self._tokens[at].text.isascii() and in_week[0] == "week":  # Friday last week
            week, cursor = in_week[2], self._past_glue(cursor + 1)
            start = almanac.unit("week", int(week), self._today)[0][0] + timedelta(days=number - 1)
            return (start, start + DAY), Grain.DAY, cursor + 1
        if week in {"0", "1", "-2"}:
            start = almanac.unit("week", int(week), self._today)[0][0] + timedelta(days=number - 1)
            return (start, start + DAY), Grain.DAY, cursor + 1
        if week:  # last Monday on a Monday is a week ago
            found = almanac.weekday(number).latest(self._today - DAY)
            return (found, Grain.DAY, cursor + 1) if found else None
        return self._resolve(almanac.weekday(number), after, cursor + 1)

    def _last_month_named(self, at: int) -> Point | None:
        """Last November, said in November: the one a year ago; of other months the one that was last."""
        found = almanac.yearly(int(self._value(at + 1, "month") or 1), None).latest(self._today.replace(day=1) - DAY)
        is_said_so = self._tokens[at].text.isascii() and not self._count(self._past_glue(at + 2))
        return (found, Grain.MONTH, at + 2) if found and is_said_so else None

    def _ago(self, at: int, _after: date | None) -> Point | None:
        count, unit = self._count(at), self._value(at + 1, "unit")
        if not count or not unit or not self._is(at + 2, "ago"):
            return None
        if unit not in {"day", "week", "month", "quarter", "year"}:
            return None
        try:
            found, grain = almanac.unit(unit, -count, self._today)
        except (OverflowError, ValueError):
            return None
        return found, grain, at + 3

    def _day_of_month(self, at: int, after: date | None) -> Point | None:
        day = self._count(at, 31)
        if not day or not (self._is(at + 1, "day_suffix") or self._tokens[at].is_ordinal):
            return None
        end = at + 1 + (not self._tokens[at].is_ordinal)
        return self._resolve(almanac.day_of_month(day), after, end)

    def _festival(self, at: int, after: date | None) -> Point | None:
        found = self._of_year(at)
        is_number = self._count(at) == _JUNE_18 and not (self._measured(at + 1) or self._bounded(at))
        if not found or not (self._is(at, "festival") or is_number):
            return None
        year, end = self._year_number(self._past_glue(found[1])) if self._tokens[at].text.isascii() else (None, 0)
        if year and (days := found[0].at(year)):
            return days, found[0].grain, end
        days_of = self._resolve(found[0], after, found[1])
        return self._first_day(at, days_of) if days_of else None

    def _first_day(self, at: int, days: Point) -> Point:
        """五一当天, on National Day: of a festival of several days the first."""
        (start, end), grain, behind = days
        is_that_day = behind < len(self._tokens) and self._tokens[behind].text in _THAT_DAY
        if is_that_day or (at and self._tokens[at - 1].text == "on" and self._tokens[at].text.endswith("day")):
            return (start, start + DAY), Grain.DAY, behind + is_that_day
        return (start, end), grain, behind

    def _unit_of_day(self, at: int, after: date | None, named: str | None = None) -> Point | None:
        """Week of Nov 9, quarter ended 30 September: the calendar unit that holds the day or ends so."""
        unit = named or self._value(at, "unit")
        word = self._tokens[at + 1].text if at + 1 < len(self._tokens) else ""
        side = next((name for name, words in _SIDES.items() if word in words), None)
        day = self._point(self._past_glue(at + 2), after) if side and unit in CALENDAR else None
        if day is None or day[1] is not Grain.DAY or day[0][0] > self._today:
            return None
        (first, last), grain = almanac.unit(str(unit), 0, day[0][0])
        edge = {"of": day[0][0], "from": first, "to": last - DAY}[str(side)]
        return ((first, last), grain, day[2]) if edge == day[0][0] else None

    def _part_of_year(self, at: int, after: date | None) -> Point | None:
        """Q3, 上半年, Q3 2025, first half of last year."""
        what, cursor = self._of_year(at) or (None, at)
        if what is None:
            return None
        if half := self._value(at, "half"):
            month = self._point(self._past_glue(cursor), after) if cursor > at else None
            if month and month[1] is Grain.MONTH:  # the first half of last month
                return almanac.part_of_month(month[0], _HALF_NAMES[half]), Grain.SPAN, month[2]
        year, end = self._year_number(self._past_glue(cursor))
        if year and (found := what.at(year)):
            return found, what.grain, end
        return self._resolve(what, after, cursor)

    def _month_dot_day(self, at: int, after: date | None) -> Point | None:
        """11.11, where nothing says that it is an amount."""
        token = self._tokens[at]
        month, dot, day = token.text.partition(".")
        if not dot or token.number is None or token.is_scaled or self._measured(at + 1) or self._bounded(at):
            return None
        if not (month.isdigit() and day.isdigit() and 1 <= int(month) <= 12 and 1 <= int(day) <= 31):
            return None
        return self._resolve(almanac.yearly(int(month), int(day)), after, at + 1)

    _FORMS: ClassVar[Starts[Callable[[Any, int, date | None], Point | None]]] = Starts(
        (frozenset({"offset"}), True, _year),
        (frozenset(), True, _english_date),
        (frozenset({"month"}), True, _month),
        (frozenset({"offset"}), False, _unit),
        (frozenset({"week_of", "weekday"}), False, _weekday),
        (frozenset(), True, _ago),
        (frozenset(), True, _day_of_month),
        (frozenset({"festival"}), True, _festival),
        (frozenset({"quarter", "half", "first_quarters"}), False, _part_of_year),
        (frozenset({"unit"}), False, _unit_of_day),
        (frozenset({"week_of", "rank"}), False, _half_of_this_month),
        (frozenset(), True, _month_dot_day),
    )
