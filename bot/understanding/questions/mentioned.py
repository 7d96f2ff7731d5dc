"""Dimensions that were only mentioned: what the rows are, who is counted, or words that say nothing more."""

from collections.abc import Sequence

from bot.understanding.questions.draft import Draft, family, is_filler, next_content
from bot.understanding.questions.groupwise import add_rows_mentioned, doubt_ranking_within
from bot.understanding.readings import Unclear
from bot.understanding.text.normalise import Normalised
from bot.understanding.text.scan import Token
from domain.metrics.catalog import METRICS
from domain.metrics.measures import GOODS

LISTED = frozenset({"列表", "清单", "列出", "列出来", "列一下", "列下"})
# Who does it or gets it, not a split: 平台扣了我们多少手续费, 给买家优惠了多少.
_SIDES = {"platform": "charged", "customer": "discounted"}
_DONE_TO_BUYERS = frozenset({"refunded", "discounted"})
_DONE_BY_BUYERS = frozenset({"signed", "ordered", "bought", "refunded", "visited", "came"})
# Figures that are of buyers anyway: 客户复购率 is no split.
_OF_BUYERS = frozenset({"repeat_rate", "customers", "new_customers", "aov"})
_STANDS_FOR_ALL = frozenset({"product", "goods", "customer"})
_SPANS = frozenset({"day", "week", "month"})


def settle_rows(tokens: Sequence[Token], message: Normalised, draft: Draft) -> None:
    """Use or object to each dimension that was mentioned."""
    if draft.bare:
        _settle_bare(tokens, draft)
        add_rows_mentioned(tokens, draft)
    if draft.is_ranked and draft.by:
        doubt_ranking_within(tokens, message, draft)


def _settle_bare(tokens: Sequence[Token], draft: Draft) -> None:
    """A dimension that was only mentioned: what the rows are, or a word that says nothing more."""
    left: list[tuple[str, int]] = []
    _split_by_both(tokens, draft)
    for dimension, at in draft.bare:
        token = tokens[at]
        if token.used and not token.has("event"):  # spenders: who they are and what they did
            continue
        if _says_no_other_row(dimension, draft) or _says_nothing_more(tokens, at, dimension, draft):
            token.used = True
        elif dimension == "customer" and _are_counted(tokens, at, draft):
            token.used = True
            draft.metrics.insert(sum(_is_figure(one) and one.used for one in tokens[:at]), "customers")
        elif draft.lists_rows and not (draft.feature and dimension in _SPANS):  # not run out within a week
            token.used = True
            _count_of_rows(tokens, at, draft)
            left.append((dimension, at))
        elif dimension == "goods":
            token.used = token.text == "what" or (bool(draft.metrics) and not _are_paid_for(tokens, at, draft))
        elif draft.unsplit or draft.unsplit_of or _SIDES.get(dimension) in draft.all_events:
            token.used = True
        elif not draft.by and (draft.asks_which or (
                (draft.follows or draft.is_alone) and token.text.isascii() and token.text[-1] == "s")):
            token.used = True
            draft.by.append(dimension)  # same for shops; campaigns
        elif not token.has("metric"):
            facts = {"at": str(token.start), "end": str(token.end), "dimension": dimension}
            draft.object_to(Unclear("split_or_total", facts))
            token.used = True
    draft.bare = left


def _split_by_both(tokens: Sequence[Token], draft: Draft) -> None:
    """类目/店铺 件数: two of them set apart are what it is split by; 仓库商品库存 is in one breath, and a total."""
    dimensions = {dimension for dimension, _ in draft.bare}
    if len(draft.bare) != 2 or len(dimensions) < 2 or draft.by or not draft.metrics or dimensions & _LOOSE:
        return
    one, other = draft.bare[0][1], draft.bare[1][1]
    is_apart = tokens[one + 1].has("sep") if other == one + 2 else tokens[one].end < tokens[other].start
    if other <= one + 2 and is_apart:
        draft.by += [dimension for dimension, _ in draft.bare]


_LOOSE = frozenset({"goods", "customer"})


