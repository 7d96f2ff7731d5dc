"""One order looked up by its number: each role sees what it may, nobody a full name or a street."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app.settings import Settings
from bot.app.wiring import OpenShop, open_shop, parse_moment
from bot.rendering.reply import Reply

TO_SHIP, ASKED_BACK = "TB202611220007", "PDD202611210003"


@pytest.fixture(scope="module")
def shop(demo_folder: Path) -> Iterator[OpenShop]:
    with open_shop(Settings(demo_folder), demo=True) as opened:
        yield opened


def say(shop: OpenShop, text: str, who: str = "owner", at: str = "2026-11-23T15:00") -> Reply:
    return shop.dispatcher.reply(text, person=shop.person(who), at=parse_moment(at, shop.calendar), chat="")


@pytest.mark.parametrize("text", [
    f"查单 {TO_SHIP}", TO_SHIP, f"{TO_SHIP}到哪了", f"订单{TO_SHIP}的状态", f"{TO_SHIP} 发货了吗", f"{TO_SHIP}多少钱"])
def test_its_state_goods_and_amount(shop: OpenShop, text: str) -> None:
    reply = say(shop, text)
    assert reply.kind == "answer"
    for part in (TO_SHIP, "¥237.00", "JJ-03", "MZ-01", "2026-11-24 08:25"):
        assert part in reply.text


def test_in_english(shop: OpenShop) -> None:
    reply = say(shop, f"is order {ASKED_BACK} refunded?")
    assert "Refund of ¥39.90: asked for by the buyer" in reply.text
    assert "confirmed by 小王" in reply.text


def test_the_deadline_and_that_it_has_passed(shop: OpenShop) -> None:
    assert "最晚 2026-11-24 08:25 发货" in say(shop, f"查单 {TO_SHIP}").text
    assert "已经超时" in say(shop, f"查单 {TO_SHIP}", at="2026-11-25T15:00").text


def test_service_sees_what_it_cost_and_the_warehouse_does_not(shop: OpenShop) -> None:
    assert "¥237.00" in say(shop, f"查单 {TO_SHIP}", "service").text
    seen = say(shop, f"查单 {TO_SHIP}", "warehouse").text
    assert "JJ-03" in seen
    assert "¥" not in seen


def test_the_buyer_is_masked_for_everybody(shop: OpenShop) -> None:
    line = next(line for line in say(shop, f"查单 {TO_SHIP}").text.splitlines() if line.startswith("收货"))
    assert "**" in line


@pytest.mark.parametrize("text", [f"{TO_SHIP} 的利润", f"{TO_SHIP} 改地址", f"{TO_SHIP} 催发货"])
def test_what_it_does_not_show_is_not_answered_with_it(shop: OpenShop, text: str) -> None:
    assert say(shop, text).kind == "refused"


def test_a_number_nobody_knows_offers_those_like_it(shop: OpenShop) -> None:
    reply = say(shop, "查单 TB202611220070")
    assert reply.kind == "refused"
    assert f"查单 {TO_SHIP}" in reply.choices
