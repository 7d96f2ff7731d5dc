"""Putting the parts together: the one place that knows which adapter meets which port."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import Self

from bot.acting import Acting
from bot.app.export_folder import EXPORTS, ExportFolder
from bot.app.settings import DEFAULT_CURRENCY, DEFAULT_TIMEZONE, ModelSettings, Settings
from bot.app.tellers import ShopTellers
from bot.dispatcher import Dispatcher
from bot.learning import Learning
from bot.mapping_memory import MappingMemory
from bot.matching import Matching
from bot.minding import Minding
from bot.model_mode.consult import ModelMode
from bot.on_the_way import OnTheWay
from bot.order_lookup import OrderLookup
from bot.proving import Proving
from bot.rendering.chart import draw
from bot.rendering.chart_why import draw_why
from bot.reporting import Reporting, Subscriptions
from bot.turn import Person
from bot.understanding.readings import Context
from bot.understanding.sentences.shipments import read_shipments
from bot.understanding.understand import Understanding
from domain.clock import ShopCalendar
from domain.errors import OperatorMustAct, UserCanFix, WrongUsage
from domain.messaging.model import Report
from domain.people import Role, Shops
from domain.reports import ReportBody
from integrations.files.writing import write_sheet
from integrations.language.openai_compatible import OpenAICompatible
from integrations.platforms import connectable
from storage import identity
from storage.actions.desk import ActionDesk
from storage.encryption import Vault, load_or_make_secret
from storage.engine import Database, open_database
from storage.exceptions import ExceptionInbox
from storage.figures import MetricFigures
from storage.figures.details import FigureDetails
from storage.ingest import Ingest
from storage.migrate import ensure_schema
from storage.model_use import Prices, StoredModelBook
from storage.names.all_names import DatabaseNames
from storage.names.import_mappings import StoredMappings
from storage.names.unanswered import StoredLore
from storage.orders.order_cards import StoredOrderCards
from storage.people.roster import Roster
from storage.stock.listings import StoredMatching
from storage.stock.on_the_way import StoredOnTheWay
from storage.upkeep.verify import verify

DEMO_FILE, SHOP_FILE = "demo.db", "shop.db"
DEMO_MARK = "demo_at"  # the setting that tells a demo shop's database, and the moment it was built for
DEMO_BEGUN = "demo_begun"  # set before the first row: a demo shop without its mark was not finished

# A figure, an action, a slip in English, goods that nobody sells, a slip that may be a name.
_OF_EVERY_KIND = ("库存", "入库5件", "revnue yesterdy", "不知道什么还剩多少", "what is it woth now")


@dataclass(slots=True)
class OpenShop:
    """One shop with everything that answers for it. Used as a context, it closes its database."""

    settings: Settings
    database: Database
    calendar: ShopCalendar
    currency: str
    vault: Vault
    roster: Roster
    dispatcher: Dispatcher
    figures: MetricFigures
    demo_at: datetime | None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()

    def now(self) -> datetime:
        """The present on the shop's wall clock; a demo shop's stands still at the moment it was built for."""
        return self.calendar.local(self.demo_at or clock())

    def warm_up(self) -> None:
        """Some messages are read and forgotten: words, names and what puts slips right are there for what follows."""
        for text in _OF_EVERY_KIND:
            self.dispatcher.reader.read(text, self.now(), Context())

    def moment(self, text: str | None) -> datetime | None:
        """A moment as the command line gives it, in the shop's zone when it names none."""
        return parse_moment(text, self.calendar) if text else None

    def person(self, who: str) -> Person:
        """Somebody who works here, or anybody in a role."""
        known = self.roster.find_staff(who)
        if known is not None:
            name, role, shops = known
            return Person(name, role, own_shops=shops)
        try:
            return Person(who.lower(), Role(who.lower()))
        except ValueError as error:
            raise UserCanFix(f"{who!r} is neither somebody who works here nor a role "
                             f"({', '.join(Role)}); see zhanggui staff list", key="command.nobody_nor_role",
                             given=who, all=", ".join(Role)) from error

    def ingest(self, now: datetime) -> Ingest:
        return Ingest(self.database, calendar=self.calendar, vault=self.vault, base_currency=self.currency, now=now)

    @property
    def chart_dir(self) -> Path:
        return self.settings.data_dir / "charts"


def clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 (the one clock of the program)


def parse_moment(text: str, calendar: ShopCalendar) -> datetime:
    try:
        return calendar.local(datetime.fromisoformat(text))
    except ValueError as error:
        raise WrongUsage(f"{text!r} is not a moment; write it like 2026-11-23T15:00", key="command.no_moment",
                         given=text) from error


def database_url(settings: Settings, *, demo: bool) -> str:
    return settings.database_url or settings.url_of(DEMO_FILE if demo else SHOP_FILE)


def secret_of(settings: Settings) -> str:
    """What every key is made from: the given one, else the one in the data folder, made at the first call."""
    return settings.secret_key or load_or_make_secret(settings.secret_file)


