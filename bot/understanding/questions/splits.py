"""Split by what, in which order, how many rows."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from bot.understanding.questions.counted_rows import CHOOSING, count_said, read_all_of, read_said_of, split_by
from bot.understanding.questions.draft import STOCK_LISTS, Draft, next_content
from bot.understanding.questions.groupwise import CHOOSES, ranks_twice, read_speed
from bot.understanding.readings import Refused, Unclear
from bot.understanding.text.scan import Token
from domain.metrics.query import MAX_LIMIT, Direction


def read_ranks(tokens: Sequence[Token], draft: Draft) -> None:
    """前5, top ten, 最高的三个, 热销, 排名, 哪个最…, and how many rows that makes."""
    if not CHOOSING.isdisjoint(draft.kinds):
        read_said_of(tokens, draft)
    if {"piece_unit", "dim"} <= draft.kinds and draft.said_of is None:
        read_all_of(tokens, draft)
    for at, token in enumerate(tokens if not draft.kinds.isdisjoint(_RANKERS) else ()):
        if kind := _role(token, _RANKERS):
            _RANKERS[kind](tokens, at, draft)
    if draft.is_ranked and draft.limit is None:
        draft.limit = count_said(tokens, draft)
    if draft.is_ranked and ranks_twice(tokens):
        draft.object_to(Unclear("two_questions"))
    if draft.is_ranked and "in_store" in draft.kinds and draft.implied is None:
        draft.implied = "stock_available"  # 仓库里哪样最多


def _role(token: Token, readers: Mapping[str, object]) -> str | None:
    """The first of the roles that a word not yet explained can play."""
    if token.used or token.names or readers.keys().isdisjoint(token.senses):
        return None
    return next(kind for kind in readers if kind in token.senses)


_WELL = frozenset({"卖得好", "卖的好", "卖得最好", "卖的最好", "卖爆", "卖得火", "卖的火", "卖得快", "卖的快"})
_ASKS_WHETHER = frozenset({"吗", "么", "不", "不好", "嘛", "了没", "了吗", "了没有", "了么", "没"})


def _read_seller(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    behind = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if tokens[at].text in _WELL and behind in _ASKS_WHETHER:  # 上周卖得好吗: how well, not which goods
        tokens[at].used = True
        draft.vague = (at, ("revenue", "orders", "units"))
        return
    if tokens[at].text.endswith(("more", "less")) and draft.other is not None and _LISTS.isdisjoint(draft.kinds):
        tokens[at].used = True  # did we sell more than the week before
        draft.vague = (at, ("revenue", "orders", "units"))
        return
    if tokens[at].text.endswith((" more", " less")) and not _chooses(tokens):
        return  # do we sell more on weekends
    tokens[at].used = draft.is_ranked = True
    if tokens[at].text.endswith((" more", " less")) and any(token.text == "or" for token in tokens):
        draft.asks_which = draft.asks_which or "one"  # did JD or Taobao sell more
    draft.seller = draft.direction = Direction(tokens[at].senses["seller"])
    if tokens[at].text.endswith("seller") and not draft.asks_which:
        draft.asks_which = "one"


def _read_ranking(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    tokens[at].used = draft.is_ranked = True
    draft.direction = draft.direction or Direction(tokens[at].senses["ranking"])


def _read_sorting(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    tokens[at].used = draft.is_sorted = True
    way = Direction(tokens[at].senses["sorting"])
    draft.direction = way if way is Direction.ASC else draft.direction or way  # sort by margin, lowest first


def _read_rank(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    number_at = next_content(tokens, at + 1)
    number = tokens[number_at].number if number_at < len(tokens) else None
    if any(token.text == "one" for token in tokens[at + 1:at + 2]):
        number_at, number = at + 1, Decimal(1)  # only the top one
    if number is not None and number > MAX_LIMIT and not tokens[number_at].used:
        draft.object_to(Refused("bad_limit", {"most": str(MAX_LIMIT)}))
        tokens[at].used = tokens[number_at].used = draft.is_ranked = True
        return
    if tokens[at].text == "first" and number is None and at > 1 and tokens[at - 1].has("metric") and (
            tokens[at - 2].senses.get("extreme") in {"asc", "desc"}):
        tokens[at].used, draft.is_ranked, draft.is_sorted = True, False, True  # lowest ROI first: an order, all rows
        return
    if number is None or number != int(number) or not 1 <= number <= MAX_LIMIT:
        if tokens[at].text in {"top", "bottom", "the top", "the bottom", "倒数"}:
            tokens[at].used = draft.is_ranked = True
            draft.direction = Direction(tokens[at].senses["rank"])
        return
    if tokens[at].text == "头" and number_at + 1 < len(tokens) and tokens[number_at + 1].has("unit"):
        draft.object_to(Unclear("vague_period"))  # 头三天: of what?
    for one in tokens[at:number_at + 1]:
        one.used = True
    if number_at + 1 < len(tokens) and tokens[number_at + 1].has("piece_unit"):
        tokens[number_at + 1].used = True
    draft.is_ranked, draft.limit = True, int(number)
    draft.direction = draft.direction or Direction(tokens[at].senses["rank"])
    if tokens[at].senses["rank"] == "asc":
        draft.direction = Direction.ASC


def _read_extreme(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    token = tokens[at]
    if token.text in _COMPARATIVES and draft.other is not None and _LISTS.isdisjoint(draft.kinds):
        token.used = True  # better than the week before: of two periods, not of rows
        return
    if token.text in _COMPARATIVES and not _chooses(tokens):
        return  # do we get more orders on some weekdays: no ranking, and not answered as one
    if at and not token.names and any(one.has("change") for one in tokens[max(0, at - 2):at]) and not draft.metrics:
        draft.object_to(Refused("ranks_change"))  # 涨得最多的平台
    draft.is_ranked, token.used = True, not (token.has("event") or token.has("metric"))  # 最赚钱
    if token.has("busy"):
        draft.implied = "orders"
    draft.is_of_number = draft.is_of_number or token.text in {"fewest", "fewer"}
    kind = token.senses["extreme"]
    if kind in {"best", "worst"}:
        draft.quality = kind
    elif not (draft.direction and draft.limit):  # 最多的前三: said already
        draft.direction = Direction(kind)
    is_one = at + 1 < len(tokens) and tokens[at + 1].text == "one"  # the worst one
    is_that = [one.text for one in tokens[at + 1:at + 3]][:2] in (["的", "那个"], ["的", "那款"], ["的", "那家"])
    if is_one or is_that or token.text.rstrip("名").endswith(("第一", "最后一", " one")):
        draft.limit = 1


_COMPARATIVES = frozenset({"better", "worse", "higher", "lower", "more", "less", "fewer"})
_LISTS = frozenset({"which", "whichdim", "each", "dim", "platform"})


def _chooses(tokens: Sequence[Token]) -> bool:
    """Which shop, who, JD or Taobao: something of which more can be said than of the rest."""
    return any(token.text == "or" or (not token.names and any(token.has(kind) for kind in CHOOSES))
               for token in tokens)


def _read_graded(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    """哪个店退款多, 京东和拼多多谁的毛利率高: the highest of those that are asked about."""
    before = tokens[at - 1] if at else None
    is_of_figure = before is not None and (before.has("metric") or before.has("count") or (
        before.has("event") and before.text.endswith(("得", "的"))))
    chooses = any(token.senses.get("dim") == "person" or any(token.has(kind) for kind in CHOOSES)
                  for token in tokens[:at] if not token.names)
    behind = next_content(tokens, at + 1)
    is_of_rows = before is not None and before.has("metric") and behind < len(tokens) and tokens[behind].has("dim")
    if (is_of_figure and chooses) or is_of_rows:  # 退款率高的商品
        tokens[at].used = draft.is_ranked = True
        draft.direction = Direction(tokens[at].senses["graded"])


_RANKERS: Mapping[str, Callable[[Sequence[Token], int, Draft], None]] = {
    "rank": _read_rank, "seller": _read_seller, "extreme": _read_extreme, "speed": read_speed,
    "ranking": _read_ranking, "sorting": _read_sorting, "graded": _read_graded}
RANKING = CHOOSING.union(_RANKERS, {"piece_unit"})


def read_splits(tokens: Sequence[Token], draft: Draft) -> None:
    """各仓库, 按平台和类目, by shop, 每天, 哪个店; a dimension that is only mentioned is kept for later."""
    for at, token in enumerate(tokens if not draft.kinds.isdisjoint(_SPLITTERS) else ()):
        if kind := _role(token, _SPLITTERS):
            _SPLITTERS[kind](tokens, at, draft)
    if "dim" in draft.kinds:
        _read_one_by_one(tokens, draft)
        loosely = "loosely" if "feature" in draft.kinds else "dim"
        draft.bare += [(token.senses.get(loosely, token.senses["dim"]), at) for at, token in enumerate(tokens)
                       if token.has("dim") and not token.used and not token.names]
    if "person" in draft.by and draft.bare and (draft.bare[0][0] not in _PERSONS or draft.bare[0][0] in _CALLED):
        draft.by.remove("person")  # 过一万的平台都有谁, 最大的客户是谁: which of them
    if "person" in draft.by and not _PEOPLE.isdisjoint(draft.by):
        draft.by.remove("person")  # who got the most, by segment
    if "person" in draft.by and any(token.senses.get("feature") in STOCK_LISTS for token in tokens):
        draft.by.remove("person")  # 要补货的都有谁


def _read_one_by_one(tokens: Sequence[Token], draft: Draft) -> None:
    """一个网店一个网店的; 店铺维度, shop-wise."""
    for at, token in enumerate(tokens):
        if not token.has("dim") or token.names or token.used:
            continue
        if at + 1 < len(tokens) and tokens[at + 1].has("rowwise"):
            tokens[at + 1].used = True
            split_by(draft, token, token.senses["dim"])
        before = tokens[max(0, at - 5):at]
        says_one = [one.text for one in before if not one.names][-2:] if before else []
        if len(before) == 5 and before[2].text == token.text and [one.text for one in before[:2]] == says_one == _ONE:
            for one in before:
                one.used = True
            split_by(draft, token, token.senses["dim"])


_ONE = ["一", "个"]
_PERSONS = frozenset({"staff", "customer", "goods", "segment"})
_CALLED = frozenset({"staff", "customer"})
_PEOPLE = _CALLED | {"segment"}


def _read_split(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    """每月; but 每月1号 and 每周一 are single days that come back, which no period is."""
    behind = tokens[at + 1] if at + 1 < len(tokens) else None
    if behind is not None and behind.number is not None and behind.start == tokens[at].end and (
            behind.used or tokens[at].senses["split"] == "week") and tokens[at].senses["split"] in {"week", "month"}:
        draft.object_to(Unclear("unsure_about", {"words": tokens[at].text + behind.text}))
    split_by(draft, tokens[at], tokens[at].senses["split"])
    _split_by_joined(tokens, at + 1, draft)


def _read_which_dimension(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    if tokens[at].text == "where" and at and tokens[at - 1].has("dim") and not tokens[at - 1].names:
        tokens[at].used = True  # categories where margin is below 40 %
        return
    split_by(draft, tokens[at], tokens[at].senses["whichdim"])
    draft.chosen.append(tokens[at].senses["whichdim"])
    draft.asks_which = draft.asks_which or "one"


def _read_apiece(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    tokens[at].used = draft.is_apiece = True
    if draft.said_of or at < 2 or not tokens[at - 1].has("dim") or tokens[at - 1].names or tokens[at - 1].used:
        return
    count = at - 3 if tokens[at - 2].has("piece_unit") and at > 2 else at - 2
    if number := tokens[count].number:
        tokens[count].used = tokens[at - 2].used = True
        draft.said_of = (tokens[at - 1].senses["dim"], int(number))


def _read_share(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    tokens[at].used = draft.is_shared = True


def _read_not_by(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    """别按店铺: the split is not wanted; nor in 按毛利排,别按件数 the order by that figure."""
    behind = next_content(tokens, at + 1)
    if behind == len(tokens) or tokens[behind].names:
        return
    is_other = tokens[behind].has("metric") and draft.has_last and any(
        token.has("metric") and not token.names for token in (*tokens[:at], *tokens[behind + 1:]))
    if tokens[behind].has("dim") or is_other:
        tokens[at].used = tokens[behind].used = True


def _read_trend(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    tokens[at].used = draft.wants_trend = draft.wants_chart = True


def _read_chart(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    tokens[at].used = draft.wants_chart = True


def _read_which(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    """哪个店, which platforms; 哪个 alone."""
    dim_at = next_content(tokens, at + 1)
    number = draft.asks_which
    if tokens[at].text == "什么" and at and tokens[at - 1].senses.get("event") in {"sold", "bought"}:
        draft.object_to(Unclear("which_split"))  # 卖了什么: of what, and counted how?
    tokens[at].used = True
    if dim_at < len(tokens) and tokens[dim_at].has("dim") and not tokens[dim_at].used and not tokens[dim_at].names:
        split_by(draft, tokens[dim_at], sort := _sort_of(tokens[at], tokens[dim_at]))
        draft.chosen.append(sort)
        word = tokens[dim_at].text
        is_plural = word.isascii() and word.endswith("s") and word != "status"
        number = "many" if is_plural or tokens[at].senses["which"] == "many" else "one"
    elif dim_at < len(tokens) and tokens[dim_at].has("metric") and tokens[dim_at].text.startswith(_WHO_CHARGES):
        draft.by.append("platform")  # 哪个平台费用最高
        number = tokens[at].senses["which"]
    elif dim_at < len(tokens) and tokens[dim_at].text in _THINGS_SOLD and draft.is_ranked:
        draft.by.append("product")  # which products sold best
        draft.chosen.append("product")
        number = "many"
    elif own := tokens[at].senses.get("each_of"):
        split_by(draft, tokens[at], own)
        draft.chosen.append(own)
        number = "many" if "几" in tokens[at].text else "one"
    elif tokens[at].text not in {"what", "什么"}:
        number = tokens[at].senses["which"]
    draft.asks_which = number


_WHO_CHARGES = ("平台", "platform")
# How many, and behind which also what.
_THINGS_SOLD = frozenset({"products sold", "items sold", "goods sold"})

# What a sort of them is: 各类客户, 哪类商品.
_SORTS = {"customer": "segment", "product": "category", "goods": "category"}


def _sort_of(word: Token, thing: Token) -> str:
    """The dimension of the thing behind 各 or 哪个, or of its sorts behind 各类; of 各种 only people have sorts."""
    dimension = thing.senses["dim"]
    sort = word.senses.get("sort")
    return _SORTS.get(dimension, dimension) if sort == "all" or (sort and dimension == "customer") else dimension


_SPENDING = frozenset({"spend", "spending", "消费"})
_PER = frozenset({"per", "every", "for each", "for every", "每"})
# Shipping cost per order and per visitor are ratios that nobody keeps; every Friday is not the last one.
_COUNTED = ("metric", "count", "piece_unit", "order_unit", "people_unit", "weekday")


def _read_each(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    """各, 按, by before one or more dimensions; before a metric it names what to rank by; alone it is 各多少."""
    token = tokens[at]
    if at + 1 < len(tokens) and tokens[at + 1].has("each") and token.text.isascii():
        token.used = True  # shipped by each person
    elif draft.is_ranked and token.text == "by" and _ranks_by_buyers(tokens, at):
        token.used = tokens[at + 1].used = True
        draft.rank_metric = "customers"
    elif _split_by_those_behind(tokens, at, draft):
        return
    elif (own := token.senses.get("each_of")) and not (own == "category" and _is_counted_behind(tokens, at)):
        split_by(draft, token, own)
    else:
        _read_each_of_figure(tokens, at, draft)


def _ranks_by_buyers(tokens: Sequence[Token], at: int) -> bool:
    """Top shops by customers: by how many there are, where the rows were named before."""
    names_rows = any(token.has("dim") and not token.has("unit") and not token.names for token in tokens[:at])
    return names_rows and at + 1 < len(tokens) and tokens[at + 1].senses.get("dim") == "customer" and (
        tokens[at + 1].text.endswith("s"))


def _is_counted_behind(tokens: Sequence[Token], at: int) -> bool:
    """各类订单 are sorts of orders, which nobody keeps."""
    behind = next_content(tokens, at + 1)
    return behind < len(tokens) and tokens[behind].senses.get("count") in {"orders", "people"}


def _split_by_those_behind(tokens: Sequence[Token], at: int, draft: Draft) -> bool:
    cursor = next_content(tokens, at + 1)
    behind = next_content(tokens, cursor + 1)
    if behind < len(tokens) and _narrows(tokens[cursor]) and tokens[behind].has("dim"):
        cursor = behind  # for each 家居 SKU, per JD product
    found = False
    while cursor < len(tokens) and tokens[cursor].has("dim") and not tokens[cursor].names:
        split_by(draft, tokens[cursor], _sort_of(tokens[at], tokens[cursor]))
        tokens[at].used = found = True
        if not _leads_to_split(tokens, cursor + 1):
            break
        tokens[cursor + 1].used = True
        cursor += 2
    return found


def _split_by_joined(tokens: Sequence[Token], cursor: int, draft: Draft) -> None:
    """The 和店铺 of 按星期几和店铺; a comma may begin something else."""
    while _leads_to_split(tokens, cursor) and tokens[cursor].text not in _PAUSES and not tokens[cursor + 1].names:
        tokens[cursor].used = True
        split_by(draft, tokens[cursor + 1], tokens[cursor + 1].senses["dim"])
        cursor += 2


_PAUSES = frozenset(",;.?!")


def _leads_to_split(tokens: Sequence[Token], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at].has("sep") and (
        tokens[at + 1].has("dim") and not tokens[at + 1].has("metric"))


_NARROWING = frozenset({"platform", "province", "segment"})


def _narrows(token: Token) -> bool:
    """What stands between for each and the thing: which of them."""
    return bool(token.names) or (not _NARROWING.isdisjoint(token.senses) and not token.has("metric"))


def _read_each_of_figure(tokens: Sequence[Token], at: int, draft: Draft) -> None:
    cursor = next_content(tokens, at + 1)
    metric = tokens[cursor].senses.get("metric") if cursor < len(tokens) else None
    if cursor < len(tokens) and tokens[cursor].text in {"orders", "订单"}:
        metric = "orders"
    if "dim" in draft.kinds and cursor < len(tokens) and tokens[cursor].text in _SPENDING:
        metric, tokens[cursor].used = "revenue", True  # customers by spend
    if metric and tokens[at].text in {"by", "按", "按照", "以"}:
        tokens[at].used = draft.is_sorted = True
        draft.rank_metric = metric
    elif tokens[at].text in _PER and cursor < len(tokens) and any(tokens[cursor].has(one) for one in _COUNTED):
        draft.object_to(Unclear("unsure_about", {"words": f"{tokens[at].text} {tokens[cursor].text}"}))
    elif tokens[at].text in _PER | {"each"} and at + 1 < len(tokens) and tokens[at + 1].has("weekday"):
        draft.object_to(Unclear("unsure_about", {"words": f"{tokens[at].text} {tokens[at + 1].text}"}))  # every Monday
    elif tokens[at].text in {"各", "each", "每个", "各个"}:
        tokens[at].used = draft.is_apiece = True


_SPLITTERS: Mapping[str, Callable[[Sequence[Token], int, Draft], None]] = {
    "split": _read_split, "whichdim": _read_which_dimension, "which": _read_which, "each": _read_each,
    "apiece": _read_apiece, "share": _read_share, "not_by": _read_not_by, "trend": _read_trend, "chart": _read_chart}
SPLITTING = frozenset(_SPLITTERS) | {"dim"}
