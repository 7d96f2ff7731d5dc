"""Quiet hours on the wall clock: over midnight, in the nights that are shorter and longer, and what is none."""

from datetime import UTC, datetime, time

import pytest

from domain.clock import ShopCalendar
from domain.messaging.quiet import USUAL, NoHours, QuietSpan, normal

SHANGHAI, LONDON = ShopCalendar.named("Asia/Shanghai"), ShopCalendar.named("Europe/London")


@pytest.mark.parametrize(("now", "expected"), [
    (time(21, 59), False), (time(22), True), (time(3), True), (time(7, 59), True), (time(8), False)])
def test_they_run_over_midnight(now: time, *, expected: bool) -> None:
    assert USUAL.covers(now) is expected


@pytest.mark.parametrize(("hours", "local", "end"), [
    ("22:00-08:00", "2026-11-23 23:30", "2026-11-24 08:00"), ("22:00-08:00", "2026-11-24 02:00", "2026-11-24 08:00"),
    ("12:00-14:00", "2026-11-23 13:00", "2026-11-23 14:00"), ("22:00-08:00", "2026-11-23 08:00", None),
    ("12:00-14:00", "2026-11-23 11:59", None)])
def test_what_comes_in_them_waits_for_the_next_end(hours: str, local: str, end: str | None) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=SHANGHAI.zone)
    found = QuietSpan.read(hours).end_after(moment, SHANGHAI)
    assert (found and f"{SHANGHAI.local(found):%Y-%m-%d %H:%M}") == end


@pytest.mark.parametrize(("hours", "moment", "end"), [
    # the night of 28 to 29 March has no hour from 01:00 to 02:00
    ("22:00-08:00", "2026-03-28 23:00", "2026-03-29 07:00"),
    ("22:00-01:30", "2026-03-28 23:00", "2026-03-29 01:30"),  # on the wall 02:30
    # the night of 24 to 25 October has it twice
    ("22:00-08:00", "2026-10-24 22:00", "2026-10-25 08:00"),
    ("22:00-01:30", "2026-10-24 23:00", "2026-10-25 00:30"),
    ("22:00-01:30", "2026-10-25 01:10", "2026-10-25 01:30"),  # on the wall 01:10 again
], ids=["spring", "into the gap", "autumn", "the first of two ends", "the second of two ends"])
def test_in_the_nights_when_clocks_change(hours: str, moment: str, end: str) -> None:
    """Moments in UTC: the end is always ahead, and is what the clock on the wall says."""
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert f"{QuietSpan.read(hours).end_after(at, LONDON):%Y-%m-%d %H:%M}" == end


@pytest.mark.parametrize(("said", "kept"), [
    ("22:00-08:00", "22:00-08:00"), ("22-8", "22:00-08:00"), ("22:30 到 7:05", "22:30-07:05"), ("OFF", "off"),
    (" usual ", "usual"), ("22:00 to 24:00", "22:00-00:00")])
def test_they_are_kept_in_one_form(said: str, kept: str) -> None:
    assert normal(said) == kept


@pytest.mark.parametrize("said", ["25:61-08:00", "22:00-08:60", "22:00", "22:00-", "night", "", "24:30-08:00",
                                  "22:00-08:00-09:00", "-1:00-08:00", "22:00-08:00; off"])
def test_what_no_clock_shows_is_none(said: str) -> None:
    with pytest.raises(NoHours) as caught:
        normal(said)
    assert not caught.value.is_empty


@pytest.mark.parametrize("said", ["22:00-22:00", "0-24", "8-08:00"])
def test_from_a_time_to_the_same_is_none(said: str) -> None:
    with pytest.raises(NoHours) as caught:
        normal(said)
    assert caught.value.is_empty
