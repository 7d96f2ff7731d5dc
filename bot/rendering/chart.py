"""From a table of figures to a picture for a phone; which kind is read off the shape of the table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.rendering import chart_shapes as shapes
from bot.rendering import chart_style as style
from bot.rendering import dates, scene
from bot.rendering.amounts import change, is_additive, rate
from bot.rendering.chart_shapes import Series
from bot.rendering.chart_style import Scale
from bot.rendering.footing import freshness
from bot.rendering.labels import axis_label, metric_name, moment_of, part_of_shop, value_label
from bot.rendering.messages import say
from bot.rendering.table import width
from domain.metrics.catalog import DIMENSIONS
from domain.metrics.periods import Period
from domain.metrics.query import Compare
from domain.metrics.result import Cell, Column, ResultTable, Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Paint = Callable[["Axes"], None]

MAX_BARS = 12  # more do not fit a phone's screen without scrolling
MAX_SERIES = 6  # more lines or colours cannot be told apart
MAX_GROUPS = 6
MAX_PANELS = 3
_CALENDAR = frozenset({"day", "week", "month"})


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What a picture is made of: drawn panels one below or beside the other, and what was left out."""

    panels: tuple[Paint, ...]
    height_in: float
    left_out: int = 0
    is_row: bool = False


@dataclass(frozen=True, slots=True)
class _View:
    """A table with the language and day it is shown in."""

    table: ResultTable
    language: str
    today: date

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.table.columns[len(self.table.query.by):]

    def heights(self, rows: Sequence[Row | None], index: int, scale: Scale) -> tuple[float, ...]:
        first = len(self.table.query.by)
        return tuple(scale.height(row[first + index] if row else None) for row in rows)

    def names(self, place: int, rows: Sequence[Row]) -> list[str]:
        dimension = self.table.query.by[place]
        return [value_label(dimension, row[place], self.language, self.today) for row in rows]

    def now_and_before(self, index: int, scale: Scale, rows: slice = slice(None)) -> list[Series]:
        """The figures, and beside them those of the period compared with."""
        now = Series(self._now(), self.heights(self.table.rows[rows], index, scale))
        if self.table.comparison_rows is None:
            return [now]
        before = self.heights(self.table.comparison_rows[rows], index, scale)
        return [now, Series(self.before(), before, is_before=True)]

    def _now(self) -> str:
        return self._short(self.table.query.period) or say("answer.now", self.language)

    def before(self) -> str:
        """The subtitle has the dates; here the name is enough."""
        if self.table.query.compare is Compare.PREVIOUS_YEAR:
            return say("answer.previous_year", self.language)
        return self._short(self.table.comparison_period) or say("answer.previous_period", self.language)

    def _short(self, period: Period | None) -> str:
        if period is None:
            return ""
        said = dates.said(period, self.today, self.language)
        return said.name or said.dates


def draw(table: ResultTable, language: str, at: datetime, path: Path) -> Path | None:
    """Write the picture of the table as PNG and give its path; None when a sentence says it better.

    `at` is the moment of the question on the shop's wall clock. Raises OSError when the file cannot be written.
    """
    view = _View(table, language, at.date())
    sheet = None if table.is_empty else _sheet(view)
    if sheet is None:
        return None
    figure = style.new_figure(sheet.height_in)
    grid = (1, len(sheet.panels)) if sheet.is_row else (len(sheet.panels), 1)
    panels = figure.subplots(*grid, squeeze=False)
    for paint, axes in zip(sheet.panels, panels.flat, strict=True):
        paint(axes)
    style.caption(figure, title=_title(view), subtitle=_subtitle(view), footer=_footer(view, sheet, at))
    style.save(figure, path)
    return path


def _sheet(view: _View) -> _Sheet | None:
    by, rows = view.table.query.by, view.table.rows
    timed = [name for name in by if DIMENSIONS[name].is_time]
    if not by:
        return _pairs(view) if view.table.comparison_rows and view.table.comparison_rows[0] else None
    if len(rows) < 2 or len(by) > 2 or len(timed) > 1:
        return None
    if len(by) == 1:
        return _over_time(view) if by[0] in _CALENDAR else _by_clock(view) if timed else _ranking(view)
    return _several_lines(view, by.index(timed[0])) if timed else _groups(view)


def _pairs(view: _View) -> _Sheet:
    """Each figure beside its value of the period before, one panel a figure."""
    def panel(index: int, column: Column) -> Paint:
        scale = Scale(column, view.language)
        now, before = view.now_and_before(index, scale)
        moved = change(view.table.rows[0][index], (view.table.comparison_rows or ((),))[0][index],  # type: ignore[index]
                       column, view.language)
        both = (now.heights[0], before.heights[0])
        return _named(view, column, lambda axes: shapes.pair(
            axes, scale, both, names=(now.name, before.name), note=moved.arrow if moved else ""))
    chosen = view.columns[:MAX_PANELS]
    panels = tuple(panel(index, column) for index, column in enumerate(chosen))
    return _Sheet(panels, (0.85 if len(panels) == 1 else 0.95) * len(panels), left_out=len(view.columns) - len(chosen))


