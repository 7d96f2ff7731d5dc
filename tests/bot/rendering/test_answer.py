"""Whole answers, as the shopkeeper's people read them. Each is asked on Monday 23 November 2026 at 15:00."""

from dataclasses import replace
from datetime import date, timedelta

from bot.rendering.answer import render_answer
from domain.metrics.periods import previous, previous_year
from domain.metrics.query import Compare, Direction, Having, MetricQuery, Order
from domain.metrics.result import Beside, Coverage, ResultTable
from tests.bot.rendering.tables import (
    AT,
    FRESH,
    LAST_30_DAYS,
    LAST_WEEK,
    ONE_DAY,
    THIS_MONTH,
    THIS_YEAR,
    YESTERDAY,
    days,
    table,
)

PROFIT_COVERAGE = Coverage(orders=86, lines_without_cost=3, amount_without_cost=81200, orders_excluded=2,
                           amount_excluded=9900, estimated_charges=5, fresh=FRESH)
PREVIOUS = Compare.PREVIOUS_PERIOD


def zh(answered: ResultTable) -> str:
    return render_answer(answered, language="zh", at=AT).text


def en(answered: ResultTable) -> str:
    return render_answer(answered, language="en", at=AT).text


def test_yesterdays_profit_says_what_it_rests_on() -> None:
    """Profit without its coverage is a guess: what lacks a cost and what was left out stands below it."""
    answered = table(MetricQuery(("gross_profit", "gross_margin"), period=YESTERDAY), [(341250, 0.312)],
                     coverage=PROFIT_COVERAGE)
    assert zh(answered) == (
        "昨天(11月22日)毛利 ¥3,412.50,毛利率 31.2%。\n"
        "计入 86 单;3 行 ¥812.00 缺成本,成本未计入,利润偏高;已排除刷单/测试/赠品 2 单 ¥99.00;"
        "平台扣点和运费中有 5 笔是估算。\n"
        "数据截至 14:03。\n"
        "口径:毛利 = 净销售额 − 商品成本;毛利率 = 毛利 ÷ 净销售额。")
    assert en(answered) == (
        "Yesterday (22 Nov): gross profit ¥3,412.50, gross margin 31.2%.\n"
        "Counted: 86 orders; the cost of 3 lines of ¥812.00 is not known and not counted, so profit is too high; "
        "left out by rule (brushed, test, gift): 2 orders, ¥99.00; 5 of the fees and freight charges are estimates.\n"
        "Data up to 14:03.\n"
        "Meaning: gross profit = net revenue − cost of goods; gross margin = gross profit / net revenue.")


def test_a_running_day_is_compared_up_to_the_same_time() -> None:
    answered = table(MetricQuery(("revenue",), period=ONE_DAY, compare=PREVIOUS), [(1234050,)], before=[(1000000,)],
                     before_period=YESTERDAY, beside=Beside.SAME_TIME)
    assert zh(answered).splitlines()[0] == (
        "今天(11月23日)销售额 ¥12,340.50,比昨天(11月22日)同时段的 ¥10,000.00 ↑23.4%(+¥2,340.50)。")
    assert en(answered).splitlines()[0] == (
        "Today (23 Nov): revenue ¥12,340.50, ↑23.4% (+¥2,340.50) against ¥10,000.00 yesterday (22 Nov) "
        "up to the same time.")


def test_figures_kept_by_the_day_are_set_beside_all_of_the_day_before() -> None:
    """「同时段」 was said of orders up to 15:00 over the visitors of the whole day."""
    rate = MetricQuery(("conversion_rate",), period=ONE_DAY, compare=PREVIOUS)
    answered = table(rate, [(0.018,)], before=[(0.021,)], before_period=YESTERDAY, beside=Beside.WHOLE_DAY)
    assert zh(answered).splitlines()[0] == "今天(11月23日)转化率 1.8%,比昨天(11月22日)全天的 2.1% ↓0.3个百分点。"
    assert en(answered).splitlines()[0] == (
        "Today (23 Nov): conversion rate 1.8%, ↓0.3 pts against 2.1% yesterday (22 Nov), the whole day.")
    month = table(replace(rate, period=THIS_MONTH), [(0.018,)], before=[(0.021,)], before_period=previous(THIS_MONTH),
                  beside=Beside.WHOLE_DAY)
    assert "比上月(10月1日–23日)的" in zh(month)  # its dates say it


