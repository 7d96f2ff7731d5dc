"""Figures as people write them: money, rates, counts, durations, changes; in full for text, short for charts."""

from dataclasses import dataclass

from domain.metrics.catalog import METRICS, Unit
from domain.metrics.result import Cell, Column
from domain.money import CURRENCY_DIGITS

UNKNOWN = "—"
SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "HKD": "HK$", "TWD": "NT$", "KRW": "₩"}
# The word Chinese puts after a number of these; English says the metric's name and needs none.
COUNTERS = {
    "orders": "单", "orders_to_pay": "单", "orders_to_ship": "单", "orders_overdue": "单", "orders_shipped": "单",
    "orders_signed": "单", "refund_orders": "笔", "units": "件", "stock_on_hand": "件", "stock_reserved": "件",
    "stock_available": "件", "stock_incoming": "件", "reorder_quantity": "件", "customers": "人", "new_customers": "人",
    "visitors": "人", "ad_clicks": "次", "ad_impressions": "次",
}
# Where a short figure changes its unit, largest first.
_SHORT = {
    "zh": ((100_000_000, "亿"), (10_000, "万")),
    "en": ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")),
}
_SHORT_FROM = 10_000  # four digits are still read at a glance
_FLAT = 0.0005  # a change that shows as 0.0 % is none


def money(amount_minor: float, currency: str | None = "CNY", *, always_sign: bool = False) -> str:
    """¥12,340.50; the amount is in minor units of the currency."""
    symbol, digits = _currency(currency)
    minor = round(amount_minor)
    return f"{_sign(minor, always_sign=always_sign)}{symbol}{abs(minor) / 10**digits:,.{digits}f}"


def _currency(currency: str | None) -> tuple[str, int]:
    """Symbol and digits after the point."""
    code = currency or "CNY"
    return SYMBOLS.get(code, f"{code} "), CURRENCY_DIGITS.get(code, 2)


def count(number: float, *, always_sign: bool = False) -> str:
    """1,234; a fraction keeps one digit."""
    text = f"{abs(number):,.0f}" if float(number).is_integer() else f"{abs(number):,.1f}"
    return _sign(number, always_sign=always_sign) + text


def rate(fraction: float) -> str:
    """31.2%."""
    return f"{fraction * 100:.1f}%"


def figure(value: Cell, column: Column, language: str) -> str:
    """A cell in full, with its unit; "—" when it is not known."""
    if value is None or isinstance(value, str):
        return UNKNOWN if value is None else value
    match column.type:
        case Unit.MONEY:
            return money(value, column.currency)
        case Unit.RATE:
            return rate(value)
        case Unit.RATIO:
            return f"{value:,.2f}"
        case Unit.DAYS | Unit.HOURS:
            return _duration(value, column.type, language)
        case _:
            return count(value)


def counted(value: Cell, column: Column, language: str) -> str:
    """A cell as it stands in a sentence: Chinese counts take their counter."""
    text = figure(value, column, language)
    counter = COUNTERS.get(column.id) if language == "zh" and value is not None else None
    return f"{text} {counter}" if counter else text


def _duration(value: float, unit: str, language: str) -> str:
    if language == "zh":
        return f"{value:,.1f} {'天' if unit == Unit.DAYS else '小时'}"
    return f"{value:,.1f} {'days' if unit == Unit.DAYS else 'h'}"


def short(value: float, column: Column, language: str) -> str:
    """A cell for an axis or a bar: 1.2万, ¥12.3k, 31.2%, 5天."""
    if column.type == Unit.MONEY:
        symbol, digits = _currency(column.currency)
        return _sign(value) + symbol + short_number(abs(value) / 10**digits, language)
    if column.type == Unit.RATE:
        return f"{value * 100:.{1 if abs(value) < 1 else 0}f}%"
    if column.type in {Unit.DAYS, Unit.HOURS}:
        return _duration(value, column.type, language)
    return f"{value:,.2f}" if column.type == Unit.RATIO else _sign(value) + short_number(abs(value), language)


def short_number(number: float, language: str) -> str:
    """12,340 → 1.23万 / 12.3k; three digits that matter are enough for a picture."""
    for size, letter in _SHORT[language]:
        if abs(number) >= max(size, _SHORT_FROM):
            return f"{_three_digits(number / size)}{letter}"
    if float(number).is_integer() or abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def _three_digits(number: float) -> str:
    places = 0 if abs(number) >= 100 else 1 if abs(number) >= 10 else 2
    text = f"{number:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _sign(number: float, *, always_sign: bool = False) -> str:
    return "-" if number < 0 else "+" if always_sign and number > 0 else ""


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure moved: the arrow with percent (rates: percentage points), and the amount it moved by."""

    arrow: str
    amount: str

    @property
    def brief(self) -> str:
        """For a column of a table."""
        return self.arrow.replace("个百分点", "点").replace(" pts", "pp")


def change(now: Cell, before: Cell, column: Column, language: str) -> Change | None:
    """The movement from one figure to the other; None when either is not known."""
    if not isinstance(now, int | float) or not isinstance(before, int | float):
        return None
    if column.type == Unit.RATE:
        points = round((now - before) * 100, 1)
        unit = "个百分点" if language == "zh" else " pts"
        return Change(_arrow(points, f"{abs(points):.1f}{unit}", language), "")
    amount = _signed(now - before, column, language)
    if before == 0:
        grown = ("新增" if language == "zh" else "new") if now > 0 else UNKNOWN
        return Change(_arrow(0, "", language) if now == 0 else grown, amount)
    share = (now - before) / abs(before)
    return Change(_arrow(0 if abs(share) < _FLAT else share, f"{abs(share) * 100:,.1f}%", language), amount)


def _arrow(direction: float, text: str, language: str) -> str:
    if direction == 0:
        return "持平" if language == "zh" else "flat"
    return f"{'↑' if direction > 0 else '↓'}{text}"


def _signed(difference: float, column: Column, language: str) -> str:
    if column.type == Unit.MONEY:
        return money(difference, column.currency, always_sign=True)
    return ("+" if difference > 0 else "") + figure(difference, column, language)


def is_additive(metric: str, by: tuple[str, ...]) -> bool:
    """Whether rows of this split may be summed: not averages, not distinct people, not orders seen once per SKU."""
    known = METRICS[metric]
    if known.per or "customers" in metric:
        return False
    counts_orders = "orders" in metric
    return not (counts_orders and set(by) & {"sku", "product", "category", "warehouse", "staff"})
