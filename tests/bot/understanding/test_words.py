"""Spelling, numbers and names: what is found in a message before anything is made of it."""

from decimal import Decimal

import pytest

from bot.understanding.readings import Ask, Unclear
from bot.understanding.text import numbers
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import normalise
from bot.understanding.text.scan import scan
from bot.understanding.understand import Understanding
from domain.ports import Name
from tests.bot.understanding.shop import Chat, ListedNames, ask, held_back, tea_shop


@pytest.mark.parametrize(("typed", "read"), [
    ("ＧＭＶ　１２", "gmv 12"), ("銷售額", "销售额"), ("Sales\tUP", "sales up"), ("a\nb", "a;b"), ("好👍的", "好的"),
    ("昨\u200b天", "昨天"),
])
def test_spelling_is_made_one(typed: str, read: str) -> None:
    assert normalise(typed).text == read


def test_the_way_back_to_what_was_typed_survives_widths_and_emoji() -> None:
    message = normalise("👍 ＧＭＶ昨天")
    at = message.text.index("gmv")
    assert message.original(at, at + 3) == "ＧＭＶ"
    assert message.replaced(at, at + 3, "销售额") == "👍 销售额昨天"


@pytest.mark.parametrize(("text", "value"), [
    ("三十五", 35), ("十一", 11), ("一万二", 12000), ("两百三十", 230), ("三百五", 350), ("二〇二五", 2025),
    ("一百零五", 105),
    ("十", 10), ("一亿", 100_000_000)])
def test_chinese_numbers(text: str, value: int) -> None:
    assert numbers.chinese(text) == value


@pytest.mark.parametrize(("text", "value"), [
    ("1.2万", 12000), ("3万5", 35000), ("5k", 5000), ("1,200", 1200), ("39.9", "39.9"), ("5w", 50000), ("2千", 2000)])
def test_numbers_with_a_scale(text: str, value: object) -> None:
    found = numbers.arabic(text, 0)
    assert found
    assert found[0] == Decimal(str(value))
    assert found[1] == len(text)


def test_a_number_too_long_to_be_one_is_no_number() -> None:
    assert numbers.arabic("1" * 40, 0) is None


def texts(message: str, gazetteer: Gazetteer) -> list[str]:
    return [token.text for token in scan(normalise(message), gazetteer)]


def test_the_longest_word_wins_from_the_left() -> None:
    gazetteer = Gazetteer.of(tea_shop())
    assert texts("龙井茶叶销售额", gazetteer) == ["龙井茶叶", "销售额"]
    assert texts("top5商品", gazetteer) == ["top", "5", "商品"]


def test_a_latin_name_is_not_cut_out_of_a_longer_word() -> None:
    gazetteer = Gazetteer.of([Name("KF-01", "sku", "KF-01", "壶")])
    assert texts("kf-012", gazetteer) != ["kf-01", "2"]


def test_a_variant_beside_its_product_is_the_sku() -> None:
    gazetteer = Gazetteer.of(tea_shop())
    for text in ("收纳篮大号", "收纳篮 大", "收纳篮(大号)"):
        token = scan(normalise(text), gazetteer)[0]
        assert [name.value for name in token.names] == ["SN-L"], text
    assert [name.value for name in scan(normalise("收纳篮"), gazetteer)[0].names] == ["竹编收纳篮"]


def test_a_new_name_is_understood_by_the_next_message() -> None:
    names = ListedNames()
    chat = Chat(reader=Understanding(names))
    assert not isinstance(chat.say("蓝莓干昨天卖了多少"), Ask)
    names.listed.append(Name("蓝莓干", "product", "蓝莓干"))
    reading = chat.say("蓝莓干昨天卖了多少")
    assert isinstance(reading, Ask)
    assert reading.query.where == {"product": ("蓝莓干",)}


def test_a_name_of_two_things_is_asked_about_with_choices_that_work() -> None:
    names = ListedNames()
    names.listed += [Name("小青", "product", "青梅酒"), Name("小青", "product", "青团")]
    chat = Chat(reader=Understanding(names))
    reading = chat.say("小青昨天销量")
    assert isinstance(reading, Unclear)
    names.listed += [Name("青梅酒", "product", "青梅酒"), Name("青团", "product", "青团")]
    reading = Chat(reader=Understanding(names)).say("小青昨天销量")
    assert isinstance(reading, Unclear)
    assert reading.choices == ("青梅酒昨天销量", "青团昨天销量")


def test_a_name_nobody_knows_is_refused_with_the_nearest_real_one() -> None:
    assert "手冲咖啡壶昨天卖了多少" in held_back("手冲珈琲壶昨天卖了多少").choices
    assert held_back("冲锋衣昨天卖了多少").choices == ()


def test_a_part_of_a_name_is_asked_about() -> None:
    reading = held_back("凉席子昨天卖了多少")
    assert reading.key in {"unknown_words", "unsure_about"}
    assert held_back("手冲昨天卖了多少").choices == ("手冲咖啡壶昨天卖了多少",)


def test_a_warehouse_named_like_a_town_is_not_taken_for_the_buyers_town() -> None:
    """杭州 is short for 杭州仓; 杭州卖了多少 may as well mean buyers there, whom nobody counts by town."""
    assert ask("杭州还有多少围巾").query.where["warehouse"] == ("杭州仓",)
    reading = held_back("杭州上周销售额")
    assert reading.key == "place_or_warehouse"
    assert reading.choices == ("杭州仓上周销售额",)
