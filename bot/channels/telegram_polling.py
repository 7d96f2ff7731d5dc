"""Updates without a public address: one of all processes asks Telegram for them, and keeps them before the next ask."""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from time import monotonic
from typing import Any, Protocol
from urllib.parse import urlencode

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_http import READ_TIMEOUT_S, AiohttpRequest

LONG_POLL_S = 20
LEASE_S = 45.0  # longer than one poll may last; another process takes over after it
AT_ONCE_S = 0.3  # nothing, sooner than this: whoever answers does not wait for what may come
RETRY_S = 3.0
MAX_RETRY_S = 30.0
ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
_LEASE = "telegram-polling"

log = logging.getLogger(__name__)


class Leases(Protocol):
    """What one process does at a time (storage.messaging.leases.Leases)."""

    def take(self, name: str, holder: str, now: datetime, lasts_s: float) -> bool: ...
    def give_back(self, name: str, holder: str) -> None: ...


class TelegramPolling:
    """Asks unless a webhook is set at Telegram: then Telegram comes to us."""

    name = "telegram polling"

    def __init__(self, channel: TelegramChannel, leases: Leases, holder: str, clock: Callable[[], datetime]) -> None:
        self._channel, self._leases, self._holder, self._clock = channel, leases, holder, clock
        self._request = AiohttpRequest()
        self._task: asyncio.Task[None] | None = None
        self._problem: str | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._request.shutdown()
        await asyncio.to_thread(self._leases.give_back, _LEASE, self._holder)

    def problem(self) -> str | None:
        return self._problem

    async def _run(self) -> None:
        await self._channel.ready()
        await self._request.initialize()
        offset, wait_s, is_ours = 0, RETRY_S, False
        while True:
            try:
                is_ours = is_ours or await self._has_to_ask()
                if not is_ours:
                    return
                offset = await self._turn(offset)
                self._problem, wait_s = None, RETRY_S
            except Exception as error:  # noqa: BLE001  (whatever it is, it is said and tried again)
                self._problem = f"Telegram cannot be asked for messages: {error}"
                log.warning("%s", self._problem)
                await asyncio.sleep(wait_s)
                wait_s = min(MAX_RETRY_S, wait_s * 2)

    async def _has_to_ask(self) -> bool:
        settings = self._channel.settings
        if settings.webhook_url:
            await self._channel.bot.set_webhook(settings.webhook_url, secret_token=settings.webhook_secret,
                                                allowed_updates=ALLOWED)
            log.info("Telegram sends to %s", settings.webhook_url)
            return False
        try:
            info = await self._channel.bot.get_webhook_info()
        except Exception as error:  # noqa: BLE001  (asking will tell)
            log.info("Telegram did not say whether a webhook is set: %s", error)
            return settings.webhook_secret is None
        if info.url:
            log.info("Telegram sends to the webhook that is set: %s", info.url)
        return not info.url

    async def _turn(self, offset: int) -> int:
        """One question to Telegram. The next offset tells it which updates are safe here."""
        if not await asyncio.to_thread(self._leases.take, _LEASE, self._holder, self._clock(), LEASE_S):
            await asyncio.sleep(RETRY_S)
            return 0
        asked_at = monotonic()
        updates = await self._asked(offset)
        for update in updates:
            await self._channel.receive(update)
            offset = int(update["update_id"]) + 1
        if not updates:
            await asyncio.sleep(max(0.0, AT_ONCE_S - (monotonic() - asked_at)))
        return offset

    async def _asked(self, offset: int) -> list[dict[str, Any]]:
        """Updates as they came. The library's own call reads them all, and one it cannot would come for ever."""
        said = {"offset": offset, "timeout": LONG_POLL_S, "allowed_updates": json.dumps(ALLOWED)}
        address = f"{self._channel.bot.base_url}/getUpdates?{urlencode(said)}"
        found: Any = await self._request.post(address, read_timeout=LONG_POLL_S + READ_TIMEOUT_S)
        return list(found)
