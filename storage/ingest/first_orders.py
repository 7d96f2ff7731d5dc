"""A shop's first orders and their lines are written where they stay while the file is still being read.

Nothing is there that they could meet, so numbers within the import serve as numbers of rows: of an order its place
(`seq`), of a SKU its key. On SQLite, which works in the process that would otherwise wait for the reader, the lines are
added up at once, too. Where it turns out that orders meet after all, everything is taken back into staging.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from sqlalchemy import Connection, text

from storage import rollups
from storage.first_fill import way_to_fill
from storage.ingest import merge_shops, staging
from storage.ingest.line_rows import Goods
from storage.ingest.order_rows import OrderRows
from storage.ingest.order_values import INSERT_FIRST
from storage.ingest.staging import Columns
from storage.ingest.terms import Terms
from storage.schema import metadata

_T = metadata.tables
_IS_KNOWN = " UNION ALL ".join(f"SELECT 1 FROM {table}" for table in ("orders", "skus", "products")) + " LIMIT 1"
_STAYS: Columns = {  # the columns of staging.LINES under the names they have where they stay
    {"order_seq": "order_id", "sku": "sku_id"}.get(name, name): kind for name, kind in staging.LINES.items()}
_LINES: Columns = {**_STAYS, "line_no": "short", "quantity": "short", "paid_base": "int"}  # sold in the base currency
_TAKE_BACK = (f"INSERT INTO stage_lines ({', '.join(staging.LINES)}) SELECT {', '.join(_STAYS)} FROM order_lines",
              *(f"DELETE FROM {table}" for table in ("order_lines", "orders", "sku_days", "skus", "products")))
# An order's buyer is known when all are: a later order may say that two of them are one.
_BUYERS = """UPDATE orders SET customer_id = c.customer_id FROM stage_orders o JOIN stage_buyers c
ON c.platform = o.platform AND c.buyer_id = o.buyer_id WHERE o.seq = orders.id"""
# What was first given away may be sold later, under the name and as the kind of thing that it then has.
_OTHER_KIND = "SELECT 1 FROM stage_skus s JOIN products p ON p.id = s.key WHERE p.kind <> s.kind LIMIT 1"
_NAMES = """UPDATE products SET name = CASE WHEN s.title = '' THEN s.code ELSE s.title END, kind = s.kind
FROM stage_skus s WHERE s.key = products.id
  AND (products.kind <> s.kind OR products.name <> CASE WHEN s.title = '' THEN s.code ELSE s.title END)"""
_SALES = text(
    "SELECT COUNT(DISTINCT order_seq) FROM stage_sums WHERE order_seq BETWEEN :first AND :last AND is_sale = 1")


def is_empty(connection: Connection) -> bool:
    """Whether the shop has neither orders nor goods."""
    return connection.exec_driver_sql(_IS_KNOWN).first() is None


class FirstOrders:
    """Within one write transaction, from the first batch to the merge."""

    def __init__(self, connection: Connection, terms: Terms) -> None:
        self.has_orders = connection.dialect.name == "sqlite"  # as well as their lines, and the sums of those
        self._connection, self._terms = connection, terms
        self._filling = ExitStack()
        self.way = way_to_fill(connection, _T["orders"])
        for table in ("order_lines", *(("orders", "sku_days") if self.has_orders else ())):
            self._filling.enter_context(self.way(connection, _T[table]))
        self._shops = self._sold = self._booked = 0
        self._named: set[int] = set()  # keys of SKUs
        self._add_up = rollups.adding_orders(connection)

    def fill(self, columns: Sequence[Sequence[Any]]) -> None:
        """Columns for `staging.LINES` of orders in the base currency."""
        staging.fill_columns(self._connection, "order_lines", _LINES, [*columns, columns[-1]], is_temporary=False)

    def book(self, rows: OrderRows, at_least: int = 1) -> bool:
        """Write the orders staged since the last time, and add their lines up. False where one was there already."""
        first, last = self._booked + 1, rows.orders_staged
        if not self.has_orders or last - self._booked < at_least:
            return True
        self._booked = last
        if len(rows.shops) > self._shops:
            merge_shops.resolve_shops(self._connection, list(rows.shops), self._terms.base_currency, self._terms.now)
            self._shops = len(rows.shops)
        if rows.goods.sold > self._sold:
            self._name(rows.goods)
            self._sold = rows.goods.sold
        new = {**self._terms.parameters, "first": first, "last": last}
        if self._connection.execute(INSERT_FIRST, new).rowcount < self._connection.scalar(_SALES, new):
            return False
        self._add_up(first, last)
        return True

    def _name(self, goods: Goods) -> None:
        """What a code is, its lines say: of one that so far only came back, nothing is known yet."""
        new = [row for row in goods.rows() if row[0] not in self._named and (
            row[1] in goods.priced or row[1] in goods.gift_titles)]
        self._named.update(row[0] for row in new)
        merge_shops.resolve_skus(self._connection, new, self._terms.parameters, by_key=True)

    def take_back(self) -> None:
        """What was written so far is staged only, and the shop is as empty as before."""
        for statement in _TAKE_BACK:
            self._connection.exec_driver_sql(statement)
        self.close()

    def keep(self) -> bool:
        """Once their buyers and SKUs are there. Whether their lines are added up rightly."""
        is_added_up = self.has_orders and self._connection.exec_driver_sql(_OTHER_KIND).first() is None
        if self.has_orders:
            self._connection.exec_driver_sql(_BUYERS)
            self._connection.exec_driver_sql(_NAMES)
        self.close()
        return is_added_up

    def close(self) -> None:
        """Make and check indexes and keys: the last thing to be done, and the second time nothing."""
        self._filling.close()
