"""A day of a shop on Telegram, played on two processes: everything is said at least once, done exactly once, and to
nobody who may not hear it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel, col

from bot.app.cli import main
from domain.audit import AuditEntry
from domain.fulfilment.model import Shipment
from domain.messaging.model import InboxUpdate, OutboxState
from domain.orders.model import Order
from storage.engine import Database, open_database
from storage.messaging.outbox import Outbox
from tests.telegram.fake import FakeTelegram, Sent
from tests.telegram.rules import Refusal
from tests.telegram.stage import BOT, CHEN, GROUP, ORDERS, SECRET, WANG, Stage, leases_run_out, program
from tests.telegram.test_shipping import photo, picture

LI = 10  # 小李, the second of the packers
WAYBILL = "SF1234567890"


@dataclass
class Town(Stage):
    """People whose messages reach now this process, now that one."""

    url: str = ""
    folder: Path = Path()
    database: Database = field(default=None)  # type: ignore[assignment]
    addresses: Iterator[str] = field(default_factory=lambda: iter(()))

    def post(self, update: Any, secret: str = SECRET) -> int:
        self.address = next(self.addresses)
        return super().post(update, secret)

    def command(self, *words: str) -> None:
        assert main([*words, "--database", self.url, "--data-dir", str(self.folder)]) == 0

    def counted(self, model: type[SQLModel], *conditions: Any) -> int:
        with self.database.read() as connection:
            return connection.execute(select(func.count()).select_from(model).where(*conditions)).scalar_one()

    def stands(self, order: str) -> str:
        with self.database.read() as connection:
            return str(connection.execute(select(col(Order.status)).where(col(Order.external_id) == order)).scalar())

    def all_sent(self) -> None:
        self.world.wait_for(lambda: not Outbox(self.database).counts().get("queued"), within_s=40)


@contextmanager
def town(world: FakeTelegram, url: str, folder: Path) -> Iterator[Town]:
    made = Town(world, None, None, "", url=url, folder=folder, database=open_database(url))  # type: ignore[arg-type]
    try:
        yield made
    finally:
        made.database.close()


def test_a_day_with_two_processes(world: FakeTelegram, both_url: str, tmp_path: Path,
                                  capsys: pytest.CaptureFixture[str]) -> None:
    world.webhook = "https://shop.example/channels/telegram"
    with town(world, both_url, tmp_path) as people:
        with _serving(people) as one, _serving(people) as two:
            people.addresses = cycle((one[1], two[1]))
            _people_bind(people, capsys)
            _the_group_is_opened(people)
            _a_parcel_is_confirmed_once_and_taken_back(people)
            _what_the_group_may_not_hear(people)
            _a_storm_of_refusals_passes(people)
            proposed = _killed_between_send_and_mark(people, one[0], two[0])
        leases_run_out(people.database)
        with _serving(people) as again:
            people.addresses = cycle((again[1],))
            _the_proposal_comes_again_and_is_done_once(people, proposed)
            people.all_sent()
        _nothing_is_lost_or_leaked(people)


def _serving(people: Town) -> Any:
    return program(people.world, people.url, people.folder, ZHANGGUI_TELEGRAM_WEBHOOK_SECRET=SECRET)


def _people_bind(people: Town, capsys: pytest.CaptureFixture[str]) -> None:
    people.command("staff", "add", "小李", "--role", "warehouse")
    for person, name in ((CHEN, "陈总"), (WANG, "小王"), (LI, "小李")):
        capsys.readouterr()
        people.command("staff", "bind-code", name)
        code = capsys.readouterr().out.split()[0]
        people.hears(person, f"/bind {code}", f"你是 {name}")


def _the_group_is_opened(people: Town) -> None:
    people.hears(WANG, f"{BOT} 待发货", "私聊发给你", chat=GROUP)
    people.command("chat-group", "clear", str(GROUP), "--role", "warehouse")
    listed = people.hears(WANG, f"{BOT} 待发货", ORDERS[0], chat=GROUP)
    assert "发货 1" in listed.buttons


def _a_parcel_is_confirmed_once_and_taken_back(people: Town) -> None:
    caption = f"{BOT} {ORDERS[0]}"
    proposed = people.hears(WANG, "", "请确认", chat=GROUP, caption=caption, caption_entities=[
        {"type": "mention", "offset": 0, "length": len(BOT)}], **photo(people, picture(WAYBILL)))
    assert ORDERS[0] in proposed.text
    assert WAYBILL in proposed.text
    data = proposed.buttons["确认"]
    assert people.taps(WANG, proposed, "确认") == ""
    people.world.wait_for(lambda: proposed.text.endswith("已确认"))
    assert "别人" in people.taps(LI, proposed, "", data=data)
    assert "用过" in people.taps(WANG, proposed, "", data=data)
    assert people.stands(ORDERS[0]) == "shipped"
    assert people.counted(Shipment) == 1
    people.taps(WANG, proposed, "撤销")
    people.world.wait_for(lambda: proposed.text.endswith("已撤销"))
    assert people.stands(ORDERS[0]) == "to_ship"


def _what_the_group_may_not_hear(people: Town) -> None:
    people.hears(WANG, f"{BOT} 昨天毛利", "不能看", chat=GROUP)
    people.hears(CHEN, f"{BOT} 昨天毛利", "私聊发给你", chat=GROUP)
    people.world.wait_text(CHEN, "毛利")
    people.all_sent()


def _a_storm_of_refusals_passes(people: Town) -> None:
    """Telegram refuses the next eight messages; a moment later each of the three people has the answer once."""
    refusals = iter(range(8))

    def storm(called: str, _: dict[str, Any]) -> None:
        if called == "sendMessage" and next(refusals, None) is not None:
            raise Refusal(429, "Too Many Requests: retry after 1", retry_after=1)

    before = len(people.world.sent)
    people.world.trouble = storm
    for person in (CHEN, WANG, LI):
        people.says(person, "哪些货要补")
    for person in (CHEN, WANG, LI):
        people.world.wait_text(person, "SKU", within_s=30)
    people.all_sent()
    people.world.trouble = None
    assert sorted(each.chat for each in people.world.sent[before:]) == [WANG, CHEN, LI]


def _killed_between_send_and_mark(people: Town, *processes: Any) -> Sent:
    """Telegram has the message, and nobody here lives to note it."""
    arrived, released = threading.Event(), threading.Event()
    world = people.world

    def hold(called: str, said: dict[str, Any]) -> None:
        if called == "sendMessage" and not arrived.is_set():
            world.do_sendMessage(said, {})
            arrived.set()
            released.wait(30)
            raise ConnectionError

    world.trouble = hold
    people.says(WANG, f"发货 {ORDERS[1]} 顺丰 SF1234567891")
    assert arrived.wait(20)
    for process in processes:
        process.kill()
        process.join(10)
    world.trouble = None
    released.set()
    return world.sent[-1]


def _the_proposal_comes_again_and_is_done_once(people: Town, first: Sent) -> None:
    again = people.world.wait_for(lambda: next((each for each in people.world.sent if each.id > first.id), None), 60)
    assert again.text == first.text
    people.taps(WANG, first, "确认")
    people.taps(WANG, again, "确认")
    people.world.wait_for(lambda: first.edits and again.edits)
    assert people.stands(ORDERS[1]) == "shipped"
    assert people.counted(Shipment, col(Shipment.waybill_no) == "SF1234567891") == 1


def _nothing_is_lost_or_leaked(people: Town) -> None:
    counts, world = Outbox(people.database).counts(), people.world
    assert set(counts) == {OutboxState.SENT, "repeats"}
    assert counts["repeats"] == 1
    assert people.counted(InboxUpdate, col(InboxUpdate.state) != "done") == 0
    confirmed = (col(AuditEntry.action) == "confirm_shipment", col(AuditEntry.event) == "confirmed")
    assert people.counted(AuditEntry, *confirmed) == 2
    assert all("429" in each or "Too Many" in each for each in world.refused), world.refused
    assert not [text for text in world.texts(GROUP) if "¥" in text]
    assert {each.chat for each in world.sent if "毛利" in each.text and "不能看" not in each.text} <= {CHEN}
