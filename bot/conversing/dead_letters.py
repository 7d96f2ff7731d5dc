"""Messages that could not be sent, for the owner: which, why, and once more."""

import re
from dataclasses import dataclass

from bot.conversing.conversation import Hearing
from bot.conversing.ports import Letters
from bot.outgoing import Document
from bot.rendering.messages import say
from bot.rendering.reply import Button, Reply
from bot.rendering.talk import render_not_allowed
from domain.errors import NotAllowed
from domain.people import Permission

MAX_SHOWN = 10
_ASKED = re.compile(r"(?:发送|发)失败的?消息|failed messages|messages that were not sent|/failed", re.IGNORECASE)
_RETRY = re.compile(r"全部重发|重发失败的?消息|send all again", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """A specialist of bot.conversing.conversation for 「发送失败的消息」."""

    letters: Letters

    def __call__(self, hearing: Hearing) -> list[tuple[Reply, tuple[Document, ...]]] | None:
        text = hearing.text.strip(" 。.?？")
        wants_retry = _RETRY.fullmatch(text) is not None
        if not wants_retry and not _ASKED.fullmatch(text):
            return None
        try:
            hearing.person.require(Permission.MANAGE_STAFF)
        except NotAllowed as error:
            return [(render_not_allowed(error, hearing.language), ())]
        return [(self._retry(hearing) if wants_retry else self._list(hearing), ())]

    def _retry(self, hearing: Hearing) -> Reply:
        return Reply("done", say("letters.retried", hearing.language, count=self.letters.revive(hearing.at)))

    def _list(self, hearing: Hearing) -> Reply:
        dead = self.letters.dead(MAX_SHOWN)
        if not dead:
            return Reply("answer", say("letters.none", hearing.language))
        lines = [say("letters.title", hearing.language, count=len(dead))]
        lines += [say("letters.line", hearing.language, chat=letter.chat, kind=letter.kind, error=letter.error,
                      when=f"{letter.created_at.astimezone(hearing.now.tzinfo):%m-%d %H:%M}") for letter in dead]
        retry = say("letters.retry", hearing.language)
        return Reply("answer", "\n".join(lines), buttons=(Button(retry, retry),))
