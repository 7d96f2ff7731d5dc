"""Nothing twice, nothing lost: retries, two processes, crashes, limits, and a Telegram that is down."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlmodel import col

from bot.app.wiring import clock
from domain.messaging.model import (
    Chat,
    ChatState,
    InboxState,
    InboxUpdate,
    OutboxMessage,
    OutboxState,
    StaffIdentity,
)
from domain.messaging.quiet import OFF
from domain.people import Staff
from storage.engine import Database, open_database
from storage.messaging.chats import Chats
from storage.messaging.outbox import Outbox, enqueue
from tests.telegram.fake import FakeTelegram
from tests.telegram.rules import Refusal
from tests.telegram.stage import (
    CHEN,
    GROUP,
    ORDERS,
    SECRET,
    STRANGER,
    WANG,
    Stage,
    leases_run_out,
    message,
    program,
    served,
)


def bound(database: Database, person: int, name: str) -> None:
    with database.write() as connection:
        staff = connection.execute(select(col(Staff.id)).where(col(Staff.name) == name)).scalar_one()
        connection.execute(insert(StaffIdentity).values(staff_id=staff, channel="telegram", external_id=str(person),
                                                        bound_at=clock()))


def test_webhook_retries_to_two_processes_are_one_answer(world: FakeTelegram, both_url: str, tmp_path: Path) -> None:
    """Telegram sends an update again until it hears a yes, and the load balancer picks another process."""
    with served(world, both_url, tmp_path) as one, served(world, both_url, tmp_path) as two:
        one.bind(WANG, "小王")
        updates = [message(world.number(), WANG, f"发货 {order} 顺丰 SF123456789{place}")
                   for place, order in enumerate(ORDERS)]
        posts = [threading.Thread(target=each.post, args=(update,)) for update in updates for each in (one, two, one)]
        for post in posts:
            post.start()
        for post in posts:
            post.join()
        world.wait_for(lambda: sum("请确认" in text for text in world.texts(WANG)) == len(ORDERS), within_s=30)
        one.quiet()
        assert len(world.texts(WANG)) == 1 + len(ORDERS)
        assert not world.refused


def test_one_of_two_processes_polls(world: FakeTelegram, both_url: str, tmp_path: Path) -> None:
    with program(world, both_url, tmp_path), program(world, both_url, tmp_path):
        world.queue(message(world.number(), 66, "你好"))
        world.wait_text(66, "同事")
        time.sleep(1.5)
        assert not [each for each in world.refused if "409" in each or "Conflict" in each]
        assert len(world.texts(66)) == 1


def test_an_update_nobody_can_read_stops_neither_polling_nor_its_chat(
        world: FakeTelegram, shop_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library reads all that polling brings at once: one tap that lacks something (found with a stand-in of
    others, telegram-test-api) made the bot deaf for ever. It is kept as it came, and given up by itself."""
    monkeypatch.setattr("bot.conversing.worker.RETRY_IN", timedelta(0))
    odd = message(world.number(), STRANGER, "你好")
    tapped = {"id": "q", "data": "x", "message": odd["message"]}
    world.queue({"update_id": world.number(), "callback_query": tapped})
    world.queue(message(world.number(), STRANGER, "你好"))
    with served(world, shop_url, tmp_path, webhook="") as stage:
        world.wait_text(STRANGER, "同事")
        stage.quiet()
        assert stage.count(InboxUpdate, col(InboxUpdate.state) == InboxState.FAILED) == 1


