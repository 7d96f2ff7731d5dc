"""Sentences that teach or forget a name, as people say them; questions that only look like one stay questions."""

import pytest

from bot.understanding.readings import Act, Ask, Command, Refused
from tests.bot.understanding.shop import Chat, act, held_back


@pytest.mark.parametrize(("text", "alias", "target"), [
    ("记住:小白壶就是KF-01", "小白壶", "KF-01"), ("记住,小白壶指的是手冲咖啡壶", "小白壶", "手冲咖啡壶"),
    ("记住:小白壶=KF-01", "小白壶", "KF-01"), ("请记住 「小白壶」 是 KF-01。", "小白壶", "KF-01"),
    ("教你:小白壶就是KF-01", "小白壶", "KF-01"), ("教你一个词,小白壶就是KF-01", "小白壶", "KF-01"),
    ("把羊毛围巾叫作 毛毛", "毛毛", "羊毛围巾"), ("以后把羊毛围巾叫做毛毛", "毛毛", "羊毛围巾"),
    ("给羊毛围巾起个别名叫毛毛", "毛毛", "羊毛围巾"), ("给杭州仓加个简称:小杭", "小杭", "杭州仓"),
    ("记住:羊毛围巾也叫毛毛", "毛毛", "羊毛围巾"),
    ("call KF-01 the white one", "white one", "KF-01"),
    ("please call Bean House the bean shop", "bean shop", "Bean House"),
    ("remember: the white one is KF-01", "the white one", "KF-01"),
    ("remember that fluffy means WJ-G", "fluffy", "WJ-G"),
    ("KF-01 is also called whitey", "whitey", "KF-01")])
def test_a_name_is_taught(text: str, alias: str, target: str) -> None:
    assert act(text) == Act("teach_alias", {"alias": alias, "target": target})


@pytest.mark.parametrize(("text", "alias"), [
    ("忘掉小白壶", "小白壶"), ("忘掉「小白壶」这个别名", "小白壶"), ("删除别名 小白壶", "小白壶"),
    ("forget white one", "white one"),
    ("forget the alias whitey", "whitey")])
def test_a_name_is_forgotten(text: str, alias: str) -> None:
    assert act(text) == Act("forget_alias", {"alias": alias})


@pytest.mark.parametrize("text", ["记住:销售额就是KF-01", "记住:今天就是KF-01", "记住:昨天销售额就是KF-01",
                                  "call KF-01 revenue", "记住:京东店铺销量就是KF-01"])
def test_a_word_that_questions_are_made_of_is_no_name(text: str) -> None:
    """记住:销售额就是面膜 would have made every question on revenue one on face masks."""
    assert held_back(text).key == "no.alias_is_word"


@pytest.mark.parametrize("text", ["forget it", "忘了吧", "记一笔房租8000元", "今天是周几", "龙井是不是没货了",
                                  "call it a day", "销售额就是多少"])
def test_other_sentences_teach_nothing(text: str) -> None:
    reading = Chat().say(text)
    assert not (isinstance(reading, Act) and reading.action in {"teach_alias", "forget_alias"})
    assert isinstance(reading, Act | Ask | Refused | Command) or reading.key
