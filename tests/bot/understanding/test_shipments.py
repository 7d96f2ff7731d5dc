"""Pasted lines become one action; a number that contradicts its carrier is asked about; sentences are left alone."""

import pytest

from bot.understanding.readings import Act, Unclear
from bot.understanding.sentences.shipments import read_shipments
from domain.arguments import MAX_PARCELS


def parcels(text: str) -> list[tuple[str, str, str]]:
    understood = read_shipments(text)
    assert understood is not None
    assert isinstance(understood.reading, Act)
    assert understood.reading.action == "confirm_shipments"
    return [(line["order"], line["carrier"], line["waybill"]) for line in understood.reading.arguments["lines"]]


@pytest.mark.parametrize("text", [
    "发货\nTB1001 顺丰 SF1234567890\nTB1002 中通 78900112233445",
    "TB1001 顺丰速运 sf1234567890\nTB1002 zto 78900112233445",
    "发货 TB1001 顺丰 SF1234567890\n发货 TB1002 中通快递 78900112233445",
    "1. TB1001,SF1234567890\n2. TB1002、中通、78900112233445",
    "ship TB1001 with sf SF1234567890\nship TB1002 by zto 78900112233445",
])
def test_lines_are_read_however_they_are_written(text: str) -> None:
    assert parcels(text) == [("TB1001", "顺丰", "SF1234567890"), ("TB1002", "中通", "78900112233445")]


@pytest.mark.parametrize("text", [
    "昨天销售额\n前天销售额", "发货 TB1001", "发货 TB202611220007 顺丰 SF1234567890", "SF1234567890", "待发货", "",
    "TB1001 顺丰 SF1234567890", "x" * 30_000])
def test_what_the_ordinary_reading_understands_is_left_to_it(text: str) -> None:
    assert read_shipments(text) is None


@pytest.mark.parametrize(("text", "key"), [
    ("发货 TB1001 中通 SF1234567890", "waybills.carrier_unsure"),
    ("发货\nTB1001 中通 YT1234567890123\nTB1002 中通 78900112233445", "waybills.carrier_unsure"),
    ("发货\nTB1001 顺丰 SF1234567890\n另外帮我看看库存", "waybills.unread"),
    ("发货\nTB1001 78900112233445\nTB1002 中通 78900112233446", "waybills.unread"),
    ("发货\n" + "\n".join(f"TB{n:06} SF{n:010}" for n in range(MAX_PARCELS + 1)), "waybills.too_many"),
])
def test_what_is_doubtful_is_asked(text: str, key: str) -> None:
    understood = read_shipments(text)
    assert understood is not None
    assert isinstance(understood.reading, Unclear)
    assert understood.reading.key == key


def test_a_short_number_is_an_orders_behind_the_verb() -> None:
    understood = read_shipments("发货 T1004 中通 78900112233445")
    assert understood is not None
    assert understood.reading == Act("confirm_shipment", {"order": "T1004", "carrier": "中通",
                                                          "waybill": "78900112233445"})


def test_a_person_who_is_sure_is_believed() -> None:
    understood = read_shipments("发货 TB1001 中通 SF1234567890 没错")
    assert understood is not None
    assert understood.reading == Act("confirm_shipment", {"order": "TB1001", "carrier": "中通",
                                                          "waybill": "SF1234567890"})
