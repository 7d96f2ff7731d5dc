"""Plain-text tables for a phone: aligned by the width of what is shown, cut and said so, stacked when too wide."""

from collections.abc import Sequence
from unicodedata import combining, east_asian_width

# A phone shows 40 to 44 narrow characters of fixed width in one line, half as many Chinese ones.
WIDTH = 44
_GAP = "  "
_ENOUGH_LABEL = 16  # cut shorter than eight Chinese characters, names cannot be told apart
_INDENT = "  "


def width(text: str) -> int:
    """Columns on the screen: Chinese characters take two, combining marks none."""
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def cut(text: str, most: int) -> str:
    """The text in at most so many columns; what is cut shows as an ellipsis."""
    if width(text) <= most:
        return text
    kept, used = [], 1
    for char in text:
        used += width(char)
        if used > most:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…"


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """Blanks up to the width, before the text when it belongs to the right."""
    blanks = " " * max(0, columns - width(text))
    return blanks + text if right else text + blanks


def lay_out(header: Sequence[str], rows: Sequence[Sequence[str]], total: Sequence[str] | None = None) -> str:
    """Lines of a table whose first column is the label; figures stand to the right, or below it when too wide.

    `total`, when given, stands last under a rule.
    """
    every = [header, *rows, *([total] if total else [])]
    figures = [max(width(line[i]) for line in every) for i in range(1, len(header))]
    beside = sum(figures) + len(_GAP) * len(figures)
    longest, room = max(width(line[0]) for line in every), WIDTH - beside
    if room >= min(longest, _ENOUGH_LABEL):
        return _aligned(every, min(longest, room), figures, has_total=total is not None)
    return _folded(every, figures) if beside <= WIDTH else _stacked(header, every[1:])


def _aligned(every: Sequence[Sequence[str]], label: int, figures: Sequence[int], *, has_total: bool) -> str:
    lines = [_GAP.join([pad(cut(line[0], label), label), _right(line, figures)]) for line in every]
    if has_total:
        lines.insert(-1, "─" * width(lines[0]))
    return "\n".join(line.rstrip() for line in lines)


def _right(cells: Sequence[str], figures: Sequence[int]) -> str:
    return _GAP.join(pad(cell, size, right=True) for cell, size in zip(cells[1:], figures, strict=True))


def _folded(every: Sequence[Sequence[str]], figures: Sequence[int]) -> str:
    """Figures still in columns, each line of them below its name."""
    return "\n".join(f"{cut(line[0], WIDTH)}\n{_INDENT}{_right(line, figures)}".rstrip() for line in every)


def _stacked(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Each row as its name and, below it, its figures with their names; empty figures are left out."""
    name = max(width(title) for title in header[1:])
    lines: list[str] = []
    for row in rows:
        lines.append(cut(row[0], WIDTH))
        lines += [f"{_INDENT}{pad(title, name)}{_GAP}{cell}"
                  for title, cell in zip(header[1:], row[1:], strict=True) if cell]
    return "\n".join(lines)