def _fill_a_warehouse(draft: Draft) -> bool:
    """货最多的仓: what is there, and no row."""
    is_there = draft.is_ranked and not draft.metrics and any(name == "warehouse" for name, _ in draft.bare)
    if is_there:
        draft.implied = "stock_available"
    return is_there


def _says_no_other_row(dimension: str, draft: Draft) -> bool:
    """Said already; 今天的单子都啥状态, of which nothing else can be asked; 货最多的仓."""
    if dimension == "order_status" and set(draft.metrics) <= {"orders"} and not draft.by:
        draft.by.append(dimension)
    return dimension in draft.by or (dimension == "goods" and _fill_a_warehouse(draft))


_PEOPLE = frozenset({"customer", "segment"})
_WHO_BUYS = frozenset({"province", "segment", "customer"})


def _are_paid_for(tokens: Sequence[Token], at: int, draft: Draft) -> bool:
    """收了多少钱的货: what goods cost, none of the figures of money; 卖了多少钱的货 is what was sold."""
    is_worth = at > 1 and tokens[at - 1].text == "的" and tokens[at - 2].senses.get("count") == "money"
    are_of_buyers = "bought" in draft.all_events and not _WHO_BUYS.isdisjoint(draft.where)  # 浙江的买家买了多少钱的东西
    return is_worth and not are_of_buyers and "sold" not in draft.all_events


def _says_nothing_more(tokens: Sequence[Token], at: int, dimension: str, draft: Draft) -> bool:
    """客户复购率, how much money in account, 女装商品, 客户退了多少: whose, where or what it is, and no split."""
    if (dimension == "customer" and _are_buyers_anyway(tokens, at, draft)) or _repeats_name(tokens, at, dimension):
        return True
    if dimension == "customer" and at and _follows_filter(tokens, at) and any(one in GOODS for one, _ in draft.bare):
        return True  # 广东买家买最多的是啥商品
    if dimension == "shop" and tokens[at].text in _WE and not (draft.lists_rows or draft.asks_which):
        return at > 0 and tokens[at - 1].text in _OURS  # did the shop make a profit
    if dimension == "account" and draft.asks_amount and not draft.lists_rows and draft.metrics in _CASH:
        return True  # 账户付出多少: money goes through accounts anyway
    if dimension in _STANDS_FOR_ALL and not draft.lists_rows and at and (
            tokens[at - 1].names or _follows_filter(tokens, at)):
        return dimension != "customer" or bool(draft.metrics)
    is_there = at > 0 and tokens[at - 1].has("glue") and tokens[at].text in _WHEREABOUTS
    return is_there and draft.asks_amount and (
        draft.metrics == ["balance"] if dimension == "account" else all(
            METRICS[one].is_of_the_moment for one in draft.metrics))


def _repeats_name(tokens: Sequence[Token], at: int, dimension: str) -> bool:
    """抖音这个平台, YS-01-L这个码: what it is that was just named."""
    named = at - 1 if tokens[at].text[0] in "这那" else at - 2 if at and tokens[at - 1].text in _THIS else -1
    return named >= 0 and (dimension in tokens[named].senses or any(
        name.dimension in family(dimension) for name in tokens[named].names))


_THIS = frozenset({"这个", "那个", "这款", "这种", "这个就是"})


def _are_buyers_anyway(tokens: Sequence[Token], at: int, draft: Draft) -> bool:
    """客户复购率; 客户签收的, 退了客人多少钱: whose figure it is, or who did it or got it."""
    before = tokens[at - 1].senses if at else {}
    behind = tokens[at + 1].senses if at + 1 < len(tokens) and not tokens[at + 1].names else {}
    if draft.metrics == ["customers"] and any(token.senses.get("count") == "people" for token in tokens[at + 1:]):
        return True  # 买家有多少人
    if behind.get("metric") in _OF_BUYERS or before.get("metric") == "new_customers":
        return True
    takes_part = (behind.get("event") in _DONE_BY_BUYERS or before.get("event") in _DONE_TO_BUYERS
                  or behind.get("order_status") == "signed" or behind.get("metric") == "orders_signed")
    return takes_part and not (draft.lists_rows or draft.asks_which)


