"""Sentences that match a platform's listing to own SKUs, and those that only look so."""

from typing import Any

import pytest

from bot.understanding.readings import Act, Command
from tests.bot.understanding.shop import Chat, act


def lines(*parts: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"sku": sku, "quantity": pieces} for sku, pieces in parts]


@pytest.mark.parametrize(("text", "listing", "parts", "shop"), [
    ("直播间福袋 随机款 就是 KF-01", "直播间福袋 随机款", (("KF-01", 1),), None),
    ("「直播间福袋 随机款」就是kf-01。", "直播间福袋 随机款", (("KF-01", 1),), None),
    ("抖店 SKU X-99 就是 KF-01", "X-99", (("KF-01", 1),), "抖音"),
    ("Bean House的 福袋 是 KF-01 2件 + WJ-G", "福袋", (("KF-01", 2), ("WJ-G", 1)), "Bean House"),
    ("抖音小店的「福袋」就是 KF-01 × 2 + WJ-G", "福袋", (("KF-01", 2), ("WJ-G", 1)), "抖音小店"),
    ("match 直播间福袋 随机款 of 抖音小店 to KF-01", "直播间福袋 随机款", (("KF-01", 1),), "抖音小店"),
    ("match lucky bag to 2 x KF-01 and WJ-G", "lucky bag", (("KF-01", 2), ("WJ-G", 1)), None),
])
def test_matching_is_understood(text: str, listing: str, parts: tuple[tuple[str, int], ...],
                                shop: str | None) -> None:
    said = {"listing": listing, "lines": lines(*parts), **({"shop": shop} if shop else {})}
    assert act(text) == Act("match_sku", said)


@pytest.mark.parametrize("text", [
    "记住:小白鞋就是KF-01", "卖得最好的就是 KF-01 吗", "KF-01 是多少", "库存最多的是 KF-01",
    "福袋就是好东西"])
def test_other_sentences_are_not_taken_for_matching(text: str) -> None:
    reading = Chat().say(text)
    assert not (isinstance(reading, Act) and reading.action == "match_sku")


@pytest.mark.parametrize("text", ["哪些商品没对上", "没对上的商品有哪些", "有哪些没对上的商品",
                                  "which products are unmatched?", "which listings are not matched", "/unmatched"])
def test_the_list_is_asked_for(text: str) -> None:
    assert Chat().say(text) == Command("unmatched")
