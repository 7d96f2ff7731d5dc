"""Messages that order something: every argument as the contract has it, or the question for what is missing."""

from typing import Any

import pytest

from bot.understanding.readings import Act, Ask, Command, Refused, Unclear
from tests.bot.understanding.shop import Chat, act, held_back

SHIPPED = {"order": "TB202611220007", "carrier": "顺丰", "waybill": "SF1390001112223"}


@pytest.mark.parametrize("text", [
    "TB202611220007 顺丰 SF1390001112223 发货", "确认发货 TB202611220007,顺丰,SF1390001112223",
    "订单tb202611220007已发,单号SF1390001112223,顺丰快递", "ship TB202611220007 by SF, waybill SF1390001112223",
    "mark order TB202611220007 as shipped via SF Express SF1390001112223", "顺丰 SF1390001112223 发掉TB202611220007"])
def test_a_shipment(text: str) -> None:
    assert act(text) == Act("confirm_shipment", SHIPPED)


@pytest.mark.parametrize(("text", "action", "arguments"), [
    ("从杭州仓发TB202611220007,中通 78900112233445", "confirm_shipment",
     {"order": "TB202611220007", "carrier": "中通", "waybill": "78900112233445", "warehouse": "杭州仓"}),
    ("杭州仓WJ-R减2条,破损", "adjust_stock", {"sku": "WJ-R", "warehouse": "杭州仓", "delta": -2, "reason": "破损"}),
    ("杭州仓 WJ-R +20", "adjust_stock", {"sku": "WJ-R", "warehouse": "杭州仓", "delta": 20}),
    ("remove 2 WJ-R from 杭州仓 because damaged", "adjust_stock",
     {"sku": "WJ-R", "warehouse": "杭州仓", "delta": -2, "reason": "damaged"}),
    ("杭州仓到货KF-01 30个,进价58.5元", "receive_stock",
     {"sku": "KF-01", "warehouse": "杭州仓", "quantity": 30, "unit_cost": 5850}),
    ("received 30 KF-01 at 杭州仓, unit cost 11.5", "receive_stock",
     {"sku": "KF-01", "warehouse": "杭州仓", "quantity": 30, "unit_cost": 1150}),
    ("收纳篮小号入库12个到成都仓", "receive_stock", {"sku": "SN-S", "warehouse": "成都仓", "quantity": 12}),
    ("从杭州仓调5个咖啡壶到成都仓", "transfer_stock", {"sku": "KF-01", "from": "杭州仓", "to": "成都仓",
                                            "quantity": 5}),
    ("调5个咖啡壶到成都仓,从杭州仓出", "transfer_stock", {"sku": "KF-01", "from": "杭州仓", "to": "成都仓",
                                            "quantity": 5}),
    ("盘点成都仓,SN-M实盘36个", "count_stock", {"sku": "SN-M", "warehouse": "成都仓", "counted": 36}),
    ("把SN-M在成都仓的库存改成30", "count_stock", {"sku": "SN-M", "warehouse": "成都仓", "counted": 30}),
    ("咖啡壶的补货点改成20", "set_reorder_point", {"sku": "KF-01", "quantity": 20}),
    ("set reorder point of KF-01 to 20", "set_reorder_point", {"sku": "KF-01", "quantity": 20}),
    ("记一笔房租8000元", "record_expense", {"category": "房租", "amount": 800000, "day": "2026-11-23"}),
    ("11月20号快递费350元记一笔", "record_expense", {"category": "快递费", "amount": 35000, "day": "2026-11-20"}),
    ("log expense 1200 for rent on Nov 1", "record_expense", {"category": "rent", "amount": 120000,
                                            "day": "2026-11-01"}),
    ("同意订单PDD202611210003退款39.9元", "approve_refund", {"order": "PDD202611210003", "amount": 3990}),
    ("批准PDD202611210003的退款申请", "approve_refund", {"order": "PDD202611210003"}),
    ("下采购单:咖啡壶40个、WJ-R 30条", "create_purchase_order",
     {"lines": [{"sku": "KF-01", "quantity": 40}, {"sku": "WJ-R", "quantity": 30}]}),
    ("create PO: 40 x KF-01, 30 x WJ-R", "create_purchase_order",
     {"lines": [{"sku": "KF-01", "quantity": 40}, {"sku": "WJ-R", "quantity": 30}]}),
    ("杭州仓缺咖啡壶了,从成都仓拨4个过去", "transfer_stock",
     {"sku": "KF-01", "from": "成都仓", "to": "杭州仓", "quantity": 4}),
    ("咖啡壶低于40个就算要补货,改一下补货点", "set_reorder_point", {"sku": "KF-01", "quantity": 40}),
    ("order 40 KF-01 and 30 WJ-R", "create_purchase_order",
     {"lines": [{"sku": "KF-01", "quantity": 40}, {"sku": "WJ-R", "quantity": 30}]}),
    ("按流水修正 KF-01 在杭州仓的库存", "repair_stock", {"sku": "KF-01", "warehouse": "杭州仓"}),
    ("repair stock of KF-01 in 杭州仓", "repair_stock", {"sku": "KF-01", "warehouse": "杭州仓"}),
    ("咖啡壶成本按先进先出", "set_cost_method", {"sku": "KF-01", "method": "fifo"}),
    ("use the moving average for KF-01", "set_cost_method", {"sku": "KF-01", "method": "average"}),
    ("咖啡壶的成本价改为60元", "revalue_stock", {"sku": "KF-01", "unit_cost": 6000}),
    ("revalue KF-01 at 58.5", "revalue_stock", {"sku": "KF-01", "unit_cost": 5850}),
    ("昨天杭州仓来了30个咖啡壶", "receive_stock",
     {"sku": "KF-01", "warehouse": "杭州仓", "quantity": 30, "day": "2026-11-22"}),
    ("11月20入库 KF-01 30件 成本 32 杭州仓", "receive_stock",
     {"sku": "KF-01", "warehouse": "杭州仓", "quantity": 30, "unit_cost": 3200, "day": "2026-11-20"}),
    ("receive 30 KF-01 at 杭州仓 on Nov 20 at cost 32", "receive_stock",
     {"sku": "KF-01", "warehouse": "杭州仓", "quantity": 30, "unit_cost": 3200, "day": "2026-11-20"}),
    ("补录一笔上周五杭州仓的入库,KF-01 30个", "receive_stock",
     {"sku": "KF-01", "warehouse": "杭州仓", "quantity": 30, "day": "2026-11-20"}),
    ("今天杭州仓入库30个KF-01", "receive_stock", {"sku": "KF-01", "warehouse": "杭州仓", "quantity": 30}),
    ("明天杭州仓入库30个KF-01", "receive_stock",
     {"sku": "KF-01", "warehouse": "杭州仓", "quantity": 30, "day": "2026-11-24"}),
    ("/receive_stock KF-01 30 杭州仓 昨天", "receive_stock",
     {"sku": "KF-01", "warehouse": "杭州仓", "quantity": 30, "day": "2026-11-22"}),
    ("/hold_order TB202611220007", "hold_order", {"order": "TB202611220007"}),
    ("/mark_order TB202611220007 as brushed", "mark_order", {"order": "TB202611220007", "mark": "brushed"}),
    ("/receive_return TB202611220007 不良品 杭州仓", "receive_return",
     {"order": "TB202611220007", "warehouse": "杭州仓", "condition": "defective"}),
    ("订阅日报", "subscribe", {"report": "daily_profit"}),
    ("/subscribe weekly report", "subscribe", {"report": "weekly_review"}),
    ("待发货提醒别再发了", "unsubscribe", {"report": "to_ship"}),
])
def test_an_action_with_its_arguments(text: str, action: str, arguments: dict[str, Any]) -> None:
    assert act(text) == Act(action, arguments)


