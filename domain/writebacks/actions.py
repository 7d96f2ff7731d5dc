"""Verb: a platform that was not told of an order is told once more."""

from domain.actions import Asked, Fact, Impossible, Plan, Word, action
from domain.books import Books
from domain.changes.parcels import TellAgain
from domain.lookups import order_of
from domain.orders.actions import ORDER
from domain.people import Permission


@action(name="tell_again", permission=Permission.SHIP, zh="重新回传", en="tell the platform again", parameters=(ORDER,))
def tell_again(books: Books, asked: Asked) -> Plan:
    """Every parcel of the order that was refused or given up."""
    order = order_of(books, asked.arguments["order"])
    failed = books.untold(order.id)
    if not failed:
        raise Impossible("nothing_to_tell", order=order.number)
    if not order.is_connected:
        raise Impossible("shop_not_connected", shop=order.shop)
    return Plan(
        facts=tuple(Fact("write_back", f"{order.number} {each.carrier} {each.waybill_no}",
                         Word(f"write_back.short.{each.why}"), Word("write_back.waits")) for each in failed),
        changes=tuple(TellAgain(each.id, each.why) for each in failed),
        named={"order": order.number, "shop": order.shop})
