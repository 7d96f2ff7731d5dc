"""Emptying a database, for the demo shop alone."""

from sqlalchemy import select
from sqlmodel import col

from domain.orders.model import Order
from storage.engine import Database
from storage.schema import metadata


def holds_orders(database: Database) -> bool:
    with database.read() as connection:
        return connection.execute(select(col(Order.id)).limit(1)).first() is not None


def remove_all(database: Database) -> None:
    """Delete every row of every table; the tables stay."""
    with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
