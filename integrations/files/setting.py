"""What is known about a table besides its rows: the shop's calendar and currency, and what was found out beforehand."""

from dataclasses import dataclass

from domain.catalog.model import Platform
from integrations.files.cells import Moments


@dataclass(frozen=True, slots=True)
class Setting:
    """How the cells of one table are to be taken."""

    moments: Moments
    currency: str  # of rows that name none
    shop: str | None = None  # for every row, whatever the table says
    platform: Platform | None = None
    left_is_net: bool = True  # what the buyer paid has refunds taken off already

    @property
    def decisions(self) -> str:
        """What was decided about the file: the same cells under other decisions say something else."""
        return f"{self.moments.order.value} {self.moments.calendar.zone.key} {self.currency} {self.left_is_net}"
