"""What the verbs must know of the shop before they act: facts, and the Protocol that looks them up."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from domain.catalog.model import NamedKind
from domain.changes.costs import Cost
from domain.costing.model import CostMethod
from domain.importing.model import KeptMapping
from domain.inventory.model import AllocationReason
from domain.messaging.model import Report
from domain.orders.model import Exclusion
from domain.orders.rules import Axes
from domain.people import Role, Shops
from domain.writebacks.telling import WhyNot


@dataclass(frozen=True, slots=True)
class SkuFacts:
    """One SKU. `on_hand` is in all warehouses and on the way between them; `cost` is in 1/10000 of `currency`."""

    id: int
    code: str
    currency: str
    cost: Cost
    reorder_point: int | None
    allows_backorder: bool
    on_hand: int
    cost_method: CostMethod | None = None  # None: its value is not kept, the unit cost is what the product list says


@dataclass(frozen=True, slots=True)
class WarehouseFacts:
    """One place goods are kept."""

    id: int
    name: str


class Balance(NamedTuple):
    """What is where of one SKU in one warehouse."""

    on_hand: int = 0
    reserved: int = 0
    incoming: int = 0

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


NOTHING = Balance()  # of what was never there


class Need(NamedTuple):
    """Pieces of a SKU that a line of an order still waits for."""

    sku: SkuFacts
    quantity: int
    line_no: int = 1


class Held(NamedTuple):
    """Pieces on a shelf that a line of an order has for itself."""

    line_no: int
    sku_id: int
    warehouse_id: int
    parcel_no: int
    quantity: int
    reason: AllocationReason


class ShippedPiece(NamedTuple):
    """Pieces of a line that have left and have not come back, and from where."""

    sku: SkuFacts
    line_no: int
    quantity: int
    warehouse_id: int | None


class LineFacts(NamedTuple):
    """One line of an order, with what was paid for it."""

    line_no: int
    sku_id: int | None
    quantity: int
    paid_minor: int
    paid_base: int
    cost_base: int | None


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """A refund that was asked for, in minor units of the order's currency and of the base currency."""

    id: int
    amount_minor: int
    amount_base: int
    has_lines: bool


class Receiver(NamedTuple):
    """Who gets the parcel where, as far as two orders can be compared; None in any part: not known."""

    customer_id: int | None
    phone: bytes | None
    province: str | None
    city: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """One order. `refunded_minor` is what has gone back already; `asked` are the refunds not decided yet."""

    id: int
    number: str
    shop_id: int
    shop: str
    axes: Axes
    currency: str
    fx_rate: int
    paid_minor: int
    paid_on: date | None
    shipped_at: datetime | None
    lines: tuple[LineFacts, ...]
    needs: tuple[Need, ...]
    unmatched_lines: int
    parcels: int
    refunded_minor: int
    asked: tuple[RefundFacts, ...]
    held: tuple[Held, ...] = ()  # in the order in which they are meant to leave
    unknown_parcels: tuple[int, ...] = ()  # numbers of the parcels of which nobody said what was in them
    on_the_way: tuple[int, ...] = ()  # numbers of the parcels that were neither signed for nor fetched back
    intercepted: tuple[int, ...] = ()  # numbers of the parcels that the carrier was asked to bring back
    returned: int = 0  # pieces that came back
    excluded: Exclusion | None = None
    receiver: Receiver | None = None
    paid_at: datetime | None = None
    shipped: tuple[ShippedPiece, ...] = ()
    refunds: int = 0  # of whatever state
    lead_id: int | None = None  # leaves in one parcel with the orders of the same lead
    is_connected: bool = False  # its shop is: the platform has to be told of its parcels


@dataclass(frozen=True, slots=True)
class PurchaseLineFacts:
    """Pieces of one purchase line that have not come in yet."""

    line_id: int
    open: int


