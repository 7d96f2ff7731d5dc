"""The names the chat knows are those of the shop, as they stand now."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from domain.catalog.model import ItemKind
from domain.drafts import AdSpendDraft, Draft, Kind, ProductDraft, StockDraft
from domain.ports import Name
from storage.engine import Database, open_database
from storage.names.all_names import DatabaseNames
from storage.people.roster import Roster
from storage.upkeep.reset import remove_all
from tests.storage.drafting import NOW, VAULT, ingest, line, order
from tests.storage.made_shop import TODAY, Line, MadeShop, local


def test_everything_that_has_a_name_is_known(database: Database) -> None:
    shop = MadeShop(database)
    shop.order(local(TODAY), [Line(1, 10)], province="广东省")
    shop.add("accounts", id=1, name="支付宝", currency="CNY", opening_minor=0)
    shop.add("ad_spend", day=TODAY, shop_id=1, campaign="直通车", spend_minor=1, spend_base=1, currency="CNY",
             impressions=0, clicks=0)
    shop.open()
    names = list(DatabaseNames(database).all())
    assert [name.value for name in names if name.dimension == "shop"] == ["京东店", "海外店"]
    for dimension, value in (("warehouse", "华东仓"), ("staff", "小王"), ("account", "支付宝"), ("province", "广东省"),
                             ("campaign", "直通车"), ("category", "女装"), ("product", "大衣")):
        assert Name(value, dimension, value) in names
    assert Name("DY-L", "sku", "DY-L", "大衣") in names
    assert Name("驼色 L", "sku", "DY-L", "大衣") in names


def test_products_of_one_name_are_one_name_and_services_none(database: Database) -> None:
    MadeShop(database).open()
    names = list(DatabaseNames(database).all())
    assert [name.value for name in names if name.dimension == "product"] == ["大衣", "杯子"]
    assert "CJ" not in {name.text for name in names}


def test_a_warehouse_is_also_called_by_its_city(database: Database) -> None:
    shop = MadeShop(database)
    shop.rows["warehouses"][0]["city"] = "上海市"
    shop.open()
    names = list(DatabaseNames(database).all())
    assert {name.text for name in names if name.value == "华东仓"} == {"华东仓", "上海", "上海仓"}


def test_aliases_point_to_full_names(database: Database) -> None:
    shop = MadeShop(database)
    for kind, target, alias in (("shop", 1, "京东"), ("product", 1, "A款"), ("sku", 3, "蓝杯"),
                                ("category", 2, "家居用品"), ("staff", 1, "王师傅"), ("product", 99, "没了的")):
        shop.add("aliases", kind=kind, target_id=target, text=alias)
    shop.open()
    found = {name.text: (name.dimension, name.value) for name in DatabaseNames(database).all()}
    assert found["京东"] == ("shop", "京东店")
    assert found["A款"] == ("product", "大衣")
    assert found["蓝杯"] == ("sku", "BZ-1")
    assert found["家居用品"] == ("category", "家居")
    assert found["王师傅"] == ("staff", "小王")
    assert "没了的" not in found


Change = Callable[[Database], object]


def _file(kind: Kind, draft: Draft) -> Change:
    def change(database: Database) -> None:
        with ingest(database) as sink:
            sink.stage(kind, [draft])
            sink.finish()

    return change


def _order(database: Database) -> None:
    with ingest(database) as sink:
        sink.stage_orders([order(shop="京东店", province="青海省")], [line(shop="京东店", sku_code="DY-M")])
        sink.finish()


def _said(statement: str) -> Change:
    def change(database: Database) -> None:
        with database.write() as connection:
            assert connection.execute(text(statement)).rowcount == 1

    return change


_COAT = ProductDraft("DY-M", "大衣", "驼色 M", ("大褂",), "女装", ItemKind.GOODS, 10_000, None, "CNY", 10, None,
                     is_active=True)


def _open(database: Database) -> None:
    """A shop whose every row was made by the program, as its ids are."""
    _add_shop(database, "京东店")
    with ingest(database) as sink:
        sink.stage(Kind.PRODUCTS, [_COAT])
        sink.stage(Kind.STOCK, [StockDraft("DY-M", "华东仓", 5, 0, None, 1)])
        sink.finish()


def _add_shop(database: Database, name: str) -> None:
    Roster(database, VAULT).add_shop(name, "jd", currency="CNY", secrets={}, at=NOW)


# How a name is changed → the name that is known afterwards, or no more.
_CHANGES: dict[str, tuple[Change, str, bool]] = {
    "a file of products": (_file(Kind.PRODUCTS, _COAT._replace(sku_code="DY-XL", product="斗篷")), "斗篷", True),
    "a variant in it": (_file(Kind.PRODUCTS, _COAT._replace(variant="黑色 M")), "黑色 M", True),
    "a category in it": (_file(Kind.PRODUCTS, _COAT._replace(category="冬装")), "冬装", True),
    "an alias in it": (_file(Kind.PRODUCTS, _COAT._replace(aliases=("爆款",))), "爆款", True),
    "a file of orders": (_order, "青海省", True),
    "a file of ad spend": (
        _file(Kind.AD_SPEND, AdSpendDraft(TODAY, "京东店", "万相台", 1, 1, 1, "CNY", None)), "万相台", True),
    "a shop": (lambda database: _add_shop(database, "京东二店"), "京东二店", True),
    "a person": (lambda database: Roster(database, VAULT).add_staff("小李", "service", at=NOW), "小李", True),
    "an account": (
        _said("INSERT INTO accounts (name, currency, opening_minor) VALUES ('支付宝', 'CNY', 0)"), "支付宝", True),
    "another name": (_said("UPDATE warehouses SET name = '义乌仓' WHERE id = 1"), "义乌仓", True),
    "one less": (_said("DELETE FROM aliases"), "大褂", False),
    "a shop that is emptied": (remove_all, "大衣", False),
}


@pytest.fixture
def other(database_url: str) -> Iterator[Database]:
    """The same shop, opened by somebody else."""
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.mark.parametrize(("change", "name", "is_known"), _CHANGES.values(), ids=_CHANGES)
def test_whoever_changes_a_name_everybody_knows(
    database: Database, other: Database, change: Change, name: str, *, is_known: bool,
) -> None:
    """The version once counted rows: 14 subqueries for every message, and blind to a name that was only edited."""
    _open(database)
    names = DatabaseNames(other)
    version = names.version()
    assert (name in {each.text for each in names.all()}) is not is_known
    change(database)
    assert names.version() != version
    assert (name in {each.text for each in names.all()}) is is_known


def test_a_change_that_is_not_kept_changes_nothing(database: Database) -> None:
    _open(database)
    names = DatabaseNames(database)
    version = names.version()
    with database.engine.connect() as connection:
        connection.execute(text("UPDATE warehouses SET name = '义乌仓'"))
        connection.rollback()
    assert names.version() == version


def test_what_is_no_name_leaves_the_version_alone(database: Database) -> None:
    """Costs and freshness change all day; every change would make each process read all names again."""
    _open(database)
    names = DatabaseNames(database)
    version = names.version()
    _said("UPDATE skus SET unit_cost_e4 = 1 WHERE id = 1")(database)
    _said("UPDATE shops SET fresh_at = NULL WHERE id = 1")(database)
    assert names.version() == version


def test_another_process_is_noticed(database: Database, database_url: str) -> None:
    _open(database)
    names = DatabaseNames(database)
    version = names.version()
    subprocess.run([sys.executable, "-c", """import sys, sqlalchemy
from storage.engine import open_database
with open_database(sys.argv[1]).write() as connection:
    connection.execute(sqlalchemy.text("UPDATE products SET name = '披风' WHERE id = 1"))""", database_url], check=True)
    assert names.version() != version
    assert "披风" in {each.text for each in names.all()}


def test_a_shop_without_names_has_a_version(database: Database) -> None:
    names = DatabaseNames(database)
    assert names.version() == names.version()
