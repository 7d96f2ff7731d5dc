"""What jobs and test sends work with: which adapter meets which port. Apart from wiring: chat rarely needs it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from domain.clock import ShopCalendar
from domain.writebacks.telling import Tellers
from scheduler.context import Tools
from storage.engine import Database
from storage.figures import MetricFigures
from storage.messaging.subscribers import StoredReaders
from storage.stock.stock_watch import StoredStockWatch
from storage.upkeep.shop_data import NoPlatforms, StoredUpkeep, StoredWaiting
from storage.write_back_queue import WriteBackQueue

BACKUP_FOLDER = "backups"


def tools_for(database: Database, calendar: ShopCalendar, currency: str, *, secret: str, data_dir: Path,
              now: Callable[[], datetime], tellers: Tellers) -> Tools:
    return Tools(MetricFigures(database, calendar, currency), calendar, currency,
                 StoredStockWatch(database, calendar), StoredWaiting(database),
                 StoredUpkeep(database, secret, data_dir / BACKUP_FOLDER), NoPlatforms(), now, StoredReaders(database),
                 WriteBackQueue(database, calendar), tellers)
