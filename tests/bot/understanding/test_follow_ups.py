"""Conversations: what a short message changes in the question before it."""

from dataclasses import replace
from datetime import date

import pytest

from bot.understanding.readings import Act, Ask, Refused, Shown, Unclear
from domain.metrics.periods import Grain, Period
from domain.metrics.query import Compare, Direction, MetricQuery
from tests.bot.understanding.shop import Chat


def queries(*messages: str) -> list[MetricQuery]:
    chat = Chat()
    found = []
    for text in messages:
        reading = chat.say(text)
        assert isinstance(reading, Ask), f"{text}: {reading}"
        found.append(reading.query)
    return found


def test_a_period_a_split_a_filter_and_a_figure_change_one_at_a_time() -> None:
    first, day_before, split, filtered, profit, top = queries(
        "昨天销售额", "那前天呢", "按平台拆开看看", "只看京东和拼多多", "换成毛利", "前一就行")
    assert day_before.period == Period(date(2026, 11, 21), date(2026, 11, 22), Grain.DAY)
    assert day_before.metrics == first.metrics
    assert split.by == ("platform",)
    assert split.period == day_before.period
    assert filtered.where == {"platform": ("jd", "pdd")}
    assert profit.metrics == ("gross_profit",)
    assert (profit.by, profit.where) == (filtered.by, filtered.where)
    assert (top.order[0].by, top.order[0].direction, top.limit) == ("gross_profit", Direction.DESC, 1)


def test_a_new_name_takes_the_place_of_the_old_one_unless_it_is_added() -> None:
    _, second, both = queries("京东今天单量", "拼多多呢", "加上抖音")
    assert second.where == {"platform": ("pdd",)}
    assert both.where == {"platform": ("pdd", "douyin")}


def test_a_sku_takes_the_place_of_its_product() -> None:
    _, one = queries("围巾库存", "那WJ-R呢")
    assert one.where == {"sku": ("WJ-R",)}


def test_what_is_taken_out_stays_out_and_can_come_back() -> None:
    _, without, again = queries("本月销售额按平台", "去掉京东", "全部平台呢")
    assert without.exclude == {"platform": ("jd",)}
    assert again.exclude == {}


def test_corrections_replace_the_period_that_was_wrong() -> None:
    _, last_month, september = queries("上周利润按店铺", "不对,是上个月", "不是上个月,是9月")
    assert last_month.period == Period(date(2026, 10, 1), date(2026, 11, 1), Grain.MONTH)
    assert last_month.by == ("shop",)
    assert september.period == Period(date(2026, 9, 1), date(2026, 10, 1), Grain.MONTH)


def test_a_bare_figure_after_a_ranking_asks_for_one_number() -> None:
    first, bare = queries("京东上周毛利按店铺前三", "退款率")
    assert (bare.metrics, bare.by, bare.order, bare.limit) == (("refund_rate",), (), (), None)
    assert (bare.period, bare.where) == (first.period, first.where)


def test_the_top_one_is_one() -> None:
    *_, top = queries("revenue this month by shop", "only the top one")
    assert top.limit == 1


def test_a_figure_with_a_word_of_change_keeps_the_ranking() -> None:
    for text in ("换成退款率", "那退款率呢"):
        first, changed = queries("京东上周毛利按店铺前三", text)
        assert (changed.metrics, changed.by, changed.limit) == (("refund_rate",), first.by, 3), text
        assert changed.order[0].by == "refund_rate"


def test_the_week_before_is_counted_from_the_one_spoken_of() -> None:
    *_, third = queries("revenue last week", "and the week before?", "the week before that")
    assert third.period == Period(date(2026, 11, 2), date(2026, 11, 9), Grain.WEEK)


def test_comparing_keeps_the_rest() -> None:
    _, compared, by_shop, last_year = queries("这个月利润", "跟上个月比呢", "各店铺分别多少", "同比呢")
    assert compared.compare is Compare.PREVIOUS_PERIOD
    assert by_shop.compare is Compare.PREVIOUS_PERIOD
    assert last_year.compare is Compare.PREVIOUS_YEAR
    assert last_year.period == compared.period


def test_a_whole_question_starts_anew() -> None:
    *_, fresh = queries("京东上周退款率", "今天销售额多少")
    assert fresh.where == {}
    assert fresh.period == Period(date(2026, 11, 23), date(2026, 11, 24), Grain.DAY)


def test_a_figure_of_the_moment_drops_the_period() -> None:
    _, cover = queries("围巾上周销量", "还能卖几天")
    assert cover.period is None
    assert cover.where == {"product": ("羊毛围巾",)}


def test_a_split_that_is_taken_back() -> None:
    *_, total = queries("本月销售额按平台", "不分平台了")
    assert total.by == ()


def test_shares_go_on_as_long_as_the_same_figures_are_asked_for() -> None:
    chat = Chat()
    readings = [chat.say(text) for text in ("上月各平台销售额和毛利占比", "换成本月", "本月各平台销售额和订单数")]
    assert [isinstance(each, Ask) and each.wants_shares for each in readings] == [True, True, False]


