"""A shop of plain dictionaries: what its shelves and orders must be after whatever people and platforms do."""

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from domain.orders.model import OrderStatus
from tests.storage.action_shop import STOCK

EAST, SOUTH = PLACES = ("华东仓", "华南仓")
SKUS = ("CUP", "BAG")
NEEDS = {"WAITING": {"CUP": 2, "BAG": 1}, "BIG": {"CUP": 500}, "BUNDLE": {"CUP": 6, "BAG": 2}, "MIXED": {"CUP": 1},
         "FIRST": {"CUP": 5}}
HELD = {"FIRST": {("CUP", EAST): 5}}  # the only order that pieces are kept for; the others take what is free
UNMATCHED = {"MIXED"}  # has a line that nobody knows: never is all of it known to be back

Shelves = tuple[str, str]  # SKU and warehouse


class How(Enum):
    """How far an order is."""

    OPEN = OrderStatus.TO_SHIP
    PART = OrderStatus.PARTLY_SHIPPED
    SENT = OrderStatus.SHIPPED


@dataclass
class Shelf:
    """One SKU in one warehouse, as the model has it."""

    on_hand: int = 0
    reserved: int = 0
    incoming: int = 0


@dataclass
class Sale:
    """One order: what is still to be sent, held for it, and out; parcels that nobody has asked to bring back."""

    needs: Counter[str]
    held: Counter[Shelves] = field(default_factory=Counter)
    out: Counter[str] = field(default_factory=Counter)
    how: How = How.OPEN
    returned: int = 0
    parcels: int = 0
    is_intercepted: bool = False
    is_cancelled: bool = False
    is_unknown: bool = False  # one of its parcels has left, and nobody said what was in it
    whole: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.whole = Counter(self.needs)

    @property
    def status(self) -> OrderStatus:
        if self.is_cancelled:
            return OrderStatus.CANCELLED
        return OrderStatus.AFTER_SALE if self.is_intercepted else self.how.value

    @property
    def can_leave(self) -> bool:
        return self.status in {OrderStatus.TO_SHIP, OrderStatus.PARTLY_SHIPPED}

    @property
    def can_be_sent_again(self) -> bool:
        return self.how is not How.OPEN and self.status in {OrderStatus.SHIPPED, OrderStatus.AFTER_SALE}

    def is_all_back(self, name: str) -> bool:
        is_known = name not in UNMATCHED and not (self.how is How.PART and self.is_unknown)
        return is_known and self.returned > 0 and not self.out.total()

    def can_be_cancelled(self, name: str) -> bool:
        return not self.is_cancelled and (self.how is How.OPEN or self.is_all_back(name))

    def can_be_intercepted(self, name: str) -> bool:
        return self.how is not How.OPEN and self.parcels > 0 and not self.is_all_back(name)


@dataclass
class Books:
    """What the model knows."""

    shelves: dict[Shelves, Shelf] = field(default_factory=lambda: {
        (sku, place): Shelf(*STOCK.get((sku, place), ())) for sku in SKUS for place in PLACES})
    sales: dict[str, Sale] = field(default_factory=lambda: {
        name: Sale(Counter(needs), Counter(HELD.get(name, {}))) for name, needs in NEEDS.items()})
    others: dict[str, Sale] = field(default_factory=lambda: {  # wait, too, but nothing is done to them here
        name: Sale(Counter({"CUP": 1})) for name in ("HELD", "REFUND")})
    purchases: dict[str, dict[str, int]] = field(default_factory=dict)  # number: pieces to come to the east, by SKU
    transfers: dict[str, list[Any]] = field(default_factory=dict)  # number: SKU, where to, pieces on their way
    refunded: dict[str, int] = field(default_factory=lambda: {"REFUND": 0, "TWICE": 3000})
    asked: set[tuple[str, int]] = field(default_factory=lambda: {("REFUND", 3990), ("TWICE", 2000), ("TWICE", 8000)})

    def arrive(self, sku: str, place: str, pieces: int) -> None:
        """So many of those expected from suppliers have come; what was ordered first, first."""
        expected = min(self.shelves[sku, place].incoming - self.on_its_way(sku, place), pieces)
        self.shelves[sku, place].incoming -= expected
        for lines in self.purchases.values() if place == EAST else ():
            came = min(lines.get(sku, 0), expected)
            expected -= came
            lines[sku] = lines.get(sku, 0) - came

    def on_its_way(self, sku: str, place: str | None = None) -> int:
        return sum(left for of, to, left in self.transfers.values() if of == sku and place in {None, to})

    def free(self, sku: str, place: str, sale: Sale | None = None) -> int:
        """What is promised to others stays; an order's own pieces leave with it."""
        shelf = self.shelves[sku, place]
        return shelf.on_hand - shelf.reserved + (sale.held[sku, place] if sale else 0)

    def let_go(self, sale: Sale, sku: str, pieces: int, place: str) -> None:
        """Each piece that leaves sets one free that was held: here first, else wherever it was held."""
        for shelf in sorted(sale.held, key=lambda shelf: (shelf[1] != place, PLACES.index(shelf[1]))):
            less = min(sale.held[shelf], pieces) if shelf[0] == sku else 0
            sale.held[shelf] -= less
            self.shelves[shelf].reserved -= less
            pieces -= less

    def send(self, sale: Sale, pieces: Counter[str], place: str) -> None:
        for sku, count in pieces.items():
            self.let_go(sale, sku, count, place)
            self.shelves[sku, place].on_hand -= count
        sale.needs -= pieces
        sale.out += pieces
        sale.parcels += 1
        sale.how = How.PART if sale.needs.total() else How.SENT

    def drop(self, sale: Sale) -> None:
        """Nobody packs it any more."""
        for shelf, pieces in sale.held.items():
            self.shelves[shelf].reserved -= pieces
        sale.held = Counter()

    def say(self, sale: Sale, pieces: Counter[str]) -> None:
        """What the order holds of it leaves the shelf only now; the rest left before its stock was kept."""
        for sku, count in pieces.items():
            left = count
            for shelf in sorted(sale.held, key=lambda shelf: PLACES.index(shelf[1])):
                less = min(sale.held[shelf], left) if shelf[0] == sku else 0
                sale.held[shelf] -= less
                self.shelves[shelf].reserved -= less
                self.shelves[shelf].on_hand -= less
                left -= less
        sale.needs -= pieces
        sale.out += pieces
        sale.is_unknown = False
        sale.how = How.PART if sale.needs.total() else How.SENT

    def platform_sends(self, sale: Sale) -> None:
        """All of it has left, from where it was held; what nobody saw in a parcel was in the one nobody looked into."""
        for shelf, pieces in sale.held.items():
            self.shelves[shelf].reserved -= pieces
            self.shelves[shelf].on_hand -= pieces
        sale.held = Counter()
        sale.out += sale.needs
        sale.needs = Counter()
        sale.how = How.SENT
