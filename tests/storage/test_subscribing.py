"""Asking for a report at a time of one's own and for peace at night, changing it, taking it back."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.actions import Word
from domain.clock import ShopCalendar
from domain.messaging.model import QuietHours, Subscription
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
    assert [(fact.key, fact.before, fact.after) for fact in proposal.facts] == [("report_time", "09:07", "18:30")]
    desk.confirm(proposal.code)
    assert at(desk) == "18:30"
    desk.undo(proposal.code)
    assert at(desk) == "09:07"


def test_subscribing_again_without_a_time_keeps_the_one_it_has(desk: Counter) -> None:
    desk.do("subscribe", report="daily_profit", at="09:07")
    for again in ({}, {"at": "9:07"}):
        assert desk.refusal("subscribe", report="daily_profit", **again).key == "no.already_subscribed"
    assert at(desk) == "09:07"


def test_without_a_time_it_is_the_timetables(desk: Counter) -> None:
    desk.do("subscribe", report="daily_profit")
    assert at(desk) is None


@pytest.mark.parametrize("text", ["25:61", "24:00", "9", "09:7", "noon", "-1:00", "09:07:30"])
def test_a_time_no_clock_shows_is_refused(desk: Counter, text: str) -> None:
    assert desk.refusal("subscribe", report="daily_profit", at=text).key == "no.bad_time"


def hours(desk: Counter, report: str = "") -> list[str]:
    with desk.database.read() as connection:
        return list(connection.execute(select(col(QuietHours.hours)).where(
            col(QuietHours.report) == report)).scalars())


def test_quiet_hours_of_a_chat_are_kept_changed_and_undone(desk: Counter) -> None:
    desk.do("quiet", hours="22-8")
    proposal = desk.proposal("quiet", hours="off")
    assert [(fact.before, fact.after) for fact in proposal.facts] == [("22:00-08:00", Word("quiet.off"))]
    desk.confirm(proposal.code)
    assert hours(desk) == ["off"]
    desk.undo(proposal.code)
    assert hours(desk) == ["22:00-08:00"]
    desk.do("quiet", hours="usual")
    assert hours(desk) == []


def test_those_of_a_report_go_with_it_and_come_back_with_it(desk: Counter) -> None:
    assert desk.refusal("quiet", hours="22-8", report="daily_profit").key == "no.quiet_not_subscribed"
    desk.do("subscribe", report="daily_profit")
    desk.do("quiet", hours="22-8", report="daily_profit")
    gone = desk.do("unsubscribe", report="daily_profit")
    assert hours(desk, "daily_profit") == []
    desk.undo(gone.code)
    assert hours(desk, "daily_profit") == ["22:00-08:00"]


def test_a_topic_is_its_groups(desk: Counter) -> None:
    topic = replace(desk, chat="telegram:-100/5")
    topic.do("quiet", hours="22-8")
    assert topic.value(col(QuietHours.chat)) == "telegram:-100"


@pytest.mark.parametrize(("text", "key"), [("25:61-08:00", "bad_quiet"), ("night", "bad_quiet"),
                                           ("22:00-22:00", "same_quiet")])
def test_hours_that_are_none_are_refused(desk: Counter, text: str, key: str) -> None:
    assert desk.refusal("quiet", hours=text).key == f"no.{key}"
