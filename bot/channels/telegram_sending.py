"""Sends rendered messages to Telegram, and says in the relay's words what Telegram answered."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from bot import outgoing
from bot.channels.telegram_reading import CHANNEL, address_of
from bot.channels.telegram_text import MAX_CAPTION, label, pieces, plain, units
from bot.outgoing import Document, Outgoing
from bot.together import Together
from domain.messaging.pacing import Rate

if TYPE_CHECKING:
    from telegram.error import RetryAfter

    from bot.channels.telegram_http import QuickBot

# What Telegram allows: one a second in a chat, 20 a minute in a group, 30 a second in all.
CHAT_RATE = Rate(every_s=1.0)
GROUP_RATE = Rate(every_s=4.0, burst=5)  # at most 5 + 15 in a minute
BOT_RATE = Rate(every_s=0.05, burst=5)  # at most 5 + 20 in a second; the rest is for what bunches up on its way
MAX_BUTTONS = 20  # of one message; more do not fit a phone
Markup = Mapping[str, Any]  # a keyboard as the JSON that it is sent as
_BUTTON_ROW_CHARS = 24  # labels together in one row


class Buttons(Protocol):
    """Makes what buttons carry, and takes taps (storage.messaging.buttons.Buttons)."""

    def draw(self, count: int) -> list[str]: ...
    def keep(self, keyboards: Sequence[Any]) -> None: ...
    def redeem(self, data: str, *, chat: str, person: str, update_key: str, now: datetime) -> Any: ...


@dataclass(frozen=True, slots=True)
class Keyboard:
    """The buttons under one message (storage.messaging.buttons.Keyboard)."""

    carried: Sequence[str]
    messages: Sequence[str]
    chat: str
    person: str | None
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """One message of Telegram's: text, or a file with or without a caption."""

    text: str
    document: Document | None = None
    has_buttons: bool = False
    is_first: bool = False


def plan(message: Outgoing) -> list[Part]:
    """The messages it takes: a picture bears a short text; the buttons hang below the last text."""
    texts = pieces(message.text)
    pictures = [each for each in message.documents if each.is_picture]
    if message.edits is not None:
        return [Part(texts[0], has_buttons=True, is_first=True)]
    if len(message.documents) == len(pictures) == 1 and len(texts) == 1 and units(texts[0]) <= MAX_CAPTION:
        return [Part(texts[0], pictures[0], has_buttons=True, is_first=True)]
    parts = [Part(text, has_buttons=place == len(texts), is_first=place == 1) for place, text in enumerate(texts, 1)]
    return parts + [Part("", document) for document in message.documents]


