"""The look of every chart: fonts that hold Chinese, a quiet palette, axes for a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.rendering.amounts import short
from bot.rendering.table import cut
from domain.metrics.catalog import Unit
from domain.metrics.result import Cell, Column
from domain.money import minor_per_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

FONT_FILE = Path(__file__).parent / "fonts" / "ZhangguiSansSC-Regular.otf"
_FAMILIES = ["Zhanggui Sans SC", "DejaVu Sans"]  # the second comes with matplotlib and knows more of the world

INK, MUTED, GRID, PAPER = "#1F2937", "#6B7280", "#E8EBF0", "#FFFFFF"
BRAND, BEFORE, NEGATIVE = "#2F6FED", "#A9B4C4", "#E8833A"
SERIES = (BRAND, "#F2A93B", "#17A589", "#D6568C", "#7E62D9", "#48B4E0")  # told apart also by the colour-blind
TITLE_PT, SUBTITLE_PT, LABEL_PT, FOOTER_PT = 12.0, 8.8, 8.6, 7.4

WIDTH_IN = 4.5
DPI = 200  # 900 pixels across: two for each point of a phone's screen
_SIDE_IN, _HEAD_IN, _FOOT_IN = 0.16, 0.62, 0.30
DRAWN_IN = WIDTH_IN - 2 * _SIDE_IN
_NEAR_GROUND = 0.4  # a rate that falls this far below its highest is shown from zero, so that the fall looks its size
_HEADROOM = 0.17  # of the range, for the label of the peak
_KEYS_IN_LINE, _KEY_COLUMNS = 3, 48
_TITLE_COLUMNS, SUBTITLE_COLUMNS, _FOOTER_COLUMNS = 48, 68, 78  # half an em each: what fits into the width


def font(size: float) -> dict[str, Any]:
    """Text arguments: our fonts, and names taken letter by letter (a "$" is no formula)."""
    _register()
    return {"fontfamily": _FAMILIES, "fontsize": size, "parse_math": False}


@cache
def _register() -> None:
    from matplotlib import font_manager  # noqa: PLC0415  (heavy: only when a chart is drawn)

    font_manager.fontManager.addfont(FONT_FILE)


@cache
def _drawable() -> frozenset[int]:
    """The characters that one of the fonts can draw."""
    from matplotlib import font_manager, ft2font  # noqa: PLC0415  (heavy)

    files = [str(FONT_FILE), str(font_manager.findfont("DejaVu Sans"))]
    return frozenset(code for file in files for code in ft2font.FT2Font(file).get_charmap())


def legible(text: str) -> str:
    """The text without what no font of ours can draw, such as emoji in the names of goods."""
    known = _drawable()
    kept = "".join(char for char in text if ord(char) in known).strip()
    return kept or ("□" if text.strip() else "")


@dataclass(frozen=True, slots=True)
class Scale:
    """Cells as heights in units that people read (yuan, per cent), and heights as labels."""

    column: Column
    language: str

    def height(self, value: Cell) -> float:
        if not isinstance(value, int | float):
            return float("nan")
        return value * self._per_cell

    def label(self, height: float) -> str:
        return short(height / self._per_cell, self.column, self.language)

    @property
    def _per_cell(self) -> float:
        if self.column.type == Unit.MONEY:
            return 1 / minor_per_unit(self.column.currency or "CNY")
        return 100 if self.column.type == Unit.RATE else 1

    @property
    def starts_at_zero(self) -> bool:
        """Amounts stand on the ground; rates and averages may float."""
        return self.column.type in {Unit.MONEY, Unit.COUNT}


def new_figure(height_in: float) -> "Figure":
    """An empty sheet whose axes keep clear of title and footer."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  (heavy)
    from matplotlib.figure import Figure  # noqa: PLC0415  (heavy)
    from matplotlib.layout_engine import ConstrainedLayoutEngine  # noqa: PLC0415  (heavy)

    whole = height_in + _HEAD_IN + _FOOT_IN
    side = _SIDE_IN / WIDTH_IN
    room = (side, _FOOT_IN / whole, 1 - 2 * side, height_in / whole)
    layout = ConstrainedLayoutEngine(rect=room, h_pad=0.04, w_pad=0.02)
    figure = Figure(figsize=(WIDTH_IN, whole), dpi=DPI, facecolor=PAPER, layout=layout)
    FigureCanvasAgg(figure)
    return figure


