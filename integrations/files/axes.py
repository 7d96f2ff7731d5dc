"""From status words and times to the four axes of an order. An unknown word is kept and held, never guessed."""

import re
from functools import cache
from typing import Any, NamedTuple

from domain.orders.model import AfterSale, Fulfilment, Hold, Payment
from integrations.files.words import table, word_key

_PARTS = re.compile(r"[,，;；/、]\s*")
_LONGEST = 80  # characters of a raw status that the order keeps


class Refunding(NamedTuple):
    """What the words say about money that goes back."""

    is_all: bool = False
    is_asked: bool = False


class Axes(NamedTuple):
    """The state of one row's order."""

    payment: Payment
    fulfilment: Fulfilment
    after_sale: AfterSale
    hold: Hold
    raw_status: str
    refunding: Refunding


class Seen(NamedTuple):
    """What one row says about its state, and whether the table speaks of it at all."""

    status: str
    after_sale: str
    is_paid: bool
    is_shipped: bool
    is_signed: bool
    tells_payment: bool  # a column for the status or the time of payment
    tells_fulfilment: bool  # a column for the status, shipping, signing or the waybill


@cache
def _words(section: str) -> dict[str, dict[str, Any]]:
    return {word_key(word): entry for entry in table("statuses")[section] for word in entry["words"]}


def _said(section: str, text: str) -> dict[str, Any] | None:
    """What the word says; one made of several is what they say together. None when any part is unknown."""
    words = _words(section)
    whole = words.get(word_key(text))
    if whole is not None or not text:
        return whole or {}
    parts = [_part(section, part) for part in _PARTS.split(text) if part]
    if not parts or any(part is None for part in parts):
        return None
    merged: dict[str, Any] = {}
    for part in parts:
        merged = {**merged, **(part or {})}
    return merged


def _part(section: str, part: str) -> dict[str, Any] | None:
    """A part of an order's status may speak of the after-sale: 已发货，退款成功."""
    key = word_key(part)
    found = _words(section).get(key)
    later = _words("after_sale").get(key)
    return later if later and "after_sale" in later else found


def read_axes(seen: Seen) -> Axes:
    """The axes of a row."""
    order, later = _said("order", seen.status), _said("after_sale", seen.after_sale)
    said = {**(order or {}), **(later or {})}
    is_known = order is not None and later is not None
    payment = _payment(said.get("payment"), seen)
    raw = seen.status if later is not None and seen.status else "，".join(filter(None, (seen.status, seen.after_sale)))
    return Axes(
        payment=payment,
        fulfilment=Fulfilment(said.get("fulfilment") or _fulfilment(seen, payment)),
        after_sale=AfterSale(said.get("after_sale", AfterSale.NONE)),
        hold=Hold(said.get("hold", Hold.NONE)) if is_known else Hold.UNKNOWN_STATUS,
        raw_status=raw[:_LONGEST],
        refunding=_refunding(said, payment),
    )


def _refunding(said: dict[str, Any], payment: Payment) -> Refunding:
    spoken = said.get("refund")
    return Refunding(is_all=spoken == "all" or payment is Payment.REFUNDED, is_asked=spoken == "asked")


def _payment(spoken: str | None, seen: Seen) -> Payment:
    if spoken == Payment.CLOSED:
        went_back = seen.is_paid or _is_refunded(seen)
        return Payment.REFUNDED if went_back else Payment.CLOSED
    if spoken is not None:
        return Payment(spoken)
    if not seen.tells_payment or seen.is_paid or seen.is_shipped or _is_after_sale(seen):
        return Payment.PAID
    return Payment.UNPAID


def _is_refunded(seen: Seen) -> bool:
    return any((_said(section, text) or {}).get("refund") == "all"
               for section, text in (("order", seen.status), ("after_sale", seen.after_sale)))


def _is_after_sale(seen: Seen) -> bool:
    return any((_said(section, text) or {}).get("after_sale")
               for section, text in (("order", seen.status), ("after_sale", seen.after_sale)))


def _fulfilment(seen: Seen, payment: Payment) -> Fulfilment:
    if seen.is_signed:
        return Fulfilment.SIGNED
    if seen.is_shipped:
        return Fulfilment.SHIPPED
    # A table of finished sales, such as invoices, has no column that could say so.
    return Fulfilment.COMPLETED if payment is Payment.PAID and not seen.tells_fulfilment else Fulfilment.UNSHIPPED


def together(rows: list[Axes]) -> Axes:
    """One order whose rows differ: a platform's sub-orders have states of their own."""
    payments = {axes.payment for axes in rows}
    fulfilments = {axes.fulfilment for axes in rows}
    payment = next(state for state in (Payment.PAID, Payment.UNPAID, Payment.REFUNDED, Payment.CLOSED)
                   if state in payments)
    steps = list(Fulfilment)
    fulfilment = min(fulfilments, key=steps.index)
    if len(fulfilments) > 1 and fulfilment is Fulfilment.UNSHIPPED:
        fulfilment = Fulfilment.PARTLY_SHIPPED
    after_sales = {axes.after_sale for axes in rows}
    return rows[0]._replace(
        payment=payment, fulfilment=fulfilment,
        after_sale=next(state for state in (AfterSale.OPEN, AfterSale.DONE, AfterSale.NONE) if state in after_sales),
        hold=next((axes.hold for axes in rows if axes.hold is not Hold.NONE), Hold.NONE))