class TelegramSender:
    """bot.outgoing.Sender over one bot."""

    def __init__(self, bot: "QuickBot", buttons: Buttons) -> None:
        self._bot = bot
        self._buttons = buttons
        self._keep = Together(buttons.keep)

    def rates(self, chat: str) -> Mapping[str, Rate]:
        number, _ = address_of(chat)
        room = f"{CHANNEL}:{number}"
        group = {f"{room}#group": GROUP_RATE} if number < 0 else {}
        return {room: CHAT_RATE, **group, f"{CHANNEL}#bot": BOT_RATE}

    def parts(self, message: Outgoing) -> Sequence[Part]:
        return plan(message)

    async def send(self, message: Outgoing, part: Part, now: datetime) -> str:
        """One part; without its markup or its thread when Telegram does not take these."""
        keyboard = await self._keyboard(message, now) if part.has_buttons else None
        with translated():
            if message.edits is not None:
                return await self._edit(message, part, keyboard)
            return await self._new(message, part, keyboard)

    async def _new(self, message: Outgoing, part: Part, keyboard: Markup | None) -> str:
        from telegram.error import BadRequest  # noqa: PLC0415  (heavy)

        chat_id, thread = address_of(message.chat)
        answered = {"message_id": int(message.reply_to), "allow_sending_without_reply": True} if (
            message.reply_to and part.is_first) else None
        options: dict[str, Any] = {"reply_markup": keyboard, "reply_parameters": answered, "parse_mode": "HTML"}
        try:
            return await self._send_part(part, chat_id, thread, options)
        except BadRequest as error:
            if "thread not found" in error.message.lower():
                return await self._send_part(part, chat_id, None, options)
            if "can't parse entities" not in error.message.lower():
                raise
            bare = replace(part, text=plain(part.text))
            return await self._send_part(bare, chat_id, thread, {**options, "parse_mode": None})

    async def _send_part(self, part: Part, chat_id: int, thread: int | None, options: dict[str, Any]) -> str:
        if part.document is None:
            return await self._bot.send_text({"chat_id": chat_id, "text": part.text, "message_thread_id": thread,
                                              **options})
        if part.document.is_picture:
            sent = await self._bot.send_photo(chat_id, part.document.content, caption=part.text or None,
                                              message_thread_id=thread, filename=part.document.name, **options)
        else:
            sent = await self._bot.send_document(chat_id, part.document.content, caption=part.text or None,
                                                 message_thread_id=thread, filename=part.document.name, **options)
        return str(sent.message_id)

    async def _edit(self, message: Outgoing, part: Part, keyboard: Any) -> str:
        """An edit that changes nothing is as good as done."""
        from telegram.error import BadRequest  # noqa: PLC0415  (heavy)

        chat_id, _ = address_of(message.chat)
        try:
            await self._bot.edit_text({"chat_id": chat_id, "message_id": int(message.edits or 0), "text": part.text,
                                       "parse_mode": "HTML", "reply_markup": keyboard})
        except BadRequest as error:
            said = error.message.lower()
            if "not modified" not in said:
                gone = "message to edit not found" in said or "can't be edited" in said
                raise outgoing.OverTaken(error.message) if gone else error from error
        return str(message.edits)

    async def _keyboard(self, message: Outgoing, now: datetime) -> Markup | None:
        shown = message.buttons[:MAX_BUTTONS]
        if not shown:
            return None
        carried = self._buttons.draw(len(shown))
        await self._keep(Keyboard(carried, [button.message for button in shown], message.chat, message.person,
                                  "decide" if message.decides else "ask", now))
        return {"inline_keyboard": _rows([{"text": label(button.label), "callback_data": data}
                                          for button, data in zip(shown, carried, strict=True)])}


def _rows(buttons: Sequence[Mapping[str, str]]) -> list[list[Mapping[str, str]]]:
    """Short labels stand beside each other."""
    rows: list[list[Mapping[str, str]]] = []
    used = 0
    for button in buttons:
        size = sum(2 if ord(char) > 0x2E80 else 1 for char in button["text"])
        if rows and used + size <= _BUTTON_ROW_CHARS and len(rows[-1]) < 3:
            rows[-1].append(button)
            used += size
        else:
            rows.append([button])
            used = size
    return rows


@contextmanager
def translated() -> Iterator[None]:
    """Telegram's errors as the relay's."""
    from telegram import error as said  # noqa: PLC0415  (heavy)

    try:
        yield
    except said.RetryAfter as error:
        raise outgoing.SlowDown(_seconds(error)) from error
    except said.ChatMigrated as error:
        raise outgoing.Moved(f"{CHANNEL}:{error.new_chat_id}") from error
    except said.Forbidden as error:
        raise outgoing.Gone(error.message) from error
    except (said.InvalidToken, said.EndPointNotFound, said.Conflict) as error:  # of a wrong token, either of the first
        raise outgoing.Unreachable(error.message) from error
    except said.BadRequest as error:
        gone = "chat not found" in error.message.lower()
        raise (outgoing.Gone if gone else outgoing.Refused)(error.message) from error
    except said.TimedOut as error:
        raise outgoing.Unreachable("Telegram does not answer in time", may_have_arrived=True) from error
    except said.NetworkError as error:
        raise outgoing.Unreachable(f"Telegram cannot be reached: {error.message}") from error
    except said.TelegramError as error:
        raise outgoing.SendError(error.message) from error


def _seconds(error: "RetryAfter") -> float:
    """A number now, a timedelta in the library's next version."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
