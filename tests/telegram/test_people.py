"""Who gets an answer: strangers, codes, lost phones, groups."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col

from bot.app.limiting import limit
from bot.app.serving import bindings
from bot.app.wiring import clock
from bot.conversing.doors import Doors
from bot.conversing.inbound import Inbound
from domain.messaging.model import Chat, ChatState, InboxState, InboxUpdate, StaffIdentity
from domain.people import Role
from storage.messaging.chats import Chats
from storage.messaging.paces import Limits
from tests.telegram.fake import FakeTelegram
from tests.telegram.stage import CHEN, GROUP, ORDERS, STRANGER, WANG, ZHOU, Stage, message, served

POLITE = "只为店里的同事服务"


def test_a_stranger_gets_one_polite_sentence_and_no_figure(stage: Stage) -> None:
    for text in ("今天销售额", "/start", "/today", "待发货", "发送失败的消息"):
        sent = stage.hears(STRANGER, text, POLITE)
        assert not sent.buttons
    stage.says(STRANGER, "今天销售额")
    stage.quiet()
    assert len(stage.world.texts(STRANGER)) == 5, "a stranger who goes on hears nothing more"


def test_a_code_makes_a_person_and_is_good_once(stage: Stage) -> None:
    code, _ = bindings(stage.shop).issue("小王", clock())
    bound = stage.hears(WANG, f"/bind {code}", "你是 小王")
    assert "仓库" in bound.text
    assert len(bound.buttons) == 3
    stage.hears(WANG, "哪些货要补", "SKU")
    stage.hears(STRANGER, f"绑定 {code}", "不对、用过了或过期了")
    with stage.shop.database.read() as connection:
        kept = str(connection.exec_driver_sql("SELECT * FROM bind_codes").all())
    assert code not in kept
    stage.world.wait_for(lambda: ("chat:7", "zh") in stage.world.commands)
    assert "profit" not in {each["command"] for each in stage.world.commands["chat:7", "zh"]}
    assert "toship" in {each["command"] for each in stage.world.commands["chat:7", ""]}


def test_a_deep_link_binds_and_an_older_code_is_void(stage: Stage) -> None:
    first, _ = bindings(stage.shop).issue("小王", clock())
    second, _ = bindings(stage.shop).issue("小王", clock())
    stage.hears(WANG, f"/start {first}", "不对、用过了或过期了")
    stage.hears(WANG, f"/start {second}", "你是 小王")


def test_guessing_codes_ends_after_five(stage: Stage) -> None:
    right, _ = bindings(stage.shop).issue("陈总", clock())
    for guess in range(5):
        stage.hears(STRANGER, f"绑定 AAAA000{guess}", "不对、用过了或过期了")
    stage.hears(STRANGER, f"绑定 {right}", "试得太多")
    assert not stage.count(StaffIdentity)


def test_binding_a_new_phone_revokes_the_lost_one(shop: Stage) -> None:
    code, _ = bindings(shop.shop).issue("小王", clock())
    shop.hears(ZHOU, f"绑定 {code}", "你是 小王")
    shop.hears(WANG, "哪些货要补", POLITE)


def test_unbinding_and_the_command_line_take_an_account_back(shop: Stage) -> None:
    shop.hears(WANG, "解绑", "已解绑")
    shop.hears(WANG, "哪些货要补", POLITE)
    assert bindings(shop.shop).revoke("陈总", clock()) == 1
    shop.hears(CHEN, "今天销售额", POLITE)


def test_a_code_said_in_a_group_is_not_taken(stage: Stage) -> None:
    code, _ = bindings(stage.shop).issue("小王", clock())
    stage.hears(WANG, f"/bind@zhanggui_bot {code}", "私聊", chat=GROUP)
    assert not stage.count(StaffIdentity)


def test_asking_too_fast_is_said_once_and_then_met_with_silence(shop: Stage) -> None:
    doors, at = Doors(bindings(shop.shop), Limits(shop.shop.database)), clock()
    asked = Inbound("1", f"telegram:{WANG}", f"telegram:{WANG}", "", is_group=False, person_id=str(WANG),
                    message_id="1", text="帮助", language="zh")
    later = at + timedelta(hours=1)
    heard = [*doors.admit([asked] * 20, later), *(doors.admit([asked], later)[0] for _ in range(20))]
    assert sum(person is not None for _, person in heard) == 30
    said = [reply.text for reply, _ in heard if reply is not None]
    assert len(said) == 1
    assert "太快" in said[0]
    assert doors.admit([asked], later + timedelta(minutes=1))[0][1] is not None


@pytest.mark.parametrize(("text", "more"), [
    ("@zhanggui_bot 哪些货要补", {}),
    ("/restock@zhanggui_bot", {}),
    ("哪些货要补", {"reply_to_message": {"message_id": 1, "date": 1, "chat": {"id": GROUP, "type": "supergroup"},
                                        "from": {"id": 123456, "is_bot": True, "first_name": "Z"}, "text": "…"}}),
])
def test_in_a_group_commands_mentions_and_replies_are_for_us(shop: Stage, text: str, more: dict[str, object]) -> None:
    shop.says(WANG, "哪些货要补", chat=GROUP)
    shop.says(WANG, "/restock@another_bot", chat=GROUP)
    shop.quiet()
    assert not shop.world.texts(GROUP)
    Chats(shop.shop.database).clear(f"telegram:{GROUP}", Role.WAREHOUSE, clock())
    sent = shop.hears(WANG, text, "SKU", chat=GROUP, **more)
    assert "reply_parameters" in sent.said


def test_a_group_hears_no_more_than_it_is_cleared_for(shop: Stage) -> None:
    """The owner asks for profit where the packers read along: the answer goes to the owner alone."""
    shop.hears(CHEN, "@zhanggui_bot 今天销售额", "私聊发给你", chat=GROUP)
    shop.world.wait_text(CHEN, "销售额")
    Chats(shop.shop.database).clear(f"telegram:{GROUP}", Role.WAREHOUSE, clock())
    shop.hears(CHEN, "@zhanggui_bot 哪些货要补", "SKU", chat=GROUP)
    shop.hears(CHEN, "@zhanggui_bot 昨天毛利", "私聊发给你", chat=GROUP)
    shop.hears(WANG, "@zhanggui_bot 昨天毛利", "不能看", chat=GROUP)
    assert not any("¥" in text for text in shop.world.texts(GROUP))
    Chats(shop.shop.database).clear(f"telegram:{GROUP}", Role.OWNER, clock())
    assert "私聊" not in shop.hears(CHEN, "@zhanggui_bot 昨天销售额", "昨天", chat=GROUP).text
    shop.hears(WANG, "@zhanggui_bot 昨天销售额", "不能看", chat=GROUP)


def limited(stage: Stage, name: str) -> None:
    """As the owner says it at the machine: the name sees only 抖店, which has no order."""
    if "抖店" not in {one.name for one in stage.shop.roster.shops()}:
        stage.shop.roster.add_shop("抖店", "douyin", currency="CNY", secrets={}, at=clock())
    limit(stage.shop, name, ["抖店"])


def test_who_is_limited_to_a_shop_hears_of_no_other_one_even_after_somebody_who_is_not(shop: Stage) -> None:
    """The owner's list, with its buttons, stands in the group when 小王 asks on."""
    Chats(shop.shop.database).seen(f"telegram:{GROUP}", title="运营群", is_group=True, language="zh", now=clock())
    Chats(shop.shop.database).clear(f"telegram:{GROUP}", Role.OWNER, clock())
    limited(shop, "小王")
    listed = shop.hears(CHEN, "@zhanggui_bot 待发货", ORDERS[0], chat=GROUP)
    assert "CUP" in listed.text
    before = len(shop.world.texts(GROUP))
    shop.hears(WANG, "@zhanggui_bot 待发货", "只含你在这里能看的店铺:抖店", chat=GROUP)
    shop.hears(WANG, "@zhanggui_bot 京东旗舰店昨天订单数", "别的店铺不能说", chat=GROUP)
    shop.hears(WANG, "@zhanggui_bot 订阅待发货", "涉及所有店铺", chat=GROUP)
    shop.taps(WANG, listed, next(iter(listed.buttons)))
    shop.quiet()
    assert not [text for text in shop.world.texts(GROUP)[before:] if "CUP" in text or "旗舰店" in text]
    assert shop.status(ORDERS[0]) == "to_ship"


