"""Suppliers and purchase orders: what the verbs must know of them, and the writing of every change."""

from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update
from sqlmodel import col

from domain.changes.buying import (
    PurchaseArrival,
    PurchaseCancelled,
    PurchaseChange,
    SupplierChange,
    SupplierPriceChange,
    SupplierTerms,
)
from domain.purchasing.model import PurchaseLine, PurchaseOrder, PurchaseStatus, Supplier, SupplierPrice
from storage.encryption import Vault
from storage.schema import metadata
from storage.stock.shelves import exactly_one

_T = metadata.tables
_orders, _lines, _suppliers = _T["purchase_orders"], _T["purchase_lines"], _T["suppliers"]
_prices, _skus, _warehouses = _T["supplier_prices"], _T["skus"], _T["warehouses"]
LEAST_DIGITS = 7  # of a telephone number; fewer are shown in no part
CONTACT = "suppliers.contact"  # the column a contact is sealed for


def sealed(vault: Vault, contact: str) -> dict[str, str]:
    """A contact as it is kept in a proposal and in the audit: nobody reads it there."""
    ciphertext = vault.seal(CONTACT, contact)
    return {"sealed": b64encode(ciphertext or b"").decode(), "shown": shown(contact)}


def shown(contact: str) -> str:
    """王** ****1234: enough to know it again."""
    digits = "".join(filter(str.isdigit, contact))
    return f"{contact.strip()[:1]}**" + (f" ****{digits[-4:]}" if len(digits) >= LEAST_DIGITS else "")


def opened(vault: Vault, ciphertext: bytes | None) -> str | None:
    return vault.open(CONTACT, ciphertext)


def supplier_row(connection: Connection, name: str) -> Any | None:
    """Its row, by the name in any case of letters."""
    exact = connection.execute(select(_suppliers).where(_suppliers.c.name == name)).first()
    return exact or connection.execute(select(_suppliers).where(func.lower(_suppliers.c.name) == name.lower())).first()


def prices_of(connection: Connection, supplier_id: int) -> Mapping[int, int]:
    """In 1/10000 of each SKU's currency, by SKU id."""
    return {sku_id: int(price) for sku_id, price in connection.execute(select(
        _prices.c.sku_id, _prices.c.unit_cost_e4).where(_prices.c.supplier_id == supplier_id))}


def order_row(connection: Connection, number: str) -> Any | None:
    """The order with its supplier's name."""
    return connection.execute(
        select(_orders, _suppliers.c.name.label("supplier")).outerjoin(
            _suppliers, _suppliers.c.id == _orders.c.supplier_id).where(_orders.c.number == number)).first()


def lines_of(connection: Connection, order_ids: Sequence[int]) -> Mapping[int, Sequence[Any]]:
    """(id, sku_id, sku, quantity, received, unit_cost_e4) of each order's lines."""
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(select(_lines, _skus.c.code.label("sku")).join(
            _skus, _skus.c.id == _lines.c.sku_id).where(_lines.c.purchase_order_id.in_(order_ids)).order_by(
                _lines.c.id)):
        found[row.purchase_order_id].append(row)
    return found


def open_numbers() -> Select[str]:
    """Of orders of which something is still to come."""
    return select(_orders.c.number).where(is_open())


def is_open() -> Any:
    """Not cancelled, and some line is not complete."""
    lacks = select(_lines.c.id).where(_lines.c.purchase_order_id == _orders.c.id,
                                      _lines.c.received < _lines.c.quantity).exists()
    return (_orders.c.status == PurchaseStatus.OPEN) & lacks


def names() -> Select[str]:
    return select(_suppliers.c.name)


def write_purchase(connection: Connection, change: PurchaseChange, reference: Any) -> None:
    number = f"PO{change.ordered_at:%y%m%d}-{reference.id}"
    if not change.is_open:
        _take_back(connection, number)
        return
    order_id = connection.execute(insert(PurchaseOrder).values(
        number=number, warehouse_id=change.warehouse_id, status=PurchaseStatus.OPEN, ordered_at=change.ordered_at,
        staff_id=reference.staff_id, supplier_id=change.supplier_id, expected_on=change.expected_on,
    ).returning(_orders.c.id)).scalar_one()
    prices = change.prices_e4 or (None,) * len(change.lines)
    connection.execute(insert(PurchaseLine), [
        {"purchase_order_id": order_id, "sku_id": sku_id, "quantity": quantity, "received": 0, "unit_cost_e4": price}
        for (sku_id, quantity), price in zip(change.lines, prices, strict=True)])


