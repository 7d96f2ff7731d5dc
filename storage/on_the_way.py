"""Lists of what is on its way to a warehouse; meets `bot.on_the_way.Lists`."""

from collections.abc import Sequence

from domain.transfers.lists import OpenTransfer
from storage import transfers
from storage.engine import Database


class StoredOnTheWay:
    """Transfers in the database, as they are at the present."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def transfers(self, most: int) -> Sequence[OpenTransfer]:
        """Those on their way, the oldest first."""
        with self._database.read() as connection:
            return [OpenTransfer(*row) for row in connection.execute(
                transfers.listed().limit(most))]

    def transfer(self, number: str) -> OpenTransfer | None:
        """The one of that number, whether it has come or not."""
        with self._database.read() as connection:
            row = connection.execute(transfers.listed(number)).first()
        return OpenTransfer(*row) if row else None
