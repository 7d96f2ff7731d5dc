"""The inbox in words: counts, the most urgent with what to do, and how to answer."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.rendering.exceptions import render_exceptions
from domain.exceptions.kinds import KINDS
from domain.exceptions.model import Listing, OpenCase

ZONE = ZoneInfo("Asia/Shanghai")
SINCE = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def case(kind: str, number: int = 12) -> OpenCase:
    return OpenCase(number, kind, "TB1", "天猫店", "细节", 350, SINCE)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_says_what_and_what_to_do(kind: str, language: str) -> None:
    reply = render_exceptions(Listing({kind: 1}, [case(kind)]), language, zone=ZONE, currency="CNY")
    about = KINDS[kind]
    assert (about.todo_zh if language == "zh" else about.todo_en) in reply.text
    assert "12. " in reply.text
    assert "TB1" in reply.text
    todo = about.todo_zh if language == "zh" else about.todo_en
    assert reply.text.count("…") == todo.count("…"), "a fact is missing"
    assert len(reply.buttons) == 1


def test_losses_are_money_and_lacks_are_pieces() -> None:
    text = render_exceptions(Listing({"oversold": 1, "negative_margin": 1}, [case("oversold"), case(
        "negative_margin", 13)], snoozed=2), "zh", zone=ZONE, currency="CNY").text
    assert text.splitlines() == [
        "有 2 条异常:超卖 1、亏本订单 1。", "【超卖】补货或调拨;平台上先下架,来不及就和买家商量退款:",
        "  12. TB1 还差 350 件才够发", "【亏本订单】检查售价、优惠和成本;价格设错就改链接价格:",
        "  13. TB1(天猫店)亏 ¥3.50", "另有 2 条推迟了,到时再提醒。", "回复「异常 12 已处理」或「异常 12 明天再说」。"]


def test_nothing_wrong_is_said() -> None:
    assert render_exceptions(Listing({}, []), "en", zone=ZONE, currency="CNY").text == "Nothing is wrong."
