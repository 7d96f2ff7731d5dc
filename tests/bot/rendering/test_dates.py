"""Periods are said as on the day of the question, with their dates."""

from datetime import date, timedelta

import pytest

from bot.rendering import dates
from bot.rendering.labels import axis_label, value_label
from domain.metrics.periods import Grain, Period
from tests.bot.rendering.tables import AT, LAST_30_DAYS, LAST_WEEK, ONE_DAY, THIS_MONTH, THIS_YEAR, TODAY, YESTERDAY

OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1), Grain.MONTH)
THIRD_QUARTER = Period(date(2026, 7, 1), date(2026, 10, 1), Grain.QUARTER)


@pytest.mark.parametrize(("period", "zh", "en"), [
    (ONE_DAY, "今天(11月23日)", "today (23 Nov)"),
    (YESTERDAY, "昨天(11月22日)", "yesterday (22 Nov)"),
    (Period(date(2026, 11, 20), date(2026, 11, 21), Grain.DAY), "11月20日", "20 Nov"),
    (LAST_WEEK, "上周(11月16日–22日)", "last week (16–22 Nov)"),
    (Period(date(2026, 11, 23), date(2026, 11, 24), Grain.WEEK), "本周(11月23日)", "this week (23 Nov)"),
    (LAST_30_DAYS, "近30天(10月24日–11月22日)", "last 30 days (24 Oct – 22 Nov)"),
    (THIS_MONTH, "本月(11月1日–23日)", "this month (1–23 Nov)"),
    (OCTOBER, "上月(10月)", "last month (Oct)"),
    (Period(date(2026, 3, 1), date(2026, 4, 1), Grain.MONTH), "3月", "Mar"),
    (Period(date(2025, 12, 1), date(2026, 1, 1), Grain.MONTH), "2025年12月", "Dec 2025"),
    (THIRD_QUARTER, "上季度(7月1日–9月30日)", "last quarter (1 Jul – 30 Sep)"),
    (Period(date(2026, 1, 1), date(2026, 4, 1), Grain.QUARTER), "第一季度(1月1日–3月31日)", "Q1 (1 Jan – 31 Mar)"),
    (THIS_YEAR, "今年(1月1日–11月23日)", "this year (1 Jan – 23 Nov)"),
    (Period(date(2025, 1, 1), date(2026, 1, 1), Grain.YEAR), "去年(2025年)", "last year (2025)"),
    (Period(date(2026, 11, 1), date(2026, 11, 12)), "11月1日–11日", "1–11 Nov"),
    (Period(date(2025, 11, 1), date(2025, 11, 12)), "2025年11月1日–11日", "1–11 Nov 2025"),
    (Period(date(2025, 12, 25), date(2026, 1, 4)), "2025年12月25日–2026年1月3日", "25 Dec 2025 – 3 Jan 2026"),
])
def test_a_period_has_its_name_and_its_dates(period: Period, zh: str, en: str) -> None:
    assert (str(dates.said(period, TODAY, "zh")), str(dates.said(period, TODAY, "en"))) == (zh, en)


def test_last_month_in_january_is_december() -> None:
    december = Period(date(2025, 12, 1), date(2026, 1, 1), Grain.MONTH)
    assert str(dates.said(december, date(2026, 1, 5), "zh")) == "上月(2025年12月)"


@pytest.mark.parametrize(("dimension", "value", "zh", "en"), [
    ("day", "2026-11-22", "11月22日 周日", "22 Nov Sun"), ("week", "2026-11-16", "11月16日起", "from 16 Nov"),
    ("month", "2026-11", "11月", "Nov"), ("month", "2025-11", "2025年11月", "Nov 2025"), ("hour", 9, "9时", "09:00"),
    ("weekday", 7, "周日", "Sun"), ("platform", "pdd", "拼多多", "Pinduoduo"),
    ("platform", "新平台", "新平台", "新平台"),
    ("order_status", "held", "锁定", "held"), ("segment", "at_risk", "流失风险客户", "at risk"),
    ("sku", None, "非商品(运费等)", "not goods (freight etc.)"), ("province", None, "未归属", "not assigned"),
    ("shop", "京东\n旗舰店\u202e", "京东 旗舰店", "京东 旗舰店"),
])
def test_values_are_called_what_people_call_them(dimension: str, value: str | int | None, zh: str, en: str) -> None:
    assert (value_label(dimension, value, "zh", TODAY), value_label(dimension, value, "en", TODAY)) == (zh, en)


@pytest.mark.parametrize(("dimension", "value", "zh", "en"), [
    ("day", "2026-11-02", "11/2", "2 Nov"), ("month", "2026-03", "3月", "Mar"),
    ("month", "2025-12", "25年12月", "Dec 25"),
    ("hour", 14, "14", "14"), ("weekday", 1, "周一", "Mon"),
])
def test_ticks_are_short(dimension: str, value: str | int, zh: str, en: str) -> None:
    assert (axis_label(dimension, value, "zh", TODAY), axis_label(dimension, value, "en", TODAY)) == (zh, en)


def test_a_moment_of_another_day_says_the_day() -> None:
    assert dates.clock(AT, TODAY, "zh") == "15:00"
    assert dates.clock(AT - timedelta(days=2), TODAY, "zh") == "11月21日 15:00"
    assert dates.clock(AT - timedelta(days=2), TODAY, "en") == "21 Nov 15:00"
