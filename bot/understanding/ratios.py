"""One figure as a part of another: kept for a few; of others both figures are offered instead of a guess."""

from collections.abc import Mapping, Sequence

from bot.understanding.draft import Draft, is_filler
from bot.understanding.readings import Refused
from bot.understanding.scan import Token
from domain.metrics.catalog import METRICS, Unit

_KEPT: Mapping[tuple[str, str], str] = {
    ("gross_profit", "revenue"): "gross_margin", ("gross_profit", "net_revenue"): "gross_margin",
    ("net_profit", "revenue"): "net_margin", ("net_profit", "net_revenue"): "net_margin",
    ("refund_amount", "revenue"): "refund_rate", ("orders", "visitors"): "conversion_rate",
    ("revenue", "ad_spend"): "roi", ("revenue", "orders"): "aov",
}


# What is objected to where two figures stand side by side.
_OF_TWO_FIGURES = frozenset({"which_figure_of_two", "unsure_about"})


def read_ratio(tokens: Sequence[Token], draft: Draft) -> None:
    """毛利占销售额多少 is the margin; 广告费占销售额多少 is kept by nobody."""
    at = next(at for at, token in enumerate(tokens) if token.has("part_of"))
    first = next((one for one in range(at - 1, -1, -1) if _is_figure(tokens[one])), None)
    last = next((one for one in range(at + 1, len(tokens)) if _is_figure(tokens[one])), None)
    if first is None or last is None or tokens[at].names:
        return
    part, whole = tokens[first].senses["metric"], tokens[last].senses["metric"]
    after = last + 1
    while after < len(tokens) and (is_filler(tokens[after]) or tokens[after].has("count")):
        after += 1
    for token in tokens[first:after]:
        token.used = True
    draft.metrics = [_KEPT.get((part, whole), part)]
    if draft.trouble is not None and draft.trouble.key in _OF_TWO_FIGURES:
        draft.trouble = None
    if (part, whole) not in _KEPT:
        facts = {"at": str(tokens[first].start), "end": str(tokens[after - 1].end), "metrics": f"{part} {whole}"}
        draft.object_to(Refused("no_ratio", facts))


def _is_figure(token: Token) -> bool:
    return token.has("metric") and not token.names and METRICS[token.senses["metric"]].unit in {Unit.MONEY, Unit.COUNT}