def test_a_group_limited_to_a_shop_hears_of_it_alone_and_the_rest_goes_to_who_may_hear_it(shop: Stage) -> None:
    Chats(shop.shop.database).seen(f"telegram:{GROUP}", title="运营群", is_group=True, language="zh", now=clock())
    Chats(shop.shop.database).clear(f"telegram:{GROUP}", Role.OWNER, clock())
    limited(shop, "运营群")
    shop.hears(CHEN, "@zhanggui_bot 昨天订单数", "抖店", chat=GROUP)
    shop.hears(CHEN, "@zhanggui_bot 京东旗舰店昨天订单数", "私聊发给你", chat=GROUP)
    assert "只含" not in shop.world.wait_text(CHEN, "京东旗舰店").text
    shop.hears(CHEN, "@zhanggui_bot 盘点 CUP 华东仓 40", "私聊发给你", chat=GROUP)


def test_an_action_the_group_is_not_cleared_for_is_proposed_in_private(shop: Stage) -> None:
    Chats(shop.shop.database).seen(f"telegram:{GROUP}", title="运营群", is_group=True, language="zh", now=clock())
    Chats(shop.shop.database).clear(f"telegram:{GROUP}", Role.SERVICE, clock())
    shop.hears(WANG, "@zhanggui_bot 发货 TB2026110001 顺丰 SF1234567890", "私聊发给你", chat=GROUP)
    assert "确认" in shop.world.wait_text(WANG, "TB2026110001").buttons


