"""The rows of an answer as a text table: which columns, which total, how much of it."""

from collections.abc import Sequence
from datetime import date, timedelta
from operator import itemgetter

from bot.rendering.amounts import UNKNOWN, change, counted, figure, is_additive, rate
from bot.rendering.labels import dimension_name, metric_name, value_label
from bot.rendering.messages import say
from bot.rendering.table import lay_out
from domain.metrics.catalog import DIMENSIONS
from domain.metrics.periods import add_months
from domain.metrics.result import Cell, Column, ResultTable, Row

MAX_ROWS = 20  # one thumb's scroll on a phone
MAX_DAYS = 31  # a month of days is read as one
_LATEST = 14  # of a longer series, what one wants to see in figures; the picture shows the rest
_LEAST_FOR_PEAKS = 4  # a shorter series shows its peaks by itself


def comparison_table(table: ResultTable, language: str) -> str:
    """One line a metric: now, before, how it moved."""
    before = table.comparison_rows[0] if table.comparison_rows else None
    header = [say(f"table.{name}", language) for name in ("metric", "now", "before", "change")]
    rows = []
    for index, column in enumerate(table.columns):
        now, then = table.rows[0][index], before[index] if before else None
        rows.append([metric_name(column.id, language), figure(now, column, language), figure(then, column, language),
                     _moved(now, then, column, language)])
    return lay_out(header, rows)


def _moved(now: Cell, then: Cell, column: Column, language: str) -> str:
    moved = change(now, then, column, language)
    return moved.brief if moved else UNKNOWN


def figures_table(table: ResultTable, language: str, today: date, *, shows_shares: bool = False) -> str:
    """The table of a split, cut to what a phone shows, with a total where a total makes sense.

    A figure alone has its shares beside it; several have them where `shows_shares`.
    """
    wholes = _wholes(table) if shows_shares or len(table.query.metrics) == 1 else [0.0] * len(table.query.metrics)
    rows, cut = _shown(table)
    labels = _labels(table, language, today)
    header = ["/".join(dimension_name(name, language) for name in table.query.by), *_header(table, wholes, language)]
    ranked = table.query.limit is not None and bool(table.query.order)
    lines = [[f"{index + 1}. {labels[index]}" if ranked else labels[index], *_cells(table, index, wholes, language)]
             for index in rows]
    text = lay_out(header, lines, _total(table, wholes, language))
    return f"{text}\n{cut_note(table, len(rows), language)}" if cut else text


def _shown(table: ResultTable) -> tuple[range, bool]:
    """Which rows, and whether some are missing."""
    have = len(table.rows)
    everything = table.total_rows or have
    if _is_series(table):
        return (range(have), False) if have <= MAX_DAYS else (range(have - _LATEST, have), True)
    shown = min(have, MAX_ROWS)
    wanted = min(everything, table.query.limit or everything)
    return range(shown), shown < wanted


def cut_note(table: ResultTable, shown: int, language: str) -> str:
    key = "table.latest" if _is_series(table) else "table.more"
    return say(key, language, n=max(table.total_rows or 0, len(table.rows)), shown=shown)


def _is_series(table: ResultTable) -> bool:
    return DIMENSIONS[table.query.by[0]].is_time


def _labels(table: ResultTable, language: str, today: date) -> list[str]:
    return [" · ".join(value_label(name, value, language, today)
                       for name, value in zip(table.query.by, row, strict=False)) for row in table.rows]


def _header(table: ResultTable, wholes: Sequence[float], language: str) -> list[str]:
    names = [metric_name(column.id, language) for column in _figure_columns(table)]
    moved = say("table.change", language)
    if table.comparison_rows is None:
        return _beside(names, wholes, [say("table.share", language)] * len(names))
    if len(names) == 1:
        return [names[0], say("table.before", language), moved]
    return [title for name in names for title in (name, moved)]


def _beside(figures: Sequence[str], wholes: Sequence[float], shares: Sequence[str]) -> list[str]:
    """Each figure with its share, where shares of it make sense."""
    return [cell for figure, whole, share in zip(figures, wholes, shares, strict=True)
            for cell in ((figure, share) if whole else (figure,))]


def _figure_columns(table: ResultTable) -> tuple[Column, ...]:
    return table.columns[len(table.query.by):]


def _cells(table: ResultTable, index: int, wholes: Sequence[float], language: str) -> list[str]:
    width, columns, row = len(table.query.by), _figure_columns(table), table.rows[index]
    figures = [figure(value, column, language) for value, column in zip(row[width:], columns, strict=True)]
    if table.comparison_rows is None:
        shares = [_share(value, whole) for value, whole in zip(row[width:], wholes, strict=True)]
        return _beside(figures, wholes, shares)
    before = table.comparison_rows[index] or (None,) * len(row)
    moved = [_moved(now, then, column, language)
             for now, then, column in zip(row[width:], before[width:], columns, strict=True)]
    if len(columns) == 1:
        return [figures[0], figure(before[width], columns[0], language), moved[0]]
    return [cell for pair in zip(figures, moved, strict=True) for cell in pair]


