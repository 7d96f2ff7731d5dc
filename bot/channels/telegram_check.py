"""What `doctor` says of the Telegram bot: does it answer, does it hear groups, how do messages come."""

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from bot.channels.telegram import TelegramSettings, make_bot
from bot.channels.telegram_sending import translated
from bot.outgoing import SendError
from bot.rendering.messages import say

if TYPE_CHECKING:
    from telegram import User, WebhookInfo

Said = Iterator[tuple[str, bool]]


def check(settings: TelegramSettings, language: str) -> Said:
    """Sentences, each with whether it is well."""
    told = partial(say, language=language)
    try:
        me, webhook = asyncio.run(_asked(settings))
    except SendError as error:
        yield told("doctor.telegram_silent", why=error), False
        return
    yield told("doctor.telegram", name=me.username), True
    yield told("doctor.privacy_off" if me.can_read_all_group_messages else "doctor.privacy_on"), True
    if not me.can_join_groups:
        yield told("doctor.no_groups"), False
    if not webhook.url:
        yield told("doctor.polling"), True
        return
    yield told("doctor.webhook", url=webhook.url), True
    if settings.webhook_secret is None:
        yield told("doctor.no_secret"), False
    if webhook.last_error_message:
        yield told("doctor.webhook_failed", why=webhook.last_error_message), False


async def _asked(settings: TelegramSettings) -> tuple["User", "WebhookInfo"]:
    bot = make_bot(settings)
    with translated():
        try:
            await bot.initialize()
            return await bot.get_me(), await bot.get_webhook_info()
        finally:
            await bot.shutdown()