@pytest.mark.parametrize(("text", "missing"), [
    ("发货", "order"), ("ship it", "order"), ("入库", "sku"), ("入库50个", "sku"), ("咖啡壶入库5个", "warehouse"),
    ("转10个咖啡壶", "from"), ("转10个咖啡壶到成都仓", "from"), ("补货点改成100", "sku"), ("记一笔费用", "category"),
    ("退款", "order"),
    ("盘点", "sku"), ("count KF-01 in 杭州仓", "counted"), ("盘点杭州仓KF-01", "counted"), ("咖啡壶入库", "warehouse"),
    ("下采购单", "lines"), ("采购到货", "purchase"), ("取消采购单", "purchase"), ("调拨到货", "transfer"),
    ("围巾入库20条到杭州仓", "sku"), ("咖啡壶和围巾采购20个", "lines")])
def test_a_missing_argument_is_asked_for(text: str, missing: str) -> None:
    reading = held_back(text)
    assert isinstance(reading, Unclear)
    assert reading.missing == missing
    assert reading.pending is not None


@pytest.mark.parametrize("text", [
    "发货了吗", "大刘今天发了多少单", "入库了几件", "什么时候到货", "退款多少", "补货点是多少", "杭州仓盘点了没",
    "TB202611220007发了没",
    "怎么发货", "退款呢"])
