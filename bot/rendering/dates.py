"""Days and periods as people say them, relative to the day of the question."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.metrics.periods import Grain, Period, add_months

WEEKDAYS = {"zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
            "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_QUARTERS_ZH = ("第一季度", "第二季度", "第三季度", "第四季度")
_NAMED_DAYS = {"zh": {0: "今天", 1: "昨天", 2: "前天"}, "en": {0: "today", 1: "yesterday"}}
_NAMES = {  # (grain, whole units back) → name
    "zh": {(Grain.WEEK, 0): "本周", (Grain.WEEK, 1): "上周", (Grain.MONTH, 0): "本月", (Grain.MONTH, 1): "上月",
           (Grain.QUARTER, 0): "本季度", (Grain.QUARTER, 1): "上季度",
           (Grain.YEAR, 0): "今年", (Grain.YEAR, 1): "去年"},
    "en": {(Grain.WEEK, 0): "this week", (Grain.WEEK, 1): "last week", (Grain.MONTH, 0): "this month",
           (Grain.MONTH, 1): "last month", (Grain.QUARTER, 0): "this quarter", (Grain.QUARTER, 1): "last quarter",
           (Grain.YEAR, 0): "this year", (Grain.YEAR, 1): "last year"},
}
_MONTHS_IN = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}


def day(moment: date, today: date, language: str) -> str:
    """11月22日 / 22 Nov; the year only when it is another one."""
    if language == "zh":
        return f"{moment.month}月{moment.day}日" if moment.year == today.year else (
            f"{moment.year}年{moment.month}月{moment.day}日")
    short = f"{moment.day} {MONTHS_EN[moment.month - 1]}"
    return short if moment.year == today.year else f"{short} {moment.year}"


def month(moment: date, today: date, language: str) -> str:
    """11月 / Nov, with the year when it is another one."""
    if language == "zh":
        return f"{moment.month}月" if moment.year == today.year else f"{moment.year}年{moment.month}月"
    name = MONTHS_EN[moment.month - 1]
    return name if moment.year == today.year else f"{name} {moment.year}"


def clock(moment: datetime, today: date, language: str) -> str:
    """14:03, with the day when it is not today's."""
    time = f"{moment:%H:%M}"
    return time if moment.date() == today else f"{day(moment.date(), today, language)} {time}"


def span(period: Period, today: date, language: str) -> str:
    """The dates alone: 11月1日–11日, 10月 (a whole month), 2025年, 25 Dec 2025 – 3 Jan."""
    first, last = period.start, period.last
    if first == last:
        return day(first, today, language)
    if _is_whole(period, 12):
        return f"{first.year}年" if language == "zh" else str(first.year)
    if _is_whole(period, 1):
        return month(first, today, language)
    return _span_zh(first, last, today) if language == "zh" else _span_en(first, last, today)


def _is_whole(period: Period, months: int) -> bool:
    aligned = period.start.day == 1 and (months == 1 or period.start.month == 1)
    return aligned and add_months(period.start, months) == period.end


def _span_zh(first: date, last: date, today: date) -> str:
    if (first.year, first.month) == (last.year, last.month):
        return f"{day(first, today, 'zh')}–{last.day}日"
    if first.year == last.year:
        return f"{day(first, today, 'zh')}–{last.month}月{last.day}日"
    return f"{day(first, date.min, 'zh')}–{day(last, date.min, 'zh')}"


def _span_en(first: date, last: date, today: date) -> str:
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last, today, 'en')}"
    if first.year == last.year:
        return f"{first.day} {MONTHS_EN[first.month - 1]} – {day(last, today, 'en')}"
    return f"{day(first, date.min, 'en')} – {day(last, date.min, 'en')}"


# Runs of days that people name by their length; of others the dates say more: a weekend is not 近2天.
_USUAL_DAYS = frozenset({3, 5, 7, 10, 14, 15, 20, 28, 30, 60, 90, 100, 180, 365})


@dataclass(frozen=True, slots=True)
class Said:
    """A period in words: its name, if it has one, and its dates."""

    name: str | None
    dates: str

    def __str__(self) -> str:
        if not self.name:
            return self.dates
        space = "" if self.name[0] > "\u3000" else " "
        return f"{self.name}{space}({self.dates})"


def said(period: Period, today: date, language: str) -> Said:
    """昨天(11月22日), 本月(11月1日–23日), last week (16–22 Nov); only dates when no usual name fits."""
    return Said(_name(period, today, language), span(period, today, language))


def _name(period: Period, today: date, language: str) -> str | None:
    if period.days == 1 and period.grain in {Grain.DAY, Grain.SPAN}:
        return _NAMED_DAYS[language].get((today - period.start).days)
    if period.grain is Grain.WEEK:
        return _NAMES[language].get((Grain.WEEK, (_monday(today) - period.start).days // 7))
    if period.grain in _MONTHS_IN:
        return _named_months(period, today, language)
    if period.end == today and period.days in _USUAL_DAYS:
        return f"近{period.days}天" if language == "zh" else f"last {period.days} days"
    return None


def _named_months(period: Period, today: date, language: str) -> str | None:
    length = _MONTHS_IN[period.grain]
    back = ((today.year - period.start.year) * 12 + today.month - period.start.month) // length
    name = _NAMES[language].get((period.grain, back))
    if name is None and period.grain is Grain.QUARTER:
        quarter = period.start.month // 3
        return _QUARTERS_ZH[quarter] if language == "zh" else f"Q{quarter + 1}"
    return name


def _monday(moment: date) -> date:
    return moment - timedelta(days=moment.weekday())
