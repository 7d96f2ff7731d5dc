"""How far long work has come: a bar at a terminal, plain lines elsewhere."""

from time import perf_counter
from typing import TextIO

REDRAW_S = 0.1  # faster than this no eye follows
LINE_EVERY_S = 10.0  # a log wants few lines
_WIDTH = 24


class Progress:
    """Shows a fraction and a count; forgets itself when finished."""

    def __init__(self, stream: TextIO, *, is_tty: bool) -> None:
        self._stream = stream
        self._is_tty = is_tty
        self._shown_at = perf_counter()
        self._is_drawn = False

    def show(self, what: str, fraction: float, rows: int) -> None:
        now = perf_counter()
        if now - self._shown_at < (REDRAW_S if self._is_tty else LINE_EVERY_S):
            return
        self._shown_at = now
        if self._is_tty:
            filled = round(min(max(fraction, 0.0), 1.0) * _WIDTH)
            bar = "█" * filled + "░" * (_WIDTH - filled)
            self._stream.write(f"\r\033[K{what} {bar} {fraction:4.0%} {rows:,}")
            self._is_drawn = True
        else:
            self._stream.write(f"{what}: {fraction:.0%}, {rows:,} rows\n")
        self._stream.flush()

    def finish(self) -> None:
        if self._is_drawn:
            self._stream.write("\r\033[K")
            self._stream.flush()
