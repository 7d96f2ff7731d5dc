"""Building the demo shop in an empty database."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from bot.app.demo.books import rate_drafts
from bot.app.demo.drafting import product_draft
from bot.app.demo.lists import BASE_CURRENCY
from bot.app.demo.shop import DemoShop
from bot.app.demo.tables import write_books, write_places
from domain.clock import ShopCalendar
from domain.drafts import Kind
from domain.ports import ImportSink
from storage.encryption import Vault
from storage.engine import Database
from storage.ingest import Ingest
from storage.rollups import rebuild


def build_demo(database: Database, *, at: datetime, calendar: ShopCalendar, vault: Vault) -> None:
    """Fill a database that has its tables and no rows with fourteen months up to `at`, a moment with a zone."""
    shop = DemoShop(at, calendar)
    with database.write() as connection:
        write_places(connection, shop.lists, opened=calendar.start_of(shop.start), at=at)
    with _without_cycle_search():
        with Ingest(database, calendar=calendar, vault=vault, base_currency=BASE_CURRENCY, now=at) as sink:
            stage(sink, shop)
            sink.finish()
        with database.write() as connection:
            write_books(connection, shop)
            rebuild(connection)  # charges belong to days that were added up before they were there


@contextmanager
def _without_cycle_search() -> Iterator[None]:
    """Some hundred thousand small objects, none in a cycle: looking for cycles among them is a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def stage(sink: ImportSink, shop: DemoShop) -> None:
    """Hand over everything that drafts can say."""
    sink.stage(Kind.FX_RATES, rate_drafts(shop.rates))
    sink.stage(Kind.PRODUCTS, [product_draft(item) for item in shop.lists.items])
    for orders, lines in shop.batches():
        sink.stage_orders(orders, lines)
    sink.stage(Kind.AD_SPEND, shop.ads)
    sink.stage(Kind.TRAFFIC, shop.traffic)
    sink.stage(Kind.EXPENSES, shop.bills)
