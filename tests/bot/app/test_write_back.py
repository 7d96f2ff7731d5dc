"""From 「发货」 in the chat to the platform and back: told once, said honestly, mended by itself."""

import asyncio
import io
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlmodel import col

from bot.app import serving
from bot.app.cli import main
from bot.app.doctor import findings
from bot.app.jobs import runner_of
from bot.app.settings import Settings
from bot.app.wiring import OpenShop, clock, open_shop
from bot.rendering.reply import Reply
from domain.catalog.model import Platform, Shop
from domain.jobs import Due, JobRun
from domain.messaging.model import Chat, ChatState, OutboxMessage, StaffIdentity
from domain.orders.model import Fulfilment, Order
from domain.people import Staff
from domain.writebacks.model import WriteBack
from domain.writebacks.rules import LEASE, MOST_TRIES, pause
from domain.writebacks.telling import Parcel
from integrations.platforms.pdd.client import PddClient
from scheduler.jobs import write_back
from storage.engine import open_database
from storage.migrate import revisions
from storage.write_back_queue import WriteBackQueue
from tests.conftest import BOTH
from tests.platforms.gateway import APP_KEY, SECRET, TOKEN, FakeGateway, Trouble, standing_in
from tests.processes import started
from tests.storage import action_shop, drafting

ORDERS = {"WAITING": "TB2026110001", "FIRST": "TB2026110002", "MIXED": "TB2026110003"}
SHOP, KEY = "京东旗舰店", "k" * 40
WANG, CHEN = "telegram:7", "telegram:8"


