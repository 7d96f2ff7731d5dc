"""When stock counts as low, when a warning is due, and when it may be given again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import inf

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from domain.columns import EnumText, UtcDateTime, one_of

# A warning is given at the reorder point and only given again after stock rose clearly above it: without the gap a
# SKU that sells and is restocked by the piece would be warned of all day.
REARM_SHARE = 0.1
REARM_LEAST = 1
SHORT_COVER_DAYS = 3.0  # a warehouse that will be empty before goods can be moved there
REARM_COVER_DAYS = 5.0
DEMAND_DAYS = 30  # whole days that daily sales are averaged over, as for days_of_cover


class Level(StrEnum):
    """How low; each level is warned of by itself."""

    LOW = "low"
    OUT = "out"


class StockWarning(SQLModel, table=True):
    """A SKU in a warehouse that was warned of and has not recovered since."""

    __tablename__ = "stock_warnings"
    __table_args__ = (one_of("level", Level),)

    sku_id: int = Field(foreign_key="skus.id", primary_key=True, sa_type=BigInteger)
    warehouse_id: int = Field(foreign_key="warehouses.id", primary_key=True, sa_type=BigInteger)
    level: Level = Field(sa_type=EnumText(Level))
    available: int
    warned_at: datetime = Field(sa_type=UtcDateTime)
    snoozed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


@dataclass(frozen=True, slots=True)
class StockLine:
    """One SKU in one warehouse. `total` and `incoming_total` are of the SKU in all warehouses, as is `sold`.

    `place_point` is the reorder point of this warehouse alone, which counts here instead of the SKU's.
    """

    sku_id: int
    sku: str
    name: str
    warehouse_id: int
    warehouse: str
    available: int
    incoming: int
    total: int
    incoming_total: int
    reorder_point: int | None
    sold: int  # pieces in the last DEMAND_DAYS
    shipped: int  # pieces that left this warehouse in as many days
    warned: Level | None = None
    snoozed_until: datetime | None = None
    place_point: int | None = None

    @property
    def cover_days(self) -> float | None:
        """How long the SKU lasts; None where nothing was sold."""
        return max(self.total, 0) * DEMAND_DAYS / self.sold if self.sold > 0 else None

    @property
    def suggested(self) -> int | None:
        """Pieces to reach the reorder point plus DEMAND_DAYS of sales, as reorder_quantity; None without a point."""
        if self.reorder_point is None:
            return None
        have = self.total + self.incoming_total
        return max(0, self.reorder_point + self.sold - have) if have <= self.reorder_point else 0

    @property
    def level(self) -> Level | None:
        """At the reorder point, or this warehouse is about to run out of what leaves it every day."""
        point, left = self._measured
        is_low = point is not None and left <= point
        if not is_low and not self._is_short(SHORT_COVER_DAYS):
            return None
        return Level.OUT if self.available <= 0 else Level.LOW

    @property
    def has_recovered(self) -> bool:
        point, left = self._measured
        margin = 0 if point is None else max(REARM_LEAST, round(point * REARM_SHARE))
        is_clear = point is None or left > point + margin
        return is_clear and not self._is_short(REARM_COVER_DAYS)

    @property
    def _measured(self) -> tuple[int | None, int]:
        """The reorder point that counts here, and what is held against it: the warehouse's pieces, or all there are."""
        return (self.reorder_point, self.total) if self.place_point is None else (self.place_point, self.available)

    def _is_short(self, days: float) -> bool:
        return self.shipped > 0 and self.available * DEMAND_DAYS < days * self.shipped


@dataclass(frozen=True, slots=True)
class WarningChanges:
    """What to note after a look: lines warned of now, and those that recovered, by (sku id, warehouse id)."""

    warned: tuple[tuple[int, int, Level, int], ...] = ()  # with the level and what was available
    recovered: tuple[tuple[int, int], ...] = ()


def crossings(lines: Sequence[StockLine], at: datetime) -> tuple[tuple[StockLine, ...], WarningChanges]:
    """Lines to warn of now, and what to note. One that was put off stays silent until then, even when it runs out."""
    fresh, recovered = [], []
    for line in lines:
        if line.warned is not None and line.has_recovered:
            recovered.append((line.sku_id, line.warehouse_id))
        elif _is_news(line) and (line.snoozed_until is None or line.snoozed_until <= at):
            fresh.append(line)
    changes = tuple((line.sku_id, line.warehouse_id, line.level or Level.LOW, line.available) for line in fresh)
    return tuple(fresh), WarningChanges(changes, tuple(recovered))


def _is_news(line: StockLine) -> bool:
    """Low, and not known to be as low; from out to low is getting better."""
    return line.level is not None and line.warned is not line.level and line.warned is not Level.OUT


def low(lines: Sequence[StockLine]) -> tuple[tuple[StockLine, ...], ...]:
    """All that is low now, the warehouses of a SKU together, the SKU that lasts the shortest first."""
    found: dict[str, list[StockLine]] = {}
    for line in lines:
        if line.level is not None:
            found.setdefault(line.sku, []).append(line)
    return tuple(tuple(places) for places in sorted(
        found.values(), key=lambda places: (places[0].total > 0, _lasts(places[0]), places[0].sku)))


def _lasts(line: StockLine) -> float:
    """What does not sell lasts for ever."""
    return inf if line.cover_days is None else line.cover_days
