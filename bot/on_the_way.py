"""What is on its way to a warehouse, listed with what to say when it comes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.rendering.on_the_way import render_transfers
from bot.rendering.reply import Reply
from bot.turn import Turn
from domain.people import Permission
from domain.transfers.lists import OpenTransfer

MOST_LISTED = 20  # more fit no phone


class Lists(Protocol):
    """Where they are found (storage.on_the_way.StoredOnTheWay)."""

    def transfers(self, most: int) -> Sequence[OpenTransfer]: ...

    def transfer(self, number: str) -> OpenTransfer | None: ...


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """Between a turn of the conversation and goods that have not come."""

    lists: Lists
    zone: ZoneInfo

    @property
    def commands(self) -> Mapping[str, Callable[[str, Turn], Reply]]:
        return {"transfers": self._transfers}

    def _transfers(self, number: str, turn: Turn) -> Reply:
        """All that are on their way, or the one of that number, on its way or not."""
        turn.person.require(Permission.STOCK)
        one = self.lists.transfer(number) if number else None
        found = ([one] if one else []) if number else self.lists.transfers(MOST_LISTED)
        may_move = turn.person.may(Permission.MOVE_STOCK)
        return render_transfers(found, number, turn.language, self.zone, may_move=may_move)
