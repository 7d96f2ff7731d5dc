"""How the bot presents itself on Telegram: commands by scope, role and language, and what it is."""

import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from bot.conversing.menu import FOR_GROUPS, commands_for, described
from bot.rendering.messages import say
from domain.people import Role

if TYPE_CHECKING:
    from telegram import Bot

# Telegram's key for everybody else's language is the empty one; the shop's people are mostly Chinese.
LANGUAGES = (("zh", "zh"), ("en", ""))
MAX_MENUS = 100  # of people, set at the start; a bigger team gets them one by one as it is bound

log = logging.getLogger(__name__)


async def introduce(bot: "Bot", people: Sequence[tuple[int, Role]]) -> None:
    """Set menus and description. What Telegram does not take is logged: the bot works without."""
    from telegram import BotCommandScopeAllGroupChats, BotCommandScopeDefault  # noqa: PLC0415  (heavy)
    from telegram.error import TelegramError  # noqa: PLC0415

    try:
        await _set(bot, None, BotCommandScopeDefault())
        for language, code in LANGUAGES:
            await bot.set_my_commands(_made(described(FOR_GROUPS, language)), scope=BotCommandScopeAllGroupChats(),
                                      language_code=code or None)
            await _describe(bot, language, code or None)
    except TelegramError as error:
        log.warning("the bot's menus could not all be set: %s", error)
    for chat_id, role in people[:MAX_MENUS]:
        try:
            await menu_of_person(bot, chat_id, role)
        except TelegramError as error:  # somebody who deleted the chat, say: the others get theirs
            log.warning("the menu of %s could not be set: %s", chat_id, error)


async def menu_of_person(bot: "Bot", chat_id: int, role: Role | None) -> None:
    """The person's own menu, in the private chat; None: a stranger's again."""
    from telegram import BotCommandScopeChat  # noqa: PLC0415  (heavy)

    scope = BotCommandScopeChat(chat_id)
    if role is not None:
        await _set(bot, role, scope)
        return
    for _, code in LANGUAGES:
        await bot.delete_my_commands(scope=scope, language_code=code or None)


async def _set(bot: "Bot", role: Role | None, scope: Any) -> None:
    for language, code in LANGUAGES:
        await bot.set_my_commands(_made(commands_for(role, language)), scope=scope, language_code=code or None)


async def _describe(bot: "Bot", language: str, code: str | None) -> None:
    """Only where it differs: Telegram allows few changes a day. The name stays the owner's own choice."""
    if (await bot.get_my_description(language_code=code)).description != say("menu.about", language):
        await bot.set_my_description(say("menu.about", language), language_code=code)
    if (await bot.get_my_short_description(language_code=code)).short_description != say("menu.about_short", language):
        await bot.set_my_short_description(say("menu.about_short", language), language_code=code)


def _made(commands: Iterable[tuple[str, str]]) -> list[Any]:
    from telegram import BotCommand  # noqa: PLC0415  (heavy)

    return [BotCommand(name, description) for name, description in commands]
