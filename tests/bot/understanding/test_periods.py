"""Which days people mean; today is Monday 2026-11-23 where nothing else is said."""

from datetime import date, datetime

import pytest

from bot.understanding.readings import Refused, Unclear
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import normalise
from bot.understanding.text.scan import scan
from bot.understanding.time.periods import PeriodReader
from domain.metrics.periods import Grain, Period
from tests.bot.understanding.shop import SHANGHAI, ask, held_back

TODAY = date(2026, 11, 23)


def period(text: str, today: date = TODAY) -> Period:
    spans = PeriodReader(scan(normalise(text), Gazetteer()), today).read()
    assert len(spans) == 1, f"{text}: {spans}"
    assert spans[0].problem is None, f"{text}: {spans}"
    return spans[0].period(today)


@pytest.mark.parametrize(("text", "start", "last", "grain"), [
    ("今天", "2026-11-23", "2026-11-23", Grain.DAY),
    ("大前天", "2026-11-20", "2026-11-20", Grain.DAY),
    ("3天前", "2026-11-20", "2026-11-20", Grain.DAY),
    ("two weeks ago", "2026-11-09", "2026-11-15", Grain.WEEK),
    ("上周", "2026-11-16", "2026-11-22", Grain.WEEK),
    ("上上周", "2026-11-09", "2026-11-15", Grain.WEEK),
    ("上周五", "2026-11-20", "2026-11-20", Grain.DAY),
    ("周三", "2026-11-18", "2026-11-18", Grain.DAY),
    ("周一", "2026-11-23", "2026-11-23", Grain.DAY),
    ("last Monday", "2026-11-16", "2026-11-16", Grain.DAY),
    ("上周一到周五", "2026-11-16", "2026-11-20", Grain.SPAN),
    ("周末", "2026-11-21", "2026-11-22", Grain.SPAN),
    ("本月", "2026-11-01", "2026-11-23", Grain.MONTH),
    ("月初至今", "2026-11-01", "2026-11-23", Grain.MONTH),
    ("上个月20号", "2026-10-20", "2026-10-20", Grain.DAY),
    ("9月", "2026-09-01", "2026-09-30", Grain.MONTH),
    ("国庆7天", "2026-10-01", "2026-10-07", Grain.SPAN),
    ("上周末两天", "2026-11-21", "2026-11-22", Grain.SPAN),
    ("去年今天", "2025-11-23", "2025-11-23", Grain.DAY),
    ("去年昨天", "2025-11-22", "2025-11-22", Grain.DAY),
    ("12月", "2025-12-01", "2025-12-31", Grain.MONTH),
    ("11月上旬", "2026-11-01", "2026-11-10", Grain.SPAN),
    ("Q4", "2026-10-01", "2026-11-23", Grain.QUARTER),
    ("三季度", "2026-07-01", "2026-09-30", Grain.QUARTER),
    ("上半年", "2026-01-01", "2026-06-30", Grain.SPAN),
    ("今年", "2026-01-01", "2026-11-23", Grain.YEAR),
    ("YTD", "2026-01-01", "2026-11-23", Grain.YEAR),
    ("去年11月", "2025-11-01", "2025-11-30", Grain.MONTH),
    ("二〇二五年十二月", "2025-12-01", "2025-12-31", Grain.MONTH),
    ("October 2025", "2025-10-01", "2025-10-31", Grain.MONTH),
    ("近7天", "2026-11-16", "2026-11-22", Grain.SPAN),
    ("最近三个月", "2026-08-23", "2026-11-22", Grain.SPAN),
    ("the last two weeks", "2026-11-09", "2026-11-22", Grain.SPAN),
    ("30天内", "2026-10-24", "2026-11-22", Grain.SPAN),
    ("双11后一周", "2026-11-12", "2026-11-18", Grain.SPAN),
    ("双11前的一周", "2026-11-04", "2026-11-10", Grain.SPAN),
    ("双11前一天", "2026-11-10", "2026-11-10", Grain.DAY),
    ("去年618之前三天", "2025-06-15", "2025-06-17", Grain.SPAN),
    ("国庆过后一个月", "2026-10-08", "2026-11-07", Grain.SPAN),
    ("国庆前三天", "2026-10-01", "2026-10-03", Grain.SPAN),
    ("10月15号之后半个月", "2026-10-16", "2026-10-30", Grain.SPAN),
    ("双11之后", "2026-11-12", "2026-11-23", Grain.SPAN),
    ("the week after Double 11", "2026-11-12", "2026-11-18", Grain.SPAN),
    ("3 days before 1 October", "2026-09-28", "2026-09-30", Grain.SPAN),
    ("11.1-11.11", "2026-11-01", "2026-11-11", Grain.SPAN),
    ("11月1号到11号", "2026-11-01", "2026-11-11", Grain.SPAN),
    ("15-20号", "2026-11-15", "2026-11-20", Grain.SPAN),
    ("10月25日至11月5日", "2026-10-25", "2026-11-05", Grain.SPAN),
    ("12月20号到1月5号", "2025-12-20", "2026-01-05", Grain.SPAN),
    ("8月到10月", "2026-08-01", "2026-10-31", Grain.SPAN),
    ("from Oct 1 to Oct 7", "2026-10-01", "2026-10-07", Grain.SPAN),
    ("between 1 October and 7 October", "2026-10-01", "2026-10-07", Grain.SPAN),
    ("2026/10/1~2026/10/7", "2026-10-01", "2026-10-07", Grain.SPAN),
    ("9/1-9/15", "2026-09-01", "2026-09-15", Grain.SPAN),
    ("20261105", "2026-11-05", "2026-11-05", Grain.DAY),
    ("November 11th, 2025", "2025-11-11", "2025-11-11", Grain.DAY),
    ("25号", "2026-10-25", "2026-10-25", Grain.DAY),
    ("9月1日以来", "2026-09-01", "2026-11-23", Grain.SPAN),
    ("since Monday", "2026-11-23", "2026-11-23", Grain.SPAN),
    ("从上周三到现在", "2026-11-18", "2026-11-23", Grain.SPAN),
    ("11月20号到11月30号", "2026-11-20", "2026-11-23", Grain.SPAN),
    ("双11", "2026-11-11", "2026-11-11", Grain.DAY),
    ("双十二", "2025-12-12", "2025-12-12", Grain.DAY),
    ("去年双11到双12", "2025-11-11", "2025-12-12", Grain.SPAN),
    ("618", "2026-06-18", "2026-06-18", Grain.DAY),
    ("国庆", "2026-10-01", "2026-10-07", Grain.SPAN),
    ("元旦", "2026-01-01", "2026-01-01", Grain.DAY),
    ("去年春节", "2025-01-29", "2025-02-04", Grain.SPAN),
    ("除夕", "2026-02-16", "2026-02-16", Grain.DAY),
    ("中秋节", "2026-09-25", "2026-09-25", Grain.DAY),
    ("端午", "2026-06-19", "2026-06-19", Grain.DAY),
    ("清明节", "2026-04-05", "2026-04-05", Grain.DAY),
    ("黑五", "2025-11-28", "2025-11-28", Grain.DAY),
])
def test_an_expression_names_its_days(text: str, start: str, last: str, grain: Grain) -> None:
    found = period(text)
    assert (found.start.isoformat(), found.last.isoformat(), found.grain) == (start, last, grain)


