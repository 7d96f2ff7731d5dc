"""What rows and columns are called, and the part of the shop that a question is about."""

from collections.abc import Mapping
from datetime import date

from bot.rendering.dates import MONTHS_EN, WEEKDAYS, day, month
from domain.metrics.catalog import DIMENSIONS, METRICS, PLATFORM_NAMES, SEGMENT_NAMES, STATUS_NAMES
from domain.metrics.periods import step_of
from domain.metrics.query import Filter
from domain.metrics.result import Cell

_CLOSED: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "platform": PLATFORM_NAMES, "segment": SEGMENT_NAMES, "order_status": STATUS_NAMES}
_GOODS = frozenset({"sku", "product", "category"})
# Revenue without goods is freight and the like; other facts without a place belong to nobody yet.
_NOBODY = {"zh": "未归属", "en": "not assigned"}
_NO_GOODS = {"zh": "非商品(运费等)", "en": "not goods (freight etc.)"}


def metric_name(metric: str, language: str) -> str:
    """销售额 / revenue."""
    known = METRICS[metric]
    return known.zh if language == "zh" else known.en


def dimension_name(dimension: str, language: str) -> str:
    """店铺 / shop."""
    known = DIMENSIONS[dimension]
    return known.zh if language == "zh" else known.en


def value_label(dimension: str, value: Cell, language: str, today: date) -> str:
    """One value of a dimension as a person says it; control characters in names become blanks."""
    if value is None or value == "":
        return (_NO_GOODS if dimension in _GOODS else _NOBODY)[language]
    if dimension in _CLOSED:
        names = _CLOSED[dimension].get(str(value))
        return names[language != "zh"] if names else str(value)
    if DIMENSIONS[dimension].is_time:
        return _time_label(dimension, value, language, today)
    return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())


def _time_label(dimension: str, value: Cell, language: str, today: date) -> str:
    match dimension:
        case "hour":
            return f"{int(value or 0)}时" if language == "zh" else f"{int(value or 0):02d}:00"
        case "weekday":
            return WEEKDAYS[language][int(value or 1) - 1]
    start = moment_of(dimension, value)
    if start is None:
        return str(value)
    if dimension == "month":
        return month(start, today, language)
    if dimension == "week":
        return f"{day(start, today, language)}起" if language == "zh" else f"from {day(start, today, language)}"
    return f"{day(start, today, language)}" + (f" {WEEKDAYS[language][start.weekday()]}")


def moment_of(dimension: str, value: Cell) -> date | None:
    """The first day of a day, week or month cell."""
    step = step_of(dimension, str(value))
    return step.start if step else None


def axis_label(dimension: str, value: Cell, language: str, today: date) -> str:
    """The shortest words for a tick: 11/22, 22 Nov, 11月, 25年11月, 14."""
    start = moment_of(dimension, value) if dimension in {"day", "week", "month"} else None
    if start is None:
        return str(value) if dimension == "hour" else value_label(dimension, value, language, today)
    if dimension == "month":
        name = f"{start.month}月" if language == "zh" else MONTHS_EN[start.month - 1]
        year = "" if start.year == today.year else f"{start:%y}"
        return f"{year}年{name}" if year and language == "zh" else f"{name} {year}".strip()
    return f"{start.month}/{start.day}" if language == "zh" else f"{start.day} {MONTHS_EN[start.month - 1]}"


def part_of_shop(where: Filter, exclude: Filter, language: str, today: date) -> str:
    """京东、拼多多 · 女装(不含广东省); empty when the question is about everything."""
    kept = " · ".join(_values(name, values, language, today) for name, values in where.items())
    left_out = ", ".join(_values(name, values, language, today) for name, values in exclude.items())
    if not left_out:
        return kept
    if language == "zh":
        return f"{kept}(不含{left_out})" if kept else f"除{left_out}外"
    return f"{kept} (without {left_out})" if kept else f"without {left_out}"


_MAX_NAMED = 4  # more names than this are counted, not listed


def _values(dimension: str, values: tuple[str, ...], language: str, today: date) -> str:
    names = [value_label(dimension, value, language, today) for value in values]
    if len(names) > _MAX_NAMED:
        return f"{len(names)} 个{dimension_name(dimension, language)}" if language == "zh" else (
            f"{len(names)} × {dimension_name(dimension, language)}")
    return ("、" if language == "zh" else ", ").join(names)
