"""The budget of a language model is one for all processes, and what it was asked is in the audit's chain."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select, text, update
from sqlmodel import col

from domain.audit import AuditEntry
from domain.clock import ShopCalendar
from domain.language.model import Consultation
from domain.people import Role
from storage import audit
from storage.engine import Database
from storage.model_use import EVENT, Prices, StoredModelBook

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)  # 12:00 in Shanghai


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def book(database: Database, calendar: ShopCalendar, *, clock: Clock | None = None, daily: int = 1000,
         prices: Prices | None = None) -> StoredModelBook:
    return StoredModelBook(database, calendar, clock or Clock(), model="stand-in-1", daily_tokens=daily, prices=prices)


def test_what_is_set_aside_makes_room_for_what_was_used(database: Database, calendar: ShopCalendar) -> None:
    kept = book(database, calendar)
    first = kept.reserve("owner", 900)
    assert first is not None
    assert kept.reserve("owner", 200) is None
    kept.settle(first, 150)
    assert kept.used("owner") == 150
    assert kept.reserve("owner", 850) is not None
    assert kept.reserve("owner", 1) is None


def test_each_person_and_each_day_has_its_own(database: Database, calendar: ShopCalendar) -> None:
    clock = Clock()
    kept = book(database, calendar, clock=clock)
    assert kept.reserve("owner", 1000)
    assert kept.reserve("小王", 1000)
    clock.now += timedelta(hours=11, minutes=59)
    assert kept.reserve("owner", 1) is None, "23:59 in the shop is the same day, whatever UTC says"
    clock.now += timedelta(minutes=1)
    assert kept.reserve("owner", 1)


def test_a_call_over_midnight_is_paid_on_the_day_it_began(database: Database, calendar: ShopCalendar) -> None:
    """Settled against the new day, the row that was never charged went below zero and gave tokens away."""
    clock = Clock()
    clock.now += timedelta(hours=11, minutes=59)
    kept = book(database, calendar, clock=clock)
    reserved = kept.reserve("owner", 1000)
    assert reserved is not None
    clock.now += timedelta(minutes=2)
    kept.settle(reserved, 10)
    assert kept.used("owner") == 0
    assert kept.reserve("owner", 1001) is None


def test_processes_that_ask_at_once_share_one_budget(database: Database, calendar: ShopCalendar) -> None:
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: book(database, calendar).reserve("owner", 300), range(6)))
    assert sum(one is not None for one in found) == 3


def consultation() -> Consultation:
    return Consultation("owner", Role.OWNER, "terminal", "ab" * 32, [{"name": "run_query", "arguments": "{}"}],
                        ["cd" * 32], "ef" * 32, "answered", 2, 12_000, 500)


def test_what_was_asked_is_a_link_of_the_audit(database: Database, calendar: ShopCalendar) -> None:
    kept = book(database, calendar, prices=Prices(Decimal("0.4"), Decimal("1.6")))
    kept.record(consultation())
    kept.record(consultation())
    with database.read() as connection:
        assert audit.verify_chain(connection) == []
        rows = connection.execute(select(col(AuditEntry.event), col(AuditEntry.action), col(AuditEntry.arguments),
                                         col(AuditEntry.facts))).all()
    event, action, asked, found = rows[0]
    assert (event, action) == (EVENT, "stand-in-1")
    assert json.loads(asked) == {
        "cost": "0.0056", "prompt_sha256": "ab" * 32, "rounds": 2, "tokens_in": 12_000, "tokens_out": 500,
        "tools": [{"name": "run_query", "arguments": "{}"}]}
    assert json.loads(found) == {"outcome": "answered", "answer_sha256": "ef" * 32, "results_sha256": ["cd" * 32]}


def test_an_entry_that_was_altered_shows(database: Database, calendar: ShopCalendar) -> None:
    kept = book(database, calendar)
    kept.record(consultation())
    with database.read() as connection:
        asked = connection.execute(text("SELECT arguments FROM audit_entries")).scalar_one()
    assert json.loads(asked)["cost"] is None, "without prices no cost is made up"
    with database.write() as connection:
        connection.execute(update(AuditEntry).values(arguments=asked.replace("12000", "12")))
    with database.read() as connection:
        assert [found.what for found in audit.verify_chain(connection)] == ["altered"]
