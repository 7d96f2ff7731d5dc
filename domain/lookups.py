"""Finding what an argument names, or saying what it may have meant."""

from typing import TypeVar

from domain.actions import Impossible
from domain.books import Books, OrderFacts, PurchaseFacts, SkuFacts, SupplierFacts, TransferFacts, WarehouseFacts

_Facts = TypeVar("_Facts")


def sku_of(books: Books, code: str) -> SkuFacts:
    return _known(books, "sku", code, books.sku(code))


def warehouse_of(books: Books, name: str) -> WarehouseFacts:
    return _known(books, "warehouse", name, books.warehouse(name))


def order_of(books: Books, number: str) -> OrderFacts:
    """The one order of that number; one that two shops use cannot be acted on by its number alone."""
    found = books.orders(number)
    if not found:
        raise Impossible("unknown_order", order=number, choices=books.nearest("order", number))
    if len(found) > 1:
        raise Impossible("ambiguous_order", order=number, shops="、".join(order.shop for order in found))
    return found[0]


def transfer_of(books: Books, number: str) -> TransferFacts:
    return _known(books, "transfer", number, books.transfer(number))


def supplier_of(books: Books, name: str) -> SupplierFacts:
    return _known(books, "supplier", name, books.supplier(name))


def purchase_of(books: Books, number: str) -> PurchaseFacts:
    return _known(books, "purchase", number, books.purchase(number))


def _known(books: Books, what: str, said: str, found: _Facts | None) -> _Facts:
    """What was found; else it is said that nobody knows it, with those that are called alike."""
    if found is None:
        raise Impossible(f"unknown_{what}", **{what: said}, choices=books.nearest(what, said))
    return found
