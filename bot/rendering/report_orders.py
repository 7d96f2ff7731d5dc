"""Orders that wait, in words: the counts, the shops, and the most urgent by number."""

from collections.abc import Sequence
from datetime import datetime

from bot.rendering.messages import say
from domain.reports import WaitingReport

_HOUR_S = 3600


def waiting_lines(body: WaitingReport, language: str, at: datetime, table: Sequence[str]) -> list[str]:
    if not body.to_ship:
        return [say("reporting.waiting_none", language)]
    lines = [say("reporting.waiting", language, to_ship=body.to_ship, overdue=body.overdue), *table]
    if body.oldest:
        lines += [say("reporting.waiting_first", language),
                  *(f"  {_order(*order, language=language, at=at)}" for order in body.oldest)]
    return lines


def _order(number: str, shop: str, ship_by: datetime | None, *, language: str, at: datetime) -> str:
    if ship_by is None:
        return say("reporting.waiting_open", language, order=number, shop=shop)
    seconds = (ship_by - at).total_seconds()
    hours = int(abs(seconds) // _HOUR_S)
    return say("reporting.waiting_left" if seconds >= 0 else "reporting.waiting_late", language, order=number,
               shop=shop, hours=say("reporting.hours" if hours else "reporting.hours_less", language, hours=hours))