def test_nothing_before_is_not_a_zero_before() -> None:
    answered = table(MetricQuery(("revenue",), period=LAST_WEEK, compare=Compare.PREVIOUS_YEAR), [(1234050,)],
                     before=[None], before_period=previous_year(LAST_WEEK))
    assert zh(answered).splitlines()[0] == (
        "上周(11月16日–22日)销售额 ¥12,340.50;去年同期(2025年11月16日–22日)没有数据可比。")
    assert en(answered).splitlines()[0] == (
        "Last week (16–22 Nov): revenue ¥12,340.50; there is nothing to compare with "
        "a year before (16–22 Nov 2025).")


def test_several_figures_are_compared_in_a_table() -> None:
    answered = table(MetricQuery(("net_profit", "net_margin", "orders"), period=LAST_WEEK, compare=PREVIOUS),
                     [(1234050, 0.12, 321)], before=[(1000000, 0.13, 321)], before_period=previous(LAST_WEEK))
    assert "\n".join(zh(answered).splitlines()[:5]) == (
        "上周(11月16日–22日)净利润、净利率、订单数,对比上期(11月9日–15日):\n"
        "指标          本期        上期    变化\n"
        "净利润  ¥12,340.50  ¥10,000.00  ↑23.4%\n"
        "净利率       12.0%       13.0%  ↓1.0点\n"
        "订单数         321         321    持平")


def test_a_breakdown_has_shares_and_a_total() -> None:
    answered = table(MetricQuery(("revenue",), ("platform",), period=YESTERDAY),
                     [("taobao", 512300), ("jd", 312300), (None, 100)], total=3,
                     coverage=Coverage(orders=40, fresh=FRESH))
    assert zh(answered) == (
        "昨天(11月22日)销售额,按平台:\n"
        "平台          销售额   占比\n"
        "淘宝/天猫  ¥5,123.00  62.1%\n"
        "京东       ¥3,123.00  37.9%\n"
        "未归属         ¥1.00   0.0%\n"
        "───────────────────────────\n"
        "合计       ¥8,247.00\n"
        "计入 40 单。\n"
        "数据截至 14:03。\n"
        "口径:销售额 = 按付款时间,买家实付(货款+运费),未扣退款。")
    assert en(answered) == (
        "Yesterday (22 Nov): revenue by platform:\n"
        "platform        revenue  share\n"
        "Taobao/Tmall  ¥5,123.00  62.1%\n"
        "JD            ¥3,123.00  37.9%\n"
        "not assigned      ¥1.00   0.0%\n"
        "──────────────────────────────\n"
        "total         ¥8,247.00\n"
        "Counted: 40 orders.\n"
        "Data up to 14:03.\n"
        "Meaning: revenue = paid by buyers, goods and freight, by time of payment, before refunds.")


def test_shares_of_several_figures_are_shown_where_asked_for() -> None:
    """「各平台销售额和毛利占比」 was answered without any share."""
    answered = table(MetricQuery(("revenue", "aov", "orders"), ("platform",), period=YESTERDAY),
                     [("taobao", 75000, 300, 30), ("jd", 25000, 250, 10)], total=2)
    text = render_answer(answered, language="zh", at=AT, shows_shares=True).text
    assert [line.split() for line in text.splitlines()[2:9:2]] == [
        ["销售额", "占比", "客单价", "订单数", "占比"], ["¥750.00", "75.0%", "¥3.00", "30", "75.0%"],
        ["¥250.00", "25.0%", "¥2.50", "10", "25.0%"], ["¥1,000.00", "40"]]
    assert "占比" not in zh(answered)


