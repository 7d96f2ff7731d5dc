"""Whatever is asked for when, no window ever holds more than the channel allows."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram_sending import BOT_RATE, CHAT_RATE, GROUP_RATE
from domain.messaging.pacing import Rate

START = datetime(2026, 11, 23, tzinfo=UTC)
GAPS = st.lists(st.floats(0, 10), min_size=1, max_size=150)


@pytest.mark.parametrize(("rate", "window_s", "most"), [
    (CHAT_RATE, 1, 1), (GROUP_RATE, 60, 20), (BOT_RATE, 1, 30)])
@given(gaps=GAPS)
def test_no_window_holds_more_than_telegram_allows(rate: Rate, window_s: int, most: int, gaps: list[float]) -> None:
    now, due, booked = START, None, []
    for gap in gaps:
        now += timedelta(seconds=gap / 10)
        at = rate.earliest(due, now)
        due = rate.due_after(due, at)
        booked.append(at)
    assert booked == sorted(booked)
    for at in booked:
        assert sum(at <= other < at + timedelta(seconds=window_s) for other in booked) <= most


def test_a_channel_that_says_wait_is_waited_for() -> None:
    until = START + timedelta(seconds=30)
    for rate in (CHAT_RATE, GROUP_RATE):
        assert rate.earliest(rate.due_for(until), START) == until
