"""The figures of the questions in bare SQL over the facts, as somebody would write it by hand: one text for both.

Parameters are `$day` and `$after`, the first day of a span and the first day after it.
"""

import csv
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

_PAID = "payment IN ('paid', 'refunded') AND excluded IS NULL AND paid_on >= $day AND paid_on < $after"
_BACK = "status = 'succeeded' AND refunded_on >= $day AND refunded_on < $after"
REVENUE = f"SELECT SUM(paid_base) FROM orders WHERE {_PAID}"
GROSS_PROFIT = f"""SELECT (SELECT COALESCE(SUM(paid_base), 0) FROM orders WHERE {_PAID})
  - (SELECT COALESCE(SUM(amount_base), 0) FROM refunds WHERE {_BACK})
  - (SELECT COALESCE(SUM(l.cost_base), 0) FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE {_PAID})
  + (SELECT COALESCE(SUM(l.cost_base), 0) FROM refund_lines l JOIN refunds r ON r.id = l.refund_id WHERE {_BACK})"""
TOP_GOODS = f"""SELECT p.name, SUM(l.quantity) AS units FROM order_lines l JOIN orders o ON o.id = l.order_id
  JOIN skus k ON k.id = l.sku_id JOIN products p ON p.id = k.product_id WHERE {_PAID}
  GROUP BY p.id, p.name ORDER BY units DESC, p.id LIMIT 10"""
SHORT = """SELECT k.code, SUM(b.on_hand - b.reserved) AS available FROM stock_balances b JOIN skus k ON k.id = b.sku_id
  GROUP BY k.id, k.code, k.reorder_point HAVING SUM(b.on_hand - b.reserved) <= k.reorder_point ORDER BY available"""
TREND = f"SELECT paid_on, SUM(paid_base) FROM orders WHERE {_PAID} GROUP BY paid_on ORDER BY paid_on"
PROVINCES = (f"SELECT province, SUM(paid_base) AS revenue FROM orders WHERE {_PAID} GROUP BY province "
             "ORDER BY revenue DESC")
CUSTOMERS = f"SELECT COUNT(DISTINCT customer_id) FROM orders WHERE {_PAID}"

# What the statements read, with DuckDB's types.
COLUMNS = {
    "orders": {"id": "BIGINT", "payment": "VARCHAR", "excluded": "VARCHAR", "paid_on": "DATE", "paid_base": "BIGINT",
               "province": "VARCHAR", "customer_id": "BIGINT"},
    "order_lines": {"order_id": "BIGINT", "line_no": "INTEGER", "sku_id": "BIGINT", "quantity": "INTEGER",
                    "paid_base": "BIGINT", "cost_base": "BIGINT"},
    "refunds": {"id": "BIGINT", "status": "VARCHAR", "refunded_on": "DATE", "amount_base": "BIGINT"},
    "refund_lines": {"refund_id": "BIGINT", "line_no": "INTEGER", "cost_base": "BIGINT"},
    "skus": {"id": "BIGINT", "code": "VARCHAR", "product_id": "BIGINT", "reorder_point": "INTEGER"},
    "products": {"id": "BIGINT", "name": "VARCHAR"},
    "stock_balances": {"sku_id": "BIGINT", "warehouse_id": "BIGINT", "on_hand": "INTEGER", "reserved": "INTEGER"},
}


class BareSqlite:
    """Python's own driver on the shop's file."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)

    def rows(self, statement: str, day: date, after: date) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, {"day": day.isoformat(), "after": after.isoformat()}).fetchall()


class Duck:
    """DuckDB with tables of its own, loaded from the shop's file."""

    def __init__(self, path: Path, folder: Path) -> None:
        import duckdb

        self._connection = duckdb.connect()
        source = sqlite3.connect(path)
        for table, columns in COLUMNS.items():
            dumped = folder / f"{table}.csv"
            with dumped.open("w", newline="", encoding="utf-8") as stream:
                csv.writer(stream).writerows(source.execute(f"SELECT {', '.join(columns)} FROM {table}"))
            typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            self._connection.execute(f"CREATE TABLE {table} ({typed})")
            self._connection.execute(f"COPY {table} FROM '{dumped}' (FORMAT csv, HEADER false)")
            dumped.unlink()
        source.close()

    @property
    def version(self) -> str:
        threads = self._connection.execute("SELECT current_setting('threads')").fetchone()
        import duckdb

        return f"{duckdb.__version__}, {threads[0] if threads else '?'} threads"

    def rows(self, statement: str, day: date, after: date) -> list[tuple[Any, ...]]:
        wanted = {name: value for name, value in (("day", day), ("after", after)) if f"${name}" in statement}
        found: list[tuple[Any, ...]] = self._connection.execute(statement, wanted).fetchall()
        return found