def test_killed_between_receiving_and_answering_it_answers_after_the_next_start(
        world: FakeTelegram, shop_url: str, tmp_path: Path) -> None:
    database = open_database(shop_url)
    bound(database, WANG, "小王")
    world.webhook = "https://shop.example/channels/telegram"
    world.trouble = drop("sendMessage")
    with program(world, shop_url, tmp_path, ZHANGGUI_TELEGRAM_WEBHOOK_SECRET=SECRET) as (process, address):
        stage = Stage(world, None, None, address)  # type: ignore[arg-type]
        assert stage.post(message(world.number(), WANG, "哪些货要补")) == 200
        process.kill()
        process.join(10)
    world.trouble = None
    leases_run_out(database)
    with program(world, shop_url, tmp_path, ZHANGGUI_TELEGRAM_WEBHOOK_SECRET=SECRET):
        world.wait_text(WANG, "SKU", within_s=60)
    database.close()
    assert len(world.texts(WANG)) == 1


def drop(method: str) -> Any:
    """Telegram hangs up without an answer."""
    def hang_up(called: str, _: dict[str, Any]) -> None:
        if called == method:
            raise ConnectionError
    return hang_up


def test_killed_between_send_and_mark_the_message_comes_again_and_that_is_counted(
        world: FakeTelegram, shop_url: str, tmp_path: Path) -> None:
    """Whether the chat has it cannot be known: it is sent again, and doctor, metrics and log say so."""
    database = open_database(shop_url)
    bound(database, WANG, "小王")
    arrived, released = threading.Event(), threading.Event()

    def hold(called: str, said: dict[str, Any]) -> None:
        if called == "sendMessage" and not arrived.is_set():
            world._new(said, said["text"], None)
            arrived.set()
            released.wait(30)
            raise ConnectionError

    world.trouble = hold
    with program(world, shop_url, tmp_path) as (process, _):
        world.queue(message(world.number(), WANG, "哪些货要补"))
        assert arrived.wait(20)
        process.kill()
        process.join(10)
    released.set()
    world.trouble = None
    leases_run_out(database)
    with program(world, shop_url, tmp_path) as (process, _):
        world.wait_for(lambda: len(world.texts(WANG)) == 2, within_s=60)
        world.wait_for(lambda: Outbox(database).counts().get("sent"))
        process.terminate()
        process.join(20)
        assert process.exitcode == 0
    assert Outbox(database).counts()["repeats"] == 1
    database.close()


def test_told_to_slow_down_it_waits_and_then_says_it_once(shop: Stage) -> None:
    refusals = iter([True, True])

    def limited(called: str, _: dict[str, Any]) -> None:
        if called == "sendMessage" and next(refusals, False):
            raise Refusal(429, "Too Many Requests: retry after 1", retry_after=1)

    shop.world.trouble = limited
    shop.hears(WANG, "哪些货要补", "SKU")
    shop.quiet()
    assert len([text for text in shop.world.texts(WANG) if "SKU" in text]) == 1
    assert not [row for row in shop.outbox() if row.state != OutboxState.SENT]


def test_while_telegram_is_down_messages_wait(shop: Stage) -> None:
    shop.world.trouble = drop("sendMessage")
    shop.says(WANG, "哪些货要补")
    shop.world.wait_for(lambda: any(row.error for row in shop.outbox()))
    assert "zhanggui_outbox_failing_seconds 0.0" not in shop.get("/metrics")[1]
    shop.world.trouble = None
    shop.world.wait_text(WANG, "SKU", within_s=20)
    shop.quiet()
    assert "zhanggui_outbox_failing_seconds 0.0" in shop.get("/metrics")[1]
    last = shop.outbox()[-1]
    assert (last.state, last.channel_message_id) == (OutboxState.SENT, str(shop.world.sent[-1].id))


