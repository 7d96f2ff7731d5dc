"""A time of the day beside a report's name: 每天9点07分发日报, /subscribe daily_profit 09:07, … report at 9am.

Looked for only where a report is to be subscribed to, and two of them where quiet hours are set: elsewhere 9点 is a
part of a period.
"""

import re
from dataclasses import dataclass

from bot.understanding.text.numbers import chinese

_CLOCK = r"(?P<hour>\d{1,3})\s*[:\uff1a]\s*(?P<minute>\d{1,3})"
_SAID = (r"(?P<hour_said>\d{1,3}|[零一二两三四五六七八九十]{1,3})\s*[点时]"
         r"(?:(?P<half>半)|钟|(?P<minute_said>\d{1,3}|[零一二三四五六七八九十]{1,3})分?)?")
_ENGLISH = (r"\b(?P<hour_en>\d{1,2})\s*(?P<half_day_en>am|pm)\b"
            r"|\bat (?P<hour_at>\d{1,2})(?: o.?clock)?(?=\s*(?:$|[,!?]|\.(?!\d)|every\b|on\b|please\b))")
_TIME = re.compile(
    rf"(?:at\s+(?=\d+\s*[:\uff1a点]|\d+\s*[ap]m))?(?:在)?(?P<part>凌晨|早上|早晨|早|上午|中午|下午|傍晚|晚上|晚)?\s*"
    rf"(?:{_CLOCK}|{_SAID}|{_ENGLISH})\s*(?P<half_day>am|pm)?(?:的时候)?", re.IGNORECASE)
# What every time of the day and every day of the week has in it.
CUES = (":点时每 am pm daily weekly report reports mon monday tue tues wed wednes thu thurs fri friday sat satur"
        " sun sunday")
_BETWEEN = re.compile(r"\s*(?:-|–|—|~|～|到|至|to|until|till|and)\s*", re.IGNORECASE)
# 22到8点: the first hour goes without its 点
_HOUR = r"(?:\d{1,2}|[零一二两三四五六七八九十]{1,3})"
_BARE_HOUR = re.compile(rf"(?<![\d:])({_HOUR})(?=\s*(?:-|~|到|至)\s*(?:第二天|次日)?(?:凌晨|早上|早晨|早|上午|中午)?\s*"
                        rf"{_HOUR}[点时])")
_NEXT_DAY = re.compile(r"第二天|次日|隔天|明早|明天")
# 每周一, but not 每周一次; every Monday, on Fridays.
_WEEKDAY = re.compile(
    r"每个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])(?![次回份个])|"
    r"\b(?:(?:every|each|on) )+(?P<day_en>mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?)?\b",
    re.IGNORECASE)
_NIGHT = {"晚上", "晚", "凌晨", "am"}  # twelve o'clock of these is midnight
_AFTERNOON = {"下午", "傍晚", "晚上", "晚", "pm"}
_NOON = 12


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """The message without the time, and the time: HH:MM, or as it was typed where no clock shows it."""

    rest: str
    at: str


def take_time(message: str) -> TimeOfDay | None:
    """The one time of the day in the message; None when there is none, or more than one."""
    found = list(_TIME.finditer(message))
    if len(found) != 1:
        return None
    one = found[0]
    rest = f"{message[:one.start()]} {message[one.end():]}" if message.isascii() else (
        message[:one.start()] + message[one.end():])
    return TimeOfDay(rest.strip(), _shown(one))


@dataclass(frozen=True, slots=True)
class Weekday:
    """The message without the day of the week, and whether that was Monday, when weekly reports come anyway."""

    rest: str
    is_monday: bool


def take_weekday(message: str) -> Weekday | None:
    """The day of the week that something is to come on: 每周五, every Monday."""
    found = _WEEKDAY.search(message)
    if found is None:
        return None
    left = "每周" if found["day"] else ""
    rest = f"{message[:found.start()]}{left}{message[found.end():]}"
    return Weekday(" ".join(rest.split()), found["day"] == "一" or (found["day_en"] or "").lower() == "mon")


def take_span(message: str) -> TimeOfDay | None:
    """The message without its one span of time, and the span as 22:00-08:00, or as it was typed where it is none.

    The second time may be of the next day: 晚上10点到第二天早上8点.
    """
    said = _NEXT_DAY.sub("", _BARE_HOUR.sub(r"\1点", message))
    found = list(_TIME.finditer(said))
    if len(found) != 2 or not _BETWEEN.fullmatch(said[found[0].end():found[1].start()]):
        return None
    rest = f"{said[:found[0].start()]} {said[found[1].end():]}"
    return TimeOfDay(rest.strip(), "-".join(_shown(one) for one in found))


def _shown(one: re.Match[str]) -> str:
    hour = _number(one["hour"] or one["hour_said"] or one["hour_en"] or one["hour_at"])
    minute = 30 if one["half"] else _number(one["minute"] or one["minute_said"] or "0")
    part = (one["part"] or one["half_day"] or one["half_day_en"] or "").lower()
    if part in _AFTERNOON and hour < _NOON:
        hour += _NOON
    if part in _NIGHT and hour == _NOON:
        hour = 0
    return f"{hour:02d}:{minute:02d}"


def _number(text: str) -> int:
    return int(text) if text.isdigit() else int(chinese(text) or 0)