def caption(figure: "Figure", *, title: str, subtitle: str, footer: str) -> None:
    """What was read, when, and up to when data are known."""
    from matplotlib.patheffects import withStroke  # noqa: PLC0415  (heavy)

    whole, left = figure.get_figheight(), _SIDE_IN / WIDTH_IN
    heading = figure.text(left, 1 - 0.13 / whole, legible(cut(title, _TITLE_COLUMNS)), color=INK, va="top",
                          **font(TITLE_PT))
    heading.set_path_effects([withStroke(linewidth=0.45, foreground=INK)])  # one weight is shipped; this is its bold
    figure.text(left, 1 - 0.39 / whole, legible(cut(subtitle, SUBTITLE_COLUMNS)), color=MUTED, va="top",
                **font(SUBTITLE_PT))
    figure.text(left, 0.10 / whole, legible(cut(footer, _FOOTER_COLUMNS)), color=MUTED, va="bottom", **font(FOOTER_PT))


def bare(axes: "Axes", *, grid: str | None) -> None:
    """No box, no ticks; a light grid along one axis (None: none)."""
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, colors=MUTED, labelsize=LABEL_PT, labelfontfamily=_FAMILIES)
    axes.set_axisbelow(True)
    if grid in {"x", "y"}:
        axes.grid(visible=True, axis="y" if grid == "y" else "x", color=GRID, linewidth=0.9)


def name_ticks(axes: "Axes", which: str, at: Sequence[float], labels: Sequence[str], *, color: str = MUTED) -> None:
    """Ticks with words."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_ticks(list(at))
    axis.set_ticklabels([legible(label) for label in labels])
    for text in axis.get_ticklabels():
        _letter_by_letter(text, color)


def _letter_by_letter(text: "Text", color: str) -> None:
    text.set_parse_math(False)
    text.set_fontfamily(_FAMILIES)
    text.set_color(color)


def value_axis(axes: "Axes", scale: Scale, heights: Sequence[float]) -> None:
    """At most four round marks, labelled short; the ground at zero for amounts."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415  (heavy)

    known = [height for height in heights if height == height]  # noqa: PLR0124  (NaN is not itself)
    low, high = min(known, default=0.0), max(known, default=1.0)
    if scale.starts_at_zero or low < _NEAR_GROUND * high:
        low, high = min(low, 0.0), max(high, 0.0)
    room = (high - low) * _HEADROOM or abs(high) or 1.0
    bottom, top = (low - room if low else 0.0), (high + room if high or not low else 0.0)
    locator = MaxNLocator(4, steps=[1, 2, 2.5, 5, 10], integer=scale.column.type == Unit.COUNT)
    ticks = [tick for tick in locator.tick_values(bottom, top) if bottom <= tick <= top]
    name_ticks(axes, "y", ticks, [scale.label(tick) for tick in ticks])
    axes.set_ylim(bottom, top)


def key(axes: "Axes") -> None:
    """Names of the lines or bars, above them; long ones are cut, or they would press the axes to nothing."""
    marks, names = axes.get_legend_handles_labels()
    room = _KEY_COLUMNS // min(len(names), _KEYS_IN_LINE)
    legend = axes.legend(marks, [cut(name, room) for name in names], loc="lower left", bbox_to_anchor=(0, 1.0),
                         ncol=min(len(names), _KEYS_IN_LINE), frameon=False, borderpad=0.1, borderaxespad=0.1,
                         handlelength=1.5, handletextpad=0.5, columnspacing=1.2,
                         prop={"family": _FAMILIES, "size": LABEL_PT})
    for text in legend.get_texts():
        _letter_by_letter(text, INK)


def name_panel(axes: "Axes", name: str) -> None:
    """Which of several panels this is; its key makes room to the right."""
    axes.set_title(legible(name), loc="left", color=INK, pad=4, **font(LABEL_PT))
    legend = axes.get_legend()
    if legend:
        legend.set_loc("lower right")
        legend.set_bbox_to_anchor((1, 1.0), transform=axes.transAxes)


def save(figure: "Figure", path: Path) -> None:
    """A small PNG: few colours are used, so few are kept. Raises OSError when it cannot be written."""
    from PIL import Image  # noqa: PLC0415  (heavy)

    figure.canvas.draw()
    pixels = Image.frombuffer("RGBA", figure.canvas.get_width_height(), figure.canvas.buffer_rgba())  # type: ignore[attr-defined]
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, "PNG", optimize=True)
