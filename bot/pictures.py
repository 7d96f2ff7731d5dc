"""A picture beside an answer: under a name nobody has taken yet, and a failure to draw costs the picture alone."""

import logging
from collections.abc import Callable
from itertools import count
from pathlib import Path

from bot.turn import Turn

log = logging.getLogger(__name__)


def drawn(turn: Turn, kind: str, draw: Callable[[Path], Path | None]) -> list[str]:
    """What the reply lists: the path of the picture, or nothing where no folder is given or nothing was drawn."""
    if turn.chart_dir is None:
        return []
    path = target = None
    try:
        target = _own_name(turn.chart_dir, f"{turn.at:%Y%m%d-%H%M%S}{kind}")
        path = draw(target)
    except Exception:
        log.exception("a picture could not be drawn")
    if path is None and target is not None:
        target.unlink(missing_ok=True)  # the name was taken for nothing
    return [str(path)] if path else []


def _own_name(folder: Path, stem: str) -> Path:
    """Several programs may draw into one folder in one second; each name is taken by making its file."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        path = folder / f"{stem}-{number}.png"
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            continue
        return path
    raise AssertionError("count never ends")