def vault_of(settings: Settings) -> Vault:
    return Vault.from_secret(secret_of(settings))


def open_files(settings: Settings, *, demo: bool) -> Database:
    """The database with its tables; the data folder is made when it is needed."""
    if settings.database_url is None:
        make_folder(settings.data_dir)
    database = open_database(database_url(settings, demo=demo))
    try:
        ensure_schema(database)
    except BaseException:
        database.close()
        raise
    return database


def make_folder(folder: Path) -> None:
    """The data folder, readable by its owner alone."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise OperatorMustAct(f"the data folder {folder} cannot be made: {error.strerror}", key="folder_not_made",
                              folder=str(folder), why=error.strerror or "") from error


def open_shop(settings: Settings, *, demo: bool = False) -> OpenShop:
    """Open the shop's database and put its parts together."""
    database = open_files(settings, demo=demo)
    try:
        return _put_together(settings, database)
    except BaseException:
        database.close()
        raise


def _put_together(settings: Settings, database: Database) -> OpenShop:
    zone = identity.agree(database, "timezone", settings.timezone, DEFAULT_TIMEZONE)
    currency = identity.agree(database, "currency", settings.currency, DEFAULT_CURRENCY)
    calendar, vault = ShopCalendar.named(zone), vault_of(settings)
    figures = MetricFigures(database, calendar, currency)
    proving = Proving(figures, FigureDetails(database, calendar, currency, vault), write_sheet,
                      ExportFolder(settings.data_dir / EXPORTS), draw_why, currency)
    reader = Understanding(DatabaseNames(database), currency)
    desk = ActionDesk(database, calendar, currency, SystemRandom(), vault=vault, platforms=connectable())
    minding = Minding(partial(verify, database), ExceptionInbox(database, calendar), calendar.zone, currency)
    learning = Learning(StoredLore(database, vault))
    matching = Matching(StoredMatching(database))
    memory = MappingMemory(StoredMappings(database))
    lookup = OrderLookup(StoredOrderCards(database, vault))
    on_the_way = OnTheWay(StoredOnTheWay(database, vault), calendar.zone)
    dispatcher = Dispatcher(reader, figures, Acting(desk, calendar.zone), proving, draw,
                            commands={**minding.commands, **learning.commands, **matching.commands, **lookup.commands,
                                      **memory.commands, **on_the_way.commands},
                            first_readers=(read_shipments,), hear=learning.keep)
    if settings.model.is_on:
        dispatcher.beyond = ModelMode(language_model(settings.model), _model_book(settings.model, database, calendar),
                                      figures, reader.gazetteer, currency)
    demo_at = identity.read(database, DEMO_MARK)
    shop = OpenShop(settings, database, calendar, currency, vault, Roster(database, vault), dispatcher, figures,
                    datetime.fromisoformat(demo_at) if demo_at else None)
    reporting = Reporting(partial(_report, shop), partial(_snooze, shop), reader.read, draw,
                          partial(_pause, shop), partial(_subscriptions, shop))
    dispatcher.commands = {**dispatcher.commands, **reporting.commands}
    return shop


def _report(shop: OpenShop, report: Report, at: datetime, shops: Shops) -> ReportBody:
    """The report as it would be now; most conversations never ask for one, and its parts are not loaded for them."""
    from bot.app.tools import tools_for  # noqa: PLC0415
    from scheduler.reports import make  # noqa: PLC0415

    return make(report, tools_for(shop.database, shop.calendar, shop.currency, secret="",
                                  data_dir=shop.settings.data_dir, now=shop.now, tellers=tellers_of(shop)), at, shops)


def tellers_of(shop: OpenShop) -> ShopTellers:
    """Requests are stamped with the real time, a demo shop's, too: the platform checks it."""
    return ShopTellers(shop.roster, clock, shop.settings.gateways)


def _snooze(shop: OpenShop, sku: str, until: datetime) -> int:
    from storage.stock.stock_watch import StoredStockWatch  # noqa: PLC0415

    return StoredStockWatch(shop.database, shop.calendar).snooze(sku, until)


def _pause(shop: OpenShop, chat: str, wanted: bool) -> bool:  # noqa: FBT001  (what the chat wants)
    from storage.messaging.chats import Chats  # noqa: PLC0415

    return Chats(shop.database).pause(chat, clock(), wanted=wanted)


def _subscriptions(shop: OpenShop, chat: str) -> Subscriptions:
    from storage.messaging.chats import Chats  # noqa: PLC0415

    return Chats(shop.database).subscriptions(chat)


def language_model(settings: ModelSettings) -> OpenAICompatible:
    return OpenAICompatible(api_key=settings.api_key or "", base_url=settings.base_url, model=settings.model)


def _model_book(settings: ModelSettings, database: Database, calendar: ShopCalendar) -> StoredModelBook:
    return StoredModelBook(database, calendar, clock, model=settings.model, daily_tokens=settings.daily_tokens,
                           prices=Prices(*settings.prices) if settings.prices else None)
