"""What an order's axes mean together."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from domain.errors import UserCanFix
from domain.orders.model import AfterSale, Exclusion, Fulfilment, Hold, OrderStatus, Payment

EMPTY_PARCELS = frozenset({Exclusion.BRUSHED, Exclusion.TEST})  # orders whose parcels, if any, hold none of the goods
UNCERTAIN = frozenset({Hold.GROUP, Hold.PRESALE})  # orders that wait for a group or for goods yet to be made

_BY_FULFILMENT = {
    Fulfilment.UNSHIPPED: OrderStatus.TO_SHIP,
    Fulfilment.PARTLY_SHIPPED: OrderStatus.PARTLY_SHIPPED,
    Fulfilment.SHIPPED: OrderStatus.SHIPPED,
    Fulfilment.SIGNED: OrderStatus.SIGNED,
    Fulfilment.COMPLETED: OrderStatus.COMPLETED,
}


def derive_status(payment: Payment, fulfilment: Fulfilment, after_sale: AfterSale, hold: Hold) -> OrderStatus:
    """The status people see. Closed and wholly refunded orders come first: nothing more happens to them."""
    if payment in (Payment.CLOSED, Payment.REFUNDED):
        return OrderStatus.CANCELLED
    if after_sale is AfterSale.OPEN:
        return OrderStatus.AFTER_SALE
    if payment is Payment.UNPAID and fulfilment is Fulfilment.UNSHIPPED:
        return OrderStatus.TO_PAY
    if hold is not Hold.NONE and fulfilment in (Fulfilment.UNSHIPPED, Fulfilment.PARTLY_SHIPPED):
        return OrderStatus.HELD
    return _BY_FULFILMENT[fulfilment]


# What a note begins with where the shop says that the order is none. Buyers ask about such things, but not so.
_MARKS = ((re.compile(r"刷单|brushed\b", re.IGNORECASE), Exclusion.BRUSHED),
          (re.compile(r"测试(?:单|订单)|test order\b", re.IGNORECASE), Exclusion.TEST))


def excluded_by(remark: str) -> Exclusion | None:
    """The rule by which an order's note leaves it out of the figures."""
    return next((mark for pattern, mark in _MARKS if pattern.match(remark.strip())), None)


@dataclass(frozen=True, slots=True)
class Axes:
    """Where an order stands on its four axes."""

    payment: Payment
    fulfilment: Fulfilment
    after_sale: AfterSale
    hold: Hold

    @property
    def status(self) -> OrderStatus:
        return derive_status(self.payment, self.fulfilment, self.after_sale, self.hold)

    def step(self, **to: StrEnum) -> "Axes":
        """The axes after a step. Raises ForbiddenStep when the table does not allow it."""
        for axis, value in to.items():
            if not is_step(getattr(self, axis), value):
                raise ForbiddenStep(axis, getattr(self, axis), value)
        changed: dict[str, Any] = dict(to)
        return replace(self, **changed)


class ForbiddenStep(UserCanFix):
    """An axis cannot go from here to there."""

    def __init__(self, axis: str, before: StrEnum, after: StrEnum) -> None:
        super().__init__(f"{axis} cannot go from {before} to {after}", key="no.forbidden_step",
                         axis=axis, before=str(before), after=str(after))


_F, _P, _A, _HOLDS = Fulfilment, Payment, AfterSale, frozenset(Hold)
# For each axis, from each place on it the places it may go to. Undoing goes back, and is the only thing that does.
STEPS: Mapping[type[StrEnum], Mapping[Any, frozenset[StrEnum]]] = {
    Payment: {
        _P.UNPAID: frozenset({_P.PAID, _P.CLOSED}),
        _P.PAID: frozenset({_P.REFUNDED}),
        _P.REFUNDED: frozenset(),
        _P.CLOSED: frozenset(),
    },
    Fulfilment: {
        _F.UNSHIPPED: frozenset({_F.PARTLY_SHIPPED, _F.SHIPPED, _F.SIGNED, _F.COMPLETED}),
        _F.PARTLY_SHIPPED: frozenset({_F.SHIPPED, _F.SIGNED, _F.COMPLETED}),
        _F.SHIPPED: frozenset({_F.SIGNED, _F.COMPLETED}),
        _F.SIGNED: frozenset({_F.COMPLETED}),
        _F.COMPLETED: frozenset(),
    },
    AfterSale: {
        _A.NONE: frozenset({_A.OPEN, _A.DONE}),
        _A.OPEN: frozenset({_A.DONE, _A.NONE}),  # decided, or withdrawn
        _A.DONE: frozenset({_A.OPEN}),
    },
    Hold: {hold: _HOLDS - {hold} for hold in Hold},  # each platform locks and unlocks for its own reasons
}


def is_step(before: StrEnum, after: StrEnum) -> bool:
    """Whether an axis may go from one place to the other, or stays."""
    return before == after or after in STEPS[type(before)][before]