def test_a_question_is_never_an_action(text: str) -> None:
    assert not isinstance(Chat().say(text), Act)


@pytest.mark.parametrize("text", [
    "拒绝TB202611220007退款", "不要发货 TB202611220007 顺丰 SF1390001112223", "入库咖啡壶20个到广州仓",
    "调5个咖啡壶从杭州仓到杭州仓", "发货 TB202611220007 TB202611220008 顺丰 SF1390001112223",
    "ship TB202611220007 TB202611220008 with 顺丰 SF1390001112223",
    "杭州仓到货KF-01 30个,顺便把WJ-R也加上", "下采购单:咖啡壶0个"])
def test_what_was_not_understood_of_an_order_stops_it(text: str) -> None:
    assert not isinstance(Chat().say(text), Act | Ask)


def test_a_question_and_an_order_in_one_message_are_two_things() -> None:
    assert isinstance(Chat().say("咖啡壶入库5个到杭州仓。今天卖了多少?"), Unclear)


def test_an_expense_needs_one_day() -> None:
    assert isinstance(held_back("上周房租8000元记一笔"), Refused)


@pytest.mark.parametrize(("text", "action", "arguments"), [
    ("把TB202611220007和TB202611220008合单", "merge_orders", {"orders": ["TB202611220007", "TB202611220008"]}),
    ("merge TB202611220007 and TB202611220008", "merge_orders", {"orders": ["TB202611220007", "TB202611220008"]}),
    ("取消合单 TB202611220007", "unmerge_orders", {"order": "TB202611220007"}),
    ("TB202611220007 的 WJ-R 2条拆出来单独发", "split_order",
     {"order": "TB202611220007", "lines": [{"sku": "WJ-R", "quantity": 2}]}),
    ("split WJ-R 2 off TB202611220007", "split_order",
     {"order": "TB202611220007", "lines": [{"sku": "WJ-R", "quantity": 2}]}),
    ("TB202611220007 改从杭州仓发", "change_warehouse", {"order": "TB202611220007", "warehouse": "杭州仓"}),
    ("change warehouse of TB202611220007 to 成都仓", "change_warehouse",
     {"order": "TB202611220007", "warehouse": "成都仓"}),
    ("锁单 TB202611220007", "hold_order", {"order": "TB202611220007"}),
    ("hold order TB202611220007", "hold_order", {"order": "TB202611220007"}),
    ("重新回传 TB202611220007", "tell_again", {"order": "TB202611220007"}),
    ("tell the platform again of order TB202611220007", "tell_again", {"order": "TB202611220007"}),
    ("解锁TB202611220007", "release_order", {"order": "TB202611220007"}),
    ("标记刷单 TB202611220007", "mark_order", {"order": "TB202611220007", "mark": "brushed"}),
    ("mark TB202611220007 as brushed", "mark_order", {"order": "TB202611220007", "mark": "brushed"}),
])
def test_what_is_done_to_an_order_by_its_number(text: str, action: str, arguments: dict[str, Any]) -> None:
    assert act(text) == Act(action, arguments)


def test_words_of_orders_mean_what_they_meant_without_a_number() -> None:
    assert isinstance(Chat().say("锁定库存"), Ask)
    assert isinstance(Chat().say("TB202611220007是刷单吗"), Refused)


