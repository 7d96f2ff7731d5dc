"""What is said about the inbox of exceptions, and what only sounds like it."""

import pytest

from bot.rendering.messages import sentences
from bot.understanding.readings import Act, Command
from bot.understanding.sentences.exceptions import about_exceptions
from domain.exceptions.kinds import KINDS
from tests.bot.understanding.shop import MONDAY, READER, Chat


@pytest.mark.parametrize("text", ["有什么异常", "今天还有什么异常", "异常",
                                  "有异常吗?", "看看异常", "有没有异常情况", "what's wrong?",
                                  "any exceptions", "/exceptions", "show exceptions"])
def test_everything_that_is_wrong(text: str) -> None:
    assert Chat().say(text) == Command("exceptions")


@pytest.mark.parametrize(("text", "kind"), [
    ("看超时未发的异常", "overdue_shipment"), ("缺成本的异常", "missing_cost"), ("有哪些超卖异常", "oversold"),
    ("exceptions: overdue", "overdue_shipment"), ("show exceptions of stock drift", "stock_drift"),
    ("哪些订单没回传", "write_back_failed"), ("有没有没回传的订单", "write_back_failed"),
    ("平台回传失败的有哪些?", "write_back_failed"), ("回传失败", "write_back_failed"),
    ("which orders was the platform not told of?", "write_back_failed")])
def test_one_kind_of_them(text: str, kind: str) -> None:
    assert Chat().say(text) == Command("exceptions", kind)


@pytest.mark.parametrize(("text", "number", "until"), [
    ("异常 12 明天再说", 12, "2026-11-24"), ("把异常12推迟到后天", 12, "2026-11-25"),
    ("异常 7 3天后提醒", 7, "2026-11-26"), ("推迟异常 7", 7, "2026-11-24"), ("推迟异常 7 到后天", 7, "2026-11-25"),
    ("snooze 12 until tomorrow", 12, "2026-11-24"), ("snooze exception 12 for 3 days", 12, "2026-11-26"),
    ("snooze 12", 12, "2026-11-24")])
def test_putting_one_off(text: str, number: int, until: str) -> None:
    assert Chat().say(text) == Act("snooze_exception", {"exception": number, "until": until})


@pytest.mark.parametrize("text", ["异常 12 已处理", "异常12处理好了", "把异常 12 处理完", "处理异常 12", "resolve 12",
                                  "exception 12 is done"])
def test_one_is_dealt_with(text: str) -> None:
    assert Chat().say(text) == Act("resolve_exception", {"exception": 12})


@pytest.mark.parametrize("text", ["昨天退款异常高的商品", "超时未发", "今天有多少异常订单", "12 已处理",
                                  "退款率异常吗"])
def test_other_messages_go_their_own_way(text: str) -> None:
    assert about_exceptions(text, MONDAY) is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_button_of_every_kind_is_understood(language: str) -> None:
    """Names are said in three places: the registry, the sentences and what people may type; all must agree."""
    words = sentences(language)
    for kind in KINDS.values():
        name = kind.zh if language == "zh" else kind.en
        assert words[f"exception_kind.{kind.id}"] == name
        text = words["exceptions.show"].format(kind=name)
        assert READER.read(text, MONDAY, Chat().context).reading == Command("exceptions", kind.id), text
