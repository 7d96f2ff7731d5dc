"""Quiet hours as people say them, and sentences that only look like it."""

from datetime import datetime

import pytest

from bot.understanding.readings import Act, Command, Context
from bot.understanding.understand import Understanding
from tests.bot.understanding.shop import ListedNames, tea_shop

AT = datetime(2026, 11, 23, 15)  # noqa: DTZ001  (the reader takes the shop's own clock)
NIGHT = {"hours": "22:00-08:00"}


@pytest.fixture(scope="module")
def reader() -> Understanding:
    return Understanding(ListedNames(tea_shop()))


@pytest.mark.parametrize(("text", "arguments"), [
    ("这个群晚上10点到早上8点别推送", NIGHT), ("/quiet 22:00-08:00", NIGHT), ("quiet hours 22:00-08:00", NIGHT),
    ("晚上十点到第二天早上八点不要推送", NIGHT), ("免打扰时间设为22到8点", NIGHT), ("22:00-08:00免打扰", NIGHT),
    ("no reports from 10pm to 8am", NIGHT), ("please don't send messages between 22:00 and 08:00", NIGHT),
    ("晚上12点到早上8点别推送", {"hours": "00:00-08:00"}), ("晚上10点半到早上7点半勿扰", {"hours": "22:30-07:30"}),
    ("/quiet off", {"hours": "off"}), ("关闭免打扰", {"hours": "off"}), ("turn off quiet hours", {"hours": "off"}),
    ("免打扰恢复默认", {"hours": "usual"}), ("/quiet usual", {"hours": "usual"}),
    ("日报晚上10点到早上8点别发", {**NIGHT, "report": "daily_profit"}),
    ("/quiet daily_profit 22:00-08:00", {**NIGHT, "report": "daily_profit"}),
    ("/quiet 22:00-08:00 低库存提醒", {**NIGHT, "report": "low_stock"}),
    ("don't send the daily report from 22:00 to 08:00", {**NIGHT, "report": "daily_profit"}),
    ("取消日报的免打扰", {"hours": "off", "report": "daily_profit"}),
    ("/quiet 25:61-08:00", {"hours": "25:61-08:00"}), ("/quiet night", {"hours": "night"}),
    ("/quiet nonsense 22:00-08:00", {**NIGHT, "report": "nonsense"}), ("/quiet 22:00", {"hours": "22:00"})])
def test_said(reader: Understanding, text: str, arguments: dict[str, str]) -> None:
    assert reader.read(text, AT, Context()).reading == Act("quiet", arguments)


@pytest.mark.parametrize("text", ["/quiet", "免打扰", "quiet hours", "免打扰现在是几点"])
def test_asked_for(reader: Understanding, text: str) -> None:
    assert reader.read(text, AT, Context()).reading == Command("quiet")


@pytest.mark.parametrize("text", ["我订阅了什么", "这里订阅了哪些报告", "/subscriptions", "what am I subscribed to?"])
def test_what_comes_here_is_asked_for(reader: Understanding, text: str) -> None:
    assert reader.read(text, AT, Context()).reading == Command("subscriptions", "")


@pytest.mark.parametrize("text", ["昨天晚上10点到早上8点没发货的订单", "晚上10点到早上8点不发货的订单",
                                  "8点到10点的销售额", "每天9点07分发日报", "不发货的订单",
                                  "no orders from 10pm to 8am"])
def test_other_sentences_are_left_alone(reader: Understanding, text: str) -> None:
    reading = reader.read(text, AT, Context()).reading
    assert not (isinstance(reading, Act | Command) and (getattr(reading, "action", "") or getattr(
        reading, "name", "")) == "quiet")
