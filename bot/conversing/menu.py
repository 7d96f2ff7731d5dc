"""The commands of the channels' menus: what each stands for as a sentence, and who sees it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.rendering.messages import say
from domain.people import Permission, Role, may


@dataclass(frozen=True, slots=True)
class MenuCommand:
    """`/name`; without a right it is for everybody of the shop. Its sentence and description are in the catalogue."""

    name: str
    right: Permission | None = None


COMMANDS = (
    MenuCommand("today", Permission.SALES),
    MenuCommand("profit", Permission.PROFIT),
    MenuCommand("trend", Permission.SALES),
    MenuCommand("toship", Permission.FULFILMENT),
    MenuCommand("restock", Permission.STOCK),
    MenuCommand("subscribe", Permission.SUBSCRIBE),
    MenuCommand("quiet", Permission.SUBSCRIBE),
    MenuCommand("failed", Permission.MANAGE_STAFF),
    MenuCommand("help"),
    MenuCommand("unbind"),
)
FOR_STRANGERS = ("start", "bind", "help")
FOR_GROUPS = ("today", "toship", "restock", "help")
_SPOKEN = frozenset({"today", "profit", "trend", "toship", "restock", "failed", "help", "subscribe"})
_SLASH = re.compile(r"/([a-z]{2,20})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)


def sentence_of(text: str, language: str) -> str:
    """What a command of the menu stands for; other texts as they are, without the bot's name behind the command."""
    found = _SLASH.fullmatch(text.strip())
    if found is None:
        return text
    name, rest = found[1], (found[2] or "").strip()
    if name in _SPOKEN and not rest:
        return say(f"menu.{name}_sentence", language)
    return f"/{name} {rest}".strip()


def commands_for(role: Role | None, language: str) -> Iterator[tuple[str, str]]:
    """Name and description of what the role may use; None: what a stranger may."""
    names = FOR_STRANGERS if role is None else tuple(
        command.name for command in COMMANDS if command.right is None or may(role, command.right))
    return described(names, language)


def described(names: tuple[str, ...], language: str) -> Iterator[tuple[str, str]]:
    return ((name, say(f"menu.{name}", language)) for name in names)
