"""Finding what an argument names, or saying what it may have meant."""

from domain.actions import Impossible
from domain.books import Books, OrderFacts, PurchaseFacts, SkuFacts, SupplierFacts, TransferFacts, WarehouseFacts


def sku_of(books: Books, code: str) -> SkuFacts:
    sku = books.sku(code)
    if sku is None:
        raise Impossible("unknown_sku", sku=code, choices=books.nearest("sku", code))
    return sku


def warehouse_of(books: Books, name: str) -> WarehouseFacts:
    warehouse = books.warehouse(name)
    if warehouse is None:
        raise Impossible("unknown_warehouse", warehouse=name, choices=books.nearest("warehouse", name))
    return warehouse


def order_of(books: Books, number: str) -> OrderFacts:
    """The one order of that number; one that two shops use cannot be acted on by its number alone."""
    found = books.orders(number)
    if not found:
        raise Impossible("unknown_order", order=number, choices=books.nearest("order", number))
    if len(found) > 1:
        raise Impossible("ambiguous_order", order=number, shops="、".join(order.shop for order in found))
    return found[0]


def transfer_of(books: Books, number: str) -> TransferFacts:
    transfer = books.transfer(number)
    if transfer is None:
        raise Impossible("unknown_transfer", transfer=number, choices=books.nearest("transfer", number))
    return transfer


def supplier_of(books: Books, name: str) -> SupplierFacts:
    supplier = books.supplier(name)
    if supplier is None:
        raise Impossible("unknown_supplier", supplier=name, choices=books.nearest("supplier", name))
    return supplier


def purchase_of(books: Books, number: str) -> PurchaseFacts:
    purchase = books.purchase(number)
    if purchase is None:
        raise Impossible("unknown_purchase", purchase=number, choices=books.nearest("purchase", number))
    return purchase
