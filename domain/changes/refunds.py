"""What an action does to refunds and returned goods, as data."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, Self

from domain.aftersales.model import Condition
from domain.changes.change import Change


@dataclass(frozen=True, slots=True)
class RefundedLine:
    """What a refund is for; no pieces and no cost where the goods stay with the buyer."""

    line_no: int
    order_line_no: int
    sku_id: int | None
    quantity: int
    amount_minor: int
    amount_base: int
    cost_base: int | None


@dataclass(frozen=True, slots=True)
class NewRefund:
    """A refund that no buyer asked for, by the number it gets."""

    shop_id: int
    external_id: str
    currency: str
    customer_id: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RefundChange(Change):
    """A refund is let go through, and waits for the platform to pay it; or, when undone, is as it was asked for.

    `days` are the (shop, business day) whose figures change. One with `new` is made, or withdrawn when undone.
    """

    refund_id: int
    order_id: int
    asked_minor: int
    asked_base: int
    amount_minor: int
    amount_base: int
    refunded_at: datetime
    refunded_on: date
    refunded_hour: int
    days: tuple[tuple[int, date], ...]
    lines: tuple[RefundedLine, ...] = ()
    new: NewRefund | None = None
    is_granted: bool = True
    kind: Literal["refund"] = "refund"

    def inverse(self) -> Self:
        return replace(self, is_granted=not self.is_granted)


@dataclass(frozen=True, slots=True)
class ReturnChange(Change):
    """Pieces that came back or, when undone, did not."""

    order_id: int
    line_no: int
    sku_id: int
    warehouse_id: int
    quantity: int
    condition: Condition
    returned_at: datetime
    is_back: bool = True
    kind: Literal["return"] = "return"

    def inverse(self) -> Self:
        return replace(self, is_back=not self.is_back)
