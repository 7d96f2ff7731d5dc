"""Shipments confirmed in the chat: by line, by list, by photo, by table; and every way a button can be misused."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
import zxingcpp
from openpyxl import Workbook
from PIL import Image
from sqlalchemy import update

from domain.fulfilment.model import Shipment
from domain.messaging.gates import ChatButton
from tests.telegram.fake import Sent
from tests.telegram.stage import CHEN, ORDERS, WANG, Stage

ONE = f"发货 {ORDERS[0]} 顺丰 SF1234567890"


def proposed(stage: Stage, text: str = ONE, person: int = WANG) -> Sent:
    return stage.hears(person, text, "请确认")


def test_a_tap_confirms_and_the_message_says_who_and_when(shop: Stage) -> None:
    sent = proposed(shop)
    assert set(sent.buttons) == {"确认", "取消"}
    assert all(len(data.encode()) <= 64 for data in sent.buttons.values())
    assert shop.taps(WANG, sent, "确认") == ""
    shop.world.wait_for(lambda: sent.edits)
    assert "已发货" in sent.text
    assert "小王" in sent.text.splitlines()[-1]
    assert sent.text.endswith("已确认")
    assert list(sent.buttons) == ["撤销"]
    assert shop.status(ORDERS[0]) == "shipped"
    shop.taps(WANG, sent, "撤销")
    shop.world.wait_for(lambda: sent.text.endswith("已撤销"))
    assert not sent.buttons
    assert shop.status(ORDERS[0]) == "to_ship"
    assert not shop.world.refused


def test_a_button_is_for_one_person_once_and_made_here(shop: Stage) -> None:
    sent = proposed(shop)
    right = sent.buttons["确认"]
    assert "别人" in shop.taps(CHEN, sent, "确认")
    assert "不是我发的" in shop.taps(WANG, sent, "确认", data=right[:-1] + ("A" if right[-1] != "A" else "B"))
    assert "不是我发的" in shop.taps(WANG, sent, "确认", data="确认 7K2")
    assert "不是我发的" in shop.taps(WANG, sent, "确认", data="x" * 64)
    assert shop.status(ORDERS[0]) == "to_ship"
    cancel = sent.buttons["取消"]
    assert shop.taps(WANG, sent, "确认") == ""
    shop.world.wait_for(lambda: sent.edits)
    assert "用过了" in shop.taps(WANG, sent, "", data=right)
    assert "用过了" in shop.taps(WANG, sent, "", data=cancel)
    assert shop.count(Shipment) == 1


def test_a_button_that_is_too_old_says_so(shop: Stage) -> None:
    sent = proposed(shop)
    with shop.shop.database.write() as connection:
        connection.execute(update(ChatButton).values(expires_at=datetime(2020, 1, 1, tzinfo=UTC)))
    assert "过期" in shop.taps(WANG, sent, "确认")
    assert shop.status(ORDERS[0]) == "to_ship"


def test_a_button_under_another_chat_s_message_is_refused(shop: Stage) -> None:
    sent = proposed(shop)
    elsewhere = Sent(sent.id, -1001, sent.text, sent.keyboard, {})
    assert "别人" in shop.taps(WANG, elsewhere, "确认")


def test_the_typed_code_works_as_well_and_then_the_button_does_nothing_twice(shop: Stage) -> None:
    sent = proposed(shop)
    code = sent.text.split("「确认 ")[1][:3]
    shop.hears(WANG, f"确认 {code}", "已发货")
    shop.taps(WANG, sent, "确认")
    shop.world.wait_for(lambda: "确认过" in sent.text)
    assert shop.count(Shipment) == 1


def test_several_pasted_lines_are_one_proposal(shop: Stage) -> None:
    """Lines that cannot be shipped are named with their reasons; the others go with one yes, and back with one undo."""
    lines = (f"{ORDERS[0]} 顺丰 SF1234567890", f"{ORDERS[1]} SF1234567891", "GONE 顺丰 SF1234567892",
             "NO-SUCH-1 顺丰 SF1234567893")
    sent = proposed(shop, "\n".join(("发货", *lines)))
    assert "2 单" in sent.text
    assert "不发 NO-SUCH-1 SF1234567893:没有「NO-SUCH-1」这个订单" in sent.text
    assert "不发 GONE SF1234567892:订单 GONE 已发货" in sent.text
    shop.taps(WANG, sent, "确认")
    shop.world.wait_for(lambda: sent.edits)
    assert [shop.status(order) for order in ORDERS[:3]] == ["shipped", "shipped", "to_ship"]
    shop.taps(WANG, sent, "撤销")
    shop.world.wait_for(lambda: sent.text.endswith("已撤销"))
    assert [shop.status(order) for order in ORDERS[:2]] == ["to_ship", "to_ship"]


def test_lines_that_cannot_be_read_stop_all_of_them(shop: Stage) -> None:
    shop.hears(WANG, f"发货\n{ORDERS[0]} 顺丰 SF1234567890\n明天再说", "明天再说")
    shop.hears(WANG, f"发货\n{ORDERS[0]} 顺丰 SF1234567890\n{ORDERS[0]} 顺丰 SF1234567891", "出现了两次")
    assert not shop.count(Shipment)


def test_a_number_of_another_carrier_is_asked_about(shop: Stage) -> None:
    asked = shop.hears(WANG, f"发货 {ORDERS[0]} 中通 SF1234567890", "像顺丰的")
    right = next(label for label in asked.buttons if "顺丰" in label)
    before = len(shop.world.sent)
    shop.taps(WANG, asked, right)
    sent = shop.world.wait_for(lambda: next((each for each in shop.world.sent[before:] if "请确认" in each.text), None))
    assert "顺丰 SF1234567890" in sent.text
    assert not asked.buttons, "the keyboard goes when it has been used"
    shop.hears(WANG, f"发货 {ORDERS[1]} 中通 SF1234567899 没错", "用中通 SF1234567899 发货")


def test_the_list_of_what_waits_has_a_button_for_each(shop: Stage) -> None:
    sent = shop.hears(WANG, "待发货", "待发货")
    assert ORDERS[0] in sent.text
    assert "发货 1" in sent.buttons
    before = len(shop.world.sent)
    shop.taps(WANG, sent, "发货 1")
    shop.world.wait_for(lambda: any("快递" in each.text for each in shop.world.sent[before:]))
    assert not shop.hears(CHEN, "帮助", "掌柜").text.startswith("待")


def picture(*codes: str) -> bytes:
    """A photo with the barcodes one below the other."""
    sheet = Image.new("L", (900, 60 + 240 * max(1, len(codes))), 255)
    for place, code in enumerate(codes):
        barcode = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.Code128)
        drawn = Image.fromarray(zxingcpp.write_barcode_to_image(barcode, scale=3))
        sheet.paste(drawn.resize((800, 160)), (50, 50 + 240 * place))
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


def photo(stage: Stage, content: bytes, **more: Any) -> dict[str, Any]:
    name = f"photo{stage.world.number()}"
    stage.world.files[name] = content
    return {"photo": [{"file_id": name, "file_unique_id": name, "width": 900, "height": 600,
                       "file_size": len(content)}], "text": None, **more}


def test_a_photo_of_a_waybill_and_its_order_is_proposed(shop: Stage) -> None:
    sent = shop.hears(WANG, "", "请确认", **photo(shop, picture("SF1234567890"), caption=f"这是 {ORDERS[0]}"))
    assert f"订单 {ORDERS[0]}" in sent.text
    both = shop.hears(WANG, "", "请确认", **photo(shop, picture(ORDERS[1], "SF1234567891")))
    assert ORDERS[1] in both.text


def test_a_photo_without_its_order_asks_which(shop: Stage) -> None:
    asked = shop.hears(WANG, "", "是哪个订单的", **photo(shop, picture("SF1234567890")))
    before = len(shop.world.sent)
    shop.taps(WANG, asked, next(iter(asked.buttons)))
    shop.world.wait_for(lambda: any("SF1234567890" in each.text for each in shop.world.sent[before:]))


@pytest.mark.parametrize(("codes", "answer"), [
    ((), "没有读到条码"), (("SF1234567890", "SF1234567891", "SF1234567892"), "3 个运单号")])
def test_a_photo_with_no_barcode_or_three_is_asked_about(shop: Stage, codes: tuple[str, ...], answer: str) -> None:
    shop.hears(WANG, "", answer, **photo(shop, picture(*codes)))
    assert not shop.count(Shipment)


def test_a_picture_that_is_none_is_not_the_end(shop: Stage) -> None:
    shop.hears(WANG, "", "没有读到条码", **photo(shop, b"\x89PNG not a picture"))


def test_a_table_of_waybills_is_one_proposal(shop: Stage) -> None:
    book = Workbook()
    sheet = book.active
    for row in (("订单号", "快递公司", "运单号"), (ORDERS[0], "顺丰速运", "SF1234567890"),
                (ORDERS[1], "中通快递", "78900112233445")):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    shop.world.files["waybills"] = content.getvalue()
    document = {"file_id": "waybills", "file_unique_id": "w", "file_name": "运单.xlsx", "file_size": 5000}
    sent = shop.hears(CHEN, "", "请确认", document=document, text=None)
    assert "2 单" in sent.text
    shop.taps(CHEN, sent, "确认")
    shop.world.wait_for(lambda: sent.edits)
    assert [shop.status(order) for order in ORDERS[:2]] == ["shipped", "shipped"]
