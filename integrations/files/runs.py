"""Runs: rows of one order that stand together."""

from collections.abc import Sequence
from itertools import compress, count, pairwise
from operator import ne


def run_starts(shops: Sequence[str], orders: Sequence[str]) -> list[bool]:
    """Whether each row begins an order: its number or its shop differs from the row before."""
    if not orders:
        return []
    new_order = map(ne, orders[1:], orders)
    if len(set(shops)) == 1:
        return [True, *new_order]
    return [True, *(one or other for one, other in zip(new_order, map(ne, shops[1:], shops), strict=True))]


def spans(starts: Sequence[bool]) -> list[tuple[int, int]]:
    """First row and row after the last of each run."""
    begins = list(compress(count(), starts))
    return list(pairwise([*begins, len(starts)]))