def _positions(view: _View, place: int, values: Sequence[Cell]) -> list[float]:
    """Dates to scale, so that a missing day is a gap and not a step."""
    dimension = view.table.query.by[place]
    moments = [moment_of(dimension, value) for value in values]
    if dimension == "month":
        return [float(m.year * 12 + m.month) if m else float(i) for i, m in enumerate(moments)]
    return [float(m.toordinal()) if m else float(i) for i, m in enumerate(moments)]


def _over_time(view: _View) -> _Sheet:
    """One panel for each unit of measure; figures of one unit share a panel."""
    rows = view.table.rows
    positions = _positions(view, 0, [row[0] for row in rows])
    labels = [axis_label(view.table.query.by[0], row[0], view.language, view.today) for row in rows]

    def panel(indexes: list[int]) -> Paint:
        scale = Scale(view.columns[indexes[0]], view.language)
        if len(indexes) == 1:
            series = view.now_and_before(indexes[0], scale)
        else:
            series = [Series(metric_name(view.columns[i].id, view.language), view.heights(rows, i, scale))
                      for i in indexes]

        def paint(axes: "Axes") -> None:
            shapes.lines(axes, scale, series, positions=positions, labels=labels)
        return _named(view, view.columns[indexes[0]], paint) if len(indexes) == 1 else paint
    units = dict.fromkeys(column.type for column in view.columns)
    by_unit = [[i for i, column in enumerate(view.columns) if column.type == unit] for unit in units]
    panels = tuple(panel(indexes) for indexes in by_unit[:MAX_PANELS])
    left_out = sum(len(indexes) for indexes in by_unit[MAX_PANELS:])
    return _Sheet(panels, 2.2 if len(panels) == 1 else 1.55 * len(panels), left_out=left_out)


def _named(view: _View, column: Column, paint: Paint) -> Paint:
    """The panel with the name of its figure, where there are several."""
    if len(view.columns) == 1:
        return paint

    def both(axes: "Axes") -> None:
        paint(axes)
        style.name_panel(axes, metric_name(column.id, view.language))
    return both


def _by_clock(view: _View) -> _Sheet:
    dimension = view.table.query.by[0]
    labels = [axis_label(dimension, row[0], view.language, view.today) for row in view.table.rows]

    def panel(index: int, column: Column) -> Paint:
        scale = Scale(column, view.language)
        series = view.now_and_before(index, scale)
        return _named(view, column, lambda axes: shapes.columns(axes, scale, series, labels=labels))
    chosen = view.columns[:MAX_PANELS]
    panels = tuple(panel(index, column) for index, column in enumerate(chosen))
    return _Sheet(panels, 2.1 if len(panels) == 1 else 1.5 * len(panels), left_out=len(view.columns) - len(chosen))


def _ranking(view: _View) -> _Sheet:
    """Lying bars; a second figure gets a panel beside, which shares the names."""
    shown = slice(0, MAX_BARS)
    rows = view.table.rows[shown]
    names = view.names(0, rows)

    def panel(index: int, column: Column) -> Paint:
        scale, notes = Scale(column, view.language), _notes(view, index, len(rows))
        series = view.now_and_before(index, scale, shown)
        return _named(view, column, lambda axes: shapes.ranked(
            axes, scale, series, names=names, notes=notes, panel=index, panels=len(chosen)))
    chosen = view.columns[:2]
    panels = tuple(panel(index, column) for index, column in enumerate(chosen))
    per_bar = shapes.BAR_IN * (1.25 if view.table.comparison_rows is not None else 1)
    key = 0.22 if view.table.comparison_rows is not None else 0
    wanted = min(max(view.table.total_rows or 0, len(view.table.rows)), view.table.query.limit or 10**9)
    height = max(1.1, per_bar * len(rows) + 0.1 + key)
    return _Sheet(panels, height, left_out=wanted - len(rows) + len(view.columns) - len(chosen),
                  is_row=True)


