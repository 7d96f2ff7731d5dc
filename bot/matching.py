"""Which products of platforms stand for nothing of ours: listed with the message that would match each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.rendering.limits import covers
from bot.rendering.matching import render_unmatched
from bot.rendering.reply import Reply
from bot.turn import Turn
from domain.people import Permission, Shops

MOST_LISTED = 10  # listings a phone shows at once


class Unmatched(Protocol):
    """Where they are found (storage.stock.listings.StoredMatching)."""

    def unmatched(self, most: int, shops: Shops) -> Sequence[tuple[str, str, int, int, tuple[str, ...]]]: ...


@dataclass(frozen=True, slots=True)
class Matching:
    """Between a turn of the conversation and what was sold without a SKU."""

    listings: Unmatched

    @property
    def commands(self) -> Mapping[str, Callable[[str, Turn], Reply]]:
        return {"unmatched": self._unmatched}

    def _unmatched(self, _: str, turn: Turn) -> Reply:
        """Whoever sees stock sees them, as in the inbox of exceptions; how to match is told to those who may."""
        turn.person.require(Permission.STOCK)
        shops = turn.person.shops
        reply = render_unmatched(self.listings.unmatched(MOST_LISTED, shops), turn.language,
                                 may_match=turn.person.may(Permission.TEACH) and shops is None)
        reply.text += covers(shops, turn.language)
        return reply
