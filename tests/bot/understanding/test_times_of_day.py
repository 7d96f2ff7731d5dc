"""A time beside a report's name is the time it shall come; anywhere else it is not touched."""

from datetime import datetime

import pytest

from bot.understanding.readings import Act, Command, Context, Refused, Unclear
from bot.understanding.time.times_of_day import take_time
from bot.understanding.understand import Understanding
from tests.bot.understanding.shop import ListedNames, tea_shop

AT = datetime(2026, 11, 23, 15)  # noqa: DTZ001  (the reader takes the shop's own clock)


@pytest.fixture(scope="module")
def reader() -> Understanding:
    return Understanding(ListedNames(tea_shop()))


@pytest.mark.parametrize(("text", "report", "at"), [
    ("每天9点07分发日报", "daily_profit", "09:07"),
    ("每天九点零七分给我发日报", "daily_profit", "09:07"),
    ("每天早上9点发日报", "daily_profit", "09:00"),
    ("每天晚上8点半推送低库存提醒", "low_stock", "20:30"),
    ("订阅日报 8:30", "daily_profit", "08:30"),
    ("订阅日报 8\uff1a30", "daily_profit", "08:30"),
    ("每周一9点17分发周报", "weekly_review", "09:17"),
    ("/subscribe daily_profit 09:07", "daily_profit", "09:07"),
    ("/subscribe to_ship 10:13", "to_ship", "10:13"),
    ("send me the daily report at 9am", "daily_profit", "09:00"),
    ("subscribe daily_profit at 6:05 pm", "daily_profit", "18:05"),
    ("/subscribe daily_profit 25:61", "daily_profit", "25:61"),
    ("/subscribe daily_profit 9", "daily_profit", "9"),
    ("send me the weekly report every Monday at 9:17", "weekly_review", "09:17"),
])
def test_a_report_at_a_time(reader: Understanding, text: str, report: str, at: str) -> None:
    """A time no clock shows is passed on: the desk says what is wrong with it."""
    assert reader.alone(text, AT) == Act("subscribe", {"report": report, "at": at})


def test_without_a_time_the_shape_is_as_ever(reader: Understanding) -> None:
    assert reader.alone("订阅日报", AT) == Act("subscribe", {"report": "daily_profit"})


@pytest.mark.parametrize("text", ["每周一发周报", "每个星期一给我发周报", "send us the weekly report every Monday"])
def test_the_weekly_report_comes_on_mondays_anyway(reader: Understanding, text: str) -> None:
    assert reader.alone(text, AT) == Act("subscribe", {"report": "weekly_review"})


@pytest.mark.parametrize("text", ["每周五9点发周报", "每周一9点发日报", "send me the weekly report every Friday"])
def test_another_day_of_the_week_is_not_dropped_but_declined(reader: Understanding, text: str) -> None:
    assert reader.alone(text, AT) == Refused("report_day")


@pytest.mark.parametrize(("text", "report"), [("日报", "日报"), ("给我看看周报", "周报"), ("来份日报", "日报"),
                                              ("show me the daily report", "DAILY REPORT")])
def test_a_report_that_is_named_alone_is_wanted_now(reader: Understanding, text: str, report: str) -> None:
    assert reader.alone(text, AT) == Command("report", report)


@pytest.mark.parametrize("text", ["昨天9点到12点的销售额", "下午3点以后的订单"])
def test_hours_of_a_question_are_left_to_it(reader: Understanding, text: str) -> None:
    assert isinstance(reader.alone(text, AT), Refused)


def test_every_friday_of_a_question_is_not_taken_for_the_last_one(reader: Understanding) -> None:
    assert reader.alone("revenue every friday", AT) == Unclear("unsure_about", {"words": "every friday"})


def test_a_report_nobody_has_is_asked_of_the_desk(reader: Understanding) -> None:
    assert reader.read("/subscribe nonsense", AT, Context()).reading == Act("subscribe", {"report": "nonsense"})


@pytest.mark.parametrize("text", ["日报", "8点或9点发日报", ""])
def test_none_or_two_times_are_no_time(text: str) -> None:
    assert take_time(text) is None