def _take_back(connection: Connection, number: str) -> None:
    """Only while nothing of it has come in."""
    begun = select(col(PurchaseLine.purchase_order_id)).where(col(PurchaseLine.received) > 0)
    exactly_one(connection.execute(
        update(PurchaseOrder)
        .where(col(PurchaseOrder.number) == number, col(PurchaseOrder.status) == PurchaseStatus.OPEN,
               col(PurchaseOrder.id).not_in(begun))
        .values(status=PurchaseStatus.CANCELLED)))


def write_arrival(connection: Connection, change: PurchaseArrival, _: Any) -> None:
    received = col(PurchaseLine.received) + change.quantity
    exactly_one(connection.execute(
        update(PurchaseLine)
        .where(col(PurchaseLine.id) == change.line_id, received >= 0, received <= col(PurchaseLine.quantity))
        .values(received=received)))


def write_cancelled(connection: Connection, change: PurchaseCancelled, _: Any) -> None:
    states = (PurchaseStatus.OPEN, PurchaseStatus.CANCELLED)
    before, after = states if change.is_cancelled else states[::-1]
    exactly_one(connection.execute(
        update(PurchaseOrder).where(col(PurchaseOrder.id) == change.purchase_id, col(PurchaseOrder.status) == before)
        .values(status=after)))


def write_supplier(connection: Connection, change: SupplierChange, reference: Any) -> None:
    """One that was new is gone when that is undone, unless something was ordered from it since."""
    if change.is_new and change.is_kept:
        connection.execute(insert(Supplier).values(
            name=change.name, created_at=reference.at, **_columns(change.after)))
        return
    before = _columns(change.before)
    which = (col(Supplier.name) == change.name,
             col(Supplier.lead_days).is_not_distinct_from(before["lead_days"]),
             col(Supplier.contact_sealed).is_not_distinct_from(before["contact_sealed"]))
    statement: Any = delete(Supplier).where(*which) if change.is_new else update(Supplier).where(*which).values(
        **_columns(change.after))
    exactly_one(connection.execute(statement))


def _columns(terms: SupplierTerms) -> dict[str, Any]:
    return {"lead_days": terms.lead_days, "contact_sealed": b64decode(terms.contact) if terms.contact else None}


def write_price(connection: Connection, change: SupplierPriceChange, _: Any) -> None:
    which = (col(SupplierPrice.supplier_id) == change.supplier_id, col(SupplierPrice.sku_id) == change.sku_id)
    if change.before is not None:
        exactly_one(connection.execute(
            delete(SupplierPrice).where(*which, col(SupplierPrice.unit_cost_e4) == change.before)))
    if change.after is not None:
        connection.execute(insert(SupplierPrice).values(
            supplier_id=change.supplier_id, sku_id=change.sku_id, unit_cost_e4=change.after))


def listed(number: str | None = None) -> Select[Any]:
    """Orders with supplier and warehouse: the one of that number, or all of which something is to come."""
    return (select(_orders, _suppliers.c.name.label("supplier"), _warehouses.c.name.label("warehouse"))
            .join(_warehouses, _warehouses.c.id == _orders.c.warehouse_id)
            .outerjoin(_suppliers, _suppliers.c.id == _orders.c.supplier_id)
            .where(is_open() if number is None else _orders.c.number == number)
            .order_by(_orders.c.expected_on.asc().nulls_last(), _orders.c.id))


def listed_suppliers() -> Select[Any]:
    """Each with how many of its orders are open."""
    open_orders = select(func.count()).select_from(_orders).where(
        _orders.c.supplier_id == _suppliers.c.id, is_open()).scalar_subquery()
    return select(_suppliers, open_orders.label("open_orders")).order_by(_suppliers.c.name)


def listed_prices(supplier_id: int) -> Select[Any]:
    return select(_skus.c.code, _skus.c.currency, _prices.c.unit_cost_e4).join(
        _skus, _skus.c.id == _prices.c.sku_id).where(_prices.c.supplier_id == supplier_id).order_by(_skus.c.code)
