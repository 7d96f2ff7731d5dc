"""What a receipt costs, and what it settles of earlier purchases."""

from collections.abc import Sequence

from domain.books import PurchaseLineFacts
from domain.changes.buying import PurchaseArrival
from domain.changes.costs import Cost
from domain.money import UNIT_SCALE, minor_per_unit


def unit_cost_e4(amount_minor: int, currency: str) -> int:
    """A unit cost in 1/10000 of the currency unit, from minor units."""
    return amount_minor * UNIT_SCALE // minor_per_unit(currency)


def unit_cost_minor(unit_e4: int, currency: str) -> int:
    """A unit cost to show, in minor units, rounded half up."""
    return (unit_e4 * minor_per_unit(currency) * 2 + UNIT_SCALE) // (UNIT_SCALE * 2)


def average(cost: Cost, on_hand: int, received: int, received_e4: int) -> Cost:
    """The average after a receipt. The value before plus the value received is the value after, to the last 1/10000.

    Where the cost was not known, or pieces were owed (on hand below zero), the pieces there are worth what was paid
    now: an average with an unknown value is unknown, and one over a debt means nothing.
    """
    if cost.unit_e4 is None or on_hand < 0:
        return Cost(received_e4, cost.remainder_e4)
    value = on_hand * cost.unit_e4 + cost.remainder_e4 + received * received_e4
    pieces = on_hand + received
    unit = max(0, (2 * value + pieces) // (2 * pieces))
    return Cost(unit, value - unit * pieces)


def arrivals(lines: Sequence[PurchaseLineFacts], received: int) -> tuple[PurchaseArrival, ...]:
    """Which open purchase lines a receipt settles, oldest first."""
    settled = []
    for line in lines:
        pieces = min(line.open, received)
        if pieces:
            settled.append(PurchaseArrival(line.line_id, pieces))
        received -= pieces
    return tuple(settled)
