"""From order drafts to rows of the staging tables: numbers for shops and SKUs, business days, sealed personal data."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from domain.clock import ShopCalendar
from domain.drafts import LineDraft, OrderDraft, Reject
from domain.money import RATE_SCALE, minor_per_unit
from domain.orders.rules import derive_status, excluded_by
from storage.encryption import Vault
from storage.ingest.staging import Stored

HASH_SPACE = 2**61  # sums of row hashes wrap round here: an order of any number of rows fits a database integer
CURRENCIES_AT_ONCE = 64  # remembered; a shop sells in a handful


class Numbering(dict[Any, int]):
    """Gives each new key the next whole number, from 1."""

    def __missing__(self, key: Any) -> int:
        number = self[key] = len(self) + 1
        return number


@dataclass(slots=True)
class Place:
    """Where the lines of one order go, and what they add up to in the batch at hand."""

    seq: int
    lines: int = 0  # so far, over all batches
    numbers: set[int] = field(default_factory=set)  # that they have
    first_row: int = 0
    rows: int = 0
    row_hash: int = 0
    is_sale: bool = False  # any line that is not a return
    is_priced: bool = False
    paid_minor: int = 0
    discount_minor: int = 0
    refund_minor: int = 0

    def sums(self) -> tuple[int, ...]:
        """The row for `staging.SUMS`; starts the sums anew for the next batch."""
        row = (self.seq, self.first_row, self.rows, self.row_hash % HASH_SPACE, int(self.is_sale), int(self.is_priced),
               self.paid_minor, self.discount_minor, self.refund_minor)
        self.rows = self.row_hash = self.paid_minor = self.discount_minor = self.refund_minor = 0
        self.is_sale = self.is_priced = False
        return row


class StatusWords(dict[Any, tuple[str, ...]]):
    """For an order's axes: their words and that of its status. Files say few different things of many orders."""

    def __missing__(self, axes: Any) -> tuple[str, ...]:
        words = self[axes] = (*(axis.value for axis in axes), derive_status(*axes).value)
        return words


Places = dict[tuple[str, str], Place]


@dataclass(slots=True)
class OrderRows:
    """Turns batches into rows. What it remembers grows with shops and SKUs, not with orders."""

    calendar: ShopCalendar
    vault: Vault
    base_currency: str
    stored: Stored
    shops: Numbering = field(default_factory=Numbering)  # (name, platform) → key
    skus: Numbering = field(default_factory=Numbering)  # code → key
    new_skus: list[tuple[int, str, str, str]] = field(default_factory=list)  # key, code, title, kind
    sku_titles: set[str] = field(default_factory=set)
    gift_titles: dict[str, str] = field(default_factory=dict)  # of lines without a price: a gift has no other
    returns: list[tuple[Any, ...]] = field(default_factory=list)
    repeated: list[Reject] = field(default_factory=list)  # rows that say a line once more
    orders_staged: int = 0
    _words: StatusWords = field(default_factory=StatusWords)
    _last: Places = field(default_factory=dict)  # the order the batch before ended in: the next may go on with it

    def places(self) -> Places:
        """For one batch: pass it to `orders`, then to `lines`, then to `sums`."""
        return dict(self._last)

    def orders(self, drafts: Sequence[OrderDraft], places: Places) -> Iterator[tuple[Any, ...]]:
        """Rows for `staging.ORDERS`; fills `places` for the lines that follow."""
        for draft in drafts:
            key = (draft.shop, draft.external_id)
            if key not in places:
                self.orders_staged += 1
                places[key] = Place(self.orders_staged)
                yield self._order(self.orders_staged, draft)

    def _order(self, seq: int, draft: OrderDraft) -> tuple[Any, ...]:
        moment, seal, paid_at = self.stored.moment, self.vault.seal, draft.paid_at
        booked = self.calendar.local(paid_at or draft.created_at)
        booked_on = self.stored.day(booked.date())
        excluded = draft.excluded or (excluded_by(draft.remark) if draft.remark else None)
        return (
            seq, self.shops[draft.shop, draft.platform], draft.external_id,
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

    def lines(self, drafts: Iterable[LineDraft], places: Places) -> Iterator[tuple[Any, ...]]:
        """Rows for `staging.LINES`, after which `returns` holds those for `staging.RETURNS`.

        The one loop that every row of a file goes through; adds the rows up in `places`.
        """
        skus, titles, add_return = self.skus, self.sku_titles, self.returns.append
        shop = order = ""
        for (shop, order, row_no, line_no, external_id, code, title, kind, quantity, price, discount, paid, refund,
             refunded_at, asked, row_hash) in drafts:
            place = places[shop, order]
            if line_no in place.numbers and quantity >= 0:
                self.repeated.append(Reject(row_no, "line_repeated", {"order": order, "line_no": str(line_no)}, ()))
                continue
            if not place.rows:
                place.first_row = row_no
            place.rows += 1
            place.row_hash += row_hash
            sku = skus[code] if code else None
            if quantity < 0:
                place.refund_minor += paid
                add_return((place.seq, row_no, None, sku, -quantity, paid, paid, 0, *self._refund_time(refunded_at)))
                continue
            place.lines += 1
            place.is_sale = True
            place.paid_minor += paid
            place.discount_minor += discount
            if price:
                place.is_priced = True
                if code and code not in titles:
                    titles.add(code)
                    self.new_skus.append((skus[code], code, title, kind.value))
            elif code:
                self.gift_titles.setdefault(code, title)
            number = line_no or _free(place)
            place.numbers.add(number)
            if refund or asked:
                place.refund_minor += refund
                add_return((place.seq, row_no, number, sku, quantity, paid, refund, asked,
                            *self._refund_time(refunded_at)))
            yield (place.seq, number, external_id, sku, None if code else title, quantity, price, discount, paid)
        if (shop, order) in places:
            self._last = {(shop, order): places[shop, order]}

    def take_returns(self) -> list[tuple[Any, ...]]:
        """Rows for `staging.RETURNS` that the batch had."""
        taken, self.returns = self.returns, []
        return taken

    def sums(self, places: Places) -> list[tuple[int, ...]]:
        """Rows for `staging.SUMS`, one per order of the batch."""
        return [place.sums() for place in places.values() if place.rows]

    def _refund_time(self, at: datetime | None) -> tuple[Any, Any, Any]:
        if at is None:
            return (None, None, None)
        local = self.calendar.local(at)
        return (self.stored.moment(at), self.stored.day(local.date()), local.hour)

    def all_skus(self) -> Iterator[tuple[int, str, str, str]]:
        """Rows for `staging.SKUS`: those seen with a price first, then those only ever given away or returned."""
        yield from self.new_skus
        yield from ((key, code, self.gift_titles.get(code, ""), "goods") for code, key in self.skus.items()
                    if code not in self.sku_titles)


def _free(place: Place) -> int:
    """The number of a line that came without: its place, unless another line has said that it is that one."""
    return place.lines if place.lines not in place.numbers else max(place.numbers) + 1


@lru_cache(maxsize=CURRENCIES_AT_ONCE)
def divisor(currency: str, base_currency: str) -> int:
    """What `amount_minor × rate` is divided by to give minor units of the base currency."""
    return RATE_SCALE * minor_per_unit(currency) // minor_per_unit(base_currency)