def test_a_topic_is_answered_in_the_topic(shop: Stage) -> None:
    Chats(shop.shop.database).seen(f"telegram:{GROUP}", title="运营群", is_group=True, language="zh", now=clock())
    Chats(shop.shop.database).clear(f"telegram:{GROUP}", Role.WAREHOUSE, clock())
    sent = shop.hears(WANG, "/restock", "SKU", chat=GROUP, message_thread_id=5, is_topic_message=True)
    assert sent.said["message_thread_id"] == "5"


def test_a_topic_that_was_deleted_costs_the_message_nothing_but_its_place(shop: Stage) -> None:
    Chats(shop.shop.database).seen(f"telegram:{GROUP}", title="运营群", is_group=True, language="zh", now=clock())
    Chats(shop.shop.database).clear(f"telegram:{GROUP}", Role.WAREHOUSE, clock())
    update = message(shop.world.number(), WANG, "/restock", GROUP, message_thread_id=5, is_topic_message=True)
    shop.world.trouble = lambda *_: shop.world.topics.clear()
    assert shop.post(update) == 200
    assert "message_thread_id" not in shop.world.wait_text(GROUP, "SKU").said


def test_a_menu_that_is_not_taken_costs_the_others_nothing(world: FakeTelegram, shop_url: str, tmp_path: Path) -> None:
    """小王 has deleted the chat with the bot: 陈总 has his menu all the same after the next start."""
    with served(world, shop_url, tmp_path) as stage:
        stage.bind(WANG, "小王")
        stage.bind(CHEN, "陈总")
    world.commands.clear()
    world.met.discard(WANG)
    with served(world, shop_url, tmp_path):
        world.wait_for(lambda: ("chat:8", "") in world.commands)
    assert ("chat:7", "") not in world.commands


def membership(stage: Stage, chat: int, before: str, after: str) -> None:
    who = {"user": stage.world.me, "status": before}
    number = stage.world.number()
    stage.post({"update_id": number, "my_chat_member": {
        "chat": {"id": chat, "type": "supergroup" if chat < 0 else "private", "title": "运营群"}, "date": 1,
        "from": {"id": CHEN, "is_bot": False, "first_name": "C", "language_code": "zh"}, "old_chat_member": who,
        "new_chat_member": {**who, "status": after, **({"until_date": 0} if after == "kicked" else {})}}})


