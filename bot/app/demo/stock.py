"""What is on the shelves of the demo shop, and the moves that led there: opening, deliveries, parcels, returns, counts.

Deliveries are planned backwards: each brings what the next weeks will sell, and the last one leaves the level that
was wished for. Parcels and returns are one move per day, SKU and warehouse.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bot.app.demo.lists import Item
from bot.app.demo.plan import DAY_S, HOUR_S, PACKERS
from bot.app.demo.sales import Line, Sale
from domain.inventory.model import MoveReason

# Available pieces at the end, in reorder points: out of stock, far below, below, and just at the point.
LEVELS = {"SP-02": 0.0, "YS-01-L": 0.2, "YS-11": 0.28, "SM-03": 0.55, "MZ-02": 0.78, "NZ-02-32": 0.95, "JJ-03": 1.0}
COVER_DAYS = 26  # the others have so many days of sales on the shelf …
LEAST_LEVEL = 1.7  # … and at least so many reorder points
EAST_SHARE = 0.58
EAST_SHARES = {"MZ-02": 1.0}  # nothing of it is left in the other warehouse
INCOMING = {("SP-02", "华东仓"): 300, ("SM-03", "华南仓"): 500, ("MZ-02", "华南仓"): 120, ("YS-01-L", "华东仓"): 30}

RECENT_DAYS = 30
ALARM_DAYS = 7  # less than the next days will sell: a delivery comes
BATCH_DAYS = 28  # what a delivery is meant to last
BATCH_ROUND = 10
# The hour of the day each kind of move is written down.
HOURS = {MoveReason.OPENING: 0, MoveReason.COUNTED: 8, MoveReason.RECEIVED: 10, MoveReason.RETURNED: 15,
         MoveReason.SHIPPED: 19}


class Shelf(NamedTuple):
    """One SKU in one warehouse."""

    item: Item
    warehouse: str


class Move(NamedTuple):
    """One change; `second` counts from the start of the history."""

    shelf: Shelf
    quantity: int
    reason: MoveReason
    second: int
    note: str | None = None

    @property
    def reference(self) -> str:
        return f"{self.second // DAY_S}/{self.shelf.item.code}"

    @property
    def staff(self) -> str | None:
        return None if self.reason is MoveReason.OPENING else PACKERS[self.shelf.warehouse][0]


class Balance(NamedTuple):
    """The end of all moves."""

    shelf: Shelf
    on_hand: int
    reserved: int
    incoming: int


class Promise(NamedTuple):
    """Pieces a line of an order that waits has for itself."""

    order: str
    line_no: int
    shelf: Shelf
    quantity: int


class Shelves:
    """Collects what orders took and brought back. `add` every order once, then ask for the moves."""

    def __init__(self, items: Sequence[Item], warehouses: Sequence[str], at: int) -> None:
        self._at, self._last = at, at // DAY_S
        self._shelves = [Shelf(item, warehouse) for item in items for warehouse in warehouses]
        self._east = warehouses[0]
        self._shipped: Counter[tuple[str, str, int]] = Counter()
        self._returned: Counter[tuple[str, str, int]] = Counter()
        self._reserved: Counter[tuple[str, str, int]] = Counter()
        self.promised: list[Promise] = []

    def add(self, sale: Sale) -> None:
        if not sale.moves_stock:
            return
        if sale.shipped is not None:
            self._count(self._shipped, sale, sale.lines, sale.shipped // DAY_S)
            if sale.claim and sale.claim.granted is not None:
                self._count(self._returned, sale, sale.returned(), sale.claim.granted // DAY_S)
        elif sale.waits:
            self._count(self._reserved, sale, sale.lines, self._last)
            self.promised.extend(Promise(sale.number, number, Shelf(line.item, sale.warehouse), line.quantity)
                                 for number, line in enumerate(sale.lines, start=1) if line.item)

    @staticmethod
    def _count(total: Counter[tuple[str, str, int]], sale: Sale, lines: Iterable[Line], day: int) -> None:
        for line in lines:
            if line.item:
                total[line.item.code, sale.warehouse, day] += line.quantity

    def balances(self) -> Iterator[Balance]:
        for shelf in self._shelves:
            key = (shelf.item.code, shelf.warehouse)
            reserved = self._reserved[*key, self._last]
            yield Balance(shelf, self._available(shelf) + reserved, reserved, INCOMING.get(key, 0))

    def _available(self, shelf: Shelf) -> int:
        item = shelf.item
        level = LEVELS.get(item.code)
        if level is None:
            recent = sum(self._out(Shelf(item, warehouse), day) for warehouse in PACKERS
                         for day in range(self._last - RECENT_DAYS, self._last))
            total = max(round(item.reorder_point * LEAST_LEVEL), recent * COVER_DAYS // RECENT_DAYS)
        else:
            total = int(item.reorder_point * level)
        east = round(total * EAST_SHARES.get(item.code, EAST_SHARE))
        return east if shelf.warehouse == self._east else total - east

    def _out(self, shelf: Shelf, day: int) -> int:
        return self._shipped[shelf.item.code, shelf.warehouse, day]

    def moves(self) -> Iterator[Move]:
        """All moves, shelf by shelf; they add up to the balances."""
        for number, balance in enumerate(self.balances()):
            yield from self._moves(balance, last_delivery=max(0, self._last - 8 - number * 5 % 13))

    def _moves(self, balance: Balance, last_delivery: int) -> Iterator[Move]:
        shelf = balance.shelf
        days = range(self._last + 1)
        out = [self._out(shelf, day) for day in days]
        back = [self._returned[shelf.item.code, shelf.warehouse, day] for day in days]
        level = 0
        for day in days:
            if day < last_delivery:
                brought = _batch(level, out[day:last_delivery], is_last=day + BATCH_DAYS >= last_delivery)
                reason = MoveReason.RECEIVED if day else MoveReason.OPENING
            elif day == last_delivery:
                brought, too_many = _final(level, balance.on_hand, out[day:], back[day:])
                reason = MoveReason.RECEIVED if brought > 0 else MoveReason.COUNTED
            else:
                brought = -too_many if day == self._last else 0
                reason = MoveReason.COUNTED
            level += brought + back[day] - out[day]
            changes = ((brought, reason), (back[day], MoveReason.RETURNED), (-out[day], MoveReason.SHIPPED))
            yield from self._day(shelf, day, changes)

    def _day(self, shelf: Shelf, day: int, changes: Iterable[tuple[int, MoveReason]]) -> Iterator[Move]:
        for quantity, reason in changes:
            if quantity:
                second = min(day * DAY_S + HOURS[reason] * HOUR_S, self._at)
                note = "盘点差异" if reason is MoveReason.COUNTED else None
                yield Move(shelf, quantity, reason, second, note)


def _batch(level: int, out: Sequence[int], *, is_last: bool) -> int:
    """Pieces to bring in today so that the coming days can be served."""
    if level >= sum(out[:ALARM_DAYS]):
        return 0
    missing = sum(out[:BATCH_DAYS]) - level
    return missing if is_last else -(-missing // BATCH_ROUND) * BATCH_ROUND


def _final(level: int, wanted: int, out: Sequence[int], back: Sequence[int]) -> tuple[int, int]:
    """The last delivery, and how many pieces too many it must leave so that no day ends below zero."""
    brought = wanted + sum(out) - sum(back) - level
    running, lowest = level + brought, 0
    for sold, returned in zip(out, back, strict=True):
        running += returned - sold
        lowest = min(lowest, running)
    return brought - lowest, -lowest