def test_a_total_says_that_it_is_of_what_is_known() -> None:
    answered = table(MetricQuery(("gross_profit",), ("sku",), period=YESTERDAY), [("A", 100), (None, 20), ("B", None)])
    assert [line.split() for line in zh(answered).splitlines() if "合计" in line] == [["合计(不含", "—)", "¥1.20"]]
    assert "total without —" in en(answered)


def test_filters_and_exclusions_are_said() -> None:
    query = MetricQuery(("units",), where={"category": ("女装", "男装"), "shop": ("Shopify 海外店",)},
                        exclude={"province": ("广东省",)}, period=YESTERDAY)
    assert zh(table(query, [(12,)])).splitlines()[0] == (
        "昨天(11月22日)女装、男装 · Shopify 海外店(不含广东省) 销量 12 件。")
    assert en(table(query, [(12,)])).splitlines()[0] == (
        "Yesterday (22 Nov), 女装, 男装 · Shopify 海外店 (without 广东省): units sold 12.")
    only_without = replace(query, where={}, exclude={"platform": ("pdd",)})
    assert zh(table(only_without, [(12,)])).splitlines()[0] == "昨天(11月22日)除拼多多外 销量 12 件。"


def test_what_is_compared_with_may_be_known_in_part_only() -> None:
    """This year stood 341 % above a year of which the shop knew three months."""
    query = MetricQuery(("revenue",), period=THIS_YEAR, compare=Compare.PREVIOUS_YEAR)
    whole = table(query, [(44100,)], before=[(10000,)], before_period=previous_year(THIS_YEAR))
    answered = replace(whole, comparison_since=date(2025, 9, 23))
    assert "对比的期间不完整:数据从 2025年9月23日 才有。" in zh(answered).splitlines()
    assert "What it is compared with is incomplete: the data begin on 23 Sep 2025." in en(answered).splitlines()


def test_shops_compared_with_last_year_go_below_their_names() -> None:
    answered = table(MetricQuery(("revenue",), ("shop",), period=THIS_MONTH, compare=Compare.PREVIOUS_YEAR),
                     [("天猫旗舰店", 51230000), ("Shopify 海外店", 31230000)], before=[("天猫旗舰店", 41230000), None],
                     before_period=previous_year(THIS_MONTH), total=2, beside=Beside.SAME_TIME)
    assert "\n".join(zh(answered).splitlines()[:9]) == (
        "本月(11月1日–23日)销售额,按店铺,对比去年同期(2025年11月1日–23日)同时段:\n"
        "店铺\n"
        "       销售额         上期     变化\n"
        "天猫旗舰店\n"
        "  ¥512,300.00  ¥412,300.00   ↑24.3%\n"
        "Shopify 海外店\n"
        "  ¥312,300.00            —        —\n"
        "合计\n"
        "  ¥824,600.00  ¥412,300.00  ↑100.0%")


def test_a_ranking_is_numbered_and_has_no_total() -> None:
    """The sum of the first three of eighteen goods is no figure anybody asked for."""
    query = MetricQuery(("units",), ("product",), period=THIS_MONTH, order=(Order("units", Direction.DESC),), limit=3)
    answered = table(query,
                     [("玻尿酸补水面膜", 1234), ("Type-C快充数据线", 999), (None, 98)], total=18)
    assert "\n".join(zh(answered).splitlines()[:5]) == (
        "本月(11月1日–23日)销量最高的 3 个商品:\n"
        "商品                  销量\n"
        "1. 玻尿酸补水面膜    1,234\n"
        "2. Type-C快充数据线    999\n"
        "3. 非商品(运费等)       98")
    assert en(answered).splitlines()[0] == "This month (1–23 Nov): top 3 by units sold (product):"
    assert "合计" not in zh(answered)


