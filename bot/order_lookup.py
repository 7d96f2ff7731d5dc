"""One order looked up by its number: its state, what is in it, its parcels and refunds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.rendering.order_card import render_cards, render_no_card
from bot.rendering.reply import Reply
from bot.turn import Turn
from domain.exceptions.kinds import kinds_for
from domain.orders.card import OrderCards
from domain.people import Permission

# Whoever may see buyers or totals may see what one order cost; the warehouse sees its goods alone.
_SEES_MONEY = (Permission.SALES, Permission.CUSTOMERS)


@dataclass(frozen=True, slots=True)
class OrderLookup:
    """Between a turn of the conversation and the orders."""

    orders: OrderCards

    @property
    def commands(self) -> Mapping[str, Callable[[str, Turn], Reply]]:
        return {"order": self._card}

    def _card(self, number: str, turn: Turn) -> Reply:
        turn.person.require(Permission.FULFILMENT)
        cards = self.orders.cards(number, turn.person.shops)
        if not cards:
            return render_no_card(number, self.orders.nearest(number, turn.person.shops), turn.language)
        with_money = any(turn.person.may(right) for right in _SEES_MONEY)
        return render_cards(cards, turn.language, turn.at, with_money=with_money,
                            kinds=kinds_for(turn.person.rights, only_of_shops=turn.person.shops is not None))