def _notes(view: _View, index: int, shown: int) -> list[str]:
    """Behind each bar: how it moved, or its share of a complete breakdown."""
    table, first = view.table, len(view.table.query.by)
    if table.comparison_rows is not None:
        pairs = zip(table.rows[:shown], table.comparison_rows[:shown], strict=True)
        moves = [change(row[first + index], before[first + index] if before else None, view.columns[index],
                        view.language) for row, before in pairs]
        return [move.brief if move else "" for move in moves]
    values = [row[first + index] for row in table.rows]
    amounts = [float(value) for value in values if isinstance(value, int | float)]
    is_whole = not table.query.having and (table.total_rows or 0) <= len(table.rows) and len(table.columns) == first + 1
    is_sum = is_additive(view.columns[index].id, table.query.by)
    if not is_whole or not is_sum or min(amounts, default=-1) < 0 or not sum(amounts):
        return [""] * shown
    return [rate(float(value) / sum(amounts)) if isinstance(value, int | float) else "" for value in values[:shown]]


def _largest(view: _View, place: int, index: int, most: int) -> list[Cell]:
    """The values of a dimension that weigh most, in that order."""
    weight: dict[Cell, float] = {}
    for row in view.table.rows:
        value = row[len(view.table.query.by) + index]
        weight[row[place]] = weight.get(row[place], 0.0) + (abs(value) if isinstance(value, int | float) else 0.0)
    return sorted(weight, key=lambda name: -weight[name])[:most]


def _cells(view: _View, across: int, along: int) -> tuple[dict[tuple[Cell, Cell], Cell], list[Cell]]:
    """The first figure by (value across, value along), and the values along in their order."""
    figures = {(row[across], row[along]): row[2] for row in view.table.rows}
    return figures, list(dict.fromkeys(row[along] for row in view.table.rows))


def _crossed(view: _View, across: int, along: int, *, scale: Scale, values: list[Cell]) -> list[Series]:
    figures, _ = _cells(view, across, along)
    dimension = view.table.query.by[across]
    return [Series(value_label(dimension, name, view.language, view.today),
                   tuple(scale.height(figures.get((name, value))) for value in values))
            for name in _largest(view, across, 0, MAX_SERIES)]


def _several_lines(view: _View, place: int) -> _Sheet:
    """Day × shop: one line a shop, the largest first."""
    across, scale = 1 - place, Scale(view.columns[0], view.language)
    _, values = _cells(view, across, place)
    series = _crossed(view, across, place, scale=scale, values=values)
    dimension = view.table.query.by[place]
    positions = _positions(view, place, values) if dimension in _CALENDAR else [float(i) for i in range(len(values))]
    labels = [axis_label(dimension, value, view.language, view.today) for value in values]
    left_out = len({row[across] for row in view.table.rows}) - len(series) + len(view.columns) - 1

    def paint(axes: "Axes") -> None:
        shapes.lines(axes, scale, series, positions=positions, labels=labels)
    return _Sheet((paint,), 2.6, left_out=left_out)


def _groups(view: _View) -> _Sheet:
    """Shop × category: groups of bars, the largest first."""
    scale = Scale(view.columns[0], view.language)
    groups = _largest(view, 0, 0, MAX_GROUPS)
    series = _crossed(view, 1, 0, scale=scale, values=groups)[:MAX_SERIES]
    names = [value_label(view.table.query.by[0], group, view.language, view.today) for group in groups]
    cells = len({row[0] for row in view.table.rows}) * len({row[1] for row in view.table.rows})
    height = 0.15 * len(series) * len(groups) + 0.1 * len(groups) + 0.5
    return _Sheet((lambda axes: shapes.grouped(axes, scale, series, names=names),), height,
                  left_out=cells - len(groups) * len(series) + len(view.columns) - 1)


def _title(view: _View) -> str:
    query, language = view.table.query, view.language
    part = part_of_shop(query.where, query.exclude, language, view.today)
    words = scene.ranking(view.table, language) or say(
        "chart.by" if query.by else "chart.figures", language, metrics=scene.metrics_named(query, language),
        dimensions=scene.dimensions_named(query, language).strip())
    return scene.sentence("chart.title" if part else "chart.title_of_all", language, part=part, words=words)


def _subtitle(view: _View) -> str:
    query, language = view.table.query, view.language
    when = scene.setting(query, language, view.today)["when"]
    if view.table.comparison_rows is not None:
        before = scene.before_when(view.table, language, view.today)
        full = say("chart.against", language, when=when, before_when=before)
        fits = width(full) <= style.SUBTITLE_COLUMNS
        when = full if fits else say("chart.against", language, when=when, before_when=view.before())
    if query.having:
        when = f"{when}  {scene.conditions(query, view.columns, language)}"
    return when[:1].upper() + when[1:]


def _footer(view: _View, sheet: _Sheet, at: datetime) -> str:
    parts = [freshness(view.table.coverage, language=view.language, at=at)]
    if sheet.left_out > 0:
        parts.append(say("chart.left_out", view.language, n=sheet.left_out))
    return "  ".join(part for part in parts if part)
