"""What waits to be shipped, as a list with a button for each order."""

import re
from dataclasses import dataclass
from datetime import datetime

from bot.conversing.conversation import Hearing
from bot.conversing.ports import Orders
from bot.outgoing import Document
from bot.rendering.limits import covers
from bot.rendering.messages import say
from bot.rendering.reply import Button, Reply
from bot.rendering.talk import render_not_allowed
from domain.errors import NotAllowed
from domain.people import Permission, may

MAX_SHOWN = 8  # orders with their buttons on one screen
_ASKED = re.compile(r"待发货(?:的)?(?:订单|列表|清单)?|to ship|orders to ship|/toship", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ShippingList:
    """A specialist of bot.conversing.conversation for 「待发货」."""

    orders: Orders

    def __call__(self, hearing: Hearing) -> list[tuple[Reply, tuple[Document, ...]]] | None:
        if not _ASKED.fullmatch(hearing.text.strip(" 。.?？")):
            return None
        try:
            hearing.person.require(Permission.FULFILMENT)
        except NotAllowed as error:
            return [(render_not_allowed(error, hearing.language), ())]
        return [(self._list(hearing), ())]

    def _list(self, hearing: Hearing) -> Reply:
        count, shown = self.orders.waiting(MAX_SHOWN, hearing.person.shops)
        limit = covers(hearing.person.shops, hearing.language)
        if not count:
            return Reply("answer", say("ship.none", hearing.language) + limit)
        lines = [say("ship.title", hearing.language, count=count)]
        lines += [say("ship.line", hearing.language, place=place, order=order.number, shop=order.shop,
                      goods=order.goods, since=_since(order.ship_by or order.paid_at, hearing))
                  for place, order in enumerate(shown, 1)]
        if count > len(shown):
            lines.append(say("ship.more", hearing.language, count=count - len(shown)))
        lines.append(say("ship.how", hearing.language))
        verb = say("ship.verb", hearing.language)
        has_right = may(hearing.person.acting_role, Permission.SHIP)
        buttons = tuple(Button(f"{verb} {place}", f"{verb} {order.number}") for place, order in enumerate(shown, 1))
        return Reply("answer", "\n".join(lines) + limit, buttons=buttons if has_right else ())


def _since(moment: datetime | None, hearing: Hearing) -> str:
    return f"{moment.astimezone(hearing.now.tzinfo):%m-%d %H:%M}" if moment else "—"
