"""Writes suppliers and purchase orders."""

from collections.abc import Mapping

from domain.changes import Change
from domain.changes.buying import (
    PurchaseArrival,
    PurchaseCancelled,
    PurchaseChange,
    SupplierChange,
    SupplierPriceChange,
)
from storage.ledger.writing import Writer, each
from storage.stock import purchases

WRITERS: Mapping[type[Change], Writer] = {
    SupplierChange: each(purchases.write_supplier),
    SupplierPriceChange: each(purchases.write_price),
    PurchaseChange: each(purchases.write_purchase),
    PurchaseCancelled: each(purchases.write_cancelled),
    PurchaseArrival: each(purchases.write_arrival),
}
