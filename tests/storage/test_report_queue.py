"""Who gets a report, how much of it, when, and in how many messages."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.jobs import Addressed, Alarm, Audience, Due, Outcome, Send
from domain.messaging.model import Report
from domain.people import Shops
from domain.reports import LowLine, Place, StockReport
from storage.engine import Database
from storage.jobs.job_runs import JobRuns
from storage.messaging.notices import tell_owners
from storage.messaging.subscribers import StoredReaders
from tests.scheduler.world import AT, DAY, HOUR, MINUTE, World, report

SECOND = timedelta(seconds=1)


@pytest.fixture
def world(database: Database) -> World:
    return World(database, (), {})


def send(world: World, which: Report = Report.DAILY_PROFIT, *, due: datetime = AT, ats: Any = (None,),
         audience: Audience = Audience.DUE, is_by_hand: bool = False, is_late: bool = False,
         limits: Sequence[Shops] = (None,)) -> list[str]:
    """The chats that get it."""
    book = JobRuns(world.database, world.calendar)
    claim = book.claim(Due(which, due), token="t", now=due, lease=HOUR, is_alone=False, is_by_hand=is_by_hand)
    assert claim is not None
    body = report(world.calendar.day(due) - DAY, which)
    queued = book.finish(claim, Outcome("", tuple(Send(which, body, audience, DAY, shops) for shops in limits)),
                         Addressed(frozenset(ats), is_late), due)
    return [one.chat for one in queued]


def messages(world: World) -> dict[str, dict[str, Any]]:
    return {chat: json.loads(payload) for chat, kind, payload in world.rows("outbox", "chat", "kind", "payload")
            if kind == "report"}


def notices(world: World) -> list[tuple[str, str]]:
    return [(chat, json.loads(payload)["key"]) for chat, kind, payload in world.rows("outbox", "chat", "kind",
                                                                                     "payload") if kind == "notice"]


def metrics(payload: dict[str, Any]) -> list[str]:
    return [figure["metric"] for figure in payload["parts"][0]["figures"]]


def test_each_chat_gets_it_at_its_own_time(world: World) -> None:
    world.subscribe("terminal")
    world.subscribe("early", at="08:30")
    assert send(world) == ["terminal"]
    assert send(world, due=AT - 37 * MINUTE, ats=("08:30",)) == ["early"]


def test_by_hand_everybody_gets_it(world: World) -> None:
    world.subscribe("terminal")
    world.subscribe("early", at="08:30")
    assert send(world, ats=(), is_by_hand=True) == ["terminal", "early"]


def test_who_asked_after_it_was_due_does_not_get_it(world: World) -> None:
    world.subscribe("terminal", since=AT + MINUTE)
    assert send(world) == []


def test_a_group_sees_what_it_is_cleared_for_and_those_who_may_get_the_rest_privately(world: World) -> None:
    """The warehouse's group asked for the daily report: it gets the count of orders, the owner all of it alone."""
    world.person("陈总", "owner", "1")
    world.person("小王", "warehouse", "2")
    world.chat("telegram:-100", clearance="warehouse")
    world.subscribe("telegram:-100")
    assert sorted(send(world)) == ["telegram:-100", "telegram:1"]
    found = messages(world)
    assert metrics(found["telegram:-100"]) == ["orders"]
    assert (found["telegram:-100"]["withheld"], found["telegram:-100"]["told_privately"]) == (["daily_profit"], 1)
    assert metrics(found["telegram:1"]) == ["orders", "revenue", "gross_profit"]
    stored = world.rows("outbox", "payload", chat="telegram:-100")[0]
    assert "revenue" not in stored, "what may not be seen is not even stored for the group"


def test_a_limited_group_gets_the_report_of_its_shops_and_what_it_may_not_see_goes_to_nobody_of_others(
        world: World) -> None:
    """小李 sees the other shop alone: what the packers of this one are not told is not for her."""
    for number, name in ((1, "一店"), (2, "二店")):
        world.add("shops", id=number, name=name, platform="jd", currency="CNY", created_at=AT)
    world.person("陈总", "owner", "1")
    world.person("小李", "manager", "2", shops=(2,))
    world.chat("telegram:-100", clearance="warehouse", shops=(1,))
    for chat in ("telegram:-100", "telegram:2", "telegram:1"):
        world.subscribe(chat)
    limits = StoredReaders(world.database).limits(Report.DAILY_PROFIT)
    assert limits == [None, ("一店",), ("二店",)]
    assert send(world, limits=limits) == ["telegram:1", "telegram:-100", "telegram:2"]
    found = messages(world)
    assert {chat: message["shops"] for chat, message in found.items()} == {
        "telegram:1": None, "telegram:-100": ["一店"], "telegram:2": ["二店"]}
    assert found["telegram:-100"]["told_privately"] == 1, "of the two only the owner may see that shop"


