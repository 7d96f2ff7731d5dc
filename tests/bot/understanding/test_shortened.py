"""Goods by a part of their name, where one product alone has it; Chinese words left in their letters."""

from dataclasses import replace

import pytest

from bot.understanding.readings import Ask
from bot.understanding.text.english_goods import MOST_ALIKE, english_names
from bot.understanding.understand import Understanding
from domain.ports import Name
from tests.bot.understanding.shop import Chat, ListedNames, ask, held_back, tea_shop


@pytest.mark.parametrize(("text", "where"), [
    ("手冲壶还剩几个", {"product": ("手冲咖啡壶",)}),
    ("竹编篮大号还剩几个", {"sku": ("SN-L",)}),
    ("大号的竹编篮还剩几个", {"sku": ("SN-L",)}),
    ("灰色的毛围巾还剩几条", {"sku": ("WJ-G",)}),
])
def test_a_part_that_one_product_has_is_that_product(text: str, where: dict[str, tuple[str, ...]]) -> None:
    assert ask(text).query.where == where


@pytest.mark.parametrize("text", ["手壶还剩几个", "咖啡还剩几个", "手冲杯还剩几个", "手冲壶的成本是多少"])
def test_what_is_no_part_or_not_the_only_doubt_is_asked_about(text: str) -> None:
    held_back(text)


def test_a_part_that_two_products_have_is_asked_about() -> None:
    reader = Understanding(ListedNames([*tea_shop(), Name("手冲分享壶", "product", "手冲分享壶")]))
    assert not isinstance(replace(Chat(), reader=reader).say("手冲壶还剩几个"), Ask)


def test_letters_are_a_chinese_word_only_in_a_chinese_sentence() -> None:
    assert ask("zuotian 多少单").query == ask("昨天多少单").query
    held_back("zuotian dingdan")


def test_an_english_name_is_known_where_it_is_one_product_s_alone() -> None:
    coats = [("轻奢羊绒大衣", "A"), ("加厚羊毛大衣", "B"), ("香薰蜡烛礼盒", "C"), ("飞行员夹克", "D")]
    known = english_names(coats)
    assert (known["cashmere coats"], known["scented candle"], known["jacket"]) == ("A", "C", "D")
    assert "coat" not in known
    assert "jacket" not in english_names([*coats, *((f"外套{n}外套", f"J{n}") for n in range(MOST_ALIKE + 1))])
