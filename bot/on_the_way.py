"""What is on its way to a warehouse, listed with what to say when it comes; and whom goods are bought from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.rendering.on_the_way import render_transfers
from bot.rendering.purchases import render_purchases, render_supplier, render_suppliers
from bot.rendering.reply import Reply
from bot.turn import Turn
from domain.people import Permission, Role
from domain.purchasing.lists import KnownSupplier, OpenPurchase
from domain.transfers.lists import OpenTransfer

MOST_LISTED = 20  # more fit no phone


class Lists(Protocol):
    """Where they are found (storage.stock.on_the_way.StoredOnTheWay)."""

    def transfers(self, most: int) -> Sequence[OpenTransfer]: ...

    def transfer(self, number: str) -> OpenTransfer | None: ...

    def purchases(self, most: int) -> Sequence[OpenPurchase]: ...

    def purchase(self, number: str) -> OpenPurchase | None: ...

    def suppliers(self, most: int) -> Sequence[KnownSupplier]: ...

    def supplier(self, name: str, *, actor: str, role: Role, chat: str, at: datetime) -> KnownSupplier | None: ...


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """Between a turn of the conversation and goods that have not come."""

    lists: Lists
    zone: ZoneInfo

    @property
    def commands(self) -> Mapping[str, Callable[[str, Turn], Reply]]:
        return {"transfers": self._transfers, "purchases": self._purchases, "suppliers": self._suppliers}

    def _transfers(self, number: str, turn: Turn) -> Reply:
        """All that are on their way, or the one of that number, on its way or not."""
        turn.person.require(Permission.STOCK)
        one = self.lists.transfer(number) if number else None
        found = ([one] if one else []) if number else self.lists.transfers(MOST_LISTED)
        may_move = turn.person.may(Permission.MOVE_STOCK)
        return render_transfers(found, number, turn.language, self.zone, may_move=may_move)

    def _purchases(self, number: str, turn: Turn) -> Reply:
        """All of which something is to come, or the one of that number."""
        turn.person.require(Permission.STOCK)
        one = self.lists.purchase(number) if number else None
        found = ([one] if one else []) if number else self.lists.purchases(MOST_LISTED)
        may_move = turn.person.may(Permission.MOVE_STOCK)
        return render_purchases(found, number, turn.language, turn.at.astimezone(self.zone), may_move=may_move)

    def _suppliers(self, name: str, turn: Turn) -> Reply:
        """All, with how to reach them masked; the one of that name in full, for whoever may see it."""
        turn.person.require(Permission.PURCHASE)
        if not name:
            return render_suppliers(self.lists.suppliers(MOST_LISTED), turn.language)
        turn.person.require(Permission.PERSONAL_DATA)
        found = self.lists.supplier(name, actor=turn.person.name, role=turn.person.acting_role, chat=turn.chat,
                                    at=turn.at)
        return render_supplier(found, name, turn.language, with_prices=turn.person.may(Permission.PROFIT))
