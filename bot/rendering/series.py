"""A series in time: which of its days, weeks and months are there in part only, and what one looks for in it."""

from datetime import date
from operator import itemgetter

from bot.rendering.amounts import counted, is_additive
from bot.rendering.dates import span
from bot.rendering.labels import value_label
from bot.rendering.messages import say
from domain.metrics.catalog import DIMENSIONS
from domain.metrics.periods import Period, step_of
from domain.metrics.query import MetricQuery
from domain.metrics.result import Cell, ResultTable

_LEAST_FOR_PEAKS = 4  # a shorter series shows its peaks by itself
_STEPS = frozenset({"day", "week", "month"})


def is_series(query: MetricQuery) -> bool:
    return DIMENSIONS[query.by[0]].is_time


def in_steps(query: MetricQuery) -> bool:
    """One step follows the other, so that there is a latest; weekdays and hours come round again."""
    return query.by[0] in _STEPS


def row_labels(table: ResultTable, language: str, today: date) -> list[str]:
    """What each row is of. A week or month the question cuts is called by the days that are in it."""
    def label(dimension: str, value: Cell) -> str:
        days = _days_left(table.query, dimension, value)
        return span(days, today, language) if days else value_label(dimension, value, language, today)

    return [" · ".join(map(label, table.query.by, row)) for row in table.rows]


def _days_left(query: MetricQuery, dimension: str, value: Cell) -> Period | None:
    """Of a week or month that lies in the period in part; None of one that is whole."""
    step, period = step_of(dimension, str(value)) if dimension != "day" else None, query.period
    if step is None or period is None or _is_within(step, period):
        return None
    start, end = max(step.start, period.start), min(step.end, period.end)
    return Period(start, end) if start < end else None


def _is_within(step: Period, period: Period) -> bool:
    return period.start <= step.start and step.end <= period.end


def summary(table: ResultTable, language: str, today: date) -> str:
    """最高 11月11日 周三 ¥…;最低 …;日均 ¥…: what one looks for in a series of one figure.

    What is not over or not whole may be the highest; it is neither the lowest nor in the average.
    """
    values = [(value, index) for index, row in enumerate(table.rows) if isinstance(value := row[-1], int | float)]
    whole = [index for index, row in enumerate(table.rows) if _is_whole(table.query, row[0], today)]
    lows = [(value, index) for value, index in values if index in whole]
    is_one_series = len(table.query.by) == len(table.query.metrics) == 1 and is_series(table.query)
    if not is_one_series or len(values) < _LEAST_FOR_PEAKS or not lows:
        return ""
    dimension, column = table.query.by[0], table.columns[1]
    high, low = max(values, key=itemgetter(0)), min(lows, key=itemgetter(0))
    labels = row_labels(table, language, today)
    parts = [say("table.peak", language, high=counted(high[0], column, language), high_label=labels[high[1]],
                 low=counted(low[0], column, language), low_label=labels[low[1]])]
    if in_steps(table.query) and len(whole) > 1 and is_additive(column.id, table.query.by):
        mean = round(sum(value for value, _ in lows) / len(whole), 1)
        of_whole = "" if len(whole) == len(table.rows) else "_before_today" if dimension == "day" else "_of_whole"
        parts.append(say(f"table.average{of_whole}", language, per=say(f"table.per_{dimension}", language),
                         value=counted(mean, column, language)))
    return (";" if language == "zh" else "; ").join(parts) + ("。" if language == "zh" else ".")


def _is_whole(query: MetricQuery, value: Cell, today: date) -> bool:
    """Of a day, week or month: all of it was asked for, and it is over."""
    step = step_of(query.by[0], str(value))
    return step is None or (step.end <= today and (query.period is None or _is_within(step, query.period)))
