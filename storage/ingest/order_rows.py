"""From order drafts to rows of the staging tables: numbers for shops and SKUs, business days, sealed personal data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from domain.clock import ShopCalendar
from domain.drafts import Lines, OrderDraft, Reject
from domain.money import RATE_SCALE, minor_per_unit
from domain.orders.rules import derive_status, excluded_by
from storage.encryption import Vault
from storage.ingest.line_rows import Goods, LineRows, Numbering, Place, Places
from storage.ingest.staging import LINES, Stored

HASH_SPACE = 2**61  # sums of row hashes wrap round here: an order of any number of rows fits a database integer
CURRENCIES_AT_ONCE = 64  # remembered; a shop sells in a handful


BEGUN_BYTES = 2**21  # with half a million orders one in thirty is taken for one that was begun before


class Begun:
    """Which orders the table has begun, in the same room for any number of them.

    Now and then it takes a new one for one of them, and never one of them for a new one.
    """

    def __init__(self) -> None:
        self._bits = bytearray(BEGUN_BYTES)

    def add(self, key: tuple[str, str]) -> bool:
        """Whether it may have been there already."""
        at, bit = divmod(hash(key) % (BEGUN_BYTES * 8), 8)
        was = self._bits[at]
        self._bits[at] = was | 1 << bit
        return bool(was >> bit & 1)


class StatusWords(dict[Any, tuple[str, ...]]):
    """For an order's axes: their words and that of its status. Files say few different things of many orders."""

    def __missing__(self, axes: Any) -> tuple[str, ...]:
        words = self[axes] = (*(axis.value for axis in axes), derive_status(*axes).value)
        return words


@dataclass(slots=True)
class OrderRows:
    """Turns batches into rows. What it remembers grows with shops and SKUs, not with orders."""

    calendar: ShopCalendar
    vault: Vault
    base_currency: str
    stored: Stored
    shops: Numbering = field(default_factory=Numbering)  # (name, platform) → key
    goods: Goods = field(default_factory=Goods)
    returns: list[tuple[Any, ...]] = field(default_factory=list)
    repeated: list[Reject] = field(default_factory=list)  # rows that say a line once more
    doubtful: list[tuple[Any, ...]] = field(default_factory=list)
    orders_staged: int = 0
    source: int = 0  # which table of the import the rows at hand are from
    _words: StatusWords = field(default_factory=StatusWords)
    _last: Places = field(default_factory=dict)  # the order the batch before ended in: the next may go on with it
    _begun: Begun = field(default_factory=Begun)

    def begin_table(self) -> None:
        """What another table says of an order does not go on with what this one says of it: it says it anew."""
        self.source += 1
        self._last, self._begun = {}, Begun()

    def places(self) -> Places:
        """For one batch: pass it to `orders`, then to `lines`, then to `sums`."""
        return dict(self._last)

    def orders(self, drafts: Sequence[OrderDraft], places: Places) -> Iterator[tuple[Any, ...]]:
        """Rows for `staging.ORDERS`; fills `places` for the lines that follow."""
        for draft in drafts:
            key = (draft.shop, draft.external_id)
            if key not in places:
                self.orders_staged += 1
                places[key] = Place(self.orders_staged, draft.currency != self.base_currency, self._begun.add(key))
                yield self._order(self.orders_staged, draft)

    def _order(self, seq: int, draft: OrderDraft) -> tuple[Any, ...]:
        moment, seal, paid_at = self.stored.moment, self.vault.seal, draft.paid_at
        booked = self.calendar.local(paid_at or draft.created_at)
        booked_on = self.stored.day(booked.date())
        excluded = draft.excluded or (excluded_by(draft.remark) if draft.remark else None)
        return (
            seq, self.source, self.shops[draft.shop, draft.platform], draft.external_id,
            *self._words[draft.payment, draft.fulfilment, draft.after_sale, draft.hold], draft.raw_status,
            excluded.value if excluded else None, moment(draft.created_at), moment(paid_at),
            booked_on if paid_at else None, booked.hour if paid_at else None, moment(draft.ship_by),
            moment(draft.shipped_at), self._day(draft.shipped_at), moment(draft.signed_at),
            self._day(draft.signed_at), moment(draft.changed_at), draft.currency, booked_on,
            divisor(draft.currency, self.base_currency), draft.freight_minor, draft.platform.value, draft.buyer_id,
            seal("orders.receiver", draft.receiver), seal("orders.phone", draft.phone),
            self.vault.phone_index(draft.phone) if draft.phone else None, draft.province, draft.city,
            seal("orders.address", draft.address), draft.carrier, draft.waybill_no, draft.warehouse, draft.staff,
            draft.remark,
        )

    def _day(self, moment: datetime | None) -> Any:
        return self.stored.day(self.calendar.day(moment)) if moment else None

    def lines(self, lines: Lines, places: Places) -> list[Sequence[Any]]:
        """Columns for `staging.LINES`, after which `take_returns` and `take_doubtful` give the rows beside them."""
        if not lines:
            return [()] * len(LINES)
        rows = LineRows(lines, self.goods, self._refund_time)
        columns = rows.columns(places)
        self.returns += rows.returns
        self.repeated += rows.repeated
        self.doubtful += rows.doubtful(places)
        last = lines.columns[0][-1], lines.columns[1][-1]
        self._last = {last: places[last]}
        return columns

    def take_returns(self) -> list[tuple[Any, ...]]:
        """Rows for `staging.RETURNS` that the batch had."""
        taken, self.returns = self.returns, []
        return taken

    def take_doubtful(self) -> list[tuple[Any, ...]]:
        """Rows for `staging.DOUBTFUL` that the batch had."""
        taken, self.doubtful = self.doubtful, []
        return taken

    def sums(self, places: Places) -> list[tuple[int, ...]]:
        """Rows for `staging.SUMS`, one per order of the batch."""
        return [_sums(place) for place in places.values() if place.rows]

    def _refund_time(self, at: datetime | None) -> tuple[Any, Any, Any]:
        if at is None:
            return (None, None, None)
        local = self.calendar.local(at)
        return (self.stored.moment(at), self.stored.day(local.date()), local.hour)


def _sums(place: Place) -> tuple[int, ...]:
    """The row for `staging.SUMS`; starts the sums anew for the next batch."""
    row = (place.seq, place.first_row, place.rows, place.row_hash % HASH_SPACE, int(place.is_sale),
           int(place.is_priced), place.paid_minor, place.discount_minor, place.refund_minor)
    place.rows = place.row_hash = place.paid_minor = place.discount_minor = place.refund_minor = 0
    place.is_sale = place.is_priced = False
    return row


@lru_cache(maxsize=CURRENCIES_AT_ONCE)
def divisor(currency: str, base_currency: str) -> int:
    """What `amount_minor × rate` is divided by to give minor units of the base currency."""
    return RATE_SCALE * minor_per_unit(currency) // minor_per_unit(base_currency)
