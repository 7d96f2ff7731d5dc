"""The line that says which shops an answer covers, for whoever may see only these."""

from collections.abc import Sequence

from bot.rendering.messages import say
from domain.metrics.catalog import METRICS
from domain.metrics.limits import SHARED
from domain.people import Shops


def limits_line(metrics: Sequence[str], shops: Shops, language: str) -> str:
    """Of an answer in these figures; begins with a line break, empty where there is no limit."""
    if shops is None:
        return ""
    if SHARED.issuperset(metrics):
        return "\n" + say("limits.shared", language)
    has_expenses = any("expenses" in METRICS[name].measures for name in metrics)
    return covers(shops, language) + (say("limits.expenses", language) if has_expenses else "")


def covers(shops: Shops, language: str) -> str:
    """The same for lists of what is in these shops, such as orders that wait."""
    if shops is None:
        return ""
    return "\n" + say("limits.covers", language, shops=("、" if language == "zh" else ", ").join(shops))