@pytest.mark.parametrize(("today", "text", "start", "last"), [
    (date(2026, 1, 2), "上月", "2025-12-01", "2025-12-31"),
    (date(2026, 1, 2), "上季度", "2025-10-01", "2025-12-31"),
    (date(2028, 3, 1), "昨天", "2028-02-29", "2028-02-29"),
    (date(2026, 11, 22), "本周", "2026-11-16", "2026-11-22"),
    (date(2026, 11, 22), "周末", "2026-11-21", "2026-11-22"),
    (date(2026, 11, 28), "this weekend", "2026-11-28", "2026-11-28"),
    (date(2026, 3, 31), "近1个月", "2026-02-28", "2026-03-30"),
    (date(2026, 3, 2), "31号", "2026-01-31", "2026-01-31"),
])
def test_the_calendar_turns_over(today: date, text: str, start: str, last: str) -> None:
    found = period(text, today)
    assert (found.start.isoformat(), found.last.isoformat()) == (start, last)


@pytest.mark.parametrize("text", [
    "明天的销售额", "下周订单数", "这周三的销量", "2027年双11的销售额", "revenue next month", "这周末卖了多少",
    "2027年3月销售额"])
def test_what_has_not_begun_is_refused(text: str) -> None:
    reading = held_back(text)
    assert isinstance(reading, Refused)
    assert reading.key == "future"


@pytest.mark.parametrize("text", ["昨天晚上8点以后卖了多少", "上午的订单数", "过去24小时的销售额",
                                  "revenue this morning"])
def test_hours_of_a_day_are_refused_not_dropped(text: str) -> None:
    assert held_back(text).key == "no_hours"


@pytest.mark.parametrize("text", ["最近销售额", "这几天卖了多少", "revenue lately", "按月看销售额"])
def test_a_period_that_is_left_open_is_asked_for(text: str) -> None:
    reading = held_back(text)
    assert isinstance(reading, Unclear)
    assert reading.key == "vague_period"
    assert reading.choices


@pytest.mark.parametrize("text", ["11月5号到11月1号的销售额", "11月5号到10月1号的订单数"])
def test_a_range_that_is_turned_round_is_not_taken_for_a_year(text: str) -> None:
    assert held_back(text).key == "backwards"


@pytest.mark.parametrize("text", ["今天和昨天的销售额", "昨天的销售额和今天的订单数"])
def test_two_periods_are_asked_about(text: str) -> None:
    assert held_back(text).key in {"two_periods", "two_questions"}


def test_a_product_named_like_a_month_or_a_day_is_a_product() -> None:
    query = ask("7月新款凉席10月卖了几件").query
    assert query.where == {"product": ("七月新品凉席",)}
    assert query.period is not None
    assert query.period.start == date(2026, 10, 1)
    assert ask("520礼盒昨天销量").query.where == {"product": ("520礼盒",)}


def test_figures_of_the_moment_take_no_period_and_no_past() -> None:
    assert ask("今天库存还有多少").query.period is None
    assert held_back("上周的库存").key == "no_history"


def test_an_amount_is_not_a_date() -> None:
    """11.5 after 进价 is a price, 618 before 件 a number of pieces."""
    query = ask("上月销量低于618件的商品").query
    assert query.having[0].value == 618
    assert query.period is not None
    assert query.period.start == date(2026, 10, 1)


def test_the_day_is_the_shops_own() -> None:
    """Half past midnight in Shanghai is a new day there, whatever it is elsewhere."""
    query = ask("今天多少单了", datetime(2026, 11, 23, 0, 30, tzinfo=SHANGHAI)).query
    assert query.period == Period(date(2026, 11, 23), date(2026, 11, 24), Grain.DAY)