@pytest.mark.parametrize(("text", "action", "arguments"), [
    ("TB202611220007 退货入库 WJ-R 1条 次品", "receive_return",
     {"order": "TB202611220007", "lines": [{"sku": "WJ-R", "quantity": 1}], "condition": "defective"}),
    ("returned TB202611220007 1 WJ-R defective", "receive_return",
     {"order": "TB202611220007", "lines": [{"sku": "WJ-R", "quantity": 1}], "condition": "defective"}),
    ("TB202611220007 退货入库,入成都仓", "receive_return", {"order": "TB202611220007", "warehouse": "成都仓"}),
    ("TB202611220007 补偿 5元 因为破损", "refund_order",
     {"order": "TB202611220007", "amount": 500, "reason": "破损"}),
    ("refund only 20 yuan for TB202611220007", "refund_order", {"order": "TB202611220007", "amount": 2000}),
    ("合单 T1001 T1007", "merge_orders", {"orders": ["T1001", "T1007"]}),
    ("TB202611220007只发 WJ-R 1条 顺丰 SF1234567890123", "confirm_shipment",
     {"order": "TB202611220007", "carrier": "顺丰", "waybill": "SF1234567890123",
      "lines": [{"sku": "WJ-R", "quantity": 1}]}),
])
def test_after_the_sale(text: str, action: str, arguments: dict[str, Any]) -> None:
    assert act(text) == Act(action, arguments)


@pytest.mark.parametrize(("said", "meant"), [("-1", -1), ("1.5", 1.5), ("1000000000000", 10**12), ("0.5", 0.5)])
@pytest.mark.parametrize(("text", "name"), [
    ("KF-01入库 {} 件到杭州仓", "quantity"), ("receive {} KF-01 into 杭州仓", "quantity"),
    ("调拨 {} 件 KF-01 从杭州仓到成都仓", "quantity"), ("transfer {} KF-01 from 杭州仓 to 成都仓", "quantity"),
    ("盘点杭州仓 KF-01 实盘 {} 件", "counted"), ("count KF-01 in 杭州仓: {}", "counted"),
    ("KF-01 补货点设为 {}", "quantity"), ("set the reorder point of KF-01 to {}", "quantity"),
    ("采购 {} 件 KF-01", "lines"), ("purchase {} KF-01", "lines")])
def test_what_no_shop_can_move_is_handed_on_as_it_was_said(text: str, name: str, said: str, meant: float) -> None:
    """「入库 -1 件」 was once proposed as one piece coming in; the desk refuses the number itself."""
    found = act(text.format(said)).arguments[name]
    assert (found if name != "lines" else found[0]["quantity"]) == meant


def test_a_carrier_nobody_knows_and_a_code_nobody_knows_are_handed_on() -> None:
    assert act("TB202611220007 发货 飞马快递 单号 SF1390001112223").arguments["carrier"] == "飞马快递"
    assert act("ship TB202611220007 by Pegasus Express, waybill 12345678").arguments == {
        "order": "TB202611220007", "carrier": "Pegasus Express", "waybill": "12345678"}
    assert act("receive 5 ZZ-99 into 杭州仓").arguments["sku"] == "ZZ-99"
    assert act("ZZ-99 入库 5 件到杭州仓").arguments["sku"] == "ZZ-99"


@pytest.mark.parametrize("text", [
    "在途调拨 KF-01 10 件 从 杭州仓 到 成都仓", "调拨 KF-01 10 件 从 杭州仓 到 成都仓,走物流",
    "从杭州仓发 10 件 KF-01 到成都仓,走物流", "transfer 10 KF-01 from 杭州仓 to 成都仓 in transit",
    "send 10 KF-01 from 杭州仓 to 成都仓 by freight"])
def test_a_transfer_that_takes_time(text: str) -> None:
    assert act(text) == Act("send_transfer", {"sku": "KF-01", "from": "杭州仓", "to": "成都仓", "quantity": 10})


def test_what_is_asked_back_of_a_transfer_keeps_that_it_takes_time() -> None:
    asked = held_back("调拨 KF-01 10 件 从 杭州仓,走物流")
    assert asked.choices
    assert act(asked.choices[0]).action == "send_transfer"


@pytest.mark.parametrize(("text", "arguments"), [
    ("调拨 DB261123-7 到货 8", {"quantity": 8}), ("db261123-7 到了 8 件", {"quantity": 8}),
    ("调拨 DB261123-7 到货", {}), ("transfer DB261123-7 received", {}), ("调拨 DB261123-7 全部到货", {}),
    ("调拨 DB261123-7 到货 8 件,丢失 2 件", {"quantity": 8, "lost": 2}),
    ("调拨DB261123-7丢了两件", {"lost": 2}), ("transfer DB261123-7 received 8, 2 lost", {"quantity": 8, "lost": 2}),
    ("transfer DB261123-7: lost 1.5", {"lost": 1.5}), ("调拨 DB261123-7 到货 -1 件", {"quantity": -1}),
])
def test_what_came_of_a_transfer(text: str, arguments: dict[str, Any]) -> None:
    assert act(text) == Act("receive_transfer", {"transfer": "DB261123-7", **arguments})


