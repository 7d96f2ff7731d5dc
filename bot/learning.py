"""What people taught and what they asked in vain: kept as it happens, told to those who may teach."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.rendering.lore import render_aliases, render_unanswered
from bot.rendering.reply import Reply
from bot.turn import Turn
from bot.understanding.readings import Reading, Refused, Unclear
from domain.people import Permission, Role

log = logging.getLogger(__name__)
MOST_LISTED = 10  # lines a phone shows at once
_NO_QUESTIONS = frozenset({"empty", "nothing_said", "too_long"})


class Lore(Protocol):
    """Where it is kept (storage.names.unanswered.StoredLore)."""

    def keep(self, text: str, *, reason: str, role: Role, at: datetime) -> None: ...

    def unanswered(self, at: datetime, most: int) -> Sequence[tuple[str, str, int]]: ...

    def aliases(self, most: int) -> Sequence[tuple[str, str]]: ...


@dataclass(frozen=True, slots=True)
class Learning:
    """Between the conversation and what is kept of it."""

    lore: Lore

    def keep(self, text: str, reading: Reading, turn: Turn) -> None:
        """A question that was not understood. What an action still lacks is no question; nor is silence.

        A failure to keep it costs the note, not the answer.
        """
        if not isinstance(reading, Refused | Unclear) or reading.key in _NO_QUESTIONS or (
                isinstance(reading, Unclear) and reading.pending is not None):
            return
        try:
            self.lore.keep(text, reason=reading.key, role=turn.person.role, at=turn.at)
        except Exception:
            log.exception("a question without an answer could not be kept")

    @property
    def commands(self) -> Mapping[str, Callable[[str, Turn], Reply]]:
        return {"aliases": self._aliases, "unanswered": self._unanswered}

    def _aliases(self, _: str, turn: Turn) -> Reply:
        turn.person.require(Permission.TEACH)
        return render_aliases(self.lore.aliases(MOST_LISTED), turn.language)

    def _unanswered(self, _: str, turn: Turn) -> Reply:
        turn.person.require(Permission.TEACH)
        turn.person.require_every_shop()
        return render_unanswered(self.lore.unanswered(turn.at, MOST_LISTED), turn.language)
