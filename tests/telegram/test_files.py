"""Tables dropped into the chat: shown first, taken in after a yes, and refused in words."""

from typing import Any

from sqlmodel import col

from domain.catalog.model import Product
from tests.telegram.stage import CHEN, GROUP, WANG, Stage

PRODUCTS = "sku_code,product,unit_cost,price\nN-1,新杯子,12.5,39\nN-2,新包,abc,99\n".encode()


def file(stage: Stage, name: str, content: bytes, size: int | None = None) -> dict[str, Any]:
    stage.world.files["file"] = content
    return {"text": None, "document": {"file_id": "file", "file_unique_id": "f", "file_name": name,
                                       "file_size": size or len(content)}}


def new_products(stage: Stage) -> int:
    return stage.count(Product, col(Product.name) == "新杯子")


def test_a_table_is_shown_then_taken_in_and_the_bad_rows_come_back(shop: Stage) -> None:
    shown = shop.hears(CHEN, "", "试运行", **file(shop, "products.csv", PRODUCTS))
    assert not new_products(shop)
    before = len(shop.world.sent)
    shop.taps(CHEN, shown, "导入")
    shop.world.wait_for(lambda: any(each.file for each in shop.world.sent[before:]))
    assert new_products(shop) == 1
    name, content = next(each.file for each in shop.world.sent[before:] if each.file)
    assert name.endswith("rejected.csv")
    assert "N-2" in content.decode("utf-8-sig")
    assert "/tmp" not in "".join(shop.world.texts(CHEN))
    assert not shown.buttons
    code = shown.text.split("导入 ")[1][:4]
    shop.hears(CHEN, f"导入 {code}", "没有等待导入")


def test_the_same_file_again_has_nothing_new_and_no_button(shop: Stage) -> None:
    only_good = PRODUCTS.replace(b"abc", b"8")
    shown = shop.hears(CHEN, "", "试运行", **file(shop, "products.csv", only_good))
    code = shown.text.split("导入 ")[1][:4]
    shop.hears(CHEN, f"导入 {code}", "写入")
    again = shop.hears(CHEN, "", "没有新的内容", **file(shop, "products.csv", only_good))
    assert not again.buttons


def test_a_column_under_a_strange_name_is_asked_for_and_then_taken_as_said(shop: Stage) -> None:
    """Two columns are called what nobody knows: two questions, then what would be written, then the writing."""
    content = "内部号,品名,进价,大类\nN-1,新杯子,12.5,杯\n".encode()
    asked = shop.hears(CHEN, "", "哪一列是", **file(shop, "货.csv", content))
    assert {"内部号", "大类"} <= set(asked.buttons)
    before = len(shop.world.sent)
    shop.taps(CHEN, asked, "内部号")
    shown = shop.world.wait_for(lambda: [each for each in shop.world.sent[before:] if "试运行" in each.text])[0]
    assert not new_products(shop)
    assert "=内部号" in shown.text
    shop.taps(CHEN, shown, "导入")
    shop.world.wait_for(lambda: new_products(shop))
    code = shown.text.split("导入 ")[1][:4]
    shop.hears(CHEN, f"对应 {code} sku_code=内部号", "没有等待导入")
    content = "大类,品名,进价, 内部号 \n杯,新杯子,13.5,N-1\n".encode()
    again = shop.hears(CHEN, "", "沿用记住的第 1 条", **file(shop, "又一批货.csv", content))
    assert "导入" in again.buttons, "nothing is asked a second time"
    assert "N-1" not in shop.hears(CHEN, "表头对应有哪些", "内部号=sku_code").text, "no row is kept"


def test_who_may_not_import_is_told_so(shop: Stage) -> None:
    shop.hears(WANG, "", "不能", **file(shop, "products.csv", PRODUCTS))


def test_somebody_else_cannot_take_a_file_in(shop: Stage) -> None:
    shown = shop.hears(CHEN, "", "试运行", **file(shop, "products.csv", PRODUCTS))
    code = shown.text.split("导入 ")[1][:4]
    shop.hears(WANG, f"导入 {code}", "没有等待导入")
    assert not new_products(shop)


def test_a_file_of_60_mb_is_refused_without_being_fetched(shop: Stage) -> None:
    shop.hears(CHEN, "", "超过 20 MB", **file(shop, "orders.xlsx", b"x", size=60 * 2**20))
    assert not [method for method, _ in shop.world.calls if method == "getFile"]


def test_a_file_that_lies_about_its_size_is_refused_too(shop: Stage) -> None:
    shop.hears(CHEN, "", "超过 20 MB", **file(shop, "orders.xlsx", b"x" * (21 * 2**20), size=100))


def test_an_executable_is_no_table_whatever_it_is_called(shop: Stage) -> None:
    program = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(range(256)) * 8
    shop.hears(CHEN, "", "不是表格", **file(shop, "orders.xlsx", program))
    shop.hears(CHEN, "", "不是我能读的文件", **file(shop, "setup.exe", program))
    assert not [each for each in shop.outbox() if each.error]


def test_a_file_in_a_group_is_for_us_only_when_we_are_addressed(shop: Stage) -> None:
    shop.says(CHEN, "", chat=GROUP, **file(shop, "products.csv", PRODUCTS))
    shop.quiet()
    assert not shop.world.texts(GROUP)
    assert not [method for method, _ in shop.world.calls if method == "getFile"]
