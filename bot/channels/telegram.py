"""The Telegram channel: updates by webhook or polling into the inbox, from there to the conversation, once each."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from bot.channels.telegram_menu import introduce, menu_of_person
from bot.channels.telegram_reading import CHANNEL, chat_of, read
from bot.channels.telegram_sending import TelegramSender, translated
from bot.conversing.conversation import Conversation, Posts
from bot.conversing.inbound import Attachment, Event, Inbound, Membership, Migration, Tap
from bot.outgoing import SendError, post
from bot.rendering.messages import say
from bot.rendering.reply import Reply

if TYPE_CHECKING:
    from telegram import Bot, User

TAKE_LEASE_S = 30.0  # renewed while an update is worked on; after a crash it waits as long
RENEW_S = 10.0
TROUBLE_REST_S = 3.0  # while the database does not answer
LOOK_EVERY_S = 0.5  # for what other processes received; own updates wake the workers
WORKERS = 4  # updates of different chats at a time: enough while one of them imports a file
MAX_TRIES = 3  # of an update that fails
RETRY_IN = timedelta(seconds=3)
HELLO_EVERY_S = 5.0  # getMe, while Telegram does not answer
CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 5.0, 10.0
MAX_DOWNLOAD_BYTES = 20 * 2**20  # Telegram gives bots no larger files

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """`base_url` ends in /bot; `webhook_url` is our public address, when we have one."""

    token: str
    base_url: str | None = None
    webhook_secret: str | None = None
    webhook_url: str | None = None


class Inbox(Protocol):
    """Updates kept (storage.inbox.Inbox)."""

    def receive(self, *, channel: str, key: str, chat: str, payload: str, now: datetime) -> bool: ...
    def take(self, channel: str, now: datetime, lasts_s: float) -> Any: ...
    def keep(self, taken: Any, now: datetime, lasts_s: float) -> None: ...
    def finish(self, taken: Any, posts: Sequence[Mapping[str, Any]], now: datetime) -> bool: ...
    def fail(self, taken: Any, error: str, posts: Sequence[Mapping[str, Any]], now: datetime) -> None: ...
    def retry(self, taken: Any, at: datetime) -> None: ...


class Taps(Protocol):
    """Takes taps (storage.buttons.Buttons)."""

    def issue(self, messages: Sequence[str], *, chat: str, person: str | None, kind: str,
              now: datetime) -> list[str]: ...
    def redeem(self, data: str, *, chat: str, person: str, update_key: str, now: datetime) -> Any: ...


class Roll(Protocol):
    """Who is bound (storage.bindings.Bindings)."""

    def bound(self, channel: str) -> Sequence[Any]: ...


# Which file a message is about, if one must be fetched to answer it (bot.conversing.files.FileTalk.wanted).
Wanted = Callable[[Inbound, datetime], Attachment | None]


def make_bot(settings: TelegramSettings) -> "Bot":
    """python-telegram-bot's bot, without its own queue, scheduler and retries: the inbox and outbox are these."""
    from telegram import Bot  # noqa: PLC0415  (heavy)
    from telegram.request import HTTPXRequest  # noqa: PLC0415

    request = HTTPXRequest(connection_pool_size=40, connect_timeout=CONNECT_TIMEOUT_S, read_timeout=READ_TIMEOUT_S,
                           write_timeout=READ_TIMEOUT_S, pool_timeout=CONNECT_TIMEOUT_S)
    addresses: dict[str, Any] = {}
    if settings.base_url:
        base = settings.base_url.rstrip("/")
        addresses = {"base_url": base, "base_file_url": base.removesuffix("/bot") + "/file/bot"}
    return Bot(settings.token, request=request, get_updates_request=HTTPXRequest(read_timeout=READ_TIMEOUT_S),
               **addresses)


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
    """One bot. `wake_relay` is called when there is something to send."""

    name = CHANNEL

    def __init__(self, settings: TelegramSettings, bot: "Bot", *, inbox: Inbox, taps: Taps, roll: Roll,
                 conversation: Conversation, wanted: Wanted, clock: Callable[[], datetime],
                 wake_relay: Callable[[], None]) -> None:
        self.settings, self.bot = settings, bot
        self.sender = TelegramSender(bot, taps)
        self._inbox, self._taps, self._roll, self._conversation = inbox, taps, roll, conversation
        self._wanted, self._clock, self._wake_relay = wanted, clock, wake_relay
        self._woken = asyncio.Event()
        self._ready = asyncio.Event()
        self._is_stopping = False
        self._tasks: list[asyncio.Task[None]] = []
        self._me: User | None = None
        self._problem: str | None = "Telegram has not answered yet"

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._say_hello()),
                       *(asyncio.create_task(self._work()) for _ in range(WORKERS))]

    async def stop(self) -> None:
        """What is in hand is finished; what waits is for the next start."""
        self._is_stopping = True
        self._woken.set()
        hello, *workers = self._tasks
        hello.cancel()
        for worker in workers:
            if not self._ready.is_set():
                worker.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def problem(self) -> str | None:
        return self._problem

    async def ready(self) -> None:
        """Return once Telegram has answered."""
        await self._ready.wait()

    async def receive(self, update: Mapping[str, Any]) -> bool:
        """Keep one update; False when it was there already. Raises ValueError for what is no update."""
        number = update.get("update_id")
        if not isinstance(number, int) or isinstance(number, bool):
            raise ValueError("an update has a number")  # noqa: TRY004  (of the same kind as JSON that is none)
        is_new = await asyncio.to_thread(
            self._inbox.receive, channel=CHANNEL, key=str(number), chat=chat_of(update),
            payload=json.dumps(update, ensure_ascii=False), now=self._clock())
        self._woken.set()
        return is_new

    async def _say_hello(self) -> None:
        """Until Telegram answers; then the workers begin."""
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
        self._ready.set()
        log.info("Telegram: @%s%s", self._me.username, "" if self._me.can_read_all_group_messages else
                 "; privacy mode is on: in groups it hears commands, mentions of it and replies to it")
        people = await asyncio.to_thread(self._roll.bound, CHANNEL)
        await introduce(self.bot, [(int(each.external_id), each.role) for each in people])

    async def _work(self) -> None:
        await self._ready.wait()
        while not self._is_stopping:
            self._woken.clear()
            try:
                taken = await asyncio.to_thread(self._inbox.take, CHANNEL, self._clock(), TAKE_LEASE_S)
            except Exception:
                log.exception("the inbox cannot be read")
                await asyncio.sleep(TROUBLE_REST_S)
                continue
            if taken is not None:
                await self._process(taken)
                self._woken.set()  # the next of the same chat may be free now
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), LOOK_EVERY_S)

    async def _process(self, taken: Any) -> None:
        renewing = asyncio.create_task(self._renew(taken))
        try:
            posts = await self._answer(taken.payload)
            await asyncio.to_thread(self._inbox.finish, taken, posts, self._clock())
            self._wake_relay()
        except Exception as error:
            log.exception("update %s could not be processed", taken.key)
            await self._failed(taken, error)
        finally:
            renewing.cancel()

    async def _failed(self, taken: Any, error: Exception) -> None:
        """Tried again; then given up, and the person is told."""
        try:
            if taken.attempts < MAX_TRIES:
                await asyncio.to_thread(self._inbox.retry, taken, self._clock() + RETRY_IN)
                return
            await asyncio.to_thread(self._inbox.fail, taken, repr(error), self._sorry(taken.payload), self._clock())
            self._wake_relay()
        except Exception:
            log.exception("update %s is taken up again when its lease runs out", taken.key)

    def _sorry(self, payload: str) -> Posts:
        """To whoever spoke to us alone; in a group it could be about anything."""
        event = self._event(payload)
        said = event.said if isinstance(event, Tap) else event
        if not isinstance(said, Inbound) or said.is_group:
            return []
        return [post(said.chat, Reply("error", say("people.failed_once", said.language)))]

    async def _renew(self, taken: Any) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            await asyncio.to_thread(self._inbox.keep, taken, self._clock(), TAKE_LEASE_S)

    def _event(self, payload: str) -> Event | None:
        from telegram import Update  # noqa: PLC0415  (heavy)

        if self._me is None:
            return None
        return read(Update.de_json(json.loads(payload), self.bot), self._me)

    async def _answer(self, payload: str) -> Posts:
        event = self._event(payload)
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
        wanted = await asyncio.to_thread(self._wanted, inbound, self._clock()) if before is not None else None
        if wanted is not None:
            inbound = replace(inbound, attachment=wanted)
            content = await self._fetch(wanted)
        posts = await asyncio.to_thread(self._conversation.hear, inbound, content)
        await self._menu_after(inbound, before)
        return posts

    async def _tap(self, tap: Tap) -> Posts:
        """Answered at once, whatever becomes of it: until then the person's button shows that it is working."""
        said = tap.said
        meant = await asyncio.to_thread(self._taps.redeem, tap.data, chat=said.chat, person=said.person_id,
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
        """Something that is worth nothing later: tried once."""
        try:
            with translated():
                await call
        except SendError as error:
            log.info("Telegram did not take it: %s", error)

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
