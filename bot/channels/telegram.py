"""The Telegram channel: updates by webhook or polling into the inbox, from there to the conversation, once each."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from bot.channels.telegram_menu import introduce, menu_of_person
from bot.channels.telegram_reading import CHANNEL, chat_of, read
from bot.channels.telegram_sending import Buttons, TelegramSender, translated
from bot.conversing.conversation import Conversation, Posts
from bot.conversing.inbound import Attachment, Event, Inbound, Membership, Migration, Tap
from bot.conversing.worker import Inbox, Relay, Worker
from bot.outgoing import SendError, post
from bot.rendering.messages import say
from bot.rendering.reply import Reply
from bot.together import Together

if TYPE_CHECKING:
    from telegram import Bot, User

    from bot.channels.telegram_http import QuickBot

HELLO_EVERY_S = 5.0  # getMe, while Telegram does not answer
ASK_EVERY_S = 60.0  # getMe, while it does: whom Telegram calls would not notice that it cannot call back
MAX_DOWNLOAD_BYTES = 20 * 2**20  # Telegram gives bots no larger files

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """`base_url` ends in /bot; `webhook_url` is our public address, when we have one."""

    token: str
    base_url: str | None = None
    webhook_secret: str | None = None
    webhook_url: str | None = None


class Roll(Protocol):
    """Who is bound (storage.people.bindings.Bindings)."""

    def bound(self, channel: str) -> Sequence[Any]: ...


class Files(Protocol):
    """Which files are fetched (bot.conversing.files.FileTalk)."""

    def concerns(self, inbound: Inbound) -> bool: ...
    def wanted(self, inbound: Inbound, at: datetime) -> Attachment | None: ...


@dataclass(frozen=True, slots=True)
class Arrived:
    """An update as it came (storage.messaging.inbox.Arrived)."""

    key: str
    chat: str
    payload: str


def make_bot(settings: TelegramSettings) -> "QuickBot":
    """python-telegram-bot's bot, without its own queue, scheduler and retries: the inbox and outbox are these."""
    from bot.channels.telegram_http import AiohttpRequest, QuickBot  # noqa: PLC0415  (heavy)

    addresses: dict[str, Any] = {}
    if settings.base_url:
        base = settings.base_url.rstrip("/")
        addresses = {"base_url": base, "base_file_url": base.removesuffix("/bot") + "/file/bot"}
    return QuickBot(settings.token, request=AiohttpRequest(), get_updates_request=AiohttpRequest(), **addresses)


class TelegramConnection:
    """Keeps the bot's connections open until everybody who speaks through them has finished."""

    name = "telegram connection"

    def __init__(self, bot: "Bot") -> None:
        self._bot = bot

    async def start(self) -> None:
        """They open with the first call."""

    async def stop(self) -> None:
        await self._bot.shutdown()

    def problem(self) -> str | None:
        return None