def test_a_group_that_may_see_everything_gets_everything(world: World) -> None:
    world.person("陈总", "owner", "1")
    world.chat("telegram:-100", clearance="manager")
    world.subscribe("telegram:-100")
    assert send(world) == ["telegram:-100"]
    assert messages(world)["telegram:-100"]["withheld"] == []


def test_the_owner_who_gets_it_anyway_gets_it_once(world: World) -> None:
    world.person("陈总", "owner", "1")
    world.chat("telegram:-100", clearance="warehouse")
    world.subscribe("telegram:-100")
    world.subscribe("telegram:1", by="陈总")
    assert sorted(send(world)) == ["telegram:-100", "telegram:1"]


def test_a_person_sees_by_the_role_of_today(world: World) -> None:
    """Bound as manager, now in the warehouse: the report shrinks with the role."""
    world.person("小王", "warehouse", "2")
    world.subscribe("telegram:2", by="小王")
    send(world)
    assert metrics(messages(world)["telegram:2"]) == ["orders"]


@pytest.mark.parametrize(("state", "clearance", "expected"), [
    ("left", "manager", "alarm.chat_left"), ("active", None, "alarm.group_not_cleared"), ("paused", "manager", None)],
    ids=["left", "not cleared", "paused"])
def test_a_chat_that_cannot_have_it_is_told_to_the_owner_once(
        world: World, state: str, clearance: str | None, expected: str | None) -> None:
    """A pause was somebody's wish: nobody is bothered with it."""
    world.person("陈总", "owner", "1")
    world.chat("telegram:-100", state=state, clearance=clearance)
    world.subscribe("telegram:-100")
    assert send(world) == []
    assert send(world, due=AT + DAY) == []
    assert notices(world) == ([("telegram:1", expected)] if expected else [])


def test_an_address_nobody_vouches_for_gets_nothing(world: World) -> None:
    world.person("陈总", "owner", "1")
    world.subscribe("telegram:-999")
    world.subscribe("terminal", by="nobody who works here")
    assert send(world) == []
    assert {key for _, key in notices(world)} == {"alarm.nobody_bound"}


def test_that_nobody_is_subscribed_is_told_once(world: World) -> None:
    world.person("陈总", "owner", "1")
    send(world)
    send(world, due=AT + DAY)
    assert notices(world) == [("telegram:1", "alarm.nobody_subscribed")]


def test_reports_of_one_minute_are_one_message(world: World) -> None:
    for which in ("daily_profit", "weekly_review"):
        world.subscribe("terminal", which)
    assert send(world, Report.WEEKLY_REVIEW) == ["terminal"]
    assert send(world, Report.DAILY_PROFIT) == ["terminal"]
    assert len(world.rows("outbox", "id")) == 1
    assert [part["report"] for part in messages(world)["terminal"]["parts"]] == ["daily_profit", "weekly_review"]


def test_a_message_that_is_being_sent_is_left_alone(world: World) -> None:
    """The second report comes while the relay has the first in its hands: it goes as a message of its own."""
    for which in ("daily_profit", "weekly_review"):
        world.subscribe("terminal", which)
    send(world, Report.DAILY_PROFIT)
    with world.database.write() as connection:
        connection.exec_driver_sql("UPDATE outbox SET attempts = 1")
    send(world, Report.WEEKLY_REVIEW)
    assert len(world.rows("outbox", "id")) == 2


def test_news_at_night_waits_for_the_morning_and_a_chosen_time_does_not(world: World) -> None:
    world.subscribe("terminal")
    world.subscribe("terminal", "to_ship")
    night = AT.replace(hour=17)  # 01:00 in the shop
    send(world, due=night)
    send(world, Report.TO_SHIP, due=night + MINUTE, audience=Audience.EVERYONE)
    chosen, news = world.rows("outbox", "not_before")
    assert chosen - night < MINUTE
    assert world.calendar.local(news).strftime("%d %H:%M") == "24 08:00"


def test_what_is_late_does_not_wake_anybody(world: World) -> None:
    world.subscribe("terminal")
    send(world, due=AT.replace(hour=17), is_late=True)
    assert world.calendar.local(world.rows("outbox", "not_before")[0]).hour == 8


def quiet(world: World, hours: str, chat: str = "terminal", report: str = "") -> None:
    world.add("quiet_hours", chat=chat, report=report, hours=hours, set_by="owner", created_at=AT)


