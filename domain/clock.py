"""Time of the shop: moments are UTC, days are the shop's own."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.errors import OperatorMustAct


@dataclass(frozen=True, slots=True)
class ShopCalendar:
    """Turns moments into business days and back, in the shop's zone."""

    zone: ZoneInfo

    @classmethod
    def named(cls, zone: str) -> "ShopCalendar":
        try:
            return cls(ZoneInfo(zone))
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise OperatorMustAct(f"no time zone is called {zone!r}; use a name such as Asia/Shanghai") from error

    def local(self, moment: datetime) -> datetime:
        """The moment on the shop's wall clock; one without a zone is taken to be on it already."""
        return moment.astimezone(self.zone) if moment.tzinfo else moment.replace(tzinfo=self.zone)

    def utc(self, moment: datetime) -> datetime:
        return self.local(moment).astimezone(UTC)

    def day(self, moment: datetime) -> date:
        return self.local(moment).date()

    def start_of(self, day: date) -> datetime:
        """The first moment of the business day, in UTC."""
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)

    def end_of(self, day: date) -> datetime:
        return self.start_of(day + timedelta(days=1))
