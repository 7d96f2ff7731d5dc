"""What Telegram refuses, with the words it says then."""

import json
import re
from html.parser import HTMLParser
from typing import Any

MAX_TEXT, MAX_CAPTION, MAX_DATA_BYTES, MAX_ALERT = 4096, 1024, 64, 200
MAX_PHOTO_BYTES, MAX_DOCUMENT_BYTES = 10 * 2**20, 50 * 2**20
TAGS = {"b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"}


class Refusal(Exception):
    """An error answer: HTTP code, description, parameters."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in TAGS:
            raise Refusal(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}"')
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Refusal(400, f"Bad Request: can't parse entities: Unmatched end tag {tag}")

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(text: str, mode: str | None) -> str:
    """The text people see."""
    if mode != "HTML":
        return text
    if re.search(r"<(?![a-z/])", text) or re.search(r"&(?!(?:lt|gt|amp|quot|#\d+);)", text):
        raise Refusal(400, "Bad Request: can't parse entities: unescaped")
    parser = _Html()
    parser.feed(text)
    parser.close()
    if parser.open:
        raise Refusal(400, "Bad Request: can't parse entities: Can't find end tag")
    return parser.text


def checked_text(said: dict[str, Any], name: str = "text", most: int = MAX_TEXT) -> str:
    seen = parsed(said.get(name, ""), said.get("parse_mode"))
    if name == "text" and not seen.strip():
        raise Refusal(400, "Bad Request: message text is empty")
    if units(seen) > most:
        raise Refusal(400, f"Bad Request: message {'is' if name == 'text' else 'caption is'} too long")
    return seen


def checked_size(content: bytes, most: int) -> None:
    if not content:
        raise Refusal(400, "Bad Request: file must be non-empty")
    if len(content) > most:
        raise Refusal(413, "Request Entity Too Large")


def checked_keyboard(said: dict[str, Any]) -> list[list[dict[str, Any]]]:
    markup = said.get("reply_markup")
    rows: list[list[dict[str, Any]]] = (json.loads(markup) if isinstance(markup, str) else markup or {}).get(
        "inline_keyboard", [])
    for button in (button for row in rows for button in row):
        if not 1 <= len(button.get("callback_data", "").encode()) <= MAX_DATA_BYTES:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
        if not button.get("text"):
            raise Refusal(400, "Bad Request: text buttons are unallowed in the inline keyboard")
    return rows


def checked_commands(said: dict[str, Any]) -> list[dict[str, str]]:
    commands: list[dict[str, str]] = json.loads(said["commands"])
    if len(commands) > 100:
        raise Refusal(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]) or not 1 <= len(command["description"]) <= 256:
            raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
    return commands