def test_which_one_is_answered_with_one_name() -> None:
    query = MetricQuery(("conversion_rate",), ("shop",), period=THIS_MONTH, limit=1,
                        order=(Order("conversion_rate", Direction.DESC),))
    assert zh(table(query, [("京东旗舰店", 0.0321)], total=6)).splitlines()[0] == (
        "本月(11月1日–23日)转化率最高的店铺:京东旗舰店,3.2%。")
    worst = replace(query, metrics=("revenue",), order=(Order("revenue", Direction.ASC),))
    assert en(table(worst, [("京东旗舰店", 123)], total=6)).splitlines()[0] == (
        "This month (1–23 Nov): shop with the lowest revenue: 京东旗舰店, ¥1.23.")


def test_a_condition_is_said_with_how_many_meet_it() -> None:
    low = MetricQuery(("stock_available",), ("sku",), having=(Having("stock_available", "<=", "reorder_point"),))
    answered = table(low, [("YS-01-M", 12), ("JJ-01", 0)], coverage=Coverage(), total=2)
    assert zh(answered) == ("目前可用库存 ≤ 补货点 的 SKU,2 个:\n"
                            "SKU      可用库存\n"
                            "YS-01-M        12\n"
                            "JJ-01           0\n"
                            "口径:可用库存 = 在库 − 占用。")
    rich = MetricQuery(("revenue",), ("shop",), having=(Having("revenue", ">", 5000000),), period=THIS_MONTH)
    assert en(table(rich, [("京东旗舰店", 6000000)], total=1)).splitlines()[0] == (
        "This month (1–23 Nov): shop with revenue > ¥50,000 (1):")


def test_days_have_their_peak_and_average() -> None:
    answered = table(MetricQuery(("orders",), ("day",), period=LAST_WEEK),
                     days(LAST_WEEK.start, [5, 9, 4, 6, 7, 8, 3]), total=7)
    assert "11月17日 周二       9" in zh(answered)
    assert "最高 11月17日 周二 9 单;最低 11月22日 周日 3 单;日均 6 单。" in zh(answered)
    assert "Highest 17 Nov Tue 9; lowest 22 Nov Sun 3; average a day 6." in en(answered)


def test_a_week_there_in_part_is_called_by_its_days_and_is_not_the_lowest() -> None:
    """Two days of October were 最低, and pulled the average of whole weeks down."""
    weeks = [("2026-10-19", 20), ("2026-10-26", 100), ("2026-11-02", 90), ("2026-11-09", 200), ("2026-11-16", 110)]
    answered = table(MetricQuery(("orders",), by=("week",), period=LAST_30_DAYS), weeks)
    assert zh(answered).splitlines()[2].startswith("10月24日–25日 ")
    assert "最高 11月9日起 200 单;最低 11月2日起 90 单;周均 125 单(只算完整的周)。" in zh(answered)
    assert "lowest from 2 Nov 90; average a week 125 (whole ones only)." in en(answered)


def test_money_of_another_currency_says_that_it_was_converted() -> None:
    """「Shopify 卖了多少美元」 was answered in yuan without a word about it."""
    answered = table(MetricQuery(("revenue",), where={"currency": ("USD",)}, period=THIS_MONTH), [(5485574,)])
    assert "其他币种按发生当天的汇率折成 CNY。" in zh(answered)
    assert "Other currencies at the rate of their day, in CNY." in en(answered)


def test_today_is_not_over_and_so_not_the_lowest_day() -> None:
    answered = table(MetricQuery(("orders",), by=("day",), period=THIS_MONTH), [
        (f"2026-11-{day}", orders) for day, orders in ((19, 30), (20, 50), (21, 40), (22, 60), (23, 5))])
    assert "最低 11月19日 周四 30 单;日均 45 单(不含今天)。" in zh(answered)