def parts(world: World, chat: str = "terminal") -> list[tuple[str, str]]:
    """What waits for the chat in its one message: each report and when it was due, on the shop's clock."""
    found = messages(world)[chat]
    return [(part["report"], datetime.fromisoformat(due).strftime("%d %H:%M"))
            for part, due in zip(found["parts"], found["dues"], strict=True)]


NIGHT = AT.replace(hour=15, minute=30)  # 23:30 in the shop


def test_a_chosen_time_waits_in_hours_that_were_set_and_all_of_a_night_is_one_message(world: World) -> None:
    for which in ("daily_profit", "to_ship"):
        world.subscribe("terminal", which, at="23:30")
    quiet(world, "22:00-08:00")
    assert send(world, due=NIGHT, ats=("23:30",)) == ["terminal"]
    assert send(world, Report.TO_SHIP, due=NIGHT + 3 * HOUR, audience=Audience.EVERYONE) == ["terminal"]
    assert send(world, due=NIGHT + 3 * HOUR, ats=("23:30",), is_late=True) == ["terminal"], "its own day is another"
    assert [world.calendar.local(at).strftime("%d %H:%M") for at in world.rows("outbox", "not_before")] == ["24 08:00"]
    assert parts(world) == [("daily_profit", "23 23:30"), ("daily_profit", "24 02:30"), ("to_ship", "24 02:30")]


def test_what_is_due_at_their_end_joins_what_waited_for_it(world: World) -> None:
    world.subscribe("terminal", at="23:30")
    world.subscribe("terminal", "to_ship", at="08:00")
    quiet(world, "22:00-08:00")
    send(world, due=NIGHT, ats=("23:30",))
    send(world, Report.TO_SHIP, due=NIGHT + 8 * HOUR + 30 * MINUTE, ats=("08:00",))
    assert parts(world) == [("daily_profit", "23 23:30"), ("to_ship", "24 08:00")]


@pytest.mark.parametrize(("chats", "reports", "waits"), [
    ("off", None, False), ("22:00-08:00", "off", False), ("off", "23:00-07:00", True), (None, "23:00-07:00", True)])
def test_hours_of_a_report_come_before_those_of_the_chat(
        world: World, chats: str | None, reports: str | None, *, waits: bool) -> None:
    """The warning of a night comes at once where the hours are off, at the end of its own where it has some."""
    world.chat("telegram:-100", clearance="manager")
    world.subscribe("telegram:-100/5")
    for hours, chat, which in ((chats, "telegram:-100", ""), (reports, "telegram:-100/5", "daily_profit")):
        if hours is not None:
            quiet(world, hours, chat, which)
    send(world, due=NIGHT, audience=Audience.EVERYONE)
    at = world.calendar.local(world.rows("outbox", "not_before")[0])
    assert at.strftime("%d %H:%M") == ("24 07:00" if waits else "23 23:30")


def test_by_hand_it_comes_at_any_hour(world: World) -> None:
    world.subscribe("terminal")
    quiet(world, "22:00-08:00")
    send(world, due=NIGHT, is_by_hand=True)
    assert world.rows("outbox", "not_before") == [NIGHT]


def test_warnings_of_a_night_are_one_with_each_sku_as_it_was_told_last(world: World) -> None:
    world.subscribe("terminal", "low_stock")
    book = JobRuns(world.database, world.calendar)
    for hour, told in ((0, {"CUP": 5}), (2, {"CUP": 1, "BAG": 0})):
        claim = book.claim(Due("low_stock", NIGHT + hour * HOUR), token="t", now=NIGHT, lease=HOUR, is_alone=False)
        assert claim is not None
        lines = tuple(LowLine(sku, sku, (Place("仓", left, 0),), None, None, 9) for sku, left in told.items())
        warning = StockReport(Report.LOW_STOCK, is_digest=False, lines=lines)
        book.finish(claim, Outcome("", (Send(Report.LOW_STOCK, warning, Audience.EVERYONE, DAY),)),
                    Addressed(frozenset(), is_late=False), NIGHT + hour * HOUR)
    assert parts(world) == [("low_stock", "24 01:30")]
    assert [(line["sku"], line["places"][0]["available"]) for line in messages(world)["terminal"]["parts"][0][
        "lines"]] == [("CUP", 1), ("BAG", 0)]


@pytest.mark.parametrize(("key", "waits"), [("laws_broken", False), ("job_failing", True)])
def test_only_what_is_urgent_wakes_the_owner(world: World, key: str, *, waits: bool) -> None:
    world.person("陈总", "owner", "1")
    with world.database.write() as connection:
        tell_owners(connection, Alarm(key, key), NIGHT, world.calendar)
    at = world.calendar.local(world.rows("outbox", "not_before")[0])
    assert at.strftime("%d %H:%M") == ("24 08:00" if waits else "23 23:30")
