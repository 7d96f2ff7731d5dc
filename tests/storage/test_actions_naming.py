"""Teaching other names on both databases: what they stand for at once, everywhere, and what cannot be taught."""

from dataclasses import replace

import pytest

from domain.clock import ShopCalendar
from domain.people import Role
from storage.engine import Database
from storage.names.all_names import DatabaseNames
from tests.storage.action_shop import Counter, counter


@pytest.fixture
def shop(database: Database, calendar: ShopCalendar) -> Counter:
    return counter(database, calendar)


def meant(shop: Counter, text: str) -> list[str]:
    """What the names of another process say the text is."""
    return [name.value for name in DatabaseNames(shop.database).all() if name.text == text]


@pytest.mark.parametrize(("target", "value"), [
    ("CUP", "CUP"), ("cup", "CUP"), ("product CUP", "product CUP"), ("华东仓", "华东仓"), ("京东旗舰店", "京东旗舰店"),
    ("小王", "小王")])
def test_a_taught_name_stands_for_its_thing_until_it_is_forgotten(shop: Counter, target: str, value: str) -> None:
    before = DatabaseNames(shop.database).version()
    shop.do("teach_alias", alias="小白", target=target)
    assert meant(shop, "小白") == [value]
    assert DatabaseNames(shop.database).version() != before
    shop.do("forget_alias", alias="小白")
    assert meant(shop, "小白") == []
    shop.undo()
    assert meant(shop, "小白") == [value]


def test_undo_takes_a_taught_name_back(shop: Counter) -> None:
    shop.do("teach_alias", alias="小白", target="CUP")
    shop.undo()
    assert meant(shop, "小白") == []


def test_a_name_of_an_alias_reaches_the_thing_itself(shop: Counter) -> None:
    shop.do("teach_alias", alias="小白", target="CUP")
    shop.do("teach_alias", alias="大白", target="小白")
    assert meant(shop, "大白") == ["CUP"]


@pytest.mark.parametrize(("alias", "target", "key", "choices"), [
    ("小白", "CUPS", "no.unknown_name", ("CUP",)),
    ("BAG", "CUP", "no.alias_taken", ("BAG",)),
    ("cup", "CUP", "no.alias_known", ()),
    ("618", "CUP", "no.alias_number", ()),
    ("白", "CUP", "no.alias_length", ()),
    ("白" * 41, "CUP", "no.alias_length", ()),
])
def test_what_cannot_be_taught_is_said(shop: Counter, alias: str, target: str, key: str,
                                       choices: tuple[str, ...]) -> None:
    refusal = shop.refusal("teach_alias", alias=alias, target=target)
    assert refusal.key == key
    assert refusal.choices[:1] == choices


def test_a_name_taught_while_another_proposal_waits_stops_that_one(shop: Counter) -> None:
    """Two people teach one word for two things: the second confirmation must not make it mean both."""
    first = shop.proposal("teach_alias", alias="小白", target="CUP")
    other = replace(shop, chat="c2")
    other.do("teach_alias", alias="小白", target="BAG")
    assert getattr(shop.confirm(first.code), "key", "") == "no.alias_taken"
    assert meant(shop, "小白") == ["BAG"]


def test_forgetting_what_nobody_taught_names_what_is_near(shop: Counter) -> None:
    shop.do("teach_alias", alias="小白杯", target="CUP")
    assert shop.refusal("forget_alias", alias="小白").choices == ("小白杯",)


@pytest.mark.parametrize("role", [Role.FINANCE, Role.WAREHOUSE, Role.SERVICE])
def test_only_owner_and_manager_teach(shop: Counter, role: Role) -> None:
    assert replace(shop, role=role).refusal("teach_alias", alias="小白", target="CUP").key == "no.not_allowed"
