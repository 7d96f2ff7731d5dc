"""Reports on their way to the group of a WeCom robot: paced, retried, given up, and never told with the key."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.app import robot as place
from bot.app.cli import main
from bot.app.doctor import findings
from bot.app.serving import put_together
from bot.app.settings import Settings, read_settings
from bot.app.wiring import OpenShop, clock, open_shop
from bot.channels.wecom_robot import ORDER_RATE, ROBOT_RATE, WecomRobotSender, place_of
from bot.outgoing import Gone, Outgoing, Refused, SendError, SlowDown, Unreachable
from domain.errors import OperatorMustAct
from domain.messaging.model import OutboxMessage, Report
from domain.people import Role
from domain.reports import Figure, Gaps, ReportMessage, SalesReport, Split
from storage.messaging import outbox
from storage.messaging.chats import Chats
from tests.telegram.stage import free_port
from tests.wecom.fake import KEY, FakeRobot, running


@pytest.fixture
def robot() -> Iterator[FakeRobot]:
    with running(FakeRobot()) as made:
        yield made


@contextmanager
def opened(robot: FakeRobot, folder: Path, url: str | None = None) -> Iterator[OpenShop]:
    with open_shop(Settings(data_dir=folder, database_url=url, wecom_robot_url=robot.url)) as shop:
        yield shop


@pytest.fixture
def shop(robot: FakeRobot, tmp_path: Path) -> Iterator[OpenShop]:
    with opened(robot, tmp_path) as made:
        yield made


def queue(shop: OpenShop, number: int = 1, rows: int = 8) -> None:
    days = tuple((f"2026-11-{day:02d}", 40_000 + day) for day in range(1, 15))
    body = SalesReport(
        Report.DAILY_PROFIT, date(2026, 11, 22), date(2026, 11, 23), "CNY", (Figure("gross_profit", 4_000, 1),),
        Split("platform", ("revenue",), tuple((f"平台{row}", row) for row in range(rows))), None, None,
        Split("day", ("gross_profit",), days), Gaps())
    with shop.database.write() as connection:
        for each in range(number):
            outbox.enqueue(connection, chat=place_of(shop.settings.wecom_robot_url or ""), unique_key=f"{each}",
                           kind="report", payload=ReportMessage(shop.now(), (body,)).as_payload(), now=clock())


def rows(shop: OpenShop) -> list[Any]:
    with shop.database.read() as connection:
        return list(connection.execute(select(
            col(OutboxMessage.state), col(OutboxMessage.attempts), col(OutboxMessage.error),
            col(OutboxMessage.not_before)).order_by(col(OutboxMessage.id))))


def serve(shop: OpenShop, *, until: Any) -> None:
    """Everything `serve` runs beside HTTP, until what is waited for."""
    async def run() -> None:
        services = put_together(shop, with_scheduler=False).services
        for service in services:
            await service.start()
        async with asyncio.timeout(15):
            while not until():  # noqa: ASYNC110  (asks the database)
                await asyncio.sleep(0.02)
        for service in reversed(services):
            await service.stop()
    asyncio.run(run())


def test_a_report_comes_with_its_picture_and_counts_as_sent(
        robot: FakeRobot, empty_database_url: str, tmp_path: Path) -> None:
    """On each kind of database."""
    with opened(robot, tmp_path, empty_database_url) as shop:
        queue(shop)
        serve(shop, until=lambda: rows(shop)[0].state == "sent")
    assert [kind for kind, _ in robot.sent] == ["text", "image"]
    assert robot.sent[0][1].startswith("每日利润 · 11月22日 周日")
    assert not robot.refused


def test_too_many_wait_and_are_no_failure(shop: OpenShop, robot: FakeRobot) -> None:
    robot.most = 1
    queue(shop)
    serve(shop, until=lambda: rows(shop)[0].error == "429")
    row, = rows(shop)
    assert (row.state, row.attempts) == ("queued", 0)
    assert row.not_before > clock() + timedelta(seconds=50)
    assert [kind for kind, _ in robot.sent] == ["text"], "what has gone out is not sent again"


def test_a_robot_that_is_no_more_is_given_up_seen_in_doctor_and_never_told_with_its_key(
        shop: OpenShop, robot: FakeRobot, caplog: pytest.LogCaptureFixture) -> None:
    """The answer repeats the key; the log, the row and doctor do not."""
    caplog.set_level(logging.DEBUG)
    shop.settings = replace(shop.settings, wecom_robot_url=robot.url + "-gone")
    queue(shop)
    serve(shop, until=lambda: rows(shop)[0].state == "dead")
    said = [finding.sentence for finding in findings(shop.settings, demo=False)]
    assert robot.refused[0][0] == 93000
    assert KEY in robot.refused[0][1]
    assert any("was refused" in sentence for sentence in said)
    assert any(sentence.startswith("1 message was not sent") for sentence in said)
    assert KEY not in " ".join([caplog.text, rows(shop)[0].error, *said, repr(shop.settings)])


@pytest.mark.parametrize(("trouble", "expected"), [
    (-1, Unreachable), (503_000, Unreachable), (45009, SlowDown), (93008, Gone), (40058, Refused), (12345, SendError)],
    ids=["busy", "out of order", "too many", "not in the group", "refused for ever", "an error nobody knows"])
def test_what_may_pass_is_tried_again_and_what_will_not_is_given_up(
        robot: FakeRobot, trouble: int, expected: type[SendError]) -> None:
    robot.trouble = [trouble]
    assert type(said_by(robot.url)) is expected
    assert said_by(robot.url) is None
    assert [text for _, text in robot.sent] == ["日报"]


def test_a_server_that_is_not_there_is_named_without_the_key() -> None:
    error = said_by(f"http://127.0.0.1:{free_port()}/cgi-bin/webhook/send?key={KEY}")
    assert isinstance(error, Unreachable)
    assert str(error).startswith("WeCom cannot be reached")
    assert KEY not in repr(error)
    assert error.__cause__ is None


def said_by(url: str) -> SendError | None:
    """What comes of one message."""
    async def send() -> None:
        sender = WecomRobotSender(url)
        try:
            message = Outgoing(sender.place, "日报")
            await sender.send(message, sender.parts(message)[0], clock())
        finally:
            await sender.stop()
    try:
        asyncio.run(send())
    except SendError as error:
        return error
    return None


def test_no_minute_has_more_than_wecom_takes() -> None:
    assert ROBOT_RATE.burst + 60 / ROBOT_RATE.every_s <= 20
    assert min(ORDER_RATE.every_s, ROBOT_RATE.every_s) < 1, "other channels of the process are not slowed down"


def test_the_place_is_set_up_by_command_with_the_least_rights_first(
        robot: FakeRobot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ZHANGGUI_WECOM_ROBOT_URL", robot.url)
    here = ["--data-dir", str(tmp_path)]
    subscribe = ["chat-group", "subscribe", "wecom_robot", "daily_profit", "--at", "09:07", *here]
    assert main(subscribe) == 1
    assert "is cleared for nothing" in capsys.readouterr().err
    for words in (["chat-group", "clear", "wecom_robot", "--role", "manager"], subscribe[:-2],
                  ["quiet", "wecom_robot", "22-8"], ["quiet", "wecom_robot", "off", "--report", "daily_profit"],
                  ["chat-group", "list"]):
        assert main([*words, *here]) == 0
    listed = capsys.readouterr().out.splitlines()[-1]
    assert listed == (f"企业微信群机器人\t{place_of(robot.url)}\tactive\tcleared for manager\t"
                      "daily_profit 09:07\tquiet hours: 22:00-08:00, daily_profit off")
    assert KEY not in listed
    assert main(["chat-group", "unsubscribe", "wecom_robot", "daily_profit", *here]) == 0
    assert main(["quiet", "wecom_robot", "25:61", *here]) == 2
    assert "25:61" in capsys.readouterr().err


def test_another_key_is_another_place_that_nobody_vouches_for(shop: OpenShop, robot: FakeRobot) -> None:
    place.begin(shop)
    chats, old = Chats(shop.database), place_of(robot.url)
    chats.clear(old, Role.MANAGER, clock())
    shop.settings = replace(shop.settings, wecom_robot_url=robot.url + "2")
    place.begin(shop)
    assert [(chat.key == old, chat.state, chat.clearance) for chat, _ in chats.groups()] == [
        (True, "left", "manager"), (False, "active", None)]


@pytest.mark.parametrize("url", ["qyapi.weixin.qq.com/cgi-bin/webhook/send?key=s3cret", "https://x/send?k=s3cret",
                                 "ftp://x/?key=s3cret", "http://[s3cret?key=1"])
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(OperatorMustAct) as caught:
        read_settings({"ZHANGGUI_WECOM_ROBOT_URL": url, "HOME": "/"})
    assert "s3cret" not in str(caught.value)
