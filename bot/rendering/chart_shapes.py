"""The shapes of a chart: lines over time, bars by the clock, ranked bars, groups of bars, one figure beside another."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isnan
from typing import TYPE_CHECKING

from bot.rendering import chart_style as style
from bot.rendering.chart_style import Scale
from bot.rendering.table import cut, width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TICKS = 6  # dates that fit side by side on a phone
_NAME_COLUMNS = 24  # longer names of bars are cut: twelve Chinese characters
_FEW_POINTS = 14  # up to here every point gets its dot
_LETTER_IN = 0.062  # width of a narrow letter of a name or label
_MOST_FOR_LABELS = 0.7  # of the axes: the bars keep the rest
BAR_IN = 0.30  # height of one bar with its name


@dataclass(frozen=True, slots=True)
class Series:
    """Heights along the shared positions; a muted one is what the others are compared with."""

    name: str
    heights: tuple[float, ...]
    is_before: bool = False


def lines(axes: "Axes", scale: Scale, series: Sequence[Series], *, positions: Sequence[float],
          labels: Sequence[str]) -> None:
    """Figures over time; a single one with its area and its peak, the one before dashed."""
    style.bare(axes, grid="y")
    main = [one for one in series if not one.is_before]
    for index, one in enumerate(main):
        _line(axes, positions, one, style.SERIES[index % len(style.SERIES)], alone=len(main) == 1, scale=scale)
    for one in series:
        if one.is_before:
            axes.plot(positions, one.heights, color=style.BEFORE, linewidth=1.5, linestyle=(0, (4, 2)), label=one.name,
                      zorder=2)
    style.value_axis(axes, scale, [height for one in series for height in one.heights])
    every = range(len(positions) - 1, -1, -ceil(len(positions) / _TICKS))  # from the newest backwards
    style.name_ticks(axes, "x", [positions[i] for i in every], [labels[i] for i in every])
    axes.margins(x=0.04)
    if len(series) > 1:
        style.key(axes)


def _line(axes: "Axes", positions: Sequence[float], one: Series, color: str, *, alone: bool, scale: Scale) -> None:
    dots = "o" if len(positions) <= _FEW_POINTS else None
    axes.plot(positions, one.heights, color=color, linewidth=2.0, marker=dots, markersize=3.6,
              label=style.legible(one.name), solid_joinstyle="round", zorder=3)
    if not alone:
        return
    if scale.starts_at_zero:
        axes.fill_between(positions, one.heights, color=color, alpha=0.10, linewidth=0, zorder=1)
    known = [(height, position) for height, position in zip(one.heights, positions, strict=True) if not isnan(height)]
    if known:
        height, position = max(known)
        axes.plot([position], [height], "o", color=color, markersize=5.5, markeredgecolor=style.PAPER, zorder=4)
        place = "left" if position == positions[0] else "right" if position == positions[-1] else "center"
        _say_above(axes, scale.label(height), (position, height), ha=place)


def _peak(axes: "Axes", scale: Scale, series: Series) -> None:
    known = [(height, index) for index, height in enumerate(series.heights) if not isnan(height)]
    if known and max(known)[0] > 0:
        height, index = max(known)
        _say_above(axes, scale.label(height), (index, height), ha="center")


def _say_above(axes: "Axes", label: str, point: tuple[float, float], *, ha: str) -> None:
    axes.annotate(label, point, (0, 4), textcoords="offset points", ha=ha, va="bottom", color=style.INK, zorder=5,
                  **style.font(style.LABEL_PT))


def columns(axes: "Axes", scale: Scale, series: Sequence[Series], *, labels: Sequence[str]) -> None:
    """Standing bars in the order of the clock or the week; what they are compared with stands behind, to the left."""
    style.bare(axes, grid="y")
    thickness = 0.72 if len(series) == 1 else 0.40
    for one in series:
        shift = 0.0 if len(series) == 1 else -thickness / 2 if one.is_before else thickness / 2
        axes.bar([i + shift for i in range(len(labels))], _grounded(one), thickness, color=_colors(one), label=one.name,
                 zorder=3)
    style.value_axis(axes, scale, [height for one in series for height in one.heights] + [0.0])
    step = ceil(len(labels) / 12)
    if len(series) == 1:
        _peak(axes, scale, series[0])
    style.name_ticks(axes, "x", range(0, len(labels), step), labels[::step])
    if len(series) > 1:
        style.key(axes)


def _colors(one: Series) -> list[str]:
    usual = style.BEFORE if one.is_before else style.BRAND
    return [style.NEGATIVE if height < 0 and not one.is_before else usual for height in one.heights]


def ranked(axes: "Axes", scale: Scale, series: Sequence[Series], *, names: Sequence[str], notes: Sequence[str],
           panel: int = 0, panels: int = 1) -> None:
    """Lying bars, the first on top, each with its figure; `notes` stand behind the figures (shares, changes).

    Of several `panels` side by side, which share the width, the first shows the names.
    """
    style.bare(axes, grid=None)
    main, before = series[0], series[1] if len(series) > 1 else None
    middle = [i - 0.16 for i in range(len(names))] if before else [float(i) for i in range(len(names))]
    axes.barh(middle, _grounded(main), 0.42 if before else 0.62, color=_colors(main), label=main.name, zorder=3)
    if before:
        axes.barh([i + 0.30 for i in range(len(names))], _grounded(before), 0.20, color=style.BEFORE, label=before.name,
                  zorder=3)
    labels = [_bar_label(scale, height, note) for height, note in zip(main.heights, notes, strict=True)]
    _bar_labels(axes, middle, main, labels)
    room = _room(labels, names, panels)
    shown = names if panel == 0 else [""] * len(names)
    _frame_bars(axes, shown, [height for one in series for height in _grounded(one)], room)
    if before and panels == 1:  # half a sheet has no room for a key; the subtitle says what is compared
        style.key(axes)


def pair(axes: "Axes", scale: Scale, both: tuple[float, float], *, names: tuple[str, str], note: str) -> None:
    """A figure over the one it is compared with, which is muted."""
    style.bare(axes, grid=None)
    now, before = Series(names[0], both[:1]), Series(names[1], both[1:], is_before=True)
    labels = [_bar_label(scale, both[0], note), _bar_label(scale, both[1], "")]
    for row, one in enumerate((now, before)):
        axes.barh([row], _grounded(one), 0.62, color=_colors(one), zorder=3)
        _bar_labels(axes, [row], one, labels[row:row + 1])
    _frame_bars(axes, names, [*_grounded(now), *_grounded(before)], _room(labels, names))


def _room(labels: Sequence[str], names: Sequence[str], panels: int = 1) -> float:
    """What the longest label needs beside the bars, as a part of the bars' reach."""
    name_in = _LETTER_IN * min(_NAME_COLUMNS, max(width(name) for name in names))
    axes_in = (style.DRAWN_IN - name_in) / panels
    part = min((_LETTER_IN * max(width(label) for label in labels) + 0.12) / axes_in, _MOST_FOR_LABELS)
    return part / (1 - part)