_WE = frozenset({"shop", "store"})
_OURS = frozenset({"the", "our", "my", "this", *(f"{where} {whose}" for where in ("in", "of", "for")
                                                 for whose in ("the", "our"))})
_CASH = (["cash_in"], ["cash_out"])
_WHEREABOUTS = frozenset({"account", "warehouse"})


def _are_counted(tokens: Sequence[Token], at: int, draft: Draft) -> bool:
    """买家最多的省份, customers last week: how many there are."""
    if draft.metrics:
        return _is_among_figures(tokens, at)
    if at + 1 < len(tokens) and tokens[at + 1].has("extreme"):
        return True
    is_of_buyers = not _PEOPLE.isdisjoint(draft.by) or bool(draft.all_events)
    if tokens[at].text.isascii() and draft.by and not (is_of_buyers or _are_ranked(tokens, at)):
        return True  # customers by product, top 3
    if draft.by and draft.is_apiece and not draft.all_events:
        return True  # 买家按人群分各有多少个
    if _ends_in_how_many(tokens, at) and not (draft.by or draft.lists_rows or draft.all_events):
        return True  # 今年广东的买家有多少
    return tokens[at].text.isascii() and not draft.lists_rows and not (at and _follows_filter(tokens, at))


def _ends_in_how_many(tokens: Sequence[Token], at: int) -> bool:
    behind = next_content(tokens, at + 1)
    return behind < len(tokens) and tokens[behind].senses.get("count") == "amount" and (
        not tokens[at].text.isascii() and all(is_filler(one) or one.has("end") for one in tokens[behind + 1:]))


def _is_among_figures(tokens: Sequence[Token], at: int) -> bool:
    """Orders and customers by platform; customers, orders and units: one of several figures in a row."""
    if not tokens[at].text.isascii() or not tokens[at].text.endswith("s"):
        return False
    ways = (tokens[at + 1:at + 4], tokens[max(0, at - 3):at][::-1])
    return any(len(way) > 1 and way[0].has("sep") and any(_is_figure(way[place]) and all(
        between.has("sep") for between in way[:place]) for place in (1, 2) if place < len(way)) for way in ways)


def _is_figure(token: Token) -> bool:
    return (token.has("metric") or token.has("count")) and not token.names


def _are_ranked(tokens: Sequence[Token], at: int) -> bool:
    """The customers of top customers by product, and not of the most customers."""
    before = tokens[at - 1] if at else None
    return before is not None and before.used and (
        before.has("rank") or before.number is not None or before.senses.get("extreme") in {"best", "worst"})


def _count_of_rows(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    """最高的商品 and best shop mean one; 商品最高 and best shops mean a list."""
    if draft.asks_which or not draft.is_ranked or draft.limit or any(token.text in LISTED for token in tokens):
        return
    word = tokens[at].text
    if word.isascii() and (word != "sku" or all(token.text.isascii() for token in tokens)):
        is_list = word.endswith("s") or word == "staff" or any(one.has("ranking") for one in tokens[at + 1:at + 2])
        draft.asks_which = "many" if is_list else "one"
        return
    before = tokens[at - 2:at] if at >= 2 else tokens[:at]
    if any(beside.text in _THAT_OR_WHICH for beside in (*before[-1:], *tokens[at + 1:at + 2])):
        draft.asks_which = "one"  # 那个平台最高: 哪个 with one letter less
    if any("最" in token.text for token in before) and any(token.text.endswith("的") for token in before):
        draft.asks_which = "one"


_THAT_OR_WHICH = frozenset({"那个", "那款", "那种", "那位", "那家"})


def _follows_filter(tokens: Sequence[Token], at: int) -> bool:
    before = tokens[at - 2] if at >= 2 and tokens[at - 1].text == "的" else tokens[at - 1]
    return bool(before.names) or any(before.has(kind) for kind in ("platform", "province", "order_status", "segment"))