def test_weekdays_have_no_latest() -> None:
    """Of seven weekdays on six platforms the last fourteen lines were shown as 最近."""
    rows = [(day, platform, 7) for day in range(1, 8) for platform in ("jd", "pdd", "taobao", "douyin", "xhs")]
    answered = table(MetricQuery(("orders",), by=("weekday", "platform"), period=LAST_30_DAYS), rows)
    assert all(f"周{day} · 京东" in zh(answered) for day in "一二三四五六日")
    assert "最近" not in zh(answered)


def test_ninety_days_show_the_latest_and_say_so() -> None:
    rows = days(LAST_30_DAYS.start - timedelta(days=60), list(range(1, 91)))
    answered = table(MetricQuery(("orders",), ("day",), period=LAST_30_DAYS), rows, total=90)
    lines = zh(answered).splitlines()
    assert "… 共 90 行,以上是最近 14 行" in lines
    assert sum(line.startswith("11月") for line in lines) == 14
    assert any(line.startswith("合计") and line.endswith("4,095") for line in lines), "the total is of all ninety"


def test_a_long_list_is_cut_and_says_how_long_it_is() -> None:
    rows = [(f"SKU-{number:03}", number) for number in range(30)]
    answered = table(MetricQuery(("stock_on_hand",), ("sku",)), rows, coverage=Coverage(), total=812)
    assert "… 共 812 行" in zh(answered)
    assert "SKU-019" in zh(answered)
    assert "SKU-020" not in zh(answered)
    assert "合计" not in zh(answered), "rows that were not fetched are in no total"


def test_nothing_found_is_a_sentence_and_never_a_zero() -> None:
    query = MetricQuery(("revenue",), where={"platform": ("jd",), "province": ("广东省",)}, period=YESTERDAY)
    answered = table(query, [(None,)])
    assert zh(answered) == "昨天(11月22日)京东 · 广东省 没有符合的订单。\n数据截至 14:03。"
    assert en(answered) == "Yesterday (22 Nov), JD · 广东省: there are no such orders.\nData up to 14:03."
    refunds = table(replace(query, metrics=("refund_amount",)), [(None,)])
    assert zh(refunds).startswith("昨天(11月22日)京东 · 广东省 没有符合的退款。")


def test_no_overdue_order_is_good_news() -> None:
    overdue = MetricQuery(("orders_overdue",))
    assert zh(table(overdue, [(0,)])) == "没有超时未发的订单 ✔\n数据截至 14:03。"
    assert en(table(overdue, [(0,)])) == "Right now: no overdue orders ✔\nData up to 14:03."
    by_shop = replace(overdue, by=("shop",), where={"shop": ("京东旗舰店",)})
    assert zh(table(by_shop, [])).splitlines()[0] == "京东旗舰店 没有超时未发的订单 ✔"
    some = MetricQuery(("orders_to_pay", "orders_overdue"))
    assert zh(table(some, [(3, 0)])).splitlines()[0] == "目前待付款 3 单,超时未发 0 单。"


def test_no_sku_below_the_bound_is_said_with_the_bound() -> None:
    query = MetricQuery(("stock_available",), ("sku",), having=(Having("stock_available", "<=", 0),))
    assert zh(table(query, [], coverage=Coverage())) == "没有可用库存 ≤ 0 的 SKU ✔"
    rich = MetricQuery(("revenue",), ("shop",), having=(Having("revenue", ">", 5000000),), period=THIS_MONTH)
    assert zh(table(rich, [])).splitlines()[0] == "本月(11月1日–23日)没有销售额 > ¥50,000 的店铺。"


def test_stock_without_a_cost_is_neither_missing_nor_worth_nothing() -> None:
    """A full shelf whose costs nobody gave was said to be empty, and its split added up to ¥0.00."""
    uncosted = Coverage(skus_without_cost=72)
    query = MetricQuery(("stock_value",))
    assert zh(table(query, [(None,)], coverage=uncosted)).splitlines()[:2] == [
        "目前库存金额 未知。", "72 个有库存的 SKU 缺成本,未计入。"]
    split = replace(query, by=("category",))
    assert "¥" not in en(table(split, [("tea", None), ("cups", None)], coverage=uncosted))


