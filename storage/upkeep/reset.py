"""Emptying a database, for the demo shop alone."""

from sqlalchemy import select

from storage.engine import Database
from storage.identity import ShopSetting
from storage.names_version import NamesVersion
from storage.schema import metadata

_OF_NO_SHOP = {ShopSetting.__tablename__, NamesVersion.__tablename__}


def holds_anything(database: Database) -> bool:
    """Whether any table has a row, besides the settings that every first start writes and the mark of its names."""
    with database.read() as connection:
        return any(connection.execute(select(1).select_from(table).limit(1)).first() is not None
                   for table in metadata.sorted_tables if table.name not in _OF_NO_SHOP)


def remove_all(database: Database) -> None:
    """Delete every row of every table; the tables stay."""
    with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
