"""The names the chat knows are those of the shop, as they stand now."""

from sqlalchemy import text

from domain.ports import Name
from storage.engine import Database
from storage.names import DatabaseNames
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


def test_the_version_follows_what_is_added_and_removed(database: Database) -> None:
    MadeShop(database).open()
    names = DatabaseNames(database)
    versions = [names.version(), names.version()]
    for change in ("INSERT INTO warehouses (id, name, priority) VALUES (3, '西南仓', 3)",
                   "DELETE FROM warehouses WHERE id = 1",
                   "INSERT INTO aliases (kind, target_id, text) VALUES ('shop', 1, '京东')"):
        with database.write() as connection:
            connection.execute(text(change))
        versions.append(names.version())
    assert versions[0] == versions[1]
    assert len(set(versions)) == 4