@dataclass
class Desk:
    """A shop on Pinduoduo, with 小王 (warehouse) and 陈总 (owner) in private chats."""

    shop: OpenShop
    platform: FakeGateway

    def say(self, text: str, who: str = "小王", chat: str = WANG) -> Reply:
        return self.shop.dispatcher.reply(text, person=self.shop.person(who), at=self.shop.now(), chat=chat)

    def ship(self, order: str = "TB2026110001", waybill: str = "78900112233445", carrier: str = "中通") -> Reply:
        proposal = self.say(f"发货 {order} {carrier} {waybill}")
        assert proposal.kind == "proposal", proposal.text
        done = self.say("确认")
        assert done.kind == "done", done.text
        return done

    def run(self) -> None:
        """The job, as if the minute had come and every lease and pause had passed."""
        with self.shop.database.write() as connection:
            connection.execute(update(WriteBack).values(not_before=clock() - LEASE))
            connection.execute(update(WriteBack).where(col(WriteBack.leased_until).is_not(None)).values(
                leased_until=clock() - LEASE))
            connection.execute(JobRun.__table__.delete())  # type: ignore[attr-defined]
        ran = asyncio.run(runner_of(self.shop).run_due(Due("write_back", clock()), is_by_hand=True))
        assert ran is not None
        assert not ran.error

    def rows(self, *columns: Any) -> list[Any]:
        with self.shop.database.read() as connection:
            return [tuple(row) for row in connection.execute(select(*columns).order_by(columns[0].table.c.id))]

    def states(self) -> list[str]:
        return [str(state) for (state,) in self.rows(WriteBack.__table__.c.state)]  # type: ignore[attr-defined]

    def messages(self) -> list[tuple[str, str]]:
        """Chat and words of what waits to go out."""
        found = self.rows(*(OutboxMessage.__table__.c[name] for name in ("chat", "kind", "payload")))  # type: ignore[attr-defined]
        said = serving.renderers(self.shop)
        return [(chat, said.render(kind, chat, json.loads(payload), "zh").text)
                for chat, kind, payload in found]

    def card(self) -> str:
        """What it says of the parcel."""
        return next(line for line in self.say("查单 TB2026110001").text.splitlines() if line.startswith("包裹"))


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop on SQLite; tests work on copies."""
    folder = tmp_path_factory.mktemp("told")
    with opened(f"sqlite:///{folder / 'shop.db'}", folder, "") as shop:
        fill(shop)
    return folder / "shop.db"


@pytest.fixture
def url(filled: Path, tmp_path: Path) -> str:
    shutil.copyfile(filled, tmp_path / "shop.db")
    return f"sqlite:///{tmp_path / 'shop.db'}"


@pytest.fixture
def desk(url: str, tmp_path: Path) -> Iterator[Desk]:
    with at_work(url, tmp_path) as desk:
        yield desk


@pytest.fixture(params=BOTH)
def both_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A filled shop on each kind of database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("url")
        return
    database = open_database(request.getfixturevalue("postgres_url"))
    with database.write() as connection:  # the mark of the last migration, as the program wants it
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:last)"), {"last": revisions()[-1]})
    address = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with opened(address, Path(), "") as shop:
        fill(shop)
    yield address
    with database.write() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    database.close()


@pytest.fixture
def both(both_url: str, tmp_path: Path) -> Iterator[Desk]:
    with at_work(both_url, tmp_path) as desk:
        yield desk


@contextmanager
def at_work(url: str, folder: Path) -> Iterator[Desk]:
    with standing_in("pdd") as platform, opened(url, folder, platform.url) as shop:
        for number in ORDERS.values():
            platform.add(number)
        yield Desk(shop, platform)


def opened(url: str, folder: Path, gateway: str) -> OpenShop:
    return open_shop(Settings(folder, url, secret_key=KEY, gateways={"pdd": gateway}))


def fill(shop: OpenShop) -> None:
    with shop.database.write() as connection:
        action_shop.fill(connection)
        connection.execute(update(Shop).values(platform=Platform.PDD))
        for old, number in ORDERS.items():
            connection.execute(update(Order).where(col(Order.external_id) == old).values(external_id=number))
        for name, chat in (("小王", WANG), ("陈总", CHEN)):
            connection.execute(Chat.__table__.insert().values(  # type: ignore[attr-defined]
                key=chat, channel="telegram", title="", is_group=False, language="zh", state=ChatState.ACTIVE,
                created_at=clock(), changed_at=clock()))
            connection.execute(StaffIdentity.__table__.insert().values(  # type: ignore[attr-defined]
                staff_id=connection.execute(select(col(Staff.id)).where(col(Staff.name) == name)).scalar_one(),
                channel="telegram", external_id=chat.partition(":")[2], bound_at=clock()))
    keys = {"app_key": APP_KEY, "app_secret": SECRET, "token": TOKEN}
    shop.roster.renew_keys(SHOP, secrets=keys, at=clock())


def test_a_shipment_is_told_once_and_the_order_says_so(both: Desk) -> None:
    assert "没有需要回传平台的发货" in both.say("哪些订单没回传?").text
    assert "自动回传" in both.ship().text
    assert both.card().endswith("等待回传平台")
    assert both.say("哪些订单没回传?").text == "没有回传失败的,还有 1 个包裹等待回传平台。"
    both.run()
    both.run()
    assert both.platform.accepted == 1
    assert f"已回传平台 {both.shop.now():%H:%M}"[:-1] in both.card()
    metrics = serving.Serving(both.shop).metrics().decode()
    assert 'zhanggui_write_backs{state="told"} 1.0' in metrics
    assert both.messages() == []
    assert both.say("哪些订单没回传?").text == "发货都已回传平台。"


def test_an_order_in_several_parcels_shows_where_each_is_and_that_one_is_fetched_back(desk: Desk) -> None:
    """The card was silent of an interception, and the second parcel looked like the first."""
    desk.ship()
    for words in ("拦截 TB2026110001", "TB2026110001 补发 1 件 CUP 顺丰 SF1390001112224"):
        assert desk.say(words, "陈总", CHEN).kind == "proposal"
        assert desk.say("确认", "陈总", CHEN).kind == "done"
    first, second = desk.say("查单 TB2026110001").text.splitlines()[-2:]
    assert first.startswith("包裹:中通 78900112233445")
    assert "已要求快递拦截" in first
    assert second.startswith("补发包裹:顺丰 SF1390001112224(CUP×1)")
    assert second.endswith("还没签收")


def test_a_shop_without_keys_has_nothing_to_tell(desk: Desk) -> None:
    desk.shop.roster.remove_shop(SHOP)
    assert "回传" not in desk.ship().text
    assert desk.states() == []


def test_refused_keys_are_the_owner_s_and_what_was_not_told_follows_by_itself(
        desk: Desk, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str]) -> None:
    desk.platform.rules.token = "renewed"
    desk.ship()
    desk.ship("TB2026110002", "78900112233446")
    desk.run()
    assert desk.states() == ["failed", "failed"]
    to_owner, to_wang = sorted(desk.messages(), key=lambda message: message[0] != CHEN)
    assert (to_owner[0], to_wang[0]) == (CHEN, WANG)
    assert f'zhanggui shop keys "{SHOP}" --token -' in to_owner[1]
    assert "TB2026110001" in to_wang[1]
    assert "自动补传" in to_wang[1]
    assert "平台回传失败" in desk.say("有什么异常").text
    assert desk.card().endswith("没能回传平台(授权失效)")
    assert "「重新回传 订单号」" in desk.say("查单 TB2026110001").text
    assert any("not told of 2 parcels" in found.sentence and not found.is_well
               for found in findings(desk.shop.settings, demo=False))
    monkeypatch.setattr("sys.stdin", io.StringIO("renewed\n"))
    monkeypatch.setenv("ZHANGGUI_SECRET_KEY", KEY)
    monkeypatch.setenv("SECRET_OF_THE_APP", SECRET)
    assert main(["shop", "keys", SHOP, "--token", "-", "--app-secret", "env:SECRET_OF_THE_APP",
                 "--database", url, "--data-dir", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "2 shipments" in said
    assert "renewed" not in said
    assert SECRET not in said
    assert main(["shop", "keys", SHOP, "--token", "env:NOT_THERE", "--data-dir", str(tmp_path)]) == 1
    desk.run()
    assert desk.states() == ["told", "told"]
    assert "平台回传失败" not in desk.say("有什么异常").text


@pytest.mark.parametrize(("fulfilment", "waybill", "is_settled"), [
    (Fulfilment.SHIPPED, "78900112233445", True), (Fulfilment.SIGNED, None, True), (Fulfilment.UNSHIPPED, None, False),
    (Fulfilment.SHIPPED, "78900199999999", False)])
def test_what_a_platform_shows_as_shipped_it_has_been_told(
        both: Desk, fulfilment: Fulfilment, waybill: str | None, *, is_settled: bool) -> None:
    """Somebody typed the waybill into the platform's own pages; the inbox asked for it for ever."""
    both.platform.rules.token = "renewed"
    both.ship()
    both.run()
    assert both.states() == ["failed"]
    with drafting.ingest(both.shop.database, both.shop.now()) as sink:
        sink.stage_orders(
            [drafting.order(shop=SHOP, platform=Platform.PDD, external_id="TB2026110001", fulfilment=fulfilment,
                            shipped_at=clock() if waybill else None, carrier="中通" if waybill else None,
                            waybill_no=waybill)],
            [drafting.line(shop=SHOP, order="TB2026110001", sku_code="CUP", quantity=2)])
        sink.finish()
    assert both.states() == ["told" if is_settled else "failed"]
    assert ("平台回传失败" in both.say("有什么异常").text) is not is_settled


