"""Figures are written as people write them."""

import pytest

from bot.rendering.amounts import change, figure, is_additive, money, short
from domain.metrics.result import Cell, Column

YUAN = Column("revenue", "money", "CNY")


@pytest.mark.parametrize(("minor", "currency", "text"), [
    (1234050, "CNY", "¥12,340.50"), (-5, "CNY", "-¥0.05"), (0, "CNY", "¥0.00"), (1999, "USD", "$19.99"),
    (1999, "JPY", "JP¥1,999"), (1234, "KWD", "KWD 1.234"), (100_000_000_000_001, "CNY", "¥1,000,000,000,000.01"),
])
def test_money_has_its_currency_and_every_fen(minor: int, currency: str, text: str) -> None:
    assert money(minor, currency) == text


@pytest.mark.parametrize(("value", "unit", "zh", "en"), [
    (0.312, "rate", "31.2%", "31.2%"), (1234, "count", "1,234", "1,234"), (2.5, "ratio", "2.50", "2.50"),
    (12.34, "days", "12.3 天", "12.3 days"), (7.0, "hours", "7.0 小时", "7.0 h"), (None, "money", "—", "—"),
])
def test_each_unit_has_its_form(value: Cell, unit: str, zh: str, en: str) -> None:
    column = Column("x", unit)
    assert (figure(value, column, "zh"), figure(value, column, "en")) == (zh, en)


@pytest.mark.parametrize(("minor", "zh", "en"), [
    (123_456_700, "¥123万", "¥1.23M"), (1_234_000, "¥1.23万", "¥12.3k"), (999_900, "¥9,999", "¥9,999"),
    (12_345_600_000_000, "¥1,235亿", "¥123B"), (-2_500_000, "-¥2.5万", "-¥25k"), (0, "¥0", "¥0"), (150, "¥1.5", "¥1.5"),
])
def test_charts_say_wan_in_chinese_and_k_in_english(minor: int, zh: str, en: str) -> None:
    assert (short(minor, YUAN, "zh"), short(minor, YUAN, "en")) == (zh, en)


@pytest.mark.parametrize(("now", "before", "arrow", "amount"), [
    (1123, 1000, "↑12.3%", "+¥1.23"), (877, 1000, "↓12.3%", "-¥1.23"), (1000, 1000, "持平", "¥0.00"),
    (100000, 100001, "持平", "-¥0.01"), (500, 0, "新增", "+¥5.00"), (-500, 0, "—", "-¥5.00"), (0, 0, "持平", "¥0.00"),
    (-500, -1000, "↑50.0%", "+¥5.00"), (-500, 1000, "↓150.0%", "-¥15.00"),
])
def test_a_change_has_direction_percent_and_amount(now: int, before: int, arrow: str, amount: str) -> None:
    moved = change(now, before, YUAN, "zh")
    assert moved is not None
    assert (moved.arrow, moved.amount) == (arrow, amount)


def test_rates_change_by_points_not_by_percent() -> None:
    moved = change(0.312, 0.30, Column("gross_margin", "rate"), "zh")
    assert moved is not None
    assert (moved.arrow, moved.brief) == ("↑1.2个百分点", "↑1.2点")


def test_what_is_not_known_has_not_changed() -> None:
    assert change(None, 5, YUAN, "zh") is None
    assert change(5, None, YUAN, "zh") is None


@pytest.mark.parametrize(("metric", "by", "additive"), [
    ("revenue", ("sku",), True), ("aov", ("shop",), False), ("customers", ("shop",), False),
    ("orders", ("shop",), True), ("orders", ("product",), False),
    ("stock_on_hand", ("warehouse",), True), ("days_of_cover", ("sku",), False),
])
def test_only_what_may_be_added_is_added(metric: str, by: tuple[str, ...], additive: bool) -> None:  # noqa: FBT001
    """An order of two goods stands in both rows; a buyer of two shops is one buyer; averages have no sum."""
    assert is_additive(metric, by) is additive
