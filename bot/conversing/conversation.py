"""One message of a channel: is it for us, who speaks, may they here, what is said back and to whom."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from shutil import rmtree
from threading import Lock
from time import perf_counter
from typing import Any

from bot import outgoing
from bot.conversing.doors import Doors
from bot.conversing.inbound import Inbound, Membership
from bot.conversing.menu import sentence_of
from bot.conversing.ports import Answerer, Bound, Chats
from bot.rendering.messages import say
from bot.rendering.reply import Reply
from bot.rendering.talk import render_refused
from bot.turn import Person
from bot.understanding.readings import Language, Refused
from bot.understanding.sentences.commands import command_of
from domain.errors import ShopError
from domain.people import ROLE_PERMISSIONS, Permission

Posts = list[dict[str, Any]]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hearing:
    """A message of somebody of the shop, about to be answered. `now` is the shop's present, `at` the real one."""

    inbound: Inbound
    person: Person
    text: str
    language: str
    now: datetime
    at: datetime
    content: bytes | None = None


# Answers messages that only make sense in a channel, such as a file or 待发货; None: it is an ordinary message.
Specialist = Callable[[Hearing], list[tuple[Reply, tuple[outgoing.Document, ...]]] | None]


@dataclass(frozen=True, slots=True)
class OneAtATime:
    """An answerer for several threads: the dispatcher's running conversations are made for one. Files go beside it."""

    answerer: Answerer
    lock: Lock = field(default_factory=Lock)

    def reply(self, text: str, *, person: Person, at: datetime, chat: str, chart_dir: Path | None = None,
              only_asked_charts: bool = False, language: Language | None = None) -> Reply:
        with self.lock:
            return self.answerer.reply(text, person=person, at=at, chat=chat, chart_dir=chart_dir,
                                       only_asked_charts=only_asked_charts, language=language)


