"""What an order's axes mean together."""

from dataclasses import dataclass

from domain.orders.model import AfterSale, Fulfilment, Hold, OrderStatus, Payment

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