def test_undone_before_it_was_told_it_is_withdrawn(desk: Desk) -> None:
    desk.ship()
    assert "还没有回传" in desk.say("撤销").text
    desk.run()
    assert (desk.states(), desk.platform.accepted) == (["withdrawn"], 0)


def test_undone_while_it_is_being_told_nobody_can_know_and_then_the_inbox_does(desk: Desk) -> None:
    desk.ship()
    queue, now = WriteBackQueue(desk.shop.database, desk.shop.calendar), clock() + LEASE
    one = queue.take(queue.waiting(now)[0], now, now + LEASE)
    assert one is not None
    assert "可能已经知道" in desk.say("撤销").text
    queue.told(one, now)
    assert desk.states() == ["withdrawn"]
    assert "平台上还是已发货" in desk.say("看回传失败的异常").text


def test_undone_afterwards_the_platform_knows_and_the_next_waybill_is_corrected_there(both: Desk) -> None:
    both.ship()
    both.run()
    assert "平台已经知道 TB2026110001 发货了" in both.say("撤销").text
    assert "平台上还是已发货" in both.say("看回传失败的异常").text
    both.ship(waybill="SF1234567890", carrier="顺丰")
    both.run()
    assert both.states() == ["withdrawn", "told"]
    assert [line.waybill for line in both.platform.rules.orders["TB2026110001"].shipped] == ["SF1234567890"]
    assert both.say("看回传失败的异常").text == "发货都已回传平台。"


