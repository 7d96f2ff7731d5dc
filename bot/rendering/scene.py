"""The words around the figures: when, which part of the shop, under which conditions, beside what."""

from datetime import date

from bot.rendering import dates
from bot.rendering.amounts import count, figure
from bot.rendering.labels import dimension_name, metric_name, part_of_shop
from bot.rendering.messages import say
from domain.metrics.catalog import METRICS, Unit
from domain.metrics.query import REORDER_POINT, Compare, Direction, Having, MetricQuery
from domain.metrics.result import Beside, Column, ResultTable

_SYMBOLS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "=": "=", "!=": "≠"}


def setting(query: MetricQuery, language: str, today: date) -> dict[str, str]:
    """The facts `when` and `part`, which every sentence about figures starts with."""
    when = str(dates.said(query.period, today, language)) if query.period else say("answer.now", language)
    part = part_of_shop(query.where, query.exclude, language, today)
    if not part:
        return {"when": when, "part": ""}
    return {"when": when, "part": say("answer.part", language, part=apart(part, language))}


def went_on(query: MetricQuery, language: str, today: date) -> str:
    """Which question a message was taken to go on from, where that is not the message before it."""
    facts = setting(query, language, today)
    split = say("answer.went_on_split", language, dimensions=dimensions_named(query, language)) if query.by else ""
    return sentence("answer.went_on", language, **facts, metrics=metrics_named(query, language), split=split)


def sentence(key: str, language: str, **facts: object) -> str:
    """A sentence with its first letter large, and one without a time not starting with a blank."""
    text = say(key, language, **facts).lstrip(" :,")
    return text[:1].upper() + text[1:] if language == "en" else text


def metrics_named(query: MetricQuery, language: str) -> str:
    return between(language).join(metric_name(name, language) for name in query.metrics)


def dimensions_named(query: MetricQuery, language: str) -> str:
    joint = "和" if language == "zh" else " and "
    return apart(joint.join(dimension_name(name, language) for name in query.by), language)


def apart(name: str, language: str) -> str:
    """A Latin name between Chinese words, with a blank before it."""
    return f" {name}" if language == "zh" and name[:1].isascii() else name


def between(language: str) -> str:
    """What stands between the items of a list."""
    return "、" if language == "zh" else ", "


def ranking(table: ResultTable, language: str) -> str:
    """销量最高的 5 个商品; empty when the question was not for a ranking of one split by a figure."""
    query = table.query
    if not (query.limit and query.order and query.order[0].by in query.metrics and len(query.by) == 1):
        return ""
    end = "highest" if query.order[0].direction is Direction.DESC else "lowest"
    return say(f"answer.{end}", language, n=len(table.rows), metric=metric_name(query.order[0].by, language),
               dimension=dimension_name(query.by[0], language))


def before_when(table: ResultTable, language: str, today: date) -> str:
    """昨天(11月22日)同时段, 昨天(11月22日)全天, 上期(11月9日–15日), a year before (1–23 Nov 2025)."""
    period, compare = table.comparison_period, table.query.compare or Compare.PREVIOUS_PERIOD
    name = say(f"answer.{compare.value}", language)
    if period is None:
        return name
    said = dates.said(period, today, language)
    if compare is Compare.PREVIOUS_YEAR or not said.name:
        said = dates.Said(name, said.dates)
    if table.beside is None or (table.beside is Beside.WHOLE_DAY and period.days > 1):  # its dates say it
        return str(said)
    return say(f"answer.{table.beside}", language, before_when=said)


def conditions(query: MetricQuery, columns: tuple[Column, ...], language: str) -> str:
    """销售额 > ¥50,000.00、毛利率 < 30%."""
    by_id = {column.id: column for column in columns}
    return between(language).join(_condition(bound, by_id.get(bound.metric), language) for bound in query.having)


def _condition(bound: Having, column: Column | None, language: str) -> str:
    if bound.value == REORDER_POINT:
        value = say("answer.reorder_point", language)
    else:
        value = _bound(float(bound.value), column or Column(bound.metric, METRICS[bound.metric].unit), language)
    name = metric_name(bound.metric, language)
    return say("answer.condition", language, metric=name, op=_SYMBOLS[bound.op], value=value)


def _bound(value: float, column: Column, language: str) -> str:
    """Round bounds are said round: ¥50,000, 30%."""
    text = figure(value, column, language) if column.type != Unit.COUNT else count(value)
    return text.replace(".00", "").replace(".0%", "%")