def test_a_picture_of_the_last_answer() -> None:
    chat = Chat()
    chat.say("近7天销售额按天")
    reading = chat.say("画个图")
    assert isinstance(reading, Ask)
    assert reading.wants_chart
    assert reading.query.by == ("day",)


def after(asked: str, *rows: str) -> Chat:
    """A chat in which this was asked last, and had these rows."""
    chat = Chat()
    reading = chat.say(asked)
    assert isinstance(reading, Ask)
    chat.context.shown = Shown(reading.query.by[0], rows)
    return chat


@pytest.mark.parametrize(("said", "where", "metric"), [
    ("第二名的退款率", {"shop": ("京东旗舰店",)}, "refund_rate"), ("最后一个呢", {"shop": ("拼多多店",)}, "revenue"),
    ("第三名是谁", {"shop": ("拼多多店",)}, "revenue"), ("aov of the first one", {"shop": ("天猫旗舰店",)}, "aov"),
    ("最低的那个店客单价多少", {"shop": ("拼多多店",)}, "aov")])
def test_a_row_of_the_last_answer_is_pointed_at(said: str, where: dict[str, tuple[str, ...]], metric: str) -> None:
    chat = after("上周各店销售额", "天猫旗舰店", "京东旗舰店", "拼多多店")
    reading = chat.say(said)
    assert isinstance(reading, Ask), reading
    assert (reading.query.where, reading.query.metrics, reading.query.by) == (where, (metric,), ())
    assert reading.query.period == Period(date(2026, 11, 16), date(2026, 11, 23), Grain.WEEK)
    other = chat.say("第二个呢")  # of the same list
    assert isinstance(other, Ask)
    assert (other.query.where, other.query.metrics) == ({"shop": ("京东旗舰店",)}, (metric,))


def test_the_day_of_the_one_row_is_that_day() -> None:
    reading = after("上周哪天订单最多", "2026-11-18").say("那天卖了多少钱")
    assert isinstance(reading, Ask)
    assert reading.query.period == Period(date(2026, 11, 18), date(2026, 11, 19), Grain.DAY)


def test_that_day_is_no_month_that_was_spoken_of() -> None:
    chat = Chat()
    chat.say("10月净利润")
    reading = chat.say("那天卖了多少")
    assert isinstance(reading, Unclear)
    assert reading.key == "vague_period"


def test_which_row_is_meant_is_asked_where_nobody_can_tell() -> None:
    for said in ("那个店的退款率", "第七名的退款率", "她上周发了多少单"):
        reading = after("上周各店销售额", "天猫旗舰店", "京东旗舰店").say(said)
        assert isinstance(reading, Unclear), said
        assert reading.key == "points_nowhere", said


def test_an_earlier_question_is_gone_back_to() -> None:
    chat = Chat()
    for text in ("本月各平台退款率", "待发货多少单", "面膜库存"):
        chat.say(text)
    reading = chat.say("回到退款率,只看京东")
    assert isinstance(reading, Ask)
    assert (reading.query.metrics, reading.query.by) == (("refund_rate",), ("platform",))
    assert reading.query.where == {"platform": ("jd",)}


def test_what_follows_a_message_that_was_not_understood_is_asked_about_once_and_goes_on_when_chosen() -> None:
    chat = Chat()
    first = chat.say("昨天各店销售额")
    assert isinstance(first, Ask)
    assert isinstance(chat.say("把涨跌幅标红"), Unclear | Refused)
    asked = chat.say("上周呢")
    assert isinstance(asked, Unclear)
    assert asked.key == "goes_on_from_what"
    chosen = chat.say("1")
    assert isinstance(chosen, Ask)
    assert chosen.query == replace(first.query, period=Period(date(2026, 11, 16), date(2026, 11, 23), Grain.WEEK))


def test_a_figure_alone_behind_what_was_missed_is_asked_about_with_what_both_say_together() -> None:
    for missed, whole in (("青禾京东自营店上周的嘎啦嘎", "青禾京东自营店上周的退款率"),
                          ("京东上周好评率", "京东上周退款率")):
        chat = Chat()
        chat.say("昨天单量")
        assert isinstance(chat.say(missed), Unclear | Refused), missed
        asked = chat.say("退款率")
        assert isinstance(asked, Unclear)
        assert (asked.key, asked.choices) == ("completes_what", (whole, "另外问一下,退款率"))
        chosen = chat.say("1")
        assert isinstance(chosen, Ask)
        assert (chosen.query.metrics, bool(chosen.query.where)) == (("refund_rate",), True)


def test_a_split_behind_another_figure_that_could_not_be_told_offers_it_of_that_one() -> None:
    chat = Chat()
    chat.say("revenue yesterday")
    assert isinstance(chat.say("net profit by sku"), Refused)
    asked = chat.say("by shop")
    assert isinstance(asked, Unclear)
    assert asked.choices == ("net profit, by shop", "from the last answer: by shop")


