"""Figures that a message leaves half unsaid: shipped? after how many orders, and what went out after what came in."""

from collections.abc import Sequence

from bot.understanding.questions.counting import FITS
from bot.understanding.questions.draft import Draft
from bot.understanding.text.lexicon import lexicon
from bot.understanding.text.scan import Token
from domain.metrics.query import MetricQuery

_COUNTS = ("orders", "money", "pieces", "people")  # the first that fits a figure is what it counts
_OTHER_WAY = {("cash_in", "out"): "cash_out", ("cash_out", "in"): "cash_in"}


def read_unsaid(tokens: Sequence[Token], draft: Draft, last: MetricQuery) -> None:
    """Take what is counted, or of which account, from the question before."""
    names_rows = draft.is_ranked or draft.by or draft.bare or draft.asks_which
    if draft.metrics or draft.vague or names_rows or len(last.metrics) != 1:
        return
    for token in tokens:
        way = token.senses.get("way", "")
        if not token.names and (figure := _OTHER_WAY.get((last.metrics[0], way))):
            token.used = True
            draft.metrics, draft.follows, draft.unmet = [figure], True, []
            return
    says_count = any(not one.counts <= {"amount"} for one in draft.unmet)  # 退了几件, which nobody counts
    if len(draft.events) == 1 and not says_count and (figure := _of_event(draft.events[0], last.metrics[0])):
        draft.metrics, draft.follows, draft.unmet = [figure], True, []


def _of_event(event: str, figure: str) -> str | None:
    """The figure of the event that is counted as the last one was."""
    counted = next((one for one in _COUNTS if FITS[one](figure)), "")
    return lexicon().combine.get(event, {}).get(counted)
