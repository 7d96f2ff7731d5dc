"""What `doctor` says of the Telegram bot: does it answer, does it hear groups, how do messages come."""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.channels.telegram import TelegramSettings, make_bot
from bot.channels.telegram_sending import translated
from bot.outgoing import SendError

if TYPE_CHECKING:
    from telegram import User, WebhookInfo

Said = Iterator[tuple[str, bool]]


def check(settings: TelegramSettings) -> Said:
    """Sentences, each with whether it is well."""
    try:
        me, webhook = asyncio.run(_asked(settings))
    except SendError as error:
        yield f"Telegram does not answer: {error}; is ZHANGGUI_TELEGRAM_TOKEN the token @BotFather gave?", False
        return
    yield f"the Telegram bot is @{me.username}: https://t.me/{me.username}", True
    if me.can_read_all_group_messages:
        yield "privacy mode is off: it sees all messages of its groups and answers only those meant for it", True
    else:
        yield ("privacy mode is on: in groups it sees commands, mentions of it and replies to it, which is enough; "
               "to change it send /setprivacy to @BotFather, then remove the bot from the group and add it again"), True
    if not me.can_join_groups:
        yield "it cannot be added to groups; send /setjoingroups to @BotFather and choose Enable", False
    yield from _webhook(settings, webhook)


def _webhook(settings: TelegramSettings, webhook: "WebhookInfo") -> Said:
    if not webhook.url:
        yield "no webhook is set at Telegram: serve asks for messages itself (polling); no public address needed", True
        return
    yield f"Telegram sends messages to {webhook.url}", True
    if settings.webhook_secret is None:
        yield "but ZHANGGUI_TELEGRAM_WEBHOOK_SECRET is not set, so all of them are refused", False
    if webhook.last_error_message:
        yield f"the last time it could not: {webhook.last_error_message}", False


async def _asked(settings: TelegramSettings) -> tuple["User", "WebhookInfo"]:
    bot = make_bot(settings)
    with translated():
        try:
            await bot.initialize()
            return await bot.get_me(), await bot.get_webhook_info()
        finally:
            await bot.shutdown()