def test_both_warehouses_may_be_a_row_for_each_or_the_total_and_each_choice_is_answered() -> None:
    for said, choices in (("两个仓都要", ("按仓库看", "所有仓库")),
                          ("both warehouses", ("by warehouse", "all warehouses"))):
        for choice, by in zip(choices, (("warehouse",), ()), strict=True):
            chat = Chat()
            chat.say("杭州仓可用库存")
            asked = chat.say(said)
            assert isinstance(asked, Unclear)
            assert asked.choices == choices
            reading = chat.say(choice)
            assert isinstance(reading, Ask)
            assert (reading.query.where, reading.query.by) == ({}, by)


def test_what_is_said_anew_goes_on_and_tells_from_which_question() -> None:
    for missed, anew in (("按太阳系拆成平台", "按平台"), ("今天天气呢", "前天呢")):
        chat = Chat()
        first = chat.say("昨天销售额")
        assert isinstance(first, Ask)
        assert isinstance(chat.say(missed), Unclear | Refused), missed
        reading = chat.say(anew)
        assert isinstance(reading, Ask), reading
        assert reading.goes_on_from == first.query
        after_that = chat.say("大前天呢")
        assert isinstance(after_that, Ask)
        assert after_that.goes_on_from is None


def test_a_question_of_its_own_behind_one_that_was_missed_needs_no_word() -> None:
    chat = Chat()
    chat.say("昨天销售额")
    chat.say("把涨跌幅标红")
    reading = chat.say("本月退款率")
    assert isinstance(reading, Ask)
    assert reading.goes_on_from is None


def test_how_much_a_figure_moved_ranks_nothing() -> None:
    reading = Chat().say("本月哪个平台销售额涨得最多")
    assert isinstance(reading, Refused)
    assert reading.key == "ranks_change"


def test_nothing_to_go_on_from_is_asked_about() -> None:
    for text in ("那个呢", "前三就行", "只看京东", "and the week before?"):
        assert isinstance(Chat().say(text), Unclear), text


def test_the_weather_is_refused_in_the_middle_of_a_conversation_and_does_no_harm() -> None:
    chat = Chat()
    chat.say("上周卖了多少")
    assert isinstance(chat.say("今天天气呢"), Refused)
    reading = chat.say("昨天呢")
    assert isinstance(reading, Ask)
    assert reading.query.metrics == ("revenue",)


def test_a_missing_argument_is_asked_for_and_a_short_reply_completes_it() -> None:
    chat = Chat()
    asked = chat.say("入库20个咖啡壶")
    assert isinstance(asked, Unclear)
    assert asked.missing == "warehouse"
    assert asked.choices == ("入库20个咖啡壶 杭州仓", "入库20个咖啡壶 成都仓")
    assert chat.say("西南仓") == Act("receive_stock", {"sku": "KF-01", "warehouse": "成都仓", "quantity": 20})


def test_a_choice_is_taken_by_its_number() -> None:
    chat = Chat()
    chat.say("入库20个咖啡壶")
    assert chat.say("2") == Act("receive_stock", {"sku": "KF-01", "warehouse": "成都仓", "quantity": 20})


def test_a_variant_answers_which_one() -> None:
    chat = Chat()
    asked = chat.say("收纳篮入库10个到杭州仓")
    assert isinstance(asked, Unclear)
    assert asked.key == "which_sku"
    assert chat.say("中号") == Act("receive_stock", {"sku": "SN-M", "warehouse": "杭州仓", "quantity": 10})


def test_a_shipment_is_pieced_together() -> None:
    chat = Chat()
    assert isinstance(chat.say("发货 TB202611220007"), Unclear)
    assert isinstance(chat.say("中通"), Unclear)
    assert chat.say("78900112233445") == Act("confirm_shipment", {
        "order": "TB202611220007", "carrier": "中通", "waybill": "78900112233445"})


def test_another_question_leaves_the_half_read_action_alone() -> None:
    chat = Chat()
    chat.say("入库20个咖啡壶")
    reading = chat.say("今天销售额")
    assert isinstance(reading, Ask)


def test_of_those_behind_a_message_that_was_missed_is_of_that() -> None:
    chat = Chat()
    chat.say("青禾今年的好评率是多少")
    asked = chat.say("里面新客有多少")
    assert isinstance(asked, Unclear)
    assert asked.key == "completes_what"
    assert isinstance(Chat().say(asked.choices[0]), Ask)


@pytest.mark.parametrize("reason", ["羽绒服卖得好", "10月的先不看", "茶饮没结完"])
def test_a_reason_that_may_change_what_is_asked_is_held_back(reason: str) -> None:
    chat = Chat()
    chat.say("昨天各店销售额")
    assert not isinstance(chat.say(f"换成9月的,{reason}"), Ask)


def test_a_reason_changes_nothing_of_the_question_gone_on_with() -> None:
    for reason in ("10月的账结完了", "8月的账已经对过了"):
        first, changed = queries("上个月各店手续费", f"换成9月的,{reason}")
        assert replace(changed, period=first.period) == first, reason
    first, changed = queries("待发货分仓库看", "只看成都仓的,杭州那边小何在盯")
    assert replace(changed, where={}) == first