def _frame_bars(axes: "Axes", names: Sequence[str], heights: Sequence[float], room: float) -> None:
    low, high = min(*heights, 0.0), max(*heights, 0.0)
    reach = (high - low) or 1.0
    axes.set_xlim(low - (0.02 * reach if low < 0 else 0), high + reach * room)
    axes.set_ylim(len(names) - 0.42, -0.58)
    axes.set_xticks([])
    style.name_ticks(axes, "y", range(len(names)), [cut(name, _NAME_COLUMNS) for name in names], color=style.INK)


def _grounded(one: Series) -> list[float]:
    return [0.0 if isnan(height) else height for height in one.heights]


def _bar_label(scale: Scale, height: float, note: str) -> str:
    return "  ".join(part for part in ("—" if isnan(height) else scale.label(height), note) if part)


def _bar_labels(axes: "Axes", rows: Sequence[float], one: Series, labels: Sequence[str]) -> None:
    """To the right of the bar, or of the ground when the bar points to the left, where the names are."""
    for row, height, label in zip(rows, one.heights, labels, strict=True):
        axes.annotate(style.legible(label), (0.0 if isnan(height) else max(height, 0.0), row), (4, 0),
                      textcoords="offset points", ha="left", va="center_baseline", color=style.INK,
                      **style.font(style.LABEL_PT))


def grouped(axes: "Axes", scale: Scale, series: Sequence[Series], *, names: Sequence[str]) -> None:
    """Lying bars in groups, one colour a series, each with its figure."""
    style.bare(axes, grid=None)
    thickness = 0.8 / len(series)
    labels = [[_bar_label(scale, height, "") for height in one.heights] for one in series]
    for index, one in enumerate(series):
        rows = [i - 0.4 + thickness * (index + 0.5) for i in range(len(names))]
        axes.barh(rows, _grounded(one), thickness * 0.86, color=style.SERIES[index % len(style.SERIES)],
                  label=style.legible(one.name), zorder=3)
        _bar_labels(axes, rows, one, labels[index])
    room = _room([label for each in labels for label in each], names)
    _frame_bars(axes, names, [height for one in series for height in _grounded(one)], room)
    style.key(axes)
