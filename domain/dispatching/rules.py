"""Which orders may leave in one parcel."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from domain.books import OrderFacts
from domain.orders.model import OrderStatus

MERGE_WINDOW = timedelta(hours=72)  # between payments; the first must not wait longer for the last than it may be late
MAX_MERGED = 10  # more orders fit no parcel


class Obstacle(StrEnum):
    """Why two orders cannot leave in one parcel; each is a sentence of the catalogue's part `no`."""

    SHOPS = "merge_shops"
    BUYERS = "merge_buyers"
    PHONES = "merge_phones"
    PLACES = "merge_places"
    WINDOW = "merge_window"


def obstacle(first: OrderFacts, other: OrderFacts) -> Obstacle | None:
    """One shop, one buyer, one telephone, one address, paid within the window; what is not known is not the same."""
    one, two = first.receiver, other.receiver
    if first.shop_id != other.shop_id:
        return Obstacle.SHOPS
    if one is None or two is None or one.customer_id is None or one.customer_id != two.customer_id:
        return Obstacle.BUYERS
    if one.phone != two.phone:
        return Obstacle.PHONES
    if not one.city or (one.province, one.city, one.address) != (two.province, two.city, two.address):
        return Obstacle.PLACES
    if first.paid_at is None or other.paid_at is None or abs(first.paid_at - other.paid_at) > MERGE_WINDOW:
        return Obstacle.WINDOW
    return None


def is_waiting(order: OrderFacts) -> bool:
    return order.axes.status in (OrderStatus.TO_SHIP, OrderStatus.PARTLY_SHIPPED)


def mergeable(orders: Sequence[OrderFacts]) -> list[list[OrderFacts]]:
    """Groups of two and more that could leave together, each in the order given; no order is in two."""
    groups: list[list[OrderFacts]] = []
    for order in orders:
        group = next((group for group in groups if len(group) < MAX_MERGED and obstacle(group[0], order) is None), None)
        if group is None:
            groups.append([order])
        else:
            group.append(order)
    return [group for group in groups if len(group) > 1]
