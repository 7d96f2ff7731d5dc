"""Due times by the wall clock of the shop's zone, through changes of the clock, leap days and days that never were."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from domain.clock import ShopCalendar
from domain.errors import OperatorMustAct
from scheduler.due import Daily, Every, Weekly, When, between, is_due, latest

NEW_YORK, SHANGHAI = ShopCalendar.named("America/New_York"), ShopCalendar.named("Asia/Shanghai")


def moments(when: When, start: date, end: date, calendar: ShopCalendar) -> list[datetime]:
    return list(between(when, calendar.start_of(start) - timedelta(microseconds=1),
                        calendar.start_of(end) - timedelta(microseconds=1), calendar))


@pytest.mark.parametrize("calendar", [NEW_YORK, SHANGHAI], ids=lambda calendar: calendar.zone.key)
def test_a_leap_year_has_366_mornings_in_any_zone(calendar: ShopCalendar) -> None:
    found = moments(Daily(time(9, 7)), date(2028, 1, 1), date(2029, 1, 1), calendar)
    local = [calendar.local(moment) for moment in found]
    assert [moment.date() for moment in local] == [date(2028, 1, 1) + timedelta(days=n) for n in range(366)]
    assert {(moment.hour, moment.minute) for moment in local} == {(9, 7)}
    assert date(2028, 2, 29) in {moment.date() for moment in local}


@pytest.mark.parametrize("calendar", [NEW_YORK, SHANGHAI], ids=lambda calendar: calendar.zone.key)
def test_a_year_has_every_monday_once(calendar: ShopCalendar) -> None:
    found = moments(Weekly(0, time(9, 17)), date(2028, 1, 1), date(2029, 1, 1), calendar)
    assert len(found) == 52
    assert {calendar.local(moment).weekday() for moment in found} == {0}


def test_a_time_that_spring_skips_comes_an_hour_later_and_once() -> None:
    """In New York there is no 02:30 on 8 March 2026: a shop that wants its report then still gets it that day."""
    found = moments(Daily(time(2, 30)), date(2026, 3, 7), date(2026, 3, 10), NEW_YORK)
    assert [NEW_YORK.local(moment).strftime("%d %H:%M") for moment in found] == ["07 02:30", "08 03:30", "09 02:30"]


def test_a_time_that_autumn_has_twice_counts_the_first_time() -> None:
    found = moments(Daily(time(1, 30)), date(2026, 10, 31), date(2026, 11, 3), NEW_YORK)
    assert [moment.isoformat() for moment in found] == [
        "2026-10-31T05:30:00+00:00", "2026-11-01T05:30:00+00:00", "2026-11-02T06:30:00+00:00"]


def test_intervals_know_nothing_of_the_change() -> None:
    found = moments(Every(30), date(2026, 3, 8), date(2026, 3, 9), NEW_YORK)
    assert len(found) == 46  # the day has 23 hours
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(minutes=30)}


def test_a_day_that_a_zone_left_out_gives_no_second_run() -> None:
    """Samoa had no 30 December 2011."""
    apia = ShopCalendar.named("Pacific/Apia")
    found = moments(Daily(time(9, 7)), date(2011, 12, 28), date(2012, 1, 2), apia)
    assert [apia.local(moment).day for moment in found] == [28, 29, 31, 1]


def test_the_latest_due_time_is_the_last_of_them() -> None:
    now = datetime(2026, 11, 23, 1, 6, 59, tzinfo=UTC)
    assert latest(Daily(time(9, 7)), now, SHANGHAI) == datetime(2026, 11, 22, 1, 7, tzinfo=UTC)
    assert latest(Weekly(0, time(9, 7)), now, SHANGHAI) == datetime(2026, 11, 16, 1, 7, tzinfo=UTC)
    assert latest(Every(10), now, SHANGHAI) == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def test_a_moment_is_due_to_the_second() -> None:
    due = datetime(2026, 11, 23, 1, 7, tzinfo=UTC)
    assert is_due(Daily(time(9, 7)), due, SHANGHAI)
    assert not is_due(Daily(time(9, 7)), due + timedelta(seconds=1), SHANGHAI)


def test_a_zone_that_does_not_exist_is_named() -> None:
    with pytest.raises(OperatorMustAct, match="Asia/Shanghia"):
        ShopCalendar.named("Asia/Shanghia")
