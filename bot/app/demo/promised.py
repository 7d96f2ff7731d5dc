"""Four orders the demo shop always holds, whatever the day: three to ship, one with a refund asked for."""

from datetime import date, timedelta

from bot.app.demo.lists import Item, Lists
from bot.app.demo.plan import DAY_S, HOUR_S
from bot.app.demo.sales import Claim, Line, Parcel, Sale
from domain.catalog.model import Platform
from domain.orders.model import Hold

# number -> its shop's platform, days before the last, place among that day's orders, goods (SKU, pieces)
_TO_SHIP: dict[str, tuple[Platform, int, int, tuple[tuple[str, int], ...]]] = {
    "TB202611220007": (Platform.TAOBAO, 1, 7, (("JJ-03", 1), ("MZ-01", 2))),
    "JD202611220002": (Platform.JD, 1, 2, (("SM-01", 1),)),
    "JD202611220003": (Platform.JD, 1, 3, (("JJ-02", 1), ("SM-03", 2))),
}
_CLAIMED: dict[str, tuple[Platform, int, int, tuple[tuple[str, int], ...]]] = {
    "PDD202611210003": (Platform.PDD, 2, 3, (("JJ-01", 1),)),
}
_CLAIMED_PARCEL = ("小王", "中通", "780000112233")
NUMBERS = frozenset({*_TO_SHIP, *_CLAIMED})


class Promised:
    """Turns the orders that stand in the right places into the promised ones."""

    def __init__(self, lists: Lists, last: date) -> None:
        self._items: dict[str, Item] = {item.code: item for item in lists.items}
        self._places = {(platform, last - timedelta(days=ago), place): number
                        for number, (platform, ago, place, _) in (_TO_SHIP | _CLAIMED).items()}
        self._own = {f"{day:%Y%m%d}{place:04d}": number for (_, day, place), number in self._places.items()}

    def is_taken(self, number: str) -> bool:
        """The number is promised, and this day's running number does not lead to it by itself."""
        return number in NUMBERS and self._own.get(number[-12:]) != number

    def keep(self, sale: Sale, day: date, place: int) -> Sale:
        """The order itself, or the promised one in its place."""
        number = self._places.get((sale.plan.platform, day, place))
        if number is None:
            return sale
        goods = (_TO_SHIP | _CLAIMED)[number][3]
        sale.number = number
        sale.lines = tuple(Line.of(self._items[code], pieces, self._items[code].price_minor) for code, pieces in goods)
        sale.freight_minor = 0
        sale.paid = sale.created + 40
        sale.hold, sale.released, sale.excluded, sale.remark, sale.closed = Hold.NONE, None, None, None, None
        sale.signed = sale.completed = sale.claim = None
        sale.ship_by = sale.paid + sale.plan.ship_within_s
        if number in _TO_SHIP:
            sale.shipped = sale.parcel = None
        else:
            self._claim(sale)
        return sale

    def _claim(self, sale: Sale) -> None:
        """On its way since the evening; the next morning the buyer asks for all of the money."""
        begin = sale.created // DAY_S * DAY_S
        sale.shipped = begin + 18 * HOUR_S
        sale.parcel = Parcel(*_CLAIMED_PARCEL)
        sale.claim = Claim(begin + 34 * HOUR_S, None, tuple(line.paid_minor for line in sale.lines))
