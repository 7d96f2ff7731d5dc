"""The picture of a change: from the figure before to the figure now, step by step (a waterfall lying on its side)."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.rendering import chart_shapes as shapes
from bot.rendering import chart_style as style
from bot.rendering import scene
from bot.rendering.chart_style import Scale
from bot.rendering.footing import freshness
from bot.rendering.labels import dimension_name, metric_name, part_of_shop
from bot.rendering.messages import say
from bot.rendering.table import cut
from bot.rendering.why import by_size, part_name, reason_name, signed
from domain.metrics.catalog import METRICS, Unit
from domain.metrics.explain import Explanation, Split

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_STEPS = 9  # between the two totals; the smallest are drawn as one
_NAME_COLUMNS = 24
_LABEL_ROOM = 0.42  # of the bars' reach, for the figures beside them
_BAD, _GOOD = style.NEGATIVE, style.SERIES[2]


@dataclass(frozen=True, slots=True)
class Step:
    """One bar: from where to where, in the figure's own cells."""

    name: str
    start: float
    end: float
    label: str
    is_total: bool = False


def draw_why(explanation: Explanation, language: str, at: datetime, path: Path) -> Path | None:
    """Write the picture as PNG and give its path; None when nothing changed or nothing explains it."""
    bars = steps(explanation, language, at)
    if not explanation.change or len(bars) < 4:
        return None
    height = max(1.6, shapes.BAR_IN * len(bars) + 0.1)
    figure = style.new_figure(height)
    _paint(figure.subplots(), Scale(explanation.table.columns[0], language), bars,
           is_rise_bad=METRICS[explanation.metric].rising_is_good is False)
    style.caption(figure, title=_title(explanation, language, at), subtitle=_subtitle(explanation, language, at),
                  footer=freshness(explanation.table.coverage, language=language, at=at))
    style.save(figure, path)
    return path


def steps(explanation: Explanation, language: str, at: datetime) -> list[Step]:
    """The figure before, what moved it, largest first, and the figure now."""
    column = explanation.table.columns[0]
    scale = Scale(column, language)
    names, changes = _moves(explanation, language, at)
    found = [Step(_total_name(language, "before"), 0.0, float(explanation.before),
                  scale.label(scale.height(explanation.before)), is_total=True)]
    level = float(explanation.before)
    for name, moved in zip(names, changes, strict=True):
        found.append(Step(name, level, level + moved, _moved(moved, scale)))
        level += moved
    return [*found, Step(_total_name(language, "after"), 0.0, float(explanation.after),
                         scale.label(scale.height(explanation.after)), is_total=True)]


def _moved(moved: float, scale: Scale) -> str:
    """As short as the figures at both ends; the exact ones stand in the words."""
    if scale.column.type != Unit.MONEY:
        return signed(moved, scale.column, scale.language)
    return ("+" if moved >= 0 else "-") + scale.label(scale.height(abs(moved)))


def _moves(explanation: Explanation, language: str, at: datetime) -> tuple[list[str], list[float]]:
    """What the change is made of; where that is not known, the places where it happened."""
    if explanation.reasons:
        told = by_size(explanation.reasons)
        names = [reason_name(part.name, language) for part in told]
    else:
        split = _best_split(explanation)
        told = by_size(split.parts) if split else []
        names = [part_name(split.dimension, part, language, at.date()) for part in told] if split else []
    changes = [float(part.change) for part in told]
    if len(told) > MAX_STEPS:
        rest = sum(changes[MAX_STEPS - 1:])
        names, changes = [*names[:MAX_STEPS - 1], say("why.others", language)], [*changes[:MAX_STEPS - 1], rest]
    return names, changes


def _best_split(explanation: Explanation) -> Split | None:
    return next((split for split in explanation.splits if len(split.parts) > 1), None)


def _total_name(language: str, which: str) -> str:
    return say(f"why.column.{which}", language)


def _paint(axes: "Axes", scale: Scale, bars: list[Step], *, is_rise_bad: bool) -> None:
    style.bare(axes, grid=None)
    ends = [scale.height(value) for bar in bars for value in (bar.start, bar.end)]
    for row, bar in enumerate(bars):
        start, end = scale.height(bar.start), scale.height(bar.end)
        color = _color(bar, is_rise_bad=is_rise_bad)
        axes.barh([row], [abs(end - start)], 0.62, left=[min(start, end)], color=color, zorder=3)
        if row + 1 < len(bars):  # a hair from where one bar ends to where the next begins
            axes.plot([end, end], [row - 0.31, row + 1.31], color=style.BEFORE, linewidth=0.8, zorder=2)
        axes.annotate(style.legible(bar.label), (max(start, end), row), (4, 0), textcoords="offset points", ha="left",
                      va="center_baseline", color=style.INK, **style.font(style.LABEL_PT))
    low, high = min(*ends, 0.0), max(*ends, 0.0)
    if low < 0:
        axes.axvline(0.0, color=style.GRID, linewidth=1.0, zorder=1)
    reach = (high - low) or 1.0
    axes.set_xlim(low - 0.02 * reach, high + _LABEL_ROOM * reach)
    axes.set_ylim(len(bars) - 0.42, -0.58)
    axes.set_xticks([])
    style.name_ticks(axes, "y", range(len(bars)), [cut(bar.name, _NAME_COLUMNS) for bar in bars], color=style.INK)


def _color(bar: Step, *, is_rise_bad: bool) -> str:
    if bar.is_total:
        return style.BRAND
    return _GOOD if (bar.end >= bar.start) != is_rise_bad else _BAD


def _title(explanation: Explanation, language: str, at: datetime) -> str:
    query = explanation.table.query
    part = part_of_shop(query.where, query.exclude, language, at.date())
    words = say("why.title", language, name=metric_name(explanation.metric, language))
    split = None if explanation.reasons else _best_split(explanation)
    if split is not None:
        words = say("chart.by", language, metrics=words, dimensions=dimension_name(split.dimension, language))
    return scene.sentence("chart.title" if part else "chart.title_of_all", language, part=part, words=words)


def _subtitle(explanation: Explanation, language: str, at: datetime) -> str:
    when = say("chart.against", language, when=scene.setting(explanation.table.query, language, at.date())["when"],
               before_when=scene.before_when(explanation.table, language, at.date()))
    return when[:1].upper() + when[1:]