@dataclass(frozen=True, slots=True)
class SupplierFacts:
    """Whom goods are bought from. `contact` is sealed, in base64; `shown` is what may be seen of it."""

    id: int
    name: str
    lead_days: int | None
    contact: str | None
    shown: str | None
    prices_e4: Mapping[int, int]  # by SKU id


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One line of a purchase order."""

    line_id: int
    sku: SkuFacts
    quantity: int
    received: int
    unit_cost_e4: int | None

    @property
    def open(self) -> int:
        return self.quantity - self.received


@dataclass(frozen=True, slots=True)
class PurchaseFacts:
    """One purchase order with its lines."""

    id: int
    number: str
    supplier: str | None
    warehouse: WarehouseFacts
    is_cancelled: bool
    lines: tuple[OpenLine, ...]


@dataclass(frozen=True, slots=True)
class TransferFacts:
    """Pieces that were sent to another warehouse."""

    id: int
    number: str
    sku: SkuFacts
    source: WarehouseFacts
    target: WarehouseFacts
    sent: int
    received: int
    lost: int

    @property
    def on_its_way(self) -> int:
        return self.sent - self.received - self.lost


@dataclass(frozen=True, slots=True)
class ExceptionFacts:
    """One exception of the inbox."""

    id: int
    kind: str
    label: str
    snoozed_until: datetime | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Named:
    """Something that names stand for; a SKU's `name` is its code, a category's id that of one of its products."""

    kind: NamedKind
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class ListingFacts:
    """What one shop sells under one text of its platform. `stands_for` is (SKU id, code, pieces), empty: not known."""

    shop_id: int
    shop: str
    shop_names: tuple[str, ...]  # what else the shop may be called: its platform
    stands_for: tuple[tuple[int, str, int], ...]
    lines_by_quantity: tuple[tuple[int, int], ...]  # (pieces, how many order lines of so many)
    orders: int
    waiting: int  # orders among them that have not left

    @property
    def lines(self) -> int:
        return sum(times for _, times in self.lines_by_quantity)


@dataclass(frozen=True, slots=True)
class LimitFacts:
    """A person, or a group with what it is cleared for, and the shops they are limited to (None: all)."""

    id: int
    name: str
    is_group: bool
    role: Role | None
    shop_ids: tuple[int, ...] | None
    shops: Shops


@dataclass(frozen=True, slots=True)
class UntoldFacts:
    """A parcel the platform was not told of, and why."""

    id: int
    carrier: str
    waybill_no: str
    why: WhyNot


class Books(Protocol):
    """Looks up facts. While an action is carried out, orders and SKUs that were read stay locked until it commits."""

    def orders(self, number: str) -> Sequence[OrderFacts]:
        """Every order of that number; two shops may use the same one."""

    def orders_of(self, numbers: Collection[str]) -> Mapping[str, Sequence[OrderFacts]]:
        """As `orders`, of many numbers at once; a number that no order has is absent."""

    def together(self, lead_id: int) -> Sequence[OrderFacts]:
        """The orders that leave in one parcel, in order of id."""

    def sku(self, code: str) -> SkuFacts | None:
        """The SKU of that code, in any case of letters."""

    def warehouse(self, name: str) -> WarehouseFacts | None:
        """The warehouse of that name."""

    def warehouses(self) -> Sequence[WarehouseFacts]:
        """All warehouses, the one to be tried first leading."""

    def balances(self, sku_ids: Iterable[int]) -> Mapping[tuple[int, int], Balance]:
        """Balances by (sku id, warehouse id); a pair that was never counted nor moved is absent."""

    def moved(self, sku_id: int, warehouse_id: int) -> int:
        """What all stock moves of the SKU in the warehouse add up to."""

    def counted_at(self, sku_id: int, warehouse_id: int) -> datetime | None:
        """When it was last counted there: what had come by then is in that number. None where it never was."""

    def shipped_since(self, sku_id: int, day: date) -> int:
        """Pieces of the SKU in orders of which a parcel left on that day or later."""

    def open_purchases(self, sku_id: int, warehouse_id: int) -> Sequence[PurchaseLineFacts]:
        """Purchase lines still open, oldest first."""

    def reorder_point(self, sku_id: int, warehouse_id: int) -> int | None:
        """The warehouse's own; None where the SKU's counts there."""

    def transfer(self, number: str) -> TransferFacts | None:
        """The transfer of that number, in any case of letters."""

    def transferred_to(self, sku_id: int, warehouse_id: int) -> int:
        """Pieces on their way there from another warehouse; a part of what is incoming."""

    def supplier(self, name: str) -> SupplierFacts | None:
        """The supplier of that name, in any case of letters."""

    def purchase(self, number: str) -> PurchaseFacts | None:
        """The purchase order of that number, in any case of letters."""

    def is_subscribed(self, chat: str, report: Report) -> bool:
        """Whether the chat gets the report."""

    def subscribed_at(self, chat: str, report: Report) -> str | None:
        """The chat's own time for the report, HH:MM; None where it has none or does not get it."""

    def quiet_hours(self, chat: str, report: str) -> str | None:
        """Quiet hours of the chat's own, for a report or (empty) for all; None where nothing was said."""

    def waybill_user(self, waybill_no: str) -> str | None:
        """The number of the order that uses the waybill already; empty where it is not for the person to see.

        Whatever the carrier: numbers of two carriers hardly ever meet, but people name the wrong one.
        """

    def waybill_users(self, waybills: Collection[str]) -> Mapping[str, str]:
        """As `waybill_user`, of many at once; one that no order uses is absent."""

    def staff_id(self, name: str) -> int | None:
        """The person of that name; None for a role or a stranger."""

    def untold(self, order_id: int) -> Sequence[UntoldFacts]:
        """Parcels of the order that the platform was not told of, in order of their numbers."""

    def exception(self, number: int) -> ExceptionFacts | None:
        """The exception of that number, open or not."""

    def limits(self, who: str) -> Sequence[LimitFacts]:
        """The people of that name or alias and the groups of that title or key, in any case of letters."""

    def mapping(self, number: int) -> KeptMapping | None:
        """What is remembered of a table's headers, by its number."""

    def named(self, text: str) -> Sequence[Named]:
        """What the text names in full or as an alias, in any case of letters; each thing once."""

    def aliased(self, text: str) -> Sequence[Named]:
        """What the text is an alias of."""

    def listings(self, text: str) -> Sequence[ListingFacts]:
        """The shops with order lines of that text without SKU, or with something bound to it."""

    def listing_cost(self, parts: Sequence[tuple[int, int]], base_currency: str) -> int | None:
        """What (SKU id, pieces) cost together, in 1/10000 of the base currency; None where a part is not known."""

    def is_moved(self, shop_id: int, text: str) -> bool:
        """Whether stock kept here has moved for orders with such a line."""

    def nearest(self, dimension: str, text: str) -> tuple[str, ...]:
        """At most three like the text, of what the dimension says.

        sku, warehouse, shop, reader (people and groups), alias, name (any), order, listing (without SKU), transfer and
        purchase (open), supplier.
        """
