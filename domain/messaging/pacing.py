"""How often something may happen: so many at once, then one in a while. Kept as one moment per key."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, then one every `every_s` seconds. In any minute: at most burst + 60 / every_s."""

    every_s: float
    burst: int = 1

    @property
    def step(self) -> timedelta:
        return timedelta(seconds=self.every_s)

    def earliest(self, due: datetime | None, now: datetime) -> datetime:
        """When the next one may happen. `due` is when an even pace would have it; None: there was none yet."""
        return now if due is None else max(now, due - (self.burst - 1) * self.step)

    def due_after(self, due: datetime | None, at: datetime) -> datetime:
        """What `due` becomes by one more at the moment."""
        return (at if due is None else max(due, at)) + self.step

    def due_for(self, earliest: datetime) -> datetime:
        """The `due` that lets nothing happen before the moment."""
        return earliest + (self.burst - 1) * self.step