def test_it_is_given_up_after_many_tries_and_whoever_confirmed_hears_of_it_once(desk: Desk) -> None:
    desk.ship()
    desk.platform.troubles += [Trouble.BUSY, Trouble.THROTTLED, Trouble.BUSY]
    desk.run()
    ((attempts, not_before),) = desk.rows(*(WriteBack.__table__.c[name] for name in ("attempts", "not_before")))  # type: ignore[attr-defined]
    assert attempts == 1
    assert timedelta() < not_before - clock() <= pause(1)
    with desk.shop.database.write() as connection:
        connection.execute(update(WriteBack).values(attempts=MOST_TRIES - 1))
    desk.run()
    attempts_now = desk.rows(WriteBack.__table__.c.attempts)  # type: ignore[attr-defined]
    assert (desk.states(), attempts_now) == (["queued"], [(MOST_TRIES - 1,)]), "being throttled is no try"
    desk.run()
    desk.run()
    assert desk.states() == ["failed"]
    ((chat, said),) = desk.messages()
    assert chat == WANG
    assert "服务超时" in said
    assert "再回传一次" in desk.say("重新回传 TB2026110001").text
    desk.say("确认")
    desk.run()
    assert desk.states() == ["told"]
    assert desk.say("重新回传 TB2026110001").kind == "refused"


def test_a_platform_that_is_silent_too_long_may_know(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_back, "TELL_WITHIN", timedelta(seconds=0.2))
    desk.platform.troubles.append(Trouble.SILENCE)
    desk.ship()
    desk.run()
    ((state, may_be_known, error),) = desk.rows(
        *(WriteBack.__table__.c[name] for name in ("state", "may_be_known", "error")))  # type: ignore[attr-defined]
    assert (state, may_be_known) == ("queued", True)
    assert "no answer within" in error
    assert "可能已经知道" in desk.say("撤销").text


def test_an_answer_nobody_foresaw_holds_up_no_other_parcel(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ship = PddClient.ship

    async def stumbles(client: PddClient, parcel: Parcel, carrier: str) -> None:
        if parcel.order == "TB2026110001":
            raise KeyError("is_success")
        await ship(client, parcel, carrier)

    monkeypatch.setattr(PddClient, "ship", stumbles)
    desk.ship()
    desk.ship("TB2026110002", "78900112233446")
    desk.run()
    assert desk.states() == ["queued", "told"]


def test_whatever_many_take_at_once_each_is_taken_by_one(both: Desk) -> None:
    queue, now = WriteBackQueue(both.shop.database, both.shop.calendar), clock() + LEASE
    for number, order in enumerate(ORDERS.values()):
        both.ship(order, f"7890011223344{number}")
    (shop,) = queue.waiting(now)
    with ThreadPoolExecutor(6) as pool:
        taken = [one.id for one in pool.map(lambda _: queue.take(shop, now, now + LEASE), range(12)) if one]
    assert sorted(taken) == sorted(set(taken))
    assert len(taken) == 3
    assert queue.waiting(now) == []
    again = queue.take(shop, now + 2 * LEASE, now + 3 * LEASE)
    assert again is not None
    assert (again.attempts, again.may_be_known) == (2, True)


def test_killed_between_the_platform_s_yes_and_the_mark_it_is_told_again_and_nothing_is_double(
        both: Desk, both_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program itself, with the address of the gateway in its environment."""
    monkeypatch.setenv("ZHANGGUI_SECRET_KEY", KEY)
    monkeypatch.setenv("ZHANGGUI_PDD_BASE_URL", both.platform.url)
    both.ship()
    both.platform.troubles.append(Trouble.SILENCE)
    process = started("job", "write_back", "--database", both_url, "--data-dir", str(tmp_path))
    assert both.platform.was_accepted.wait(60)
    process.kill()
    process.join()
    assert both.states() == ["queued"]
    both.run()
    assert (both.states(), both.platform.accepted) == (["told"], 1)


def test_keys_are_sealed_where_they_lie(desk: Desk) -> None:
    database = open_database(str(desk.shop.database.engine.url.render_as_string(hide_password=False)))
    with database.read() as connection:
        (row,) = connection.execute(select(Shop.__table__)).all()  # type: ignore[attr-defined]
    database.close()
    assert not any(secret.encode() in bytes(value) for secret in (APP_KEY, SECRET, TOKEN)
                   for value in row if isinstance(value, bytes | memoryview))
    keys = desk.shop.roster.keys(row.id)
    assert keys is not None
    assert (keys.app_secret, keys.token) == (SECRET, TOKEN)
    assert SECRET not in repr(keys)
