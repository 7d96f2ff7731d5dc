"""RFM segments: recency and frequency in fifths, by the widely used regular-expression map.

Source of the map: the `seg_map` of the public RFM tutorials on UCI Online Retail (champions 5-5 … hibernating 1-2).
Frequency is the number of paid orders; ties are ranked in order of the buyers' ids, platforms one among the other, so
the result is the same each time.
"""

import re

from domain.customers.model import Segment

_MAP: tuple[tuple[str, Segment], ...] = (
    (r"[1-2][1-2]", Segment.HIBERNATING),
    (r"[1-2][3-4]", Segment.AT_RISK),
    (r"[1-2]5", Segment.CANT_LOSE),
    (r"3[1-2]", Segment.ABOUT_TO_SLEEP),
    (r"33", Segment.NEED_ATTENTION),
    (r"[3-4][4-5]", Segment.LOYAL),
    (r"41", Segment.PROMISING),
    (r"51", Segment.NEW),
    (r"[4-5][2-3]", Segment.POTENTIAL),
    (r"5[4-5]", Segment.CHAMPIONS),
)


def segment(recency: int, frequency: int) -> Segment:
    """The segment for a recency score and a frequency score, each 1 (worst) to 5."""
    for pattern, name in _MAP:
        if re.fullmatch(pattern, f"{recency}{frequency}"):
            return name
    raise ValueError(f"scores run from 1 to 5, not {recency} and {frequency}")


def segment_table() -> dict[tuple[int, int], Segment]:
    """Every pair of scores with its segment, for set-based updates."""
    return {(r, f): segment(r, f) for r in range(1, 6) for f in range(1, 6)}
