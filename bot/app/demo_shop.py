"""The demo shop's database: where it is, when it is built anew, and what it is never written into."""

import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.app import wiring
from bot.app.settings import DEFAULT_CURRENCY, DEFAULT_TIMEZONE, Settings
from bot.rendering.messages import say
from domain.clock import ShopCalendar
from domain.errors import UserCanFix
from storage import identity
from storage.engine import Database
from storage.upkeep.reset import holds_anything, remove_all


def build(settings: Settings, *, at: str | None, fresh: bool) -> None:
    """Build the demo shop unless it is there; refuse to touch a database in which a real shop lives."""
    calendar = ShopCalendar.named(settings.timezone or DEFAULT_TIMEZONE)
    moment = wiring.parse_moment(at, calendar) if at else calendar.local(wiring.clock())
    database = wiring.open_files(settings, demo=True)
    try:
        built_for, begun = (identity.read(database, name) for name in (wiring.DEMO_MARK, wiring.DEMO_BEGUN))
        if begun is None and holds_anything(database):
            raise UserCanFix(key="command.real_shop", database=_address(database))
        if built_for is not None and not fresh and _serves(built_for, at, moment):
            return
        remove_all(database)
        _fill(database, settings, calendar, moment)
    finally:
        database.close()


def _serves(built_for: str, asked: str | None, moment: datetime) -> bool:
    """A demo shop that is there is kept, unless one of another moment is asked for."""
    return asked is None or datetime.fromisoformat(built_for) == moment


def _fill(database: Database, settings: Settings, calendar: ShopCalendar, moment: datetime) -> None:
    from bot.app.demo import build_demo  # noqa: PLC0415

    identity.agree(database, "timezone", settings.timezone, DEFAULT_TIMEZONE)
    currency = identity.agree(database, "currency", settings.currency, DEFAULT_CURRENCY)
    if currency != DEFAULT_CURRENCY:
        raise UserCanFix(key="command.demo_currency", currency=DEFAULT_CURRENCY)
    identity.keep(database, wiring.DEMO_BEGUN, moment.isoformat())
    sys.stderr.write(say("command.building_demo", settings.language) + "\n")
    build_demo(database, at=moment, calendar=calendar, vault=wiring.vault_of(settings))
    identity.keep(database, wiring.DEMO_MARK, moment.isoformat())


def _address(database: Database) -> str:
    url = make_url(str(database.engine.url))
    return Path(url.database or "").name if database.is_sqlite else str(url.database)
