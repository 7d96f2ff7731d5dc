"""Files in a chat: tables are looked at, shown, and taken in after a yes; pictures of waybills become shipments."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.conversing.conversation import Hearing
from bot.conversing.inbound import Attachment, Inbound
from bot.conversing.ports import Answerer, Barcodes, FileDesk, Files, Looked, Orders, Question
from bot.outgoing import Document
from bot.rendering.messages import knows, say
from bot.rendering.reply import Button, Reply
from bot.rendering.talk import render_not_allowed
from domain.errors import NotAllowed, ShopError
from domain.fulfilment.rules import is_waybill
from domain.people import Permission
from domain.waybills.rules import carrier_of

MAX_FILE_BYTES = 20 * 2**20  # Telegram gives bots no larger files
TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".zip", ".gz")
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
MAX_CHOICES = 3
MAX_HEADERS = 12  # of a question; a table with more strange columns wants `--mapping`
_TAKE = re.compile(r"(导入|take in|import|对应|columns)\s*([0-9a-z]{4})(?:\s+(\w+=.+))?", re.IGNORECASE)
_ANSWERS = ("对应", "columns")  # a question about columns; the other words take the file in
Said = list[tuple[Reply, tuple[Document, ...]]]


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """What the store keeps of a file (storage.messaging.chat_files.WaitingFile)."""

    file_id: str
    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class FileTalk:
    """A specialist of bot.conversing.conversation for messages with a file, and for 「导入 CODE」."""

    files: Files
    desk: FileDesk
    orders: Orders
    barcodes: Barcodes
    answerer: Answerer

    def concerns(self, inbound: Inbound) -> bool:
        """Whether it may be about a file."""
        return inbound.attachment is not None or _TAKE.fullmatch(inbound.text.strip()) is not None

    def wanted(self, inbound: Inbound, at: datetime) -> Attachment | None:
        """The file to fetch before the message can be answered, if it is one worth fetching."""
        if inbound.attachment is not None:
            return inbound.attachment if _why_not(inbound.attachment) is None and inbound.is_addressed else None
        found = _TAKE.fullmatch(inbound.text.strip())
        if not found:
            return None
        verb, code, said = found.groups()
        mine: dict[str, Any] = {"chat": inbound.chat, "person": inbound.person_id, "now": at}
        is_answer = verb.lower() in _ANSWERS
        waiting: Any = self.files.peek(code, **mine) if is_answer else self.files.take(
            code, update_key=inbound.key, **mine)
        if waiting is None:
            return None
        return Attachment("document", waiting.file_id, waiting.name, waiting.size_bytes, is_confirmed=not is_answer,
                          code=code.upper(), mapping=_pairs(said))

    def __call__(self, hearing: Hearing) -> Said | None:
        attachment = hearing.inbound.attachment
        if attachment is None:
            is_take = _TAKE.fullmatch(hearing.text.strip())
            return [(Reply("refused", say("file.no_such_code", hearing.language)), ())] if is_take else None
        try:
            return self._about(attachment, hearing)
        except NotAllowed as error:
            return [(render_not_allowed(error, hearing.language), ())]
        except ShopError as error:
            return [(Reply("refused", _sentence(error, hearing.language)), ())]

    def _about(self, attachment: Attachment, hearing: Hearing) -> Said:
        is_picture = _is_picture(attachment)
        hearing.person.require(Permission.SHIP if is_picture else Permission.IMPORT)
        if not is_picture:
            hearing.person.require_every_shop()
        why_not = _why_not(attachment) or ("too_large" if hearing.content is None else None)
        if hearing.content is None or why_not is not None:
            return [(Reply("refused", say(f"file.{why_not}", hearing.language, name=attachment.name,
                                          most=MAX_FILE_BYTES // 2**20)), ())]
        if is_picture:
            return self._picture(hearing.content, hearing)
        if attachment.is_confirmed:
            return [_taken(self.desk.take_in(attachment.name, hearing.content, hearing.language,
                                             dict(attachment.mapping)))]
        return self._look(attachment, hearing.content, hearing)

    def _look(self, attachment: Attachment, content: bytes, hearing: Hearing) -> Said:
        looked = self.desk.look(attachment.name, content, hearing.language, dict(attachment.mapping))
        if looked.waybills:
            return [(self._answered(looked.waybills, hearing), ())]
        if looked.question is not None and looked.question.headers:
            return [(self._asked(attachment, looked.question, len(content), hearing), ())]
        documents = (looked.rejects,) if looked.rejects else ()
        if not looked.can_take:
            return [(Reply("refused", looked.text), documents)]
        code = self._code(attachment, len(content), hearing)
        said = f"{code} {_said(attachment.mapping)}".strip()
        how = say("file.how_to_take", hearing.language, code=said)
        button = Button(say("file.take", hearing.language), f"{say('file.take', hearing.language)} {said}")
        return [(Reply("clarify", f"{looked.text}\n{how}", buttons=(button,)), documents)]

    def _asked(self, attachment: Attachment, question: Question, size: int, hearing: Hearing) -> Reply:
        """Which header is the column? Each answer is said with those before it, so that nothing is kept between."""
        code, verb = self._code(attachment, size, hearing), say("file.columns", hearing.language)
        buttons = tuple(
            Button(header, f"{verb} {code} {_said((*attachment.mapping, (question.column, header)))}")
            for header in question.headers[:MAX_HEADERS])
        name = question.title if hearing.language == "zh" else question.column
        return Reply("clarify", say("file.which_column", hearing.language, name=attachment.name, column=name),
                     buttons=buttons)

    def _code(self, attachment: Attachment, size: int, hearing: Hearing) -> str:
        """Under which the file waits, from now on if it did not before."""
        return attachment.code or self.files.keep(
            WaitingFile(attachment.file_id, attachment.name, size), chat=hearing.inbound.chat,
            person=hearing.inbound.person_id, now=hearing.at)

    def _answered(self, text: str, hearing: Hearing) -> Reply:
        return self.answerer.reply(text, person=hearing.person, at=hearing.now, chat=hearing.inbound.chat)

    def _picture(self, content: bytes, hearing: Hearing) -> Said:
        """A waybill and an order make a proposal; what is missing is asked."""
        codes = self.barcodes(content)
        spoken = re.findall(r"[0-9A-Za-z-]{6,}", hearing.text)
        orders = self.orders.orders_among([*codes, *spoken], hearing.person.shops)
        waybills = [code for code in dict.fromkeys(codes) if code not in orders and is_waybill(code)]
        return [(self._matched(waybills, orders, hearing), ())]

    def _matched(self, waybills: list[str], orders: list[str], hearing: Hearing) -> Reply:
        language = hearing.language
        if not waybills:
            return Reply("clarify", say("file.no_barcode", language))
        shops = hearing.person.shops
        if len(waybills) == 1 and (sent := self.orders.order_of_waybill(waybills[0], shops)):
            return Reply("refused", say("file.waybill_sent", language, waybill=waybills[0], order=sent))
        if len(waybills) == len(orders) == 1:
            return self._answered(_ship(orders[0], waybills[0]), hearing)
        if len(waybills) > 1:
            shown = waybills[:MAX_CHOICES]
            buttons = tuple(Button(waybill, _ship(orders[0], waybill)) for waybill in shown) if orders else ()
            return Reply("clarify", say("file.several_barcodes", language, count=len(waybills),
                                        waybills="、".join(shown)), buttons=buttons)
        _, oldest = self.orders.waiting(MAX_CHOICES, shops)
        buttons = tuple(Button(f"{order.number} {order.shop}", _ship(order.number, waybills[0])) for order in oldest)
        return Reply("clarify", say("file.which_order", language, waybill=waybills[0],
                                    carrier=carrier_of(waybills[0]) or ""), buttons=buttons)


def _ship(order: str, waybill: str) -> str:
    return " ".join(filter(None, ("发货", order, carrier_of(waybill), waybill)))


def _said(mapping: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{column}={header}" for column, header in mapping)


def _pairs(said: str | None) -> tuple[tuple[str, str], ...]:
    parts = (part.partition("=") for part in (said or "").split("; "))
    return tuple((column.strip(), header.strip()) for column, _, header in parts if header)


def _taken(looked: Looked) -> tuple[Reply, tuple[Document, ...]]:
    return Reply("done" if looked.can_take else "refused", looked.text), (looked.rejects,) if looked.rejects else ()


def _is_picture(attachment: Attachment) -> bool:
    return attachment.kind == "picture" or attachment.name.lower().endswith(PICTURES)


def _why_not(attachment: Attachment) -> str | None:
    """Which sentence says why the file is not even fetched."""
    if (attachment.size_bytes or 0) > MAX_FILE_BYTES:
        return "too_large"
    return None if _is_picture(attachment) or attachment.name.lower().endswith(TABLES) else "not_a_table"


def _sentence(error: ShopError, language: str) -> str:
    return say(error.key, language, **error.facts) if error.key and knows(error.key, language) else str(error)
