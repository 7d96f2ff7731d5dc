"""Said and taken back in one breath, denied, counted: nothing of it is passed over."""

from datetime import date

import pytest

from bot.understanding.readings import Ask, Context, Refused, Unclear
from domain.metrics.query import MetricQuery
from tests.bot.understanding.shop import MONDAY, READER, Chat, act, ask, held_back


def query(text: str) -> MetricQuery:
    return ask(text).query


@pytest.mark.parametrize(("said", "meant"), [
    ("前天,不对,昨天的利润", "昨天的利润"), ("看看京东的,哦不是,拼多多的上月订单数", "拼多多的上月订单数"),
    ("昨天京东销售额,不对,上周拼多多毛利", "上周拼多多毛利"),
    ("revenue last month, sorry, I mean last week", "revenue last week"),
    ("jd, no wait, pdd orders last week", "pdd orders last week"), ("昨天的销售额,我是说毛利", "昨天的毛利"),
    ("revenue last week, no wait, orders", "orders last week"),
    ("昨天销售额和前天差多少", "昨天销售额比前天差多少"),
    ("别按店铺,按平台分,上个月的毛利", "按平台分,上个月的毛利"), ("不是上个月,是9月的销售额", "9月的销售额")])
def test_what_is_corrected_in_the_same_breath_is_left_out(said: str, meant: str) -> None:
    assert query(said) == query(meant)


@pytest.mark.parametrize("text", ["昨天销售额,不对", "销售额,不对,按平台", "昨天不用算的销售额",
                                  "昨天不是京东卖得最多吗"])
def test_what_cannot_be_taken_back_is_asked_about(text: str) -> None:
    held_back(text)


@pytest.mark.parametrize(("text", "excluded"), [
    ("可用库存低于五十件、又不是厨具类目的SKU", {"category": ("厨具",)}),
    ("上月各类目的毛利,厨具就不用列了", {"category": ("厨具",)}),
    ("不算京东和拼多多,本月净销售额", {"platform": ("jd", "pdd")}),
    ("除了京东,本月各平台销售额,淘宝就不看了", {"platform": ("jd", "taobao")}),
    ("skip jd, revenue this month by platform", {"platform": ("jd",)})])
def test_what_is_denied_is_left_out(text: str, excluded: dict[str, tuple[str, ...]]) -> None:
    found = query(text)
    assert (found.exclude, found.where) == (excluded, {})


@pytest.mark.parametrize(("text", "start", "end"), [
    ("上周工作日销售额", "2026-11-16", "2026-11-21"), ("本月截至上周日销售额", "2026-11-01", "2026-11-23"),
    ("截至上周日本月销售额", "2026-11-01", "2026-11-23"), ("今年前三个季度毛利", "2026-01-01", "2026-10-01"),
    ("前三季度毛利", "2026-01-01", "2026-10-01"), ("去年最后两个月销售额", "2025-11-01", "2026-01-01"),
    ("revenue Sat and Sun", "2026-11-21", "2026-11-23"), ("上周六和周日的销售额", "2026-11-21", "2026-11-23"),
    ("五一当天退款", "2026-05-01", "2026-05-02"), ("discounts 20.10.2026 - 31.10.2026", "2026-10-20", "2026-11-01"),
    ("revenue last wk", "2026-11-16", "2026-11-23"), ("orders last 30d", "2026-10-24", "2026-11-23")])
def test_the_days_are_those_that_were_said(text: str, start: str, end: str) -> None:
    period = query(text).period
    assert period is not None
    assert (period.start, period.end) == (date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize("text", ["revenue 5/10/2026", "截至上周日的销售额", "工作日销售额", "周六和周一销售额"])
def test_days_that_may_be_others_are_asked_about(text: str) -> None:
    assert isinstance(held_back(text), Unclear)


@pytest.mark.parametrize(("text", "key"), [
    ("近999999999天销售额", "unknown_period"), ("last 20000 days revenue", "unknown_period"),
    ("top 1000000000000 products", "bad_limit"), ("销售额前1000000000000的商品", "bad_limit")])
def test_a_number_too_large_is_no_order(text: str, key: str) -> None:
    assert held_back(text).key == key


@pytest.mark.parametrize(("text", "by", "limit"), [
    ("两个仓哪个仓的库存金额更高", ("warehouse",), 1), ("两个仓库存各多少", ("warehouse",), None),
    ("四个店上月各卖了多少", ("shop",), None), ("上月卖得最差的三个商品是哪些", ("product",), 3),
    ("浙江江苏两省本月销售额", (), None), ("本月营业额过一万二的平台都有谁", ("platform",), None)])
def test_how_many_there_are_is_not_how_many_to_list(text: str, by: tuple[str, ...], limit: int | None) -> None:
    found = query(text)
    assert (found.by, found.limit) == (by, limit)


def test_another_number_than_there_are_is_asked_about() -> None:
    assert held_back("三个仓哪个仓库存多").key == "which_of_them"
    assert isinstance(held_back("浙江江苏三省本月销售额"), Unclear)


def test_so_many_are_enough() -> None:
    chat = Chat()
    chat.say("上月销量最高的商品")
    for text, limit in (("三个就够", 3), ("5个就行", 5), ("two is enough", 2)):
        reading = chat.say(text)
        assert isinstance(reading, Ask)
        assert reading.query.limit == limit
    assert isinstance(Chat().say("三个就够"), Unclear | Refused)


@pytest.mark.parametrize(("text", "days"), [
    ("SKUs with less than two weeks of cover", 14), ("可售天数不到两周的货", 14),
    ("SKUs with under 1 week of stock", 7)])
def test_stock_that_lasts_so_many_weeks_is_counted_in_days(text: str, days: int) -> None:
    bound = query(text).having[0]
    assert (bound.metric, bound.value) == ("days_of_cover", days)


@pytest.mark.parametrize(("text", "metrics"), [
    ("客户复购率", ("repeat_rate",)), ("上月抖音广告划算吗", ("roi",)), ("are the ads worth it", ("roi",)),
    ("近30天没卖到50件的商品", ("units",)), ("which goods need buy more", ("stock_available",)),
    ("库存压了多少钱", ("stock_value",)), ("除夕当天还有人下单没,几单", ("orders",))])
def test_what_is_asked_about_is_one_figure(text: str, metrics: tuple[str, ...]) -> None:
    assert query(text).metrics == metrics
    assert "customer" not in query(text).by


@pytest.mark.parametrize("text", ["上月成本和销售额", "压货最多的商品"])
def test_a_word_for_several_figures_is_asked_about_beside_another(text: str) -> None:
    assert held_back(text).key == "which_of"


def test_a_comparison_without_a_figure_offers_figures_where_they_belong() -> None:
    assert held_back("今年双11比去年怎么样").choices[0] == "今年双11销售额比去年"


@pytest.mark.parametrize("text", ["TB202611220007", "/quiet 22:00-08:00", "/quiet"])
def test_what_is_of_no_language_is_answered_in_that_of_the_conversation(text: str) -> None:
    for language in ("zh", "en"):
        assert READER.read(text, MONDAY, Context(language=language)).language == language
    assert READER.read("revenue", MONDAY, Context(language="zh")).language == "en"


def test_pieces_said_in_english_are_no_question() -> None:
    assert act("received 60 pcs KF-01 into 杭州仓").arguments["quantity"] == 60


def test_one_ticket_is_no_amount() -> None:
    assert isinstance(held_back("帮我book一张去杭州的高铁票"), Refused)
    assert act("记一笔外卖费 50").arguments["amount"] == 5000