@dataclass(slots=True)
class Conversation:
    """Everything between a channel's message and the rows of the outbox that answer it."""

    answerer: Answerer
    chats: Chats
    doors: Doors
    clock: Callable[[], datetime]
    shop_now: Callable[[], datetime]
    chart_dir: Path
    specialists: tuple[Specialist, ...] = ()

    def hear(self, inbound: Inbound, content: bytes | None = None) -> Posts:
        """What is said back. Never raises for what a person sent."""
        heard = self.admit([inbound])[0]
        if not isinstance(heard, Hearing):
            return heard
        said = self.answer([replace(heard, content=content)], within_s=0)[0]
        if isinstance(said, Exception):
            raise said
        return said

    def admit(self, those: Sequence[Inbound]) -> list[Hearing | Posts]:
        """For each message of a channel what is to be answered, or what was said at the door."""
        at, known = self.clock(), self.chats.known({each.room for each in those})
        chats = [self.chats.seen(each.room, title=each.title, is_group=each.is_group, language=each.language, now=at,
                                 known=known.get(each.room)) for each in those]
        spoken = [each for each in those if each.is_addressed]
        admitted = iter(self.doors.admit(spoken, at))
        return [self._heard(each, chat, *next(admitted), at=at) if each.is_addressed else []
                for each, chat in zip(those, chats, strict=True)]

    def _heard(self, inbound: Inbound, chat: Any, refusal: Reply | None, bound: Bound | None, *,
               at: datetime) -> Hearing | Posts:
        if bound is None:
            return [self._post(inbound, refusal)] if refusal is not None else []
        place = None
        if inbound.is_group:
            place = ROLE_PERMISSIONS[chat.clearance] if chat.clearance else frozenset[Permission]()
        text = sentence_of(inbound.text, inbound.language)
        person = Person(bound.name, bound.role, place, bound.shops, chat.shops if inbound.is_group else None)
        return Hearing(inbound, person, text, _language(text, inbound.language),
                       self.shop_now(), at)

    def answer(self, those: Sequence[Hearing], within_s: float) -> list[Posts | Exception]:
        """What is said to people of the shop: to the first, and to as many more as fit into the time."""
        start, said = perf_counter(), list[Posts | Exception]()
        folder = self.chart_dir / token_hex(8)  # made by whoever draws something; it is in the answer then
        for hearing in those:
            try:
                said.append(self._answer(hearing, folder))
            except Exception as error:  # noqa: BLE001  (one that fails costs the others nothing)
                said.append(error)
            if perf_counter() - start > within_s:
                break
        if folder.exists():
            rmtree(folder, ignore_errors=True)
        return said

    def _answer(self, hearing: Hearing, folder: Path) -> Posts:
        if hearing.person.place == frozenset() and not _asks_for_help(hearing.text):
            return self._privately(hearing, folder)
        posts: Posts = []
        for reply, documents in self._replies(hearing, folder):
            if reply.is_private_matter:
                return self._privately(hearing, folder)
            posts.append(self._post(hearing.inbound, reply, documents))
        return posts

    def changes_accounts(self, inbound: Inbound) -> bool:
        """Whether somebody may be bound or unbound by it, and so gets another menu."""
        return self.doors.changes_accounts(inbound)

    def tapped(self, inbound: Inbound, *, decides: bool) -> Posts:
        """As if the person had typed what the button says; what decides a proposal is written over it."""
        posts = self.hear(inbound)
        command = command_of(inbound.text)
        first = posts[0]["payload"] if posts else None
        if not decides or command is None or first is None or posts[0]["chat"] != inbound.chat:
            return posts
        reply = first["reply"]
        if reply["kind"] == "done":
            bound = self.doors.known(inbound)
            stamp = say(f"tap.stamp_{command.name}", _language(reply["text"], inbound.language),
                        name=bound.name if bound else "", when=f"{self.shop_now():%H:%M}")
            reply["text"] = f"{reply['text']}\n\n{stamp}"
        if reply["kind"] != "proposal":
            first["to"] = {"person": inbound.person_id, "edits": inbound.message_id}
        return posts

    def speaker(self, inbound: Inbound) -> Bound | None:
        """Somebody of the shop whose file is worth fetching."""
        return self.doors.known(inbound) if inbound.is_addressed else None

    def joined_or_left(self, change: Membership) -> Posts:
        """In a group that is new, one word on how it is opened; out of one, nothing more is sent there."""
        at = self.clock()
        if not change.is_in:
            self.chats.left(change.chat, at)
            return []
        self.chats.seen(change.chat, title=change.title, is_group=change.is_group, language=change.language, now=at)
        if not change.is_group:
            return []
        title = change.title or change.chat
        return [outgoing.post(change.chat, Reply("answer", say("people.group_joined", change.language, group=title)))]

    def _replies(self, hearing: Hearing, folder: Path) -> list[tuple[Reply, tuple[outgoing.Document, ...]]]:
        try:
            for specialist in self.specialists:
                said = specialist(hearing)
                if said is not None:
                    return said
        except ShopError as error:
            return [(Reply("error", str(error)), ())]
        if not hearing.text.strip():  # a sticker, a voice message: no words to tell the language by
            return [(render_refused(Refused("empty"), hearing.language), ())]
        reply = self.answerer.reply(hearing.text, person=hearing.person, at=hearing.now, chat=hearing.inbound.chat,
                                    chart_dir=folder, only_asked_charts=True, language=hearing.inbound.language)
        return [(reply, ())]

    def _privately(self, hearing: Hearing, folder: Path) -> Posts:
        """The same question asked in private, where nobody else hears the answer."""
        inbound = hearing.inbound
        alone = replace(inbound, chat=inbound.private_chat, room=inbound.private_chat, is_group=False)
        person = hearing.person.alone()
        posts = [self._post(inbound, Reply("refused", say("people.not_here", hearing.language)))]
        for reply, documents in self._replies(replace(hearing, inbound=alone, person=person), folder):
            posts.append(outgoing.post(alone.chat, reply, person=alone.person_id, documents=documents))
        return posts

    def _post(self, inbound: Inbound, reply: Reply, documents: tuple[outgoing.Document, ...] = ()) -> dict[str, Any]:
        """In a group the answer hangs on its question."""
        return outgoing.post(inbound.chat, reply, person=inbound.person_id, documents=documents,
                             reply_to=inbound.message_id if inbound.is_group else None)


def _asks_for_help(text: str) -> bool:
    command = command_of(text.strip())
    return command is not None and command.name == "help"


def _language(text: str, otherwise: str) -> str:
    if any("\u4e00" <= one <= "\u9fff" for one in text):
        return "zh"
    return "en" if sum(one.isascii() and one.isalpha() for one in text) > 3 and not text.startswith("/") else otherwise
