"""A transfer as it is listed."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OpenTransfer:
    """Pieces of one SKU from one warehouse to another, by their names."""

    number: str
    sku: str
    source: str
    target: str
    sent: int
    received: int
    lost: int
    sent_at: datetime

    @property
    def on_its_way(self) -> int:
        return self.sent - self.received - self.lost
