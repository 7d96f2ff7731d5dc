"""Two rankings in one sentence, and rows of two kinds: 每个店销量前三的商品, 各店退款率超过5%的商品.

A ranking goes over all rows, so that a ranking within each of something is asked about; what only has bounds or an
order is split by both. The slowest are ranked by hours, or by what is counted.
"""

from collections.abc import Sequence
from itertools import pairwise

from bot.understanding.questions.draft import Draft
from bot.understanding.readings import Unclear
from bot.understanding.text.normalise import Normalised
from bot.understanding.text.scan import Token
from domain.metrics.measures import GOODS
from domain.metrics.query import Direction

_ROWS = frozenset({"product", "sku", "goods", "category", "shop", "platform", "warehouse", "province", "customer",
                   "segment", "staff", "campaign", "account", "person", "day", "week", "month", "weekday"})
_GOODS = GOODS | {"goods"}
_STYLES, _SELLERS = frozenset({"款", "个商品", "款商品"}), ("seller", "sellers", "款")
_WHAT = frozenset({"什么", "啥"})
_THAT_DAY = frozenset({"那天", "那一天"})


def doubt_ranking_within(tokens: Sequence[Token], message: Normalised, draft: Draft) -> None:
    """Object to 每个店销量前三的商品, 每天哪个商品卖得最好, best seller per platform."""
    outer = [one for one in draft.by if one not in draft.chosen and one != "person"]
    if not (draft.is_ranked and outer):
        return
    inner = _ranked_rows(tokens, draft)
    if inner is None or inner in outer:
        return
    when = message.original(tokens[draft.span.first].start, tokens[draft.span.after - 1].end) if draft.span else ""
    way = "asc" if draft.direction is Direction.ASC or draft.quality == "worst" else "desc"
    usual = "units" if inner in _GOODS else "revenue" if inner == "customer" else ""
    metric = draft.metrics[0] if draft.metrics else usual
    is_whole = not (draft.where or draft.exclude or draft.bounds or draft.feature)
    draft.object_to(Unclear("rank_within", {
        "dimension": outer[0], "inner": "product" if inner == "goods" else inner, "when": when, "way": way,
        "figure": metric if is_whole else ""}))


def _ranked_rows(tokens: Sequence[Token], draft: Draft) -> str | None:
    """What is ranked beside the split: mentioned, chosen among, or what sells best."""
    mentioned = [name for name, at in draft.bare if _are_rows(tokens, at)]
    if mentioned or draft.chosen:
        return [*mentioned, *draft.chosen][0]
    if any(token.text in _THAT_DAY for token in tokens):
        return "day"
    names_goods = any(token.text in _STYLES or (token.has("seller") and token.text.endswith(_SELLERS))
                      for token in tokens if not token.names)
    asks_what = draft.seller is not None and any(token.text in _WHAT for token in tokens)  # 各平台卖得最好的是什么
    return "product" if names_goods or asks_what else None


def _are_rows(tokens: Sequence[Token], at: int) -> bool:
    """The 商品 of 女装商品 says nothing more, and what did we sell asks for no rows."""
    token, before = tokens[at], tokens[at - 1] if at else None
    return token.senses.get("dim") in _ROWS and token.text != "what" and not (before and before.names)


def add_rows_mentioned(tokens: Sequence[Token], draft: Draft) -> None:
    """各店退款率超过5%的商品: rows are of both."""
    is_list = bool(draft.bounds or draft.is_sorted or draft.is_shared or draft.feature)
    if draft.is_ranked or not (is_list and draft.by) or set(draft.by) & set(draft.chosen):
        return
    for name, at in draft.bare:
        named = "product" if name == "goods" else name
        if _are_rows(tokens, at) and named not in draft.by and len(draft.by) == 1:
            draft.by.append(named)


CHOOSES = ("which", "whichdim")


def ranks_twice(tokens: Sequence[Token]) -> bool:
    """Which shop sold most and which had the most refunds; who shipped the most and who the least; top and bottom 3."""
    counted = {(token.senses["rank"], behind.number) for token, behind in pairwise(tokens)
               if token.has("rank") and token.used and behind.number is not None}
    if len(counted) > 1:
        return True
    if _ranks_among(tokens):
        return True
    ranks = [at for at, token in enumerate(tokens) if not token.names and (token.has("extreme") or token.has("seller"))]
    if len(ranks) < 2:
        return False
    between = [token for token in tokens[ranks[0] + 1:ranks[-1]] if not token.names]
    ways = {tokens[at].senses.get("seller") or tokens[at].senses["extreme"] for at in ranks}
    names_rows = any(token.has(kind) and token.text not in {"what", "什么"} for token in between
                     for kind in (*CHOOSES, "dim"))
    is_apart = any(token.has("sep") or token.has("end") for token in between)
    return is_apart and (names_rows or {"asc", "desc"} <= ways)


_AMONG = frozenset({"里", "里面", "里头", "中", "当中", "之中", "其中"})


def _ranks_among(tokens: Sequence[Token]) -> bool:
    """销量前十里毛利率最低的: the one of those that another ranking gave."""
    ranked = next((at for at, token in enumerate(tokens) if token.has("rank") and token.used and not token.names), None)
    among = next((at for at, token in enumerate(tokens) if ranked is not None and at > ranked
                  and token.text in _AMONG), None)
    return among is not None and any(token.has("extreme") and not token.names for token in tokens[among:])


_TIMES = frozenset({"day", "weekday", "hour", "week", "month"})


def read_speed(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    """The slowest to ship; the slowest day of the week is the one of the fewest orders."""
    is_of_time = any(token.senses.get(kind) in _TIMES for token in tokens for kind in ("dim", "whichdim", "split"))
    if tokens[at].text == "slowest" and is_of_time:
        draft.is_ranked, draft.direction, draft.implied = True, Direction.ASC, "orders"
        tokens[at].used = True
        return
    tokens[at].used = draft.is_ranked = True
    draft.direction = Direction(tokens[at].senses["speed"])
    draft.metrics = ["ship_hours"]