def test_nothing_to_reorder_is_said_so() -> None:
    query = MetricQuery(("reorder_quantity",), ("sku",))
    assert zh(table(query, [], coverage=Coverage())) == "目前没有到补货点的货。"
    assert en(table(query, [], coverage=Coverage())) == "Right now: nothing is at its reorder point."


def test_an_empty_shelf_is_called_sold_out() -> None:
    query = MetricQuery(("stock_available",), where={"sku": ("YS-02-L",)})
    assert zh(table(query, [(0,)], coverage=Coverage())).splitlines()[0] == "目前 YS-02-L 可用库存 0 件(断货)。"
    assert en(table(query, [(36,)], coverage=Coverage())).splitlines()[0] == "Right now, YS-02-L: available stock 36."


def test_the_shop_that_lags_is_named() -> None:
    """One shop's token expired yesterday: the total looks low, and the answer says why."""
    fresh = {**FRESH, "抖音小店": AT - timedelta(hours=21), "小红书店": None}
    answered = table(MetricQuery(("orders",), period=ONE_DAY), [(86,)], coverage=Coverage(orders=86, fresh=fresh))
    assert zh(answered).splitlines()[1] == "数据截至 14:05;抖音小店只到 11月22日 18:00;小红书店还没有数据。"
    assert en(answered).splitlines()[1] == (
        "Data up to 14:05; 抖音小店 only up to 22 Nov 18:00; 小红书店 has no data yet.")


def test_counts_come_without_amounts() -> None:
    """The warehouse may ask how many orders there were, and must not learn from the small print what they paid."""
    answered = table(MetricQuery(("units",), period=YESTERDAY), [(120,)], coverage=PROFIT_COVERAGE)
    assert "¥" not in zh(answered)
    assert "已排除刷单/测试/赠品 2 单" in zh(answered)


def test_the_table_passes_through_untouched() -> None:
    answered = table(MetricQuery(("revenue",), ("platform",), period=YESTERDAY), [("jd", 312300), ("pdd", 5)], total=2)
    reply = render_answer(answered, language="zh", at=AT)
    assert (reply.kind, reply.query) == ("answer", answered.query)
    assert (reply.columns, reply.rows) == (answered.columns, answered.rows)
    assert reply.as_json(AT.tzinfo)["rows"] == [["jd", 312300], ["pdd", 5]]
    assert reply.as_json(AT.tzinfo)["coverage"]["fresh"]["天猫旗舰店"] == "2026-11-23T14:03:00+08:00"


def test_buttons_are_whole_questions_about_the_same_figures() -> None:
    plain = render_answer(table(MetricQuery(("revenue",), period=YESTERDAY), [(5,)]), language="zh", at=AT)
    assert [(button.label, button.message) for button in plain.buttons] == [
        ("看趋势", "近30天销售额走势"), ("按平台看", "昨天销售额按平台"), ("环比", "昨天销售额环比")]
    by_day = render_answer(table(MetricQuery(("revenue",), ("day",), {"shop": ("京东旗舰店",)}, period=LAST_WEEK),
                                 days(LAST_WEEK.start, [1, 2])), language="en", at=AT)
    assert [button.message for button in by_day.buttons] == [
        "京东旗舰店 revenue by platform last week", "京东旗舰店 top 5 products by revenue last week"]
    stock = render_answer(table(MetricQuery(("stock_value",)), [(5,)], coverage=Coverage()), language="zh", at=AT)
    assert [button.message for button in stock.buttons] == ["哪些货要补", "库存金额按仓库"]


def test_nothing_found_offers_only_to_look_wider() -> None:
    reply = render_answer(table(MetricQuery(("revenue",), period=YESTERDAY), [(None,)]), language="zh", at=AT)
    assert [button.message for button in reply.buttons] == ["近30天销售额走势"]
