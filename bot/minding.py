"""What somebody asks to be minded: do the books agree. The checks are the shop's, the words are ours."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.rendering.laws import render_verified
from bot.rendering.reply import Reply
from bot.turn import Turn
from domain.invariants import LAWS, Break

Verify = Callable[[Iterable[str]], Sequence[Break]]


@dataclass(frozen=True, slots=True)
class Minding:
    """Between a turn of the conversation and what watches over the shop."""

    verify: Verify

    def verified(self, turn: Turn) -> Reply:
        """Only the laws whose rows the person may see are checked, and the reply says how many they are."""
        laws = [law.id for law in LAWS.values() if turn.person.may(law.right)]
        return render_verified(self.verify(laws), len(laws), turn.language)
