"""What comes unasked or in a file: reports of the timetable, notices to the owner, exported tables."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.app.jobs import runner_of
from bot.app.wiring import clock
from domain.jobs import Due
from domain.messaging.model import OutboxMessage, Report
from domain.reports import LowLine, Place, ReportMessage, StockReport
from storage.messaging import outbox
from storage.messaging.chats import Chats
from tests.telegram.stage import CHEN, WANG, Stage


def run(shop: Stage, job: str, minutes: int = 0) -> int:
    """How many messages the job queued."""
    due = clock().replace(second=0, microsecond=0) - timedelta(minutes=minutes)
    ran = asyncio.run(runner_of(shop.shop).run_due(Due(job, due), is_by_hand=True))
    assert ran is not None
    assert not ran.error
    return len(ran.queued)


def test_a_subscribed_report_comes_to_the_chat_once(shop: Stage) -> None:
    proposal = shop.hears(CHEN, "订阅待发货", "确认")
    shop.taps(CHEN, proposal, next(iter(proposal.buttons)))
    shop.quiet()
    before = len(shop.world.sent)
    assert run(shop, "to_ship") == 1
    found = shop.world.wait_for(lambda: [each for each in shop.world.sent[before:] if each.chat == CHEN])
    assert "待发货" in found[0].text
    assert "TB2026110001" in found[0].text
    shop.quiet()
    assert len([each for each in shop.world.sent[before:] if each.chat == CHEN]) == 1


def test_a_paused_chat_gets_nothing_until_it_wants_to_and_still_answers(shop: Stage) -> None:
    proposal = shop.hears(CHEN, "订阅待发货", "确认")
    shop.taps(CHEN, proposal, next(iter(proposal.buttons)))
    paused = shop.hears(CHEN, "暂停推送", "先不推送")
    assert run(shop, "to_ship", 1) == 0
    shop.hears(CHEN, "待发货", "待发货")
    assert run(shop, "to_ship", 2) == 0, "speaking there does not end it"
    shop.taps(CHEN, paused, "恢复推送")
    shop.quiet()
    assert run(shop, "to_ship", 3) == 1


def test_a_report_that_somebody_may_not_see_cannot_be_subscribed(shop: Stage) -> None:
    shop.hears(WANG, "订阅日报", "不能订阅")


@pytest.mark.parametrize("asked", ["导出今天的待发货", "导出库存"])
def test_an_exported_table_comes_as_a_file(shop: Stage, asked: str) -> None:
    sent = shop.hears(CHEN, asked, "已导出")
    shop.quiet()
    files = [each.file for each in shop.world.sent if each.chat == CHEN and each.file]
    assert not sent.keyboard
    assert len(files) == 1
    name, content = files[0]
    assert name.endswith(".xlsx")
    assert content[:2] == b"PK"


def test_a_warning_that_waited_for_the_morning_is_told_as_far_as_it_is_still_true(shop: Stage) -> None:
    """In the night BAG and CUP ran low; by the morning there is enough of CUP. A message of CUP alone is not sent."""
    now = clock()
    with shop.shop.database.write() as connection:
        for key, told in (("both", ("BAG", "CUP")), ("gone", ("CUP",))):
            lines = tuple(LowLine(sku, f"name of {sku}", (Place("华南仓", 2, 0),), None, None, 20) for sku in told)
            held = ReportMessage(now, (StockReport(Report.LOW_STOCK, is_digest=False, lines=lines),),
                                 dues=(shop.shop.calendar.local(now - timedelta(hours=6)),))
            outbox.enqueue(connection, chat=f"telegram:{CHEN}", unique_key=key, kind="report",
                           payload=held.as_payload(), now=now)
    before = len(shop.world.sent)
    shop.quiet()
    sent = [each.text for each in shop.world.sent[before:] if each.chat == CHEN]
    assert len(sent) == 1
    assert "免打扰时段里到点" in sent[0]
    assert "BAG product BAG" in sent[0]
    assert "华南仓 8 件" in sent[0], "the figures are those of now"
    assert "CUP" not in sent[0]
    assert [state for _, state, *_ in shop.outbox()][-2:] == ["sent", "expired"]


def test_quiet_hours_are_set_shown_and_switched_off_in_the_chat(shop: Stage) -> None:
    proposal = shop.hears(CHEN, "/quiet 22:00-08:00", "22:00-08:00")
    shop.taps(CHEN, proposal, next(iter(proposal.buttons)))
    shop.hears(CHEN, "免打扰", "这里的免打扰:22:00-08:00。")
    shop.hears(CHEN, "/quiet 25:61-08:00", "25:61-08:00")


def test_what_was_held_up_until_the_quiet_hours_waits_for_their_end(shop: Stage) -> None:
    """Queued an hour ago while nobody could be reached; now it is night in this chat. A young one still goes."""
    now = clock()
    night = [shop.shop.calendar.local(now + timedelta(hours=hours)).strftime("%H:%M") for hours in (-1, 2)]
    Chats(shop.shop.database).keep_quiet(f"telegram:{CHEN}", "-".join(night), None, by="陈总", now=now)
    body = ReportMessage(now, (StockReport(Report.LOW_STOCK, is_digest=True, lines=()),)).as_payload()
    with shop.shop.database.write() as connection:
        for age in (1, 0):
            outbox.enqueue(connection, chat=f"telegram:{CHEN}", unique_key=f"{age} h", kind="report", payload=body,
                           now=now - timedelta(hours=age))
    shop.world.wait_for(lambda: shop.outbox()[-1].state == "sent")
    with shop.shop.database.read() as connection:
        state, until, attempts = connection.execute(select(
            col(OutboxMessage.state), col(OutboxMessage.not_before), col(OutboxMessage.attempts)).where(
                col(OutboxMessage.unique_key) == "1 h")).one()
    assert (state, attempts, shop.shop.calendar.local(until).strftime("%H:%M")) == ("queued", 0, night[1])