class TelegramChannel:
    """One bot."""

    name = CHANNEL

    def __init__(self, settings: TelegramSettings, bot: "QuickBot", *, inbox: Inbox, buttons: Buttons, roll: Roll,
                 conversation: Conversation, files: Files, clock: Callable[[], datetime], relay: Relay) -> None:
        self.settings, self.bot = settings, bot
        self.sender = TelegramSender(bot, buttons)
        self._buttons, self._roll, self._conversation, self._files, self._clock = (
            buttons, roll, conversation, files, clock)
        self._worker = Worker(CHANNEL, inbox, self, conversation, clock=clock, relay=relay)
        self._receive = Together(self._worker.receive, self._worker.hand_over)
        self._ready = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._me: User | None = None
        self._problem: str | None = "Telegram has not answered yet"

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._say_hello()), asyncio.create_task(self._work())]

    async def _work(self) -> None:
        await self._ready.wait()
        await self._worker.run()

    async def stop(self) -> None:
        """What is in hand is finished; what waits is for the next start."""
        await self._receive.end()
        self._worker.stop()
        hello, work = self._tasks
        hello.cancel()
        if not self._ready.is_set():
            work.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def problem(self) -> str | None:
        return self._problem

    async def ready(self) -> None:
        """Return once Telegram has answered."""
        await self._ready.wait()

    async def receive(self, update: Mapping[str, Any]) -> None:
        """Keep one update, unless it was there already. Raises ValueError for what is no update."""
        number = update.get("update_id")
        if not isinstance(number, int) or isinstance(number, bool):
            raise ValueError("an update has a number")  # noqa: TRY004  (of the same kind as JSON that is none)
        await self._receive(Arrived(str(number), chat_of(update), json.dumps(update, ensure_ascii=False)))

    async def _say_hello(self) -> None:
        """Once Telegram answers the workers begin; whether it still does is asked for as long as they work."""
        await self._greet()
        try:
            people = await asyncio.to_thread(self._roll.bound, CHANNEL)
            await introduce(self.bot, [(int(each.external_id), each.role) for each in people])
        except Exception:
            log.exception("the bot's menus could not be set")
        while True:
            await asyncio.sleep(ASK_EVERY_S)
            await self._greet()

    async def _greet(self) -> None:
        """Return when Telegram has answered who we are; what was set there for the bot may be new, too."""
        while True:
            try:
                await self.bot.initialize()
                self._me = await self.bot.get_me()
                break
            except Exception as error:  # noqa: BLE001  (whatever it is, it is said and tried again)
                self._problem = f"Telegram does not answer: {error}"
                log.warning("%s", self._problem)
                await asyncio.sleep(HELLO_EVERY_S)
        self._problem = None
        if not self._ready.is_set():
            self._ready.set()
            log.info("Telegram: @%s%s", self._me.username, "" if self._me.can_read_all_group_messages else
                     "; privacy mode is on: in groups it hears commands, mentions of it and replies to it")

    def sorry(self, payload: str) -> Posts:
        """To whoever spoke to us alone; in a group it could be about anything."""
        try:
            event = self.read(payload)
        except Exception:  # noqa: BLE001  (an update that cannot be read: nobody to speak to)
            return []
        said = event.said if isinstance(event, Tap) else event
        if not isinstance(said, Inbound) or said.is_group:
            return []
        return [post(said.chat, Reply("error", say("people.failed_once", said.language)))]

    def read(self, payload: str) -> Event | None:
        """What happened; None for what is not for us."""
        return read(json.loads(payload), self._me) if self._me is not None else None

    def is_plain(self, inbound: Inbound) -> bool:
        """A text that only wants an answer: no file to fetch, no menu to change."""
        return not self._files.concerns(inbound) and not self._conversation.changes_accounts(inbound)

    async def answer(self, event: Event | None) -> Posts:
        match event:
            case Tap():
                return await self._tap(event)
            case Inbound():
                return await self._message(event)
            case Membership():
                return await asyncio.to_thread(self._conversation.joined_or_left, event)
            case Migration():
                await asyncio.to_thread(self._conversation.chats.moved, event.old, event.new, self._clock())
        return []

    async def _message(self, inbound: Inbound) -> Posts:
        before = await asyncio.to_thread(self._conversation.speaker, inbound)
        content = None
        wanted = await asyncio.to_thread(self._files.wanted, inbound, self._clock()) if before is not None else None
        if wanted is not None:
            inbound = replace(inbound, attachment=wanted)
            content = await self._fetch(wanted)
        posts = await asyncio.to_thread(self._conversation.hear, inbound, content)
        await self._menu_after(inbound, before)
        return posts

    async def _tap(self, tap: Tap) -> Posts:
        """Answered at once, whatever becomes of it: until then the person's button shows that it is working."""
        said = tap.said
        meant = await asyncio.to_thread(self._buttons.redeem, tap.data, chat=said.chat, person=said.person_id,
                                        update_key=said.key, now=self._clock())
        if isinstance(meant, str):
            await self._at_once(self.bot.answer_callback_query(
                tap.callback_id, text=say(f"tap.{meant}", said.language), show_alert=True))
            return []
        await self._at_once(self.bot.answer_callback_query(tap.callback_id))
        decides = meant.kind == "decide"
        if not decides:
            chat_id = int(said.room.partition(":")[2])
            await self._at_once(self.bot.edit_message_reply_markup(chat_id, int(said.message_id), reply_markup=None))
        spoken = replace(said, text=meant.message)
        if decides:
            return await asyncio.to_thread(lambda: self._conversation.tapped(spoken, decides=True))
        return await self._message(spoken)

    async def _at_once(self, call: Awaitable[Any]) -> None:
        """Something that is worth nothing later: tried once, and whatever becomes of it, nothing else fails for it."""
        try:
            with translated():
                await call
        except SendError as error:
            log.info("Telegram did not take it: %s", error)
        except Exception:
            log.exception("Telegram's answer cannot be read")

    async def _fetch(self, wanted: Attachment) -> bytes | None:
        """The file's bytes; None when Telegram will not give it."""
        from telegram.error import BadRequest  # noqa: PLC0415  (heavy)

        try:
            file = await self.bot.get_file(wanted.file_id)
            if (file.file_size or 0) > MAX_DOWNLOAD_BYTES:
                return None
            return bytes(await file.download_as_bytearray())
        except BadRequest as error:
            log.info("Telegram does not give the file: %s", error)
            return None

    async def _menu_after(self, inbound: Inbound, before: Any) -> None:
        """Whoever was bound or unbound just now gets another menu."""
        if inbound.is_group:
            return
        after = await asyncio.to_thread(self._conversation.speaker, inbound)
        roles = (before.role if before else None, after.role if after else None)
        if roles[0] != roles[1]:
            await self._at_once(menu_of_person(self.bot, int(inbound.person_id), roles[1]))
