"""A shop with its bot on a stand-in Telegram, and people who write to it."""

import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import func, select, update
from sqlmodel import SQLModel, col

from bot.app.server import SECRET_HEADER, application
from bot.app.serving import Serving, bindings, put_together
from bot.app.settings import Settings
from bot.app.wiring import OpenShop, clock, open_shop
from domain.catalog.model import Shop, Sku
from domain.messaging.model import InboxUpdate, OutboxMessage
from domain.orders.model import Order
from storage.engine import Database, open_database
from storage.migrate import ensure_schema
from tests.processes import started
from tests.storage import action_shop
from tests.telegram.fake import ME, TOKEN, FakeTelegram, Sent, chat_json

SECRET = "s3cret"
BOT = "@zhanggui_bot"
WANG, CHEN, ZHOU, STRANGER = 7, 8, 9, 66  # 小王 warehouse, 陈总 owner, 周会计 finance
GROUP = -1001
ORDERS = ("TB2026110001", "TB2026110002", "TB2026110003", "TB2026110004")


def fill(url: str) -> None:
    """The small shop of the action tests, with orders numbered as platforms do."""
    database = open_database(url)
    ensure_schema(database)
    with database.write() as connection:
        action_shop.fill(connection)
        shop = connection.execute(select(col(Shop.id))).scalar_one()
        skus = {code: number for code, number in connection.execute(select(col(Sku.code), col(Sku.id))) if number}
        for number in ORDERS:
            action_shop._order(connection, int(shop or 0), number, action_shop.AXES["WAITING"], skus)
        connection.execute(update(Order).where(col(Order.external_id).in_(ORDERS)).values(
            ship_by=action_shop.AT - timedelta(days=3)))
    database.close()


@dataclass
class Stage:
    """People write here; what the bot says is in `world`."""

    world: FakeTelegram
    shop: OpenShop
    serving: Serving
    address: str
    keyboards: dict[str, str] = field(default_factory=dict)

    def post(self, update: Any, secret: str = SECRET) -> int:
        self.world.meet(update)
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        request = urllib.request.Request(f"{self.address}/channels/telegram", body, {SECRET_HEADER: secret})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"{self.address}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def says(self, person: int, text: str, /, chat: int | None = None, **more: Any) -> dict[str, Any]:
        update = message(self.world.number(), person, text, chat, **more)
        assert self.post(update) == 200
        return update

    def hears(self, person: int, text: str, part: str, /, chat: int | None = None, **more: Any) -> Sent:
        """The answer to a text: a message after it with the part in it."""
        before = len(self.world.sent)
        self.says(person, text, chat=chat, **more)
        where = chat or person
        found: Sent = self.world.wait_for(lambda: next(
            (each for each in self.world.sent[before:] if each.chat == where and part in each.text), None))
        return found

    def taps(self, person: int, sent: Sent, label: str, data: str | None = None) -> str:
        """The words of the little notice that answers a tap."""
        query = f"q{self.world.number()}"
        self.post(tap(self.world.number(), query, person, sent, data or sent.buttons[label]))
        self.world.wait_for(lambda: query in self.world.answered)
        return self.world.answered[query]

    def bind(self, person: int, name: str) -> None:
        code, _ = bindings(self.shop).issue(name, clock())
        self.hears(person, f"绑定 {code}", "绑定成功")

    def quiet(self) -> None:
        """Everything that came in is answered."""
        self.world.wait_for(lambda: not self.serving.inbox.counts().get("received")
                            and not self.serving.outbox.counts().get("queued"))

    def count(self, model: type[SQLModel], *conditions: Any) -> int:
        with self.shop.database.read() as connection:
            return connection.execute(select(func.count()).select_from(model).where(*conditions)).scalar_one()

    def status(self, order: str) -> str:
        with self.shop.database.read() as connection:
            return str(connection.execute(select(col(Order.status)).where(col(Order.external_id) == order)).scalar())

    def outbox(self) -> list[Any]:
        with self.shop.database.read() as connection:
            return list(connection.execute(select(
                col(OutboxMessage.chat), col(OutboxMessage.state), col(OutboxMessage.channel_message_id),
                col(OutboxMessage.error), col(OutboxMessage.repeats)).order_by(col(OutboxMessage.id))))


def message(number: int, person: int, text: str, chat: int | None = None, /, **more: Any) -> dict[str, Any]:
    entities: list[dict[str, Any]] = [
        {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}] if text.startswith("/") else []
    at = text.find(BOT)
    if at > 0 or (at == 0 and not entities):
        entities += [{"type": "mention", "offset": at, "length": len(BOT)}]
    said = {"message_id": number, "date": 1, "chat": chat_json(chat or person), "from": user(person), "text": text,
            "entities": entities, **more}
    return {"update_id": number, "message": {name: value for name, value in said.items() if value is not None}}


def user(person: int) -> dict[str, Any]:
    return {"id": person, "is_bot": False, "first_name": f"P{person}", "language_code": "zh-hans"}


def tap(number: int, query: str, person: int, sent: Sent, data: str) -> dict[str, Any]:
    return {"update_id": number, "callback_query": {
        "id": query, "from": user(person), "chat_instance": "1", "data": data,
        "message": {"message_id": sent.id, "date": 1, "chat": chat_json(sent.chat), "from": ME, "text": sent.text}}}


@contextmanager
def served(world: FakeTelegram, url: str, folder: Path, *,
           webhook: str = "https://shop.example/channels/telegram") -> Iterator[Stage]:
    """The program on the database, in a thread, told of by webhook; without one it polls."""
    world.webhook = webhook
    settings = Settings(data_dir=folder, database_url=url, telegram_token=TOKEN, telegram_base_url=world.base_url,
                        telegram_webhook_secret=SECRET)
    with open_shop(settings) as shop:
        serving = put_together(shop, with_scheduler=False)
        server = uvicorn.Server(uvicorn.Config(application(serving), port=free_port(), log_level="warning"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        stage = Stage(world, shop, serving, f"http://127.0.0.1:{server.config.port}")
        try:
            world.wait_for(lambda: server.started)
            yield stage
        finally:
            server.should_exit = True
            thread.join(20)


def leases_run_out(database: Database) -> None:
    """As half a minute after those who held them have died."""
    with database.write() as connection:
        for model in (OutboxMessage, InboxUpdate):
            connection.execute(update(model).where(col(model.leased_until).is_not(None)).values(
                leased_until=clock() - timedelta(seconds=1)))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def program(world: FakeTelegram, url: str, folder: Path, **environment: str) -> Iterator[tuple[ForkServerProcess, str]]:
    """`zhanggui serve` as a process of its own; killed at the end if it still lives."""
    port = free_port()
    process = started("serve", "--port", str(port), "--database", url, "--data-dir", str(folder),
                      says_to=folder / f"serve-{port}.log", ZHANGGUI_TELEGRAM_TOKEN=TOKEN,
                      ZHANGGUI_TELEGRAM_BASE_URL=world.base_url, **environment)
    address = f"http://127.0.0.1:{port}"
    try:
        world.wait_for(lambda: _answers(address), within_s=40)
        yield process, address
    finally:
        process.kill()
        process.join(10)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        time.sleep(0.1)
        return False
