"""Lists of what is on its way to a warehouse, and of those it is bought from; meets `bot.on_the_way.Lists`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.audit import AuditEntry
from domain.inventory.rules import unit_cost_minor
from domain.people import Role
from domain.purchasing.lists import KnownSupplier, OpenPurchase
from domain.purchasing.model import PurchaseStatus
from domain.transfers.lists import OpenTransfer
from storage import audit
from storage.encryption import Vault
from storage.engine import Database
from storage.stock import purchases, transfers


class StoredOnTheWay:
    """Transfers, purchase orders and suppliers in the database, as they are at the present."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def transfers(self, most: int) -> Sequence[OpenTransfer]:
        """Those on their way, the oldest first."""
        with self._database.read() as connection:
            return [OpenTransfer(*row) for row in connection.execute(transfers.listed().limit(most))]

    def transfer(self, number: str) -> OpenTransfer | None:
        """The one of that number, whether it has come or not."""
        with self._database.read() as connection:
            row = connection.execute(transfers.listed(number)).first()
        return OpenTransfer(*row) if row else None

    def purchases(self, most: int) -> Sequence[OpenPurchase]:
        """Those of which something is still to come, the one expected first leading."""
        with self._database.read() as connection:
            return _purchases(connection, connection.execute(purchases.listed().limit(most)).all())

    def purchase(self, number: str) -> OpenPurchase | None:
        """The one of that number, whether anything is still to come or not."""
        with self._database.read() as connection:
            found = _purchases(connection, connection.execute(purchases.listed(number)).all())
        return found[0] if found else None

    def suppliers(self, most: int) -> Sequence[KnownSupplier]:
        """All there are, by name; how to reach them is masked."""
        with self._database.read() as connection:
            return [self._supplier(row) for row in connection.execute(purchases.listed_suppliers().limit(most))]

    def supplier(self, name: str, *, actor: str, role: Role, chat: str, at: datetime) -> KnownSupplier | None:
        """One with its prices and how to reach it; that somebody has seen it stands in the audit."""
        with self._database.write() as connection:
            row = purchases.supplier_row(connection, name)
            if row is None:
                return None
            if row.contact_sealed is not None:
                audit.append(connection, AuditEntry(
                    at=at, actor=actor, role=role, chat=chat, event="seen", action="supplier_contact",
                    arguments="{}", facts=f'{{"supplier": {row.id}}}', previous_hash="", hash=""))
            prices = tuple((price.code, unit_cost_minor(price.unit_cost_e4, price.currency), price.currency)
                           for price in connection.execute(purchases.listed_prices(row.id)))
            contact = purchases.opened(self._vault, row.contact_sealed)
            return KnownSupplier(row.name, row.lead_days, contact, 0, prices)

    def _supplier(self, row: Any) -> KnownSupplier:
        contact = purchases.opened(self._vault, row.contact_sealed)
        return KnownSupplier(row.name, row.lead_days, purchases.shown(contact) if contact else None, row.open_orders)


def _purchases(connection: Connection, rows: Sequence[Any]) -> list[OpenPurchase]:
    lines = purchases.lines_of(connection, [row.id for row in rows])
    return [OpenPurchase(row.number, row.supplier, row.warehouse, row.ordered_at, row.expected_on,
                         row.status is PurchaseStatus.CANCELLED,
                         tuple((line.sku, line.quantity, line.received) for line in lines[row.id])) for row in rows]
