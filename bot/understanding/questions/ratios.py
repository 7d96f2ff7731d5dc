"""One figure as a part of another: kept for a few; of others both figures are offered instead of a guess."""

from collections.abc import Mapping, Sequence

from bot.understanding.questions.draft import Draft, is_filler
from bot.understanding.readings import Refused, Unclear
from bot.understanding.text.scan import Token
from domain.metrics.catalog import METRICS, Unit

_KEPT: Mapping[tuple[str, str], str] = {
    ("gross_profit", "revenue"): "gross_margin", ("gross_profit", "net_revenue"): "gross_margin",
    ("net_profit", "revenue"): "net_margin", ("net_profit", "net_revenue"): "net_margin",
    ("refund_amount", "revenue"): "refund_rate", ("orders", "visitors"): "conversion_rate",
    ("revenue", "orders"): "aov",
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


# The share of one thing that another was, by what is said of it: what percentage of visitors ordered.
_SHARES: Mapping[tuple[str, str], str] = {
    ("revenue", "refund"): "refund_rate", ("revenue", "net_profit"): "net_margin",
    ("revenue", "gross_profit"): "gross_margin", ("customers", "again"): "repeat_rate",
    ("visitors", "orders"): "conversion_rate", ("", "again"): "repeat_rate", ("", "refund"): "refund_rate",
}
_WHOLES = frozenset({"revenue", "customers", "visitors", "orders"})
_BUYING = frozenset({"bought", "ordered"})
_BOTH = 2  # the whole and its part


def read_share_of(tokens: Sequence[Token], draft: Draft) -> None:
    """What percentage of sales was refunded; the share of revenue by shop is how the whole is made up."""
    at = next(at for at, token in enumerate(tokens) if token.has("share_of"))
    said: list[tuple[Token, str]] = []
    for token in tokens[at + 1:]:
        if not token.names and (named := _named(token, said[0][1] if said else "")) and len(said) < _BOTH:
            said.append((token, named))
    whole, part = said[0][1] if len(said) == _BOTH else "", said[-1][1] if said else ""
    if not whole and part in _WHOLES:
        draft.is_shared = tokens[at].used = True
        return
    rate = _SHARES.get((whole, part))
    if rate is None and draft.by and {whole, part} <= set(draft.metrics) and _stand_beside(tokens, said):
        draft.is_shared = tokens[at].used = True  # share of revenue and orders by platform
        return
    if rate is None:
        draft.object_to(Unclear("unsure_about", {"words": tokens[at].text}))
        return
    for token in (tokens[at], *(token for token, _ in said)):
        token.used = True
    draft.metrics, draft.unmet, draft.vague, draft.all_events = [rate], [], None, []
    draft.by = [one for one in draft.by if one != "person"]  # visitors who ordered
    draft.bare = [one for one in draft.bare if not any(tokens[one[1]] is token for token, _ in said)]
    if draft.trouble is not None and draft.trouble.key in _OF_TWO_FIGURES:
        draft.trouble = None


def _stand_beside(tokens: Sequence[Token], said: Sequence[tuple[Token, str]]) -> bool:
    """Whether only an and is between the two."""
    first, last = (next(at for at, one in enumerate(tokens) if one is token) for token, _ in said)
    return last - first == 2 and tokens[first + 1].has("sep")


def _named(token: Token, whole: str) -> str | None:
    """What the word is of a share: a whole that is kept, or what became of it."""
    senses = token.senses
    metric, event, count = senses.get("metric", ""), senses.get("event"), senses.get("count")
    if "again" in senses:
        return "again"
    if metric.startswith("refund_") or event == "refunded" or "either" in senses:
        return "refund"
    if event in _BUYING or "became" in senses or count == "orders" or metric in {"orders", "conversion_rate"}:
        return "orders"
    if count == "money" or metric == "net_revenue":
        return "revenue"
    if senses.get("dim") == "customer" or count == "people":
        return "orders" if whole == "visitors" else "customers"
    return {"earned": "net_profit"}.get(event or "", metric) or None


def _is_figure(token: Token) -> bool:
    return token.has("metric") and not token.names and METRICS[token.senses["metric"]].unit in {Unit.MONEY, Unit.COUNT}
