"""Slips of key, ear and eye: put right where only one thing can be meant, offered where it may be a name."""

import pytest

from bot.understanding.readings import Act, Ask, Context, Refused, Unclear
from bot.understanding.repair.repairs import repairs
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import normalise
from bot.understanding.text.scan import scan
from domain.metrics.query import MetricQuery
from domain.ports import Name
from tests.bot.understanding.shop import MONDAY, READER, Chat, ask, held_back


def query(text: str) -> MetricQuery:
    return ask(text).query


@pytest.mark.parametrize(("typed", "meant"), [
    ("库纯", "库存"), ("昨天卖了多小", "昨天卖了多少"), ("上周销受额", "上周销售额"), ("利闰", "利润"),
    ("上月毛力", "上月毛利"),
    ("本月订但", "本月订单"), ("上周退宽率", "上周退款率"), ("昨天定单有多少", "昨天订单有多少"),
    ("上周销受额按平抬", "上周销售额按平台"), ("销量最告的商品", "销量最高的商品"),
    ("围巾库村还有多少", "围巾库存还有多少"),
    ("revnue yesterday", "revenue yesterday"), ("revenue yesterady", "revenue yesterday"),
    ("proft last month", "profit last month"), ("gross proft margin last week", "gross profit margin last week"),
    ("stok of KF-01", "stock of KF-01"), ("orders waitng to be shiped", "orders waiting to be shipped"),
    ("sales by day last weeek", "sales by day last week"), ("grss margin last week", "gross margin last week"),
    ("how many ordrs were shippd yestrday", "how many orders were shipped yesterday"),
    ("今天一共卖了多少前了", "今天一共卖了多少钱了"), ("上个月那个平台消售额最高", "上个月哪个平台销售额最高"),
    ("invenotry value by warehouse", "inventory value by warehouse"), ("ordres by platfrom last week",
                                            "orders by platform last week")])
def test_a_slip_is_read_as_what_was_meant(typed: str, meant: str) -> None:
    assert query(typed) == query(meant)


def test_what_is_unclear_apart_from_the_slip_is_asked_about() -> None:
    reading = held_back("最近销受额")
    assert reading.key == "vague_period"
    assert "近7天销售额" in reading.choices


@pytest.mark.parametrize("text", [
    "毛丽昨天发了几单", "毛衣昨天卖了多少", "毛呢昨天卖了多少", "经理上月卖了多少", "李润昨天买了多少", "晓亮上周业绩",
    "刘亮昨天发了几单", "上周最萌的一天", "库存最紧的商品", "Martin last week", "revenue of Margen last week",
    "丹东昨天销售额", "平台罚了多少", "昨天送了多少"])
def test_what_may_be_a_name_is_never_rewritten(text: str) -> None:
    """毛利 sounds like 毛丽, 净利 like 经理, 销量 like 晓亮: offered at most."""
    assert not isinstance(Chat().say(text), Ask | Act)


@pytest.mark.parametrize("text", [
    "coats last month", "beer sales", "cake stock", "daisy sales", "earrings last month", "slippers stock",
    "trendy sales", "how many buns sold yesterday", "roast last month", "Ordero sales", "revenue of fuel last week"])
def test_what_may_be_goods_is_no_slip_of_the_trade(text: str) -> None:
    """Coats are no costs, and beer sales no bare sales."""
    assert not isinstance(Chat().say(text), Ask | Act)


def test_a_correct_word_is_asked_about_where_the_rest_is_mistyped() -> None:
    reading = held_back("how meny orders this weak")
    assert isinstance(reading, Unclear)
    assert reading.choices == ("how many orders this week",)
    assert held_back("revenue exept jd yesterday").choices == ("revenue except jd yesterday",)


def test_a_doubtful_slip_is_offered() -> None:
    reading = held_back("毛衣昨天卖了多少")
    assert isinstance(reading, Refused)
    assert reading.choices == ("毛利昨天卖了多少",)


def test_a_name_of_the_shop_is_no_slip() -> None:
    """毛丽 is a product here: nobody reads 毛利 for it."""
    gazetteer = Gazetteer.of([Name("毛丽", "product", "毛丽围巾")])
    message = normalise("毛丽库存")
    assert repairs(message, scan(message, gazetteer)) == []
    message = normalise("毛丽库纯")
    assert {repair.word for repair in repairs(message, scan(message, gazetteer))} == {"库存"}


@pytest.mark.parametrize("text", ["库纯", "销受额", "上周毛力", "毛衣昨天卖了多少"])
def test_a_slip_in_chinese_is_answered_in_chinese(text: str) -> None:
    assert READER.read(text, MONDAY, Context()).language == "zh"


def test_words_are_cut_so_that_nothing_is_left_over() -> None:
    """北京仓库存 is 北京仓 and 库存, not 仓库 and 存; and no warehouse is called 北京仓."""
    assert query("杭州仓库存") == query("杭州仓的库存")
    reading = held_back("北京仓库存")
    assert isinstance(reading, Refused)
    assert reading.facts["words"] == "北京仓"
    assert reading.choices == ("杭州仓库存", "成都仓库存")
    assert isinstance(held_back("上海店昨天卖了多少"), Refused)


@pytest.mark.parametrize(("text", "code"), [
    ("红色围巾还剩几条", "WJ-R"), ("大号收纳篮卖了多少", "SN-L"), ("大号的收纳篮卖了多少", "SN-L"),
    ("1.8米凉席库存", "XP-07")])
def test_a_variant_may_stand_before_its_product(text: str, code: str) -> None:
    assert query(text).where == {"sku": (code,)}


def test_a_number_before_a_product_is_how_many() -> None:
    reading = held_back("入库 5 围巾")
    assert isinstance(reading, Unclear)
    assert reading.pending == Act("receive_stock", {"quantity": 5})
