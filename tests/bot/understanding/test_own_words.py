"""Orders in people's own words: how a hand in the warehouse says it, why it is done, what is taken back in it."""

from typing import Any

import pytest

from bot.understanding.readings import Act, Ask, Unclear
from tests.bot.understanding.shop import Chat, act, ask, held_back

ORDER, OTHER = "TB202611220007", "TB202611220008"
PARCEL = {"order": ORDER, "carrier": "韵达", "waybill": "4312345678901"}


@pytest.mark.parametrize("text", [
    f"{ORDER}走的韵达,单号4312345678901,帮我点下发货",
    f"韵达4312345678901,{ORDER}这单发了",
    f"{ORDER}叫韵达收走了,单号4312345678901",
    f"给{ORDER}填下单号,韵达4312345678901", f"{ORDER} just went out with yunda, tracking no. 4312345678901",
    f"handed {ORDER} to yunda, tracking is 4312345678901"])
def test_a_parcel_that_has_left(text: str) -> None:
    assert act(text) == Act("confirm_shipment", PARCEL)


def test_a_number_only_the_carrier_has_is_no_order() -> None:
    reading = act(f"顺丰单号SF1390001112223是{ORDER}的")
    assert reading.arguments == {"order": ORDER, "carrier": "顺丰", "waybill": "SF1390001112223"}


@pytest.mark.parametrize(("text", "action", "arguments"), [
    ("杭州仓来了30个咖啡壶,58.5块一个", "receive_stock",
     {"sku": "KF-01", "warehouse": "杭州仓", "quantity": 30, "unit_cost": 5850}),
    ("30 of KF-01 just came in at 杭州仓, 58.5 each", "receive_stock",
     {"sku": "KF-01", "warehouse": "杭州仓", "quantity": 30, "unit_cost": 5850}),
    ("把咖啡壶从杭州调5个到成都", "transfer_stock", {"sku": "KF-01", "from": "杭州仓", "to": "成都仓", "quantity": 5}),
    ("move 5 KF-01 from 杭州仓 over to 成都仓", "transfer_stock",
     {"sku": "KF-01", "from": "杭州仓", "to": "成都仓", "quantity": 5}),
    ("杭州仓咖啡壶数下来42个", "count_stock", {"sku": "KF-01", "warehouse": "杭州仓", "counted": 42}),
    ("set KF-01 stock at 杭州仓 to 42", "count_stock", {"sku": "KF-01", "warehouse": "杭州仓", "counted": 42}),
    ("bump the reorder point for KF-01 up to 150", "set_reorder_point", {"sku": "KF-01", "quantity": 150}),
    ("咖啡壶剩20个的时候提醒我", "set_reorder_point", {"sku": "KF-01", "quantity": 20}),
    ("给咖啡壶下个150个的采购单", "create_purchase_order", {"lines": [{"sku": "KF-01", "quantity": 150}]}),
    ("put in a purchase order for 150 KF-01", "create_purchase_order", {"lines": [{"sku": "KF-01", "quantity": 150}]}),
    ("KF01入库5个到杭州仓", "receive_stock", {"sku": "KF-01", "warehouse": "杭州仓", "quantity": 5}),
    ("请客吃饭花了680", "record_expense", {"category": "请客吃饭", "amount": 68000, "day": "2026-11-23"}),
    (f"go ahead and refund {ORDER}", "approve_refund", {"order": ORDER}),
    (f"{ORDER}那单给他退了吧", "approve_refund", {"order": ORDER}),
    ("我要订低库存提醒", "subscribe", {"report": "low_stock"}),
    ("待发货那个提醒别推了", "unsubscribe", {"report": "to_ship"}),
    ("take me off the weekly review", "unsubscribe", {"report": "weekly_review"}),
    ("恒源纺织交期7天", "set_supplier", {"supplier": "恒源纺织", "lead_days": 7}),
    ("KF-01没货也能卖", "allow_backorder", {"sku": "KF-01"}),
])
def test_an_order_as_people_say_it(text: str, action: str, arguments: dict[str, Any]) -> None:
    assert act(text) == Act(action, arguments)


@pytest.mark.parametrize(("text", "delta", "reason"), [
    ("杭州仓KF-01加3个,退货回来的", 3, "退货回来的"), ("杭州仓KF-01库存加3个,客户退回", 3, "客户退回"),
    ("杭州仓KF-01加3个,之前报损的找回来了", 3, "之前报损的找回来了"),
    ("小何打碎了,杭州仓KF-01减2个", -2, "小何打碎了"),
    ("杭州仓KF-01报废2个,过期了", -2, "过期了"), ("杭州仓KF-01减2个 被老鼠咬了,谢谢", -2, "被老鼠咬了"),
    ("take 2 KF-01 off 杭州仓, water damage", -2, "water damage"),
    ("add 3 KF-01 to 杭州仓 - customer return", 3, "customer return"), ("杭州仓KF-01减2个,尽快", -2, None)])
def test_why_is_the_clause_as_it_was_typed(text: str, delta: int, reason: str | None) -> None:
    said = {"reason": reason} if reason else {}
    assert act(text) == Act("adjust_stock", {"sku": "KF-01", "warehouse": "杭州仓", "delta": delta, **said})