def _share(value: Cell, whole: float) -> str:
    return rate(float(value) / whole) if whole and isinstance(value, int | float) else UNKNOWN


def _wholes(table: ResultTable) -> list[float]:
    """What the shares are shares of, figure by figure; 0 where shares make no sense."""
    sums, width = _sums(table), len(table.query.by)
    if table.comparison_rows is not None or _is_series(table) or not sums:
        return [0.0] * len(table.query.metrics)
    return [total or 0.0 if all(_is_part(row[width + i]) for row in table.rows) else 0.0
            for i, total in enumerate(sums)]


def _is_part(value: Cell) -> bool:
    return value is None or (isinstance(value, int | float) and value >= 0)


def _sums(table: ResultTable, rows: tuple[Row | None, ...] | None = None) -> list[float | None]:
    """Totals by figure column, None where rows may not be added or tell nothing; empty when rows are missing."""
    query, chosen = table.query, table.rows if rows is None else rows
    if query.having or len(table.rows) < 2 or (table.total_rows or 0) > len(table.rows):
        return []
    width = len(query.by)
    return [_sum([row[width + i] for row in chosen if row]) if is_additive(name, query.by) else None
            for i, name in enumerate(query.metrics)]


def _sum(cells: list[Cell]) -> float | None:
    """What is not known adds nothing; of what is not known at all there is no total."""
    known = [cell for cell in cells if isinstance(cell, int | float)]
    return sum(known) if known else None


def _total(table: ResultTable, wholes: Sequence[float], language: str) -> list[str] | None:
    sums = _sums(table)
    if not any(value is not None for value in sums):
        return None
    columns = _figure_columns(table)
    shown = [figure(value, column, language) if value is not None else ""
             for value, column in zip(sums, columns, strict=True)]
    if table.comparison_rows is not None:
        before = _sums(table, table.comparison_rows)
        moved = [_moved(now, then, column, language) if now is not None else ""
                 for now, then, column in zip(sums, before, columns, strict=True)]
        shown = [shown[0], figure(before[0], columns[0], language), moved[0]] if len(columns) == 1 else [
            cell for pair in zip(shown, moved, strict=True) for cell in pair]
    else:
        shown = _beside(shown, wholes, [""] * len(shown))
    return [say("table.total_of_known" if _leaves_out(table) else "table.total", language), *shown]


def _leaves_out(table: ResultTable) -> bool:
    """A row, now or before, shows that it is not known what a total would take from it."""
    width = len(table.query.by)
    added = [width + i for i, name in enumerate(table.query.metrics) if is_additive(name, table.query.by)]
    return any(row[i] is None for row in (*table.rows, *(table.comparison_rows or ())) if row for i in added)


def series_summary(table: ResultTable, language: str, today: date) -> str:
    """最高 11月11日 周三 ¥…;最低 …;日均 ¥…: what one looks for in a series of one figure.

    The day that is running, and a week or month that is cut, are neither the lowest nor averaged.
    """
    values = [(value, index) for index, row in enumerate(table.rows) if isinstance(value := row[-1], int | float)]
    is_one_series = len(table.query.by) == len(table.query.metrics) == 1 and _is_series(table)
    if not is_one_series or len(values) < _LEAST_FOR_PEAKS:
        return ""
    whole = [index for index in range(len(table.rows)) if _is_whole(table, index, today)]
    counted_rows = [one for one in values if one[1] in whole] or values
    labels, column = _labels(table, language, today), table.columns[1]
    high, low = max(values, key=itemgetter(0)), min(counted_rows, key=itemgetter(0))
    parts = [say("table.peak", language, high=counted(high[0], column, language), high_label=labels[high[1]],
                 low=counted(low[0], column, language), low_label=labels[low[1]])]
    dimension = table.query.by[0]
    if dimension in _AVERAGED and is_additive(column.id, table.query.by) and len(whole) > 1:
        mean = round(sum(value for value, _ in counted_rows) / len(whole), 1)
        key = "table.average" if len(whole) == len(table.rows) else "table.average_of_whole"
        parts.append(say(key, language, per=say(f"table.per_{dimension}", language),
                         value=counted(mean, column, language)))
    return (";" if language == "zh" else "; ").join(parts) + ("。" if language == "zh" else ".")


_AVERAGED = frozenset({"day", "week", "month"})


def _is_whole(table: ResultTable, index: int, today: date) -> bool:
    """Whether the row's day, week or month is over, and lies in the period from its first day to its last."""
    dimension, period = table.query.by[0], table.query.period
    if dimension not in _AVERAGED or period is None:
        return True
    said = str(table.rows[index][0])
    start = date.fromisoformat(f"{said}-01" if dimension == "month" else said)
    end = add_months(start, 1) if dimension == "month" else start + timedelta(days=7 if dimension == "week" else 1)
    return period.start <= start and end <= min(period.end, today)
