"""Tables stand straight whatever script their words are in, and fit a phone."""

import pytest

from bot.rendering.table import WIDTH, cut, lay_out, width


def test_a_chinese_character_is_two_columns_wide() -> None:
    assert width("京东JD") == 6
    assert width("e\u0301") == 1


@pytest.mark.parametrize(("text", "most", "kept"), [
    ("京东旗舰店", 7, "京东旗…"), ("京东", 4, "京东"), ("abcdef", 4, "abc…"), ("ab cdef", 4, "ab…")])
def test_a_long_name_is_cut_visibly(text: str, most: int, kept: str) -> None:
    assert cut(text, most) == kept
    assert width(kept) <= most


def test_figures_stand_under_each_other() -> None:
    text = lay_out(["平台", "销售额"], [["淘宝/天猫", "¥5,123.00"], ["JD", "¥3.00"]], ["合计", "¥5,126.00"])
    assert text == ("平台          销售额\n"
                    "淘宝/天猫  ¥5,123.00\n"
                    "JD             ¥3.00\n"
                    "────────────────────\n"
                    "合计       ¥5,126.00")


def test_wide_figures_go_below_their_name() -> None:
    """Four figures beside a shop's name do not fit a phone; below it they still stand in columns."""
    row = ["Shopify 海外店", "¥312,300.00", "¥412,300.00", "↓24.3%"]
    text = lay_out(["店铺", "销售额", "上期", "变化"], [row])
    assert text == ("店铺\n"
                    "       销售额         上期    变化\n"
                    "Shopify 海外店\n"
                    "  ¥312,300.00  ¥412,300.00  ↓24.3%")


def test_six_figures_are_listed_by_name() -> None:
    titles = ["revenue", "cost of goods", "gross profit", "gross margin", "net profit", "net margin"]
    text = lay_out(["shop", *titles], [["京东旗舰店", *["¥1,234,567.00"] * 5, ""]])
    assert text.splitlines()[:3] == ["京东旗舰店", "  revenue        ¥1,234,567.00", "  cost of goods  ¥1,234,567.00"]
    assert len(text.splitlines()) == 6, "an empty figure is left out"


def test_no_line_is_wider_than_a_phone() -> None:
    rows = [["【官方正品】轻奢羊绒大衣女2026新款双面呢高端中长款" * 2, "¥1,234,567.00", "100.0%"]]
    assert max(width(line) for line in lay_out(["商品", "销售额", "占比"], rows).splitlines()) <= WIDTH
