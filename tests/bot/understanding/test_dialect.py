"""Words of dialects: put in standard ones where a message has one that only a dialect has, and found again as typed."""

import pytest

from bot.understanding.readings import Ask, Context
from bot.understanding.text.dialect import _dialects, telling_characters
from bot.understanding.text.normalise import all_spelled, normalise, spelled
from bot.understanding.understand import Understanding
from domain.ports import Name
from tests.bot.understanding.shop import MONDAY, ListedNames, tea_shop


@pytest.mark.parametrize(("said", "meant"), [
    ("琴日賣咗幾多", "昨天卖了多少"), ("而家邊啲貨仲有", "现在哪些货还有"),
    ("淨係睇京東同抖音嘅", "只看京东和抖音的"), ("呢個月同上個月比點樣", "这个月和上个月比怎么样"),
    ("枸杞仲賣得幾多日", "枸杞还能卖多少天"), ("华东仓系咪冇货", "华东仓是不是没货"),
    ("啥子货莫得了", "什么货没有了"), ("阿拉今朝卖了几钿", "我们今天卖了多少钱"),
    ("俺们店卖得最孬", "我们店卖得最差")])
def test_a_message_in_dialect_is_in_standard_words(said: str, meant: str) -> None:
    assert normalise(said).text == meant


@pytest.mark.parametrize("said", [
    "客户关系", "系列同比", "合同里的成本", "同款3点后成交", "有7点的货吗", "那上周呢", "边框左边", "几点发货",
    "今朝有酒", "好多单没发", "哪能这样", "仲裁订单", "寻找伯仲", "花边款", "样品呢"])
def test_what_only_looks_like_dialect_stays(said: str) -> None:
    assert normalise(said).text == said


@pytest.mark.parametrize(("said", "meant"), [
    ("同款係咪同比升咗", "同款是不是同比升了"), ("花邊款同系列款嘅合同", "花边款和系列款的合同"),
    ("呢個月嘅成本同成交", "这个月的成本和成交"),
    ("客戶關係係咩", "客户关系是什么"), ("補貨點係3點嘅", "补货点是3点的")])
def test_what_looks_like_dialect_stays_beside_dialect(said: str, meant: str) -> None:
    assert normalise(said).text == meant


@pytest.mark.parametrize("said", ["淨係睇 尋日 嘅毛利", "JJ02仲剩返幾多個呀?", "唔該幫我睇下,點解跌咗咁多"])
def test_what_was_typed_is_found_again(said: str) -> None:
    message = normalise(said)
    assert message.original(0, len(message.text)) == said
    pieces = [message.original(at, at + 1) for at in range(len(message.text))]
    assert set("".join(pieces)) <= set(said)
    assert message.replaced(0, len(message.text), "") == ""


def test_every_word_that_only_a_dialect_has_is_looked_for() -> None:
    told_by = set(telling_characters())
    assert [word for dialect in _dialects() for word in dialect.only if told_by.isdisjoint(word)] == []


def test_a_name_with_words_of_a_dialect_is_found() -> None:
    names = [*tea_shop(), Name("阿嫲嘅曲奇", "product", "阿嫲嘅曲奇")]
    assert spelled("阿嫲嘅曲奇") == all_spelled(["龙井", "阿嫲嘅曲奇"])[1]
    reader = Understanding(ListedNames(names))
    for said in ("阿嫲嘅曲奇仲有幾多", "阿嫲嘅曲奇还有多少"):
        reading = reader.read(said, MONDAY, Context()).reading
        assert isinstance(reading, Ask)
        assert reading.query.where == {"product": ("阿嫲嘅曲奇",)}
