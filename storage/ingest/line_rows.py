"""From the lines of a batch to columns of the staging table, most orders at a stroke.

What a line can have that the others of its order must know (a number of its own, a refund, no price) is rare: an
order without any is counted, numbered and added up by the slices of the columns it takes up.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress, count, pairwise
from operator import ne, or_
from typing import Any

from domain.catalog.model import ItemKind
from domain.drafts import Lines, Reject

FEW = 3  # lines of an order that are gone through faster one by one


class Numbering(dict[Any, int]):
    """Gives each new key the next whole number, from 1."""

    def __missing__(self, key: Any) -> int:
        number = self[key] = len(self) + 1
        return number


@dataclass(slots=True)
class Place:
    """Where the lines of one order go, and what they add up to in the batch at hand."""

    seq: int
    is_foreign: bool = False  # in another currency than the shop's: it needs a rate
    is_again: bool = False  # rows above, apart from these, may be of the same order
    lines: int = 0  # so far, over all batches
    up_to: int = 0  # they have all numbers from 1 to this one: kept one by one, millions would fill the memory
    beyond: set[int] = field(default_factory=set)  # and these numbers
    first_row: int = 0
    rows: int = 0
    row_hash: int = 0
    is_sale: bool = False  # any line that is not a return
    is_priced: bool = False
    paid_minor: int = 0
    discount_minor: int = 0
    refund_minor: int = 0

    def has(self, number: int | None) -> bool:
        return number is not None and (1 <= number <= self.up_to or number in self.beyond)

    def take(self, number: int) -> None:
        self.beyond.add(number)
        while self.up_to + 1 in self.beyond:
            self.up_to += 1
            self.beyond.remove(self.up_to)

    def free_number(self) -> int:
        """Of a line that came without: its place, unless another line has said that it is that one."""
        return max(self.beyond, default=self.up_to) + 1 if self.has(self.lines) else self.lines


Places = dict[tuple[str, str], Place]


@dataclass(slots=True)
class Goods:
    """What the lines so far have been of: grows with SKUs, not with lines."""

    numbers: Numbering = field(default_factory=Numbering)  # code → key
    priced: dict[str, tuple[str, ItemKind]] = field(default_factory=dict)  # by code: title and kind where first sold
    gift_titles: dict[str, str] = field(default_factory=dict)  # of lines without a price: a gift has no other

    @property
    def sold(self) -> int:
        """Codes that some line was of, and not returns alone; one that was given away first counts twice."""
        return len(self.priced) + len(self.gift_titles)

    def rows(self) -> Iterator[tuple[int, str, str, str]]:
        """Rows for `staging.SKUS`: those seen with a price first, then those only ever given away or returned."""
        for code, (title, kind) in self.priced.items():
            yield self.numbers[code], code, title, kind.value
        yield from ((key, code, self.gift_titles.get(code, ""), ItemKind.GOODS.value)
                    for code, key in self.numbers.items() if code not in self.priced)


class LineRows:
    """The lines of one batch. `returns` and `repeated` are added to; `refund_time` gives a moment's three columns."""

    def __init__(self, lines: Lines, goods: Goods, refund_time: Callable[[datetime | None], tuple[Any, ...]]) -> None:
        self.returns: list[tuple[Any, ...]] = []  # for staging.RETURNS
        self.repeated: list[Reject] = []
        self._lines, self._goods, self._refund_time = lines, goods, refund_time
        self._seqs: list[int] = []
        self._numbers: list[int] = []
        self._left_out: list[int] = []

    def columns(self, places: Places) -> list[Sequence[Any]]:
        """One for each of staging.LINES. Adds the lines up in `places`."""
        (shops, orders, row_nos, _, _, _, _, _, _, _, discounts, paids, _, _, _, hashes) = self._lines.columns
        is_odd = self._odd()
        for start, end in _runs(shops, orders):
            place, size = places[shops[start], orders[start]], end - start
            if size < FEW or place.lines or is_odd.find(1, start, end) >= 0:
                for at in range(start, end):
                    self._add(at, place)
                continue
            place.first_row = place.first_row if place.rows else row_nos[start]
            place.rows += size
            place.row_hash += sum(hashes[start:end])
            place.lines = size
            place.up_to = size
            place.is_sale = place.is_priced = True
            place.paid_minor += sum(paids[start:end])
            place.discount_minor += sum(discounts[start:end])
            self._seqs += [place.seq] * size
            self._numbers += range(1, size + 1)
        return self._kept()

    def doubtful(self, places: Places) -> Iterator[tuple[Any, ...]]:
        """Rows for `staging.DOUBTFUL`, once the columns are made."""
        if not any(place.is_foreign or place.is_again for place in places.values()):
            return
        refused = {reject.row_no for reject in self.repeated}
        for line in self._lines:
            place, number = places[line.shop, line.order], line.line_no if line.quantity > 0 else None
            if (place.is_foreign or (place.is_again and number is not None)) and line.row_no not in refused:
                yield (place.seq, line.row_no, number, line.row_hash, line.paid_minor, line.discount_minor,
                       line.refund_minor)

    def _odd(self) -> bytearray:
        """1 for each line that has to be looked at by itself."""
        (_, _, _, line_nos, _, _, _, _, quantities, prices, _, _, refunds, _, asked, _) = self._lines.columns
        size = len(self._lines)
        if line_nos.count(None) < size:
            return bytearray(b"\1") * size
        is_odd = bytearray(size)
        self._name_new()
        for has_any, odd in ((min(quantities) < 0, (quantity < 0 for quantity in quantities)),
                             (any(refunds), refunds), (any(asked), asked),
                             (not all(prices), (not price for price in prices))):
            if has_any:
                for at in compress(count(), odd):
                    is_odd[at] = 1
        return is_odd

    def _name_new(self) -> None:
        (_, _, _, _, _, codes, titles, kinds, quantities, prices, _, _, _, _, _, _) = self._lines.columns
        priced = self._goods.priced
        new = set(codes).difference(priced, ("",))
        for at in compress(count(), map(new.__contains__, codes)) if new else ():
            if prices[at] and quantities[at] > 0:
                priced.setdefault(codes[at], (titles[at], kinds[at]))

    def _add(self, at: int, place: Place) -> None:
        (_, order, row_no, line_no, _, code, title, kind, quantity, price, discount, paid, refund, refunded_at, asked,
         row_hash) = (column[at] for column in self._lines.columns)
        if place.has(line_no) and quantity >= 0:
            self.repeated.append(Reject(row_no, "line_repeated", {"order": order, "line_no": str(line_no)}, ()))
            self._left_out.append(at)
            return
        place.first_row = place.first_row if place.rows else row_no
        place.rows += 1
        place.row_hash += row_hash
        sku = self._goods.numbers[code] if code else None
        if quantity < 0:
            place.refund_minor += paid
            self.returns.append((place.seq, row_no, None, sku, -quantity, paid, paid, 0,
                                 *self._refund_time(refunded_at)))
            self._left_out.append(at)
            return
        place.lines += 1
        place.is_sale = True
        place.paid_minor += paid
        place.discount_minor += discount
        if price:
            place.is_priced = True
            if code and code not in self._goods.priced:
                self._goods.priced[code] = (title, kind)
        elif code:
            self._goods.gift_titles.setdefault(code, title)
        number = line_no or place.free_number()
        place.take(number)
        if refund or asked:
            place.refund_minor += refund
            self.returns.append((place.seq, row_no, number, sku, quantity, paid, refund, asked,
                                 *self._refund_time(refunded_at)))
        self._seqs.append(place.seq)
        self._numbers.append(number)

    def _kept(self) -> list[Sequence[Any]]:
        (_, _, _, _, externals, codes, titles, _, quantities, prices, discounts, paids, _, _, _, _) = (
            self._lines.columns)
        externals, codes, titles, quantities, prices, discounts, paids = map(self._without_left_out, (
            externals, codes, titles, quantities, prices, discounts, paids))
        skus: Sequence[int | None] = list(map(self._goods.numbers.__getitem__, codes)) if all(codes) else [
            self._goods.numbers[code] if code else None for code in codes]
        listed = [None] * len(codes) if all(codes) else [
            None if code else title for code, title in zip(codes, titles, strict=True)]
        return [self._seqs, self._numbers, externals, skus, listed, quantities, prices, discounts, paids]

    def _without_left_out(self, column: Sequence[Any]) -> Sequence[Any]:
        kept = list(column)
        for at in reversed(self._left_out):
            del kept[at]
        return kept


def _runs(shops: Sequence[str], orders: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the lines of one order begin and end that stand together."""
    is_other = map(or_, map(ne, orders, orders[1:]), map(ne, shops, shops[1:]))
    return pairwise([0, *compress(count(1), is_other), len(orders)])
