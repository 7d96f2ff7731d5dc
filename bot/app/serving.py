"""What `serve` runs on one open shop: channels, relay, and the services others hang on."""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from random import SystemRandom
from typing import Any

from bot.app import robot, wiring
from bot.app.chat_files import ChatFileDesk
from bot.app.server import Receive, Service
from bot.app.wiring import OpenShop
from bot.app.worker import Background
from bot.conversing.conversation import Conversation, OneAtATime
from bot.conversing.dead_letters import DeadLetters
from bot.conversing.doors import Doors
from bot.conversing.files import FileTalk
from bot.conversing.shipping import ShippingList
from bot.outgoing import Renderers, Sender, default_renderers
from bot.relay import Relay
from bot.rendering.chart import draw
from bot.rendering.reply import Reply
from bot.rendering.report import render_notice, render_report
from storage.messaging import notices
from storage.messaging.buttons import Buttons
from storage.messaging.chat_files import ChatFiles
from storage.messaging.chats import Chats
from storage.messaging.inbox import Inbox
from storage.messaging.leases import Leases
from storage.messaging.outbox import Outbox
from storage.messaging.paces import Limits
from storage.messaging.quiet_hours import NightGate
from storage.orders.waiting_orders import WaitingOrders
from storage.people.bindings import CODE_LETTERS, Bindings
from storage.stock.stock_watch import StoredStockWatch
from storage.write_backs import backlog

FILE_CODE_LENGTH = 4



def renderers(shop: OpenShop) -> Renderers:
    """How each kind of queued message is said; a feature with a kind of its own adds its renderer here."""
    known = default_renderers()
    known.add("notice", render_notice)
    known.add("report", partial(_report, shop))
    return known


def _report(shop: OpenShop, payload: Mapping[str, Any], language: str) -> Reply:
    """One picture for each payload: sent once more, it is drawn over the same file."""
    from scheduler.jobs.low_stock import still  # noqa: PLC0415  (jobs are loaded where one is needed)

    mark = sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()[:16]
    stock = StoredStockWatch(shop.database, shop.calendar)
    return render_report(payload, language, draw=draw, chart=shop.chart_dir / f"report-{mark}-{language}.png",
                         still=lambda told, shops: still(stock, told, shop.now(), shops))


@dataclass(slots=True)
class Serving:
    """bot.app.server.Hooks over one open shop."""

    shop: OpenShop
    services: Sequence[Service] = ()
    telegram: Receive | None = None
    telegram_secret: str | None = None
    outbox: Outbox = field(init=False)
    inbox: Inbox = field(init=False)

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.shop.database, on_dead=partial(notices.of_dead_letter, calendar=self.shop.calendar))
        self.inbox = Inbox(self.shop.database)

    def database_problem(self) -> str | None:
        try:
            self.inbox.counts()
        except Exception as error:  # noqa: BLE001  (whatever it is, it is not ready)
            return f"the database does not answer: {type(error).__name__}"
        return None

    def warm_up(self) -> None:
        self.shop.warm_up()

    def metrics(self) -> bytes:
        from bot.app.exposition import exposition  # noqa: PLC0415  (prometheus_client)

        return exposition(self.outbox.counts(), self.inbox.counts(), backlog(self.shop.database), now=wiring.clock(),
                          failing_since=self.outbox.failing_since())


def put_together(shop: OpenShop, *, with_scheduler: bool) -> Serving:
    """Everything `serve` runs. Call it inside the event loop's process; nothing is started yet."""
    serving = Serving(shop)
    senders: dict[str, Sender] = {}
    relay = Relay(serving.outbox, Chats(shop.database), senders, renderers(shop), clock=wiring.clock,
                  gate=NightGate(shop.database, shop.calendar).until)
    # stopped from the last to the first: no new updates, those in hand, their answers, the connections
    connections, channels = _telegram(serving, relay, senders) if shop.settings.telegram_token else ([], [])
    services: list[Service] = [*connections, *_robot(shop, senders), relay, *channels]
    if with_scheduler:
        services.append(Background(shop))
    serving.services = services
    return serving


def _robot(shop: OpenShop, senders: dict[str, Sender]) -> list[Service]:
    """The WeCom group robot, where there is one; it only sends."""
    if not shop.settings.wecom_robot_url:
        return []
    from bot.channels.wecom_robot import CHANNEL, WecomRobotSender  # noqa: PLC0415  (heavy)

    sender = WecomRobotSender(shop.settings.wecom_robot_url)
    senders[CHANNEL] = sender
    robot.begin(shop)
    return [sender]


def conversation(shop: OpenShop, answerer: OneAtATime, files: FileTalk) -> Conversation:
    """The conversation of every channel."""
    orders, database = WaitingOrders(shop.database), shop.database
    return Conversation(
        answerer, Chats(database), Doors(bindings(shop), Limits(database)), clock=wiring.clock,
        shop_now=shop.now, chart_dir=shop.chart_dir,
        specialists=(files, ShippingList(orders), DeadLetters(Outbox(database))))


def bindings(shop: OpenShop) -> Bindings:
    return Bindings(shop.database, shop.vault, secrets.randbelow)


def _telegram(serving: Serving, relay: Relay, senders: dict[str, Sender]) -> tuple[list[Service], list[Service]]:
    """The bot's connections, and what receives through them."""
    from bot.channels.telegram import (  # noqa: PLC0415  (heavy)
        TelegramChannel,
        TelegramConnection,
        TelegramSettings,
        make_bot,
    )
    from bot.channels.telegram_polling import TelegramPolling  # noqa: PLC0415
    from integrations.barcodes import read  # noqa: PLC0415

    shop, said = serving.shop, serving.shop.settings
    settings = TelegramSettings(said.telegram_token or "", said.telegram_base_url, said.telegram_webhook_secret,
                                said.telegram_webhook_url)
    answerer = OneAtATime(shop.dispatcher)
    files = FileTalk(ChatFiles(shop.database, _file_code), ChatFileDesk(shop), WaitingOrders(shop.database), read,
                     answerer)
    bot, buttons = make_bot(settings), Buttons(shop.database, shop.vault)
    channel = TelegramChannel(
        settings, bot, inbox=serving.inbox, buttons=buttons, roll=bindings(shop),
        conversation=conversation(shop, answerer, files), files=files, clock=wiring.clock,
        relay=relay)
    senders["telegram"] = channel.sender
    serving.telegram, serving.telegram_secret = channel.receive, settings.webhook_secret
    holder = f"{os.getpid()}-{secrets.token_hex(8)}"
    polling = TelegramPolling(channel, Leases(shop.database), holder, wiring.clock)
    return [TelegramConnection(bot)], [channel, polling]


def _file_code() -> str:
    random = SystemRandom()
    return "".join(random.choice(CODE_LETTERS) for _ in range(FILE_CODE_LENGTH))