def test_how_many_were_lost_is_asked() -> None:
    chat = Chat()
    asked = chat.say("调拨 DB261123-7 丢了")
    assert isinstance(asked, Unclear)
    assert chat.say("2件") == Act("receive_transfer", {"transfer": "DB261123-7", "lost": 2})


@pytest.mark.parametrize(("text", "argument"), [
    ("在途调拨", ""), ("transfers in transit", ""), ("哪些调拨还没到", ""), ("DB261123-7 到哪了", "DB261123-7")])
def test_transfers_are_listed(text: str, argument: str) -> None:
    assert Chat().say(text) == Command("transfers", argument)


@pytest.mark.parametrize(("text", "action", "arguments"), [
    ("KF-01 在成都仓的预警线设为 20", "set_reorder_point", {"sku": "KF-01", "quantity": 20, "warehouse": "成都仓"}),
    ("set the reorder point of KF-01 in 成都仓 to 20", "set_reorder_point",
     {"sku": "KF-01", "quantity": 20, "warehouse": "成都仓"}),
    ("取消 KF-01 在成都仓的补货点", "drop_reorder_point", {"sku": "KF-01", "warehouse": "成都仓"}),
    ("remove the reorder point of KF-01", "drop_reorder_point", {"sku": "KF-01"}),
    ("允许 KF-01 超卖", "allow_backorder", {"sku": "KF-01"}),
    ("咖啡壶可以缺货预售", "allow_backorder", {"sku": "KF-01"}),
    ("allow backorder for KF-01", "allow_backorder", {"sku": "KF-01"}),
    ("禁止 KF-01 超卖", "forbid_backorder", {"sku": "KF-01"}),
    ("KF-01 不允许预售", "forbid_backorder", {"sku": "KF-01"}),
    ("don't allow overselling of KF-01", "forbid_backorder", {"sku": "KF-01"}),
])
def test_rules_of_a_sku(text: str, action: str, arguments: dict[str, Any]) -> None:
    assert act(text) == Act(action, arguments)


@pytest.mark.parametrize(("text", "choices"), [
    ("杭州仓 KF-01 库存加 -1", ("杭州仓 KF-01 库存加 1", "杭州仓 KF-01 库存减 1")),
    ("杭州仓 KF-01 减负2", ("杭州仓 KF-01 减2", "杭州仓 KF-01 加 2")),
    ("杭州仓 KF-01 +-1", ("杭州仓 KF-01 +1", "杭州仓 KF-01 -1")),
    ("add -1 KF-01 to 杭州仓", ("add 1 KF-01 to 杭州仓", "remove 1 KF-01 to 杭州仓")),
    ("库存加 -1", ("库存加 1", "库存减 1"))])
def test_a_number_with_two_signs_is_asked_about(text: str, choices: tuple[str, ...]) -> None:
    """「加 -1」 was once proposed as one piece less, and 「减 -1」, too."""
    asked = held_back(text)
    assert (asked.key, asked.choices) == ("signed_twice", choices)


def test_one_sign_is_enough_and_a_loss_may_be_written_as_one() -> None:
    assert act("杭州仓 KF-01 报损 -3").arguments["delta"] == act("杭州仓 KF-01 -3").arguments["delta"] == -3
    assert act("adjust KF-01 in 杭州仓 by -1").arguments["delta"] == -1
    assert held_back("库存加1").key == "ask.sku"


