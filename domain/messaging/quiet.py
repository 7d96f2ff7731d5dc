"""Quiet hours: when nothing is pushed to a place, in words as people give them and as a rule of the clock.

A place has its own, one of its reports may have others, and where nothing was said the usual ones hold: then a time
that somebody chose is kept, and only news and what comes late waits.
"""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from domain.clock import ShopCalendar

OFF, USUAL_WORD = "off", "usual"
ALL_REPORTS = ""  # stands for the place itself beside the reports that have hours of their own
MAX_HOURS = 11  # characters of 22:00-08:00
_CLOCK = r"(\d{1,3})(?:[:\uff1a](\d{1,3}))?"
_RANGE = re.compile(rf"{_CLOCK}\s*(?:-|–|—|~|～|到|至|to)\s*{_CLOCK}", re.IGNORECASE)
_MIDNIGHT = 24


class NoHours(ValueError):
    """What was given are no quiet hours; `is_empty` when it is a time to the same time."""

    def __init__(self, text: str, *, is_empty: bool = False) -> None:
        super().__init__(f"{text!r} begins and ends at the same time" if is_empty else f"{text!r} are no hours")
        self.is_empty = is_empty


@dataclass(frozen=True, slots=True)
class QuietSpan:
    """From one time of the day to another on the shop's clock, over midnight where the end is the earlier."""

    start: time
    end: time

    @classmethod
    def read(cls, text: str) -> "QuietSpan":
        """22:00-08:00, 22-8, 22:00到08:00. Raises NoHours."""
        found = _RANGE.fullmatch(text.strip())
        if found is None:
            raise NoHours(text)
        start, end = _clock(text, found[1], found[2]), _clock(text, found[3], found[4])
        if start == end:
            raise NoHours(text, is_empty=True)
        return cls(start, end)

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def covers(self, now: time) -> bool:
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end

    def end_after(self, moment: datetime, calendar: ShopCalendar) -> datetime | None:
        """When the hours that the moment lies in are over, in UTC; None outside them.

        The wall clock decides: where it shows the end twice in a night, the first time that is yet to come; where it
        leaps over the end, as much later as it leaps.
        """
        local = calendar.local(moment)
        if not self.covers(local.time()):
            return None
        day = local.date() if local.time() < self.end else local.date() + timedelta(days=1)
        end = datetime.combine(day, self.end, calendar.zone)
        first, second = (calendar.utc(end.replace(fold=fold)) for fold in (0, 1))
        return first if first > moment else second


# A report that could not be sent for as long, for want of a network or a process, is one that comes late.
STALE_AFTER = timedelta(minutes=10)
USUAL = QuietSpan(time(22), time(8))


def normal(text: str) -> str:
    """The hours as they are kept: 22:00-08:00, `off`, or `usual`. Raises NoHours."""
    word = text.strip().lower()
    return word if word in {OFF, USUAL_WORD} else str(QuietSpan.read(text))


def _clock(text: str, hour: str, minute: str | None) -> time:
    hours, minutes = int(hour), int(minute or 0)
    if (hours, minutes) == (_MIDNIGHT, 0):
        hours = 0  # 22点到24点
    try:
        return time(hours, minutes)
    except ValueError:
        raise NoHours(text) from None
