"""The command line beside the bot: codes, groups, doctor, and `serve` as a program."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.app.cli import main
from bot.app.wiring import clock
from domain.messaging.model import Subscription
from storage.encryption import Vault
from storage.engine import Database, open_database
from storage.messaging.chats import Chats
from storage.messaging.leases import Leases
from storage.people.bindings import Bindings
from tests.storage.action_shop import fill as fill_small
from tests.telegram.fake import TOKEN, FakeTelegram
from tests.telegram.stage import GROUP, Stage, program


def run(capsys: pytest.CaptureFixture[str], url: str, folder: Path, *words: str) -> tuple[int, str]:
    try:
        code = main([*words, "--database", url, "--data-dir", str(folder)])
    except SystemExit as stop:
        code = int(stop.code or 0)
    said = capsys.readouterr()
    return code, said.out + said.err


def test_groups_are_listed_cleared_and_subscribed(
        shop_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = open_database(shop_url)
    Chats(database).seen(f"telegram:{GROUP}", title="仓库群", is_group=True, language="zh", now=clock())
    Chats(database).seen("telegram:-2", title="仓库群", is_group=True, language="zh", now=clock())
    database.close()

    def said(*words: str) -> tuple[int, str]:
        return run(capsys, shop_url, tmp_path, *words)

    assert "more than one" in said("chat-group", "clear", "仓库群", "--role", "warehouse")[1]
    assert "cleared for nothing" in said("chat-group", "list")[1]
    assert said("chat-group", "subscribe", str(GROUP), "to_ship")[0] == 1
    assert said("chat-group", "clear", str(GROUP), "--role", "king")[0] == 2
    assert said("chat-group", "clear", str(GROUP), "--role", "warehouse")[0] == 0
    assert said("chat-group", "subscribe", str(GROUP), "daily_profit")[0] == 1
    assert said("chat-group", "subscribe", str(GROUP), "sales_of_moon")[0] == 2
    assert said("chat-group", "subscribe", str(GROUP), "to_ship", "--at", "25:00")[0] == 2
    for at in ("09:07", "10:00"):
        assert said("chat-group", "subscribe", str(GROUP), "to_ship", "--at", at)[0] == 0
    listed = said("chat-group", "list")[1]
    assert "cleared for warehouse\tto_ship 10:00" in listed
    database = open_database(shop_url)
    Chats(database).left(f"telegram:{GROUP}", clock())
    database.close()
    code, told = said("chat-group", "subscribe", str(GROUP), "to_ship")
    assert (code, "the bot is no longer in 仓库群" in told) == (1, True)
    assert "no group is called" in said("chat-group", "clear", "nowhere", "--role", "owner")[1]


def test_a_code_is_printed_for_somebody_who_works_here(
        shop_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, shop_url, tmp_path, "staff", "bind-code", "小王")
    assert code == 0
    assert len(out.splitlines()[0]) == 8
    assert run(capsys, shop_url, tmp_path, "staff", "bind-code", "谁谁")[0] == 1
    assert run(capsys, shop_url, tmp_path, "staff", "unbind", "小王") == (
        0, "小王 had 0 chat accounts bound; none is now\n")


def test_doctor_tells_the_steps_and_then_what_it_found(
        world: FakeTelegram, shop_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch) -> None:
    assert "@BotFather" in run(capsys, shop_url, tmp_path, "doctor")[1]
    monkeypatch.setenv("ZHANGGUI_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("ZHANGGUI_TELEGRAM_BASE_URL", world.base_url)
    code, out = run(capsys, shop_url, tmp_path, "doctor")
    assert (code, "privacy mode is on" in out, "polling" in out) == (0, True, True)
    world.webhook = "https://shop.example/channels/telegram"
    assert "are refused" in run(capsys, shop_url, tmp_path, "doctor")[1]
    monkeypatch.setenv("ZHANGGUI_TELEGRAM_TOKEN", "1:wrong")
    code, out = run(capsys, shop_url, tmp_path, "doctor")
    assert (code, "does not answer" in out) == (1, True)


def test_serve_stops_gracefully_and_never_logs_the_token(
        world: FakeTelegram, shop_url: str, tmp_path: Path) -> None:
    with program(world, shop_url, tmp_path) as (process, _):
        process.terminate()
        process.join(20)
        assert process.exitcode == 0
    said = "".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("serve-*.log"))
    assert "Telegram: @zhanggui_bot; privacy mode is on" in said
    assert TOKEN not in said


def test_the_same_report_is_subscribed_once(shop: Stage) -> None:
    chats = Chats(shop.shop.database)
    for at in (None, "09:07"):
        chats.subscribe(f"telegram:{GROUP}", "low_stock", at=at, by="陈总", now=clock())  # type: ignore[arg-type]
    assert shop.count(Subscription) == 1


def test_a_code_expires_and_is_used_by_one_of_two(database: Database) -> None:
    with database.write() as connection:
        fill_small(connection)
    bindings = Bindings(database, Vault.from_secret("k" * 40), lambda _: 0)
    code, expires_at = bindings.issue("小王", clock())
    assert bindings.bind("telegram", "1", code, expires_at + timedelta(seconds=1)) is None
    assert bindings.bind("telegram", "1", code, clock()) is not None
    assert bindings.bind("telegram", "2", code, clock()) is None
    assert [each.external_id for each in bindings.bound("telegram")] == ["1"]


def test_a_lease_is_one_holder_s_until_it_runs_out(database: Database) -> None:
    leases, now = Leases(database), clock()
    assert leases.take("poll", "a", now, 10)
    assert not leases.take("poll", "b", now, 10)
    assert leases.take("poll", "a", now, 10)
    assert leases.take("poll", "b", now + timedelta(seconds=11), 10)
    leases.give_back("poll", "a")
    assert not leases.take("poll", "a", now + timedelta(seconds=12), 10)
