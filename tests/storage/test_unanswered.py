"""Questions without an answer are counted, masked, sealed, bounded and forgotten in time, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from domain.learning import model
from domain.learning.model import KEPT_FOR, Unanswered
from domain.learning.rules import masked
from domain.people import Role
from storage.encryption import Vault
from storage.engine import Database
from storage.names import unanswered
from storage.names.unanswered import StoredLore

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.fixture
def lore(database: Database) -> StoredLore:
    return StoredLore(database, Vault.from_secret("k" * 43))


def keep(lore: StoredLore, text: str, days_ago: int = 0) -> None:
    lore.keep(text, reason="unknown_words", role=Role.OWNER, at=AT - timedelta(days=days_ago))


def test_the_same_question_is_counted_and_the_most_frequent_leads(lore: StoredLore) -> None:
    for text in ("皮草卖了多少", "羽绒服还有多少", " 羽绒服还有多少 "):
        keep(lore, text)
    assert lore.unanswered(AT, 10) == [("羽绒服还有多少", "unknown_words", 2), ("皮草卖了多少", "unknown_words", 1)]
    assert len(lore.unanswered(AT, 1)) == 1


@pytest.mark.parametrize(("text", "kept"), [
    ("13800138000 是谁", "*** 是谁"), ("订单 JD202611220002 到哪了", "订单 JD*** 到哪了"),
    ("mail li.na@example.com please", "mail *** please"), ("138 0013 8000", "***"),
    ("2026年10月卖了12345元", "2026年10月卖了12345元"), ("长" * 500, "长" * 200)])
def test_numbers_of_people_and_parcels_are_not_kept(text: str, kept: str) -> None:
    assert masked(text) == kept


def test_the_text_is_not_readable_in_the_database(lore: StoredLore) -> None:
    keep(lore, "皮草卖了多少")
    with lore.database.read() as connection:
        row = connection.execute(select(col(Unanswered.text_index), col(Unanswered.text_sealed))).one()
    assert "皮草".encode() not in row[0] + row[1]


def test_what_is_old_goes_when_something_new_comes(lore: StoredLore) -> None:
    keep(lore, "旧的", days_ago=KEPT_FOR.days + 1)
    keep(lore, "新的")
    with lore.database.read() as connection:
        assert connection.execute(select(func.count(col(Unanswered.id)))).scalar_one() == 1


def test_only_so_many_are_kept(lore: StoredLore, monkeypatch: pytest.MonkeyPatch) -> None:
    assert model.MOST_KEPT > 3
    monkeypatch.setattr(unanswered, "MOST_KEPT", 3)
    for number in range(6):
        keep(lore, f"问题{number}", days_ago=6 - number)
    assert [text for text, _, _ in lore.unanswered(AT, 10)] == ["问题5", "问题4", "问题3"]


def test_what_is_asked_later_is_not_seen_before(lore: StoredLore) -> None:
    keep(lore, "以后才问的", days_ago=-1)
    assert lore.unanswered(AT, 10) == []