def test_joining_is_greeted_and_leaving_ends_what_waits(shop: Stage) -> None:
    membership(shop, GROUP, "left", "member")
    assert "chat-group clear" in shop.world.wait_text(GROUP, "掌柜").text
    membership(shop, GROUP, "member", "kicked")
    shop.world.wait_for(lambda: shop.count(Chat, col(Chat.state) == ChatState.LEFT) == 1)


def test_a_group_that_becomes_a_supergroup_keeps_its_clearance(shop: Stage) -> None:
    chats = Chats(shop.shop.database)
    chats.seen("telegram:-55", title="运营群", is_group=True, language="zh", now=clock())
    chats.clear("telegram:-55", Role.WAREHOUSE, clock())
    update = message(shop.world.number(), WANG, "", -55, migrate_to_chat_id=GROUP)
    del update["message"]["text"], update["message"]["entities"]
    assert shop.post(update) == 200
    shop.quiet()
    shop.hears(WANG, "/restock", "SKU", chat=GROUP)


def test_what_is_no_update_or_not_from_telegram_is_not_kept(stage: Stage) -> None:
    before = stage.count(InboxUpdate)
    update = {"update_id": 1, "message": {}}
    assert stage.post(update, secret="wrong") == 403
    assert stage.post(update, secret="") == 403
    assert stage.post(b'{"a":' * 5000 + b"1" + b"}" * 5000) == 400
    assert stage.post(b"x" * 10 * 2**20) == 413
    assert stage.post(b"[1]") == 400
    assert stage.post({"update_id": "7"}) == 400
    assert stage.count(InboxUpdate) == before
    assert stage.get("/healthz")[0] == 200
    assert "zhanggui_inbox_updates" in stage.get("/metrics")[1]


def test_an_update_of_an_odd_shape_is_kept_and_given_up_by_itself(
        stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever knows the secret may send anything; Telegram repeats what is not taken, so it is taken."""
    monkeypatch.setattr("bot.conversing.worker.RETRY_IN", timedelta(0))
    odd: tuple[dict[str, Any], ...] = (
        {"callback_query": [1]}, {"message": "x"}, {"message": {"chat": {"id": "七"}, "from": {"id": 7}}},
        {"my_chat_member": {"chat": {"id": 7}}}, {"message": {**message(1, 7, "x")["message"], "chat": {"id": 7}}})
    assert {stage.post({"update_id": 1000 + number, **part}) for number, part in enumerate(odd)} == {200}
    stage.hears(STRANGER, "你好", POLITE)
    stage.quiet()
    assert stage.count(InboxUpdate, col(InboxUpdate.state) == InboxState.FAILED) == len(odd)


def test_an_edited_question_is_answered_anew(shop: Stage) -> None:
    update = shop.says(WANG, "哪些货要步")
    shop.quiet()
    before = len(shop.world.sent)
    edited = {**update["message"], "text": "哪些货要补", "edit_date": 2}
    assert shop.post({"update_id": shop.world.number(), "edited_message": edited}) == 200
    shop.world.wait_for(lambda: any("SKU" in each.text for each in shop.world.sent[before:]))


def test_a_sticker_is_answered_with_what_can_be_asked(shop: Stage) -> None:
    sticker = {"file_id": "s", "file_unique_id": "s", "width": 1, "height": 1, "is_animated": False,
               "is_video": False, "type": "regular"}
    update = message(shop.world.number(), WANG, "", sticker=sticker)
    del update["message"]["text"]
    before = len(shop.world.sent)
    shop.post(update)
    shop.world.wait_for(lambda: any("文字" in each.text for each in shop.world.sent[before:]))


def test_a_group_nobody_cleared_hears_nothing_but_help(shop: Stage) -> None:
    shop.hears(CHEN, "/help@zhanggui_bot", "掌柜", chat=GROUP)
    shop.hears(CHEN, "@zhanggui_bot 这个毛毯怎么样", "私聊发给你", chat=GROUP)
