"""Asking for a report at a time of one's own, changing it, taking it back."""

import pytest
from sqlmodel import col

from domain.clock import ShopCalendar
from domain.messaging.model import Subscription
from storage.engine import Database
from tests.storage.action_shop import Counter, counter


@pytest.fixture
def desk(database: Database, calendar: ShopCalendar) -> Counter:
    return counter(database, calendar)


def at(desk: Counter) -> str | None:
    found: str | None = desk.value(col(Subscription.at), col(Subscription.report) == "daily_profit")
    return found


def test_a_time_is_kept_changed_and_undone(desk: Counter) -> None:
    desk.do("subscribe", report="daily_profit", at="9:07")
    assert at(desk) == "09:07"
    proposal = desk.proposal("subscribe", report="daily_profit", at="18:30")
    assert [(fact.key, fact.before, fact.after) for fact in proposal.facts][1] == ("report_time", "09:07", "18:30")
    desk.confirm(proposal.code)
    assert at(desk) == "18:30"
    desk.undo(proposal.code)
    assert at(desk) == "09:07"


def test_subscribing_again_without_a_time_keeps_the_one_it_has(desk: Counter) -> None:
    desk.do("subscribe", report="daily_profit", at="09:07")
    assert [note.key for note in desk.proposal("subscribe", report="daily_profit").notes] == ["already_subscribed"]
    desk.do("subscribe", report="daily_profit")
    assert at(desk) == "09:07"


def test_without_a_time_it_is_the_timetables(desk: Counter) -> None:
    desk.do("subscribe", report="daily_profit")
    assert at(desk) is None


@pytest.mark.parametrize("text", ["25:61", "24:00", "9", "09:7", "noon", "-1:00", "09:07:30"])
def test_a_time_no_clock_shows_is_refused(desk: Counter, text: str) -> None:
    assert desk.refusal("subscribe", report="daily_profit", at=text).key == "no.bad_time"
