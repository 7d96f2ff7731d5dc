"""The rows of an answer as a text table: which columns, which total, how much of it."""

from collections.abc import Sequence
from datetime import date

from bot.rendering.amounts import UNKNOWN, change, figure, is_additive, rate
from bot.rendering.labels import dimension_name, metric_name
from bot.rendering.messages import say
from bot.rendering.series import in_steps, is_series, row_labels
from bot.rendering.table import lay_out
from domain.metrics.result import Cell, Column, ResultTable, Row

MAX_ROWS = 20  # one thumb's scroll on a phone
MAX_DAYS = 31  # a month of days is read as one
MAX_OF_CYCLE = 56  # weekdays of eight shops: cut, a week or a day round the clock tells nothing
_LATEST = 14  # of a longer series, what one wants to see in figures; the picture shows the rest


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
    labels = row_labels(table, language, today)
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
    if in_steps(table.query):
        return (range(have), False) if have <= MAX_DAYS else (range(have - _LATEST, have), True)
    shown = min(have, MAX_OF_CYCLE if is_series(table.query) else MAX_ROWS)
    wanted = min(everything, table.query.limit or everything)
    return range(shown), shown < wanted


def cut_note(table: ResultTable, shown: int, language: str) -> str:
    key = "table.latest" if in_steps(table.query) else "table.more"
    return say(key, language, n=max(table.total_rows or 0, len(table.rows)), shown=shown)


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
    if table.comparison_rows is not None or is_series(table.query) or not sums:
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
