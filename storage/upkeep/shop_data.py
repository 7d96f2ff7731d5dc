"""The shop's data as a whole: checked, backed up, tidied; and what jobs look up beside figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select, true
from sqlmodel import col

from domain.catalog.model import Shop
from domain.invariants import Break
from domain.orders.model import Order, OrderStatus
from domain.people import Shops
from storage.actions import confirmations
from storage.engine import Database
from storage.upkeep import backup
from storage.upkeep.purge import purge
from storage.upkeep.verify import verify


@dataclass(frozen=True, slots=True)
class StoredUpkeep:
    """Meets `domain.jobs.Upkeep`."""

    database: Database
    secret: str
    backups: Path

    def broken_laws(self) -> Sequence[Break]:
        return verify(self.database)

    def expire_confirmations(self, at: datetime) -> int:
        with self.database.write() as connection:
            return confirmations.close_expired(connection, at)

    def backup(self, due_at: datetime) -> str:
        return backup.nightly(self.database, self.secret, self.backups, due_at).name

    def purge(self, at: datetime) -> Mapping[str, int]:
        return purge(self.database, at)


@dataclass(frozen=True, slots=True)
class StoredWaiting:
    """Meets `domain.jobs.Waiting`."""

    database: Database

    def oldest(self, at: datetime, most: int, shops: Shops = None) -> Sequence[tuple[str, str, datetime | None]]:
        statement = (select(col(Order.external_id), col(Shop.name), col(Order.ship_by))
                     .join(Shop, col(Shop.id) == col(Order.shop_id))
                     .where(col(Order.status).in_([OrderStatus.TO_SHIP, OrderStatus.PARTLY_SHIPPED]),
                            col(Order.created_at) <= at, true() if shops is None else col(Shop.name).in_(shops))
                     .order_by(col(Order.ship_by).is_(None), col(Order.ship_by), col(Order.id)).limit(most))
        with self.database.read() as connection:
            return [(number, shop, ship_by) for number, shop, ship_by in connection.execute(statement)]


class NoPlatforms:
    """Meets `domain.jobs.Platforms` as long as no platform can be connected."""

    def connected(self, _: str) -> Sequence[str]:
        return ()
