"""The day's figures as a manager reads them on a phone."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.rendering.report import render_parts
from bot.rendering.table import WIDTH, width
from domain.messaging.model import Report
from domain.reports import Figure, Gaps, ReportMessage, SalesReport, Split

AT = datetime(2026, 11, 23, 9, 7, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = SalesReport(
    Report.DAILY_PROFIT, date(2026, 11, 22), date(2026, 11, 23), "CNY",
    (Figure("revenue", 123_456_789, 100_000_000, 123_456_789), Figure("orders", 194, 179, 201),
     Figure("aov", 21_987, 18_000, 0), Figure("refund_amount", 336_522, 0, 225_555),
     Figure("cogs", 1_720_550, 1_187_000, None), Figure("gross_profit", 2_208_338, 1_779_000, 2_349_000),
     Figure("gross_margin", 0.562, 0.6, 0.582), Figure("ad_spend", 550_685, 494_000, 560_000),
     Figure("roi", 2.99, 2.84, 2.79), Figure("net_profit", 1_330_934, 953_960, 187_000),
     Figure("net_margin", 0.339, 0.322, -0.064)),
    Split("platform", ("revenue", "orders", "gross_profit"), (("taobao", 99_498_320, 67, 75_755_243),
                                                              ("shopify", 296_830, 7, None))),
    Split("product", ("gross_profit", "units"), (("羊绒大衣", 908_403, 26),)),
    Split("product", ("gross_profit", "units"), (("连衣裙", -18_540, 2),)), None, Gaps(estimated_charges=354))


def shown(body: SalesReport, language: str = "zh") -> str:
    return render_parts(ReportMessage(AT, (body,)), language).text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_line_of_a_large_shop_is_wider_than_a_phone(language: str) -> None:
    tables = [line for line in shown(DAY, language).split("\n") if "  " in line]
    assert len(tables) == 1 + len(DAY.figures) + 3
    assert max(map(width, tables)) <= WIDTH


def test_what_is_left_stands_first_and_every_figure_has_two_days_to_compare_with() -> None:
    lines = shown(DAY).split("\n")
    assert lines[:4] == ["每日利润 · 11月22日 周日", "净赚 ¥13,309.34(比前一天 +¥3,769.74),净利率 33.9%。", "",
                         "               11月22日  比周六  比上周日"]
    assert [line.split() for line in lines if line.startswith(("销售额", "毛利率", "退款"))] == [
        ["销售额", "¥1,234,567.89", "↑23.5%", "持平"], ["退款", "¥3,365.22", "新增", "↑49.2%"],
        ["毛利率", "56.2%", "↓3.8点", "↓2.0点"]]
    assert "赚得最少:连衣裙,毛利 -¥185.40,销量 2 件" in lines
    assert "354 笔平台费用还是估算,账单到了会变。" in lines


def test_a_loss_is_called_one() -> None:
    lost = replace(DAY, figures=(Figure("net_profit", -5_000, 2_000), Figure("net_margin", -0.05)))
    assert "净亏 ¥50.00(比前一天 -¥70.00),净利率 -5.0%。" in shown(lost)
    assert "Net loss ¥50.00 (-¥70.00 on the day before), margin -5.0%." in shown(lost, "en")


def test_without_any_cost_no_profit_is_shown_and_the_reason_is_said() -> None:
    known = tuple(replace(figure, value=None, before=None, further=None) if "profit" in figure.metric else figure
                  for figure in DAY.figures)
    text = shown(replace(DAY, figures=known, best=Split("product", ("revenue", "units"), (("大衣", 900, 1),)),
                         worst=None, gaps=Gaps(lines_without_cost=3_507, amount_without_cost=11_153_110)))
    assert "净赚" not in text
    assert "—" not in text.partition("平台")[0]
    assert "卖得最多:大衣,销售额 ¥9.00,销量 1 件" in text
    assert "3,507 行缺成本,金额 ¥111,531.10,所以毛利和净利润算不出来。" in text


def test_a_shop_without_ads_is_told_nothing_of_them() -> None:
    none = tuple(Figure("ad_spend", 0, 0, 0) if figure.metric == "ad_spend" else figure for figure in DAY.figures)
    assert "推广费" not in shown(replace(DAY, figures=none))
    assert "投产比" not in shown(replace(DAY, figures=none))


def test_a_week_is_compared_with_the_week_before_alone() -> None:
    week = replace(DAY, report=Report.WEEKLY_REVIEW, start=date(2026, 11, 16))
    assert shown(week).split("\n")[3].split() == ["全周", "比前一周"]
    assert "(比前一周 +¥3,769.74)" in shown(week)


def test_a_day_without_sales_says_so_and_what_is_missing() -> None:
    gaps = Gaps(unsynced=(("京东旗舰店", datetime(2026, 11, 21, 12, 50, tzinfo=AT.tzinfo)), ("新店", None)))
    assert shown(replace(DAY, is_empty=True, gaps=gaps)).split("\n") == [
        "每日利润 · 11月22日 周日", "没有订单,也没有退款。", "京东旗舰店的订单只到 11月21日 12:50,数字可能不全。",
        "新店还没有数据。"]


def test_what_waited_for_the_end_of_quiet_hours_says_when_it_was_due_and_is_of_its_own_day() -> None:
    """Two days' reports due at 23:30 and, after a night without power, at 02:00; both come at 08:00."""
    late = replace(DAY, start=date(2026, 11, 23), end=date(2026, 11, 24))
    dues = (AT.replace(hour=23, minute=30), AT.replace(day=24, hour=2, minute=0))
    lines = render_parts(ReportMessage(AT.replace(day=24, hour=8), (DAY, late), dues=dues), "zh").text.split("\n")
    assert [line for line in lines if line.startswith(("(", "每日利润"))] == [
        "(免打扰时段里到点:11月23日 23:30,现在才发)", "每日利润 · 11月22日 周日",
        "(免打扰时段里到点:11月24日 02:00,现在才发)", "每日利润 · 11月23日 周一"]