def test_why_is_kept_while_a_place_is_asked_for() -> None:
    chat = Chat()
    assert isinstance(chat.say("KF-01减2个,摔坏了"), Unclear)
    assert chat.say("杭州仓") == Act("adjust_stock", {
        "sku": "KF-01", "warehouse": "杭州仓", "delta": -2, "reason": "摔坏了"})


@pytest.mark.parametrize(("text", "action", "arguments"), [
    (f"取消锁单{ORDER}", "release_order", {"order": ORDER}),
    (f"take {ORDER} off hold", "release_order", {"order": ORDER}),
    (f"把{ORDER}的合单取消", "unmerge_orders", {"order": ORDER}),
    (f"{ORDER}不是刷单", "mark_order", {"order": ORDER, "mark": "normal"}),
    (f"{ORDER}退款放行", "approve_refund", {"order": ORDER}),
    (f"{ORDER}客户不要了,取消", "cancel_order", {"order": ORDER, "reason": "客户不要了"}),
    (f"{ORDER}这单取消吧,谢谢", "cancel_order", {"order": ORDER}),
    ("DB261123-7收到8个少了2个", "receive_transfer", {"transfer": "DB261123-7", "lost": 2, "quantity": 8}),
    ("撤销PO261123-3", "cancel_purchase", {"purchase": "PO261123-3"}),
])
def test_the_opposite_is_not_read(text: str, action: str, arguments: dict[str, Any]) -> None:
    assert act(text) == Act(action, arguments)


@pytest.mark.parametrize("text", [
    f"{ORDER} 不拦截了", f"{ORDER} 取消拦截", f"{ORDER} 已经取消了", f"{ORDER} 客户要补偿5元",
    f"don't merge {ORDER} and {OTHER}",
    f"{ORDER} 客户退回来了,韵达 4312345678901", f"{ORDER} 是不是走的韵达4312345678901",
    "把15个咖啡壶发到成都仓",
    "杭州仓KF-01减2个,算了", "杭州仓KF-01减2个,再盘点一下", "杭州仓KF-01减2个,然后看下库存",
    "PO261123-3少了2件",
    "为什么不给我发日报", "待发货的都别发了", "KF-99来了30个,放杭州仓",
    "杭州仓咖啡壶少了几个"])
def test_what_tells_denies_or_asks_is_no_order(text: str) -> None:
    assert not isinstance(Chat().say(text), Act)


@pytest.mark.parametrize(("text", "action", "arguments"), [
    ("给杭州仓入库咖啡壶五十个 不对 八十个", "receive_stock", {"sku": "KF-01", "warehouse": "杭州仓", "quantity": 80}),
    ("杭州仓KF-01减2个,不对,3个,摔坏了", "adjust_stock",
     {"sku": "KF-01", "warehouse": "杭州仓", "delta": -3, "reason": "摔坏了"}),
    ("receive 30 KF-01 at 杭州仓, sorry, 40", "receive_stock", {"sku": "KF-01", "warehouse": "杭州仓", "quantity": 40}),
    ("咖啡壶入库5个到杭州仓,说错了,是成都仓", "receive_stock", {"sku": "KF-01", "warehouse": "成都仓", "quantity": 5}),
])
def test_what_is_said_anew_takes_the_place_of_the_last_of_its_kind(
        text: str, action: str, arguments: dict[str, Any]) -> None:
    assert act(text) == Act(action, arguments)


@pytest.mark.parametrize(("text", "meant"), [
    ("上周销售额 不对 上个月的", "上个月销售额"), ("今天多少单 算了看昨天的吧", "昨天多少单"),
    ("kf 01 库存", "KF-01库存"),
    ("淘宝的退款金额这个月 哦不 我是说抖音的", "这个月抖音的退款金额"),
    ("看下咖啡壶库存 不是 我是说围巾", "围巾库存"),
    ("sales last week i mean last month", "sales last month"), ("how mnay ordres today", "how many orders today"),
    ("sales on tb yesterday, no wait, douyin", "sales on douyin yesterday")])
def test_a_question_put_right_while_it_is_typed(text: str, meant: str) -> None:
    assert ask(text) == ask(meant)


@pytest.mark.parametrize(("text", "offered"), [
    ("KF-01允许预售吗", "KF-01库存"), ("can KF-01 be oversold", "KF-01 stock")])
def test_whether_it_may_be_sold_before_it_is_there_is_said_with_its_stock(text: str, offered: str) -> None:
    assert held_back(text).choices == (offered,)


def test_stock_of_the_goods_asked_about_by_day() -> None:
    chat = Chat()
    chat.say("咖啡壶近7天每天的销量")
    reading = chat.say("那还剩多少货")
    assert isinstance(reading, Ask)
    assert (reading.query.metrics, reading.query.where) == (("stock_available",), {"product": ("手冲咖啡壶",)})


def test_choices_go_on_from_what_was_typed() -> None:
    assert held_back("咖啡壶来了60个").choices == ("咖啡壶来了60个 杭州仓", "咖啡壶来了60个 成都仓")