def test_while_telegram_does_not_answer_it_is_not_ready_and_then_is(
        world: FakeTelegram, shop_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start and later; what Telegram brings by itself is taken all the same."""
    for often in ("HELLO_EVERY_S", "ASK_EVERY_S"):
        monkeypatch.setattr(f"bot.channels.telegram.{often}", 0.2)
    world.trouble = drop("getMe")
    with served(world, shop_url, tmp_path) as stage:
        stage.world.wait_for(lambda: "does not answer" in stage.get("/readyz")[1])
        assert stage.get("/readyz")[0] == 503
        assert stage.get("/healthz")[0] == 200
        assert stage.post(message(world.number(), 66, "你好")) == 200
        world.trouble = None
        world.wait_text(66, "同事")
        assert stage.get("/readyz")[0] == 200
        world.trouble = drop("getMe")
        stage.world.wait_for(lambda: stage.get("/readyz")[0] == 503)
        world.trouble = None
        stage.world.wait_for(lambda: stage.get("/readyz")[0] == 200)


def test_blocked_while_sending_the_message_is_given_up_and_the_owner_can_see_it(shop: Stage) -> None:
    shop.says(WANG, "哪些货要补")
    shop.world.gone.add(WANG)
    shop.says(WANG, "待发货")
    shop.world.wait_for(lambda: shop.count(Chat, col(Chat.state) == ChatState.LEFT))
    listed = shop.hears(CHEN, "发送失败的消息", f"telegram:{WANG}")
    assert "blocked by the user" in listed.text
    shop.world.gone.clear()
    shop.world.wordless.add("editMessageReplyMarkup")  # what cannot be read of its answer must not undo the tap
    shop.taps(CHEN, listed, "全部重发")
    shop.world.wait_text(CHEN, "重新排队")
    shop.world.wait_text(WANG, "待发货")


def said(text: str) -> dict[str, Any]:
    return {"reply": {"kind": "answer", "text": text, "buttons": []}}


def test_a_group_that_removes_the_bot_while_it_speaks_costs_others_nothing_and_the_owner_hears_of_it_once(
        shop: Stage) -> None:
    """The first part of a long message is there when the bot is removed; another message waits behind it."""
    chats = Chats(shop.shop.database)
    chats.seen(f"telegram:{GROUP}", title="运营群", is_group=True, language="zh", now=clock())
    chats.keep_quiet(f"telegram:{CHEN}", OFF, None, by="陈总", now=clock())  # it may be night in the shop
    shop.world.met.add(GROUP)

    def removed(called: str, asked: dict[str, Any]) -> None:
        if called == "sendMessage" and int(asked["chat_id"]) == GROUP and shop.world.texts(GROUP):
            shop.world.gone.add(GROUP)

    shop.world.trouble = removed
    with shop.shop.database.write() as connection:
        for key, chat, text in (("long", GROUP, "毛毯 40 条\n" * 900), ("next", GROUP, "晚安"), ("own", WANG, "早安")):
            enqueue(connection, chat=f"telegram:{chat}", unique_key=key, kind="reply", now=clock(), payload=said(text))
    shop.world.wait_text(WANG, "早安")
    shop.world.wait_for(lambda: shop.serving.outbox.counts().get("dead") == 2)
    shop.world.wait_text(CHEN, "发不到「运营群」")
    shop.quiet()
    assert len(shop.world.texts(GROUP)) == 1
    assert len([text for text in shop.world.texts(CHEN) if "运营群" in text]) == 1
    assert shop.count(Chat, col(Chat.state) == ChatState.LEFT) == 1
    assert f"telegram:{GROUP}" in shop.hears(CHEN, "发送失败的消息", "kicked").text


def test_an_hour_without_telegram_costs_no_message_no_order_and_repeats_none(shop: Stage) -> None:
    chats = (101, 102, GROUP)
    shop.world.met |= set(chats)
    shop.quiet()
    shop.world.trouble = hang_up
    with shop.shop.database.write() as connection:
        for number in range(2):
            for chat in chats:
                enqueue(connection, chat=f"telegram:{chat}", unique_key=f"{chat}:{number}", kind="reply", now=clock(),
                        payload=said(f"第 {number} 条"))
    for failures in (1, 2):
        tried = partial(shop.count, OutboxMessage, col(OutboxMessage.attempts) == failures)
        shop.world.wait_for(partial(_is, len(chats), tried))
        passed(shop.shop.database, timedelta(minutes=30))
    shop.world.trouble = None
    shop.quiet()
    for chat in chats:
        assert shop.world.texts(chat) == [f"第 {number} 条" for number in range(2)]
    assert shop.serving.outbox.counts()["repeats"] == 0
    assert not shop.world.refused


def _is(wanted: int, count: Callable[[], int]) -> bool:
    return count() == wanted


def hang_up(*_: object) -> None:
    raise ConnectionError


def passed(database: Database, time: timedelta) -> None:
    """As if that much later: what waits to be tried again has waited so long."""
    with database.write() as connection:
        for row_id, not_before, created_at in connection.execute(select(
                col(OutboxMessage.id), col(OutboxMessage.not_before), col(OutboxMessage.created_at))
                .where(col(OutboxMessage.state) == OutboxState.QUEUED)).all():
            connection.execute(update(OutboxMessage).where(col(OutboxMessage.id) == row_id).values(
                not_before=not_before - time, created_at=created_at - time))


def test_a_long_answer_comes_in_parts_and_markup_never_breaks(shop: Stage) -> None:
    text = "\n".join(f"{number} <b>&amp; 毛毯 🧣 & 围巾 < 3" for number in range(400))
    with shop.shop.database.write() as connection:
        enqueue(connection, chat=f"telegram:{WANG}", unique_key="long", kind="reply", now=clock(),
                payload={"reply": {"kind": "answer", "text": text, "buttons": []}})
    shop.world.wait_text(WANG, "399 ", within_s=30)
    shop.quiet()
    parts = [each.text for each in shop.world.sent if "毛毯" in each.text]
    assert len(parts) > 2
    assert "\n".join(parts) == text
    assert not shop.world.refused


def test_a_notice_of_a_kind_nobody_knows_is_a_dead_letter(shop: Stage) -> None:
    with shop.shop.database.write() as connection:
        enqueue(connection, chat=f"telegram:{WANG}", unique_key="odd", kind="nobody-knows", now=clock(), payload={})
    shop.world.wait_for(lambda: shop.serving.outbox.counts().get("dead"))
    assert "nobody-knows" in shop.hears(CHEN, "发送失败的消息", "cannot be rendered").text


def test_an_update_that_fails_three_times_is_given_up_with_a_word(
        shop: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> Iterator[None]:
        raise RuntimeError("no luck")

    monkeypatch.setattr("bot.conversing.worker.RETRY_IN", clock() - clock())
    monkeypatch.setattr(type(shop.shop.dispatcher), "reply", broken)
    shop.says(WANG, "哪些货要补")
    shop.world.wait_text(WANG, "出了错")
    assert shop.count(InboxUpdate, col(InboxUpdate.state) == InboxState.FAILED) == 1


def test_twenty_chats_are_answered_side_by_side(shop: Stage) -> None:
    """One a second in each chat and thirty in all: Telegram refuses nothing."""
    shop.world.met |= {GROUP, *range(100, 140)}
    with shop.shop.database.write() as connection:
        for chat in range(100, 140):
            enqueue(connection, chat=f"telegram:{chat}", unique_key=f"n{chat}", kind="reply", now=clock(),
                    payload={"reply": {"kind": "answer", "text": "早", "buttons": []}})
        for number in range(7):
            enqueue(connection, chat=f"telegram:{GROUP}", unique_key=f"g{number}", kind="reply", now=clock(),
                    payload={"reply": {"kind": "answer", "text": f"群 {number}", "buttons": []}})
    shop.world.wait_for(lambda: shop.world.texts(GROUP)[-1:] == ["群 6"], within_s=40)
    assert shop.world.texts(GROUP) == [f"群 {number}" for number in range(7)]
    assert all(shop.world.texts(chat) == ["早"] for chat in range(100, 140))
    assert not shop.world.refused
