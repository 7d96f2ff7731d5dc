"""Who does what one process at a time does: a row with a name, a holder and an end."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlmodel import col

from domain.messaging.gates import Lease
from storage.bulk import insert_into, table_of
from storage.engine import Database


class Leases:
    """Taken, kept by taking again, and free for others when not."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, name: str, holder: str, now: datetime, lasts_s: float) -> bool:
        """Whether the holder has it until `lasts_s` from now; somebody else's is respected until it has run out."""
        until = now + timedelta(seconds=lasts_s)
        with self._database.write() as connection:
            fresh = insert_into(connection, table_of(Lease)).values(name=name, holder=holder, until=until)
            if connection.execute(fresh.on_conflict_do_nothing()).rowcount == 1:
                return True
            return connection.execute(
                update(Lease).where(col(Lease.name) == name, or_(col(Lease.holder) == holder, col(Lease.until) < now))
                .values(holder=holder, until=until)).rowcount == 1

    def give_back(self, name: str, holder: str) -> None:
        with self._database.write() as connection:
            connection.execute(delete(Lease).where(col(Lease.name) == name, col(Lease.holder) == holder))