@pytest.mark.parametrize(("text", "action", "arguments"), [
    ("供应商 恒源纺织 交期 7 天 联系人 王经理 13800001234", "set_supplier",
     {"supplier": "恒源纺织", "lead_days": 7, "contact": "王经理 13800001234"}),
    ("supplier Hengyuan: lead time 5 days, contact Wang 13900005678", "set_supplier",
     {"supplier": "Hengyuan", "lead_days": 5, "contact": "Wang 13900005678"}),
    ("新增供应商 恒源纺织", "set_supplier", {"supplier": "恒源纺织"}),
    ("恒源纺织的 KF-01 供货价 32.5 元", "set_supplier_price",
     {"supplier": "恒源纺织", "sku": "KF-01", "unit_cost": 3250}),
    ("supplier Hengyuan sells KF-01 at 18.5", "set_supplier_price",
     {"supplier": "Hengyuan", "sku": "KF-01", "unit_cost": 1850}),
    ("向恒源纺织采购 KF-01 50 件", "create_purchase_order",
     {"lines": [{"sku": "KF-01", "quantity": 50}], "supplier": "恒源纺织"}),
    ("order 50 KF-01 and 10 WJ-R from Hengyuan", "create_purchase_order",
     {"lines": [{"sku": "KF-01", "quantity": 50}, {"sku": "WJ-R", "quantity": 10}], "supplier": "Hengyuan"}),
    ("采购单 PO261123-3 到货", "receive_purchase", {"purchase": "PO261123-3"}),
    ("采购单 PO261123-3 到货 20 件", "receive_purchase", {"purchase": "PO261123-3", "quantity": 20}),
    ("采购单 PO261123-3 到货 KF-01 20 件", "receive_purchase",
     {"purchase": "PO261123-3", "lines": [{"sku": "KF-01", "quantity": 20}]}),
    ("PO261123-3 received 20 KF-01", "receive_purchase",
     {"purchase": "PO261123-3", "lines": [{"sku": "KF-01", "quantity": 20}]}),
    ("取消采购单 PO261123-3", "cancel_purchase", {"purchase": "PO261123-3"}),
    ("PO261123-3 剩下的不要了", "cancel_purchase", {"purchase": "PO261123-3"}),
    ("cancel the rest of PO261123-3", "cancel_purchase", {"purchase": "PO261123-3"}),
])
def test_suppliers_and_purchase_orders(text: str, action: str, arguments: dict[str, Any]) -> None:
    assert act(text) == Act(action, arguments)


@pytest.mark.parametrize(("text", "command"), [
    ("哪些订单要拆单", Command("divided")), ("which orders need to be split?", Command("divided")),
    ("有需要拆单的订单吗", Command("divided")), ("哪些订单可以合单", Command("mergeable")),
    ("采购单", Command("purchases")), ("purchase orders", Command("purchases")), ("供应商", Command("suppliers")),
    ("PO261123-3 到哪了", Command("purchases", "PO261123-3")), ("供应商 恒源纺织", Command("suppliers", "恒源纺织")),
    ("供应商 恒源纺织 的电话", Command("suppliers", "恒源纺织")), ("suppliers", Command("suppliers"))])
def test_orders_purchases_and_suppliers_are_listed(text: str, command: Command) -> None:
    assert Chat().say(text) == command


def test_a_price_below_nothing_is_refused() -> None:
    assert held_back("恒源纺织的 KF-01 供货价 -1").key == "price_below_nothing"
@pytest.mark.parametrize(("text", "action", "more"), [
    ("取消订单 TB202611220007", "cancel_order", {}),
    ("请把TB202611220007取消掉", "cancel_order", {}),
    ("取消订单 TB202611220007,买家拍错了", "cancel_order", {"reason": "买家拍错了"}),
    ("cancel order TB202611220007 (Ordered twice)", "cancel_order", {"reason": "Ordered twice"}),
    ("please cancel TB202611220007 because it is late", "cancel_order", {"reason": "it is late"}),
    ("拦截 TB202611220007", "intercept_order", {}),
    ("intercept order TB202611220007", "intercept_order", {}),
    ("TB202611220007 的包裹里是 WJ-R 2件", "state_contents", {"lines": [{"sku": "WJ-R", "quantity": 2}]}),
    ("the parcel of TB202611220007 held 2 WJ-R", "state_contents", {"lines": [{"sku": "WJ-R", "quantity": 2}]})])
def test_an_order_is_called_off(text: str, action: str, more: dict[str, Any]) -> None:
    assert act(text) == Act(action, {"order": "TB202611220007", **more})


@pytest.mark.parametrize("text", [
    "取消TB202611220007的退款", "取消发货 TB202611220007", "取消 TB202611220007 和 TB202611220008",
    "取消订阅日报 TB202611220007", "cancel the refund of TB202611220007",
    "能取消订单TB202611220007吗", "锁单 TB202611220007 TB202611220008"])
def test_what_is_not_to_be_taken_for_a_cancellation_does_nothing(text: str) -> None:
    assert not isinstance(Chat().say(text), Act)
