"""A name nobody knows is answered with those that look or sound like it; what is like none is offered none."""

import pytest

from bot.understanding.readings import Refused
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import all_spelled, spelled
from tests.bot.understanding.shop import held_back, tea_shop

NAMES = Gazetteer.of(tea_shop()).near


@pytest.mark.parametrize(("typed", "meant"), [
    ("手冲咖非壶", "手冲咖啡壶"), ("收那篮", "收纳篮"), ("羊猫围巾", "羊毛围巾"), ("龙经茶叶", "龙井茶叶"),
    ("longjing chaye", "龙井茶叶"), ("shounalan", "收纳篮"), ("凉西", "凉席")])
def test_a_name_one_look_or_one_sound_away_is_offered(typed: str, meant: str) -> None:
    assert meant in NAMES.like(typed)


@pytest.mark.parametrize("typed", ["羽绒服", "keyboard", "x", "", "茶"])
def test_what_is_like_no_name_is_offered_none(typed: str) -> None:
    assert NAMES.like(typed) == []


def test_the_offer_is_the_whole_message_put_right() -> None:
    refused = held_back("收那蓝子还有多少")
    assert isinstance(refused, Refused)
    assert refused.choices == ("竹编收纳篮还有多少",)


@pytest.mark.parametrize(("text", "meant"), [
    ("收那篮还有多少", "收纳篮还有多少"), ("手充咖啡壶昨天卖了几个", "手冲咖啡壶昨天卖了几个"),
    ("收那篮大号入库5个到杭州仓", "收纳篮大号入库5个到杭州仓")])
def test_a_name_that_sounds_like_one_of_ours_is_asked_about(text: str, meant: str) -> None:
    asked = held_back(text)
    assert (asked.key, asked.choices) == ("sounds_like", (meant,))


def test_part_of_a_name_finds_the_names_that_hold_it() -> None:
    assert NAMES.holding("编收") == ["竹编收纳篮"]


def test_spelling_many_names_at_once_is_spelling_each() -> None:
    texts = ["Ｔ恤  白", "羊毛圍巾", "Bean  House", "", "a\tb", "ｶﾌｪ", "İstanbul"]
    assert all_spelled(texts) == [spelled(text) for text in texts]
    assert all_spelled([*texts, "two\nlines"]) == [spelled(text) for text in (*texts, "two\nlines")]
