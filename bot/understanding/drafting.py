"""All parts of a question read from its tokens, in the order in which one makes sense of the other."""

from collections.abc import Callable, Sequence

from bot.understanding.conversation.continuing import says_more
from bot.understanding.conversation.following import changed_to, read_follow
from bot.understanding.questions.asks import Setting
from bot.understanding.questions.bounds import BOUNDING, as_bounds, asks_whether, read_bounds, read_times_of_rows
from bot.understanding.questions.comparisons import read_comparison
from bot.understanding.questions.counting import EVENT_OF
from bot.understanding.questions.destinations import use_destinations
from bot.understanding.questions.draft import STOCK_LISTS, Draft, is_of_stock
from bot.understanding.questions.ellipsis import read_unsaid
from bot.understanding.questions.figures import read_figures
from bot.understanding.questions.filters import FILTERING, read_filters
from bot.understanding.questions.mentioned import LISTED, settle_rows
from bot.understanding.questions.qualified import read_shares, use_pace, use_topics
from bot.understanding.questions.ratios import read_ratio, read_share_of
from bot.understanding.questions.splits import RANKING, SPLITTING, read_ranks, read_splits
from bot.understanding.readings import Refused, Unclear
from bot.understanding.text.normalise import Normalised
from bot.understanding.text.scan import Token, Words
from bot.understanding.time.periods import OF_PERIODS, PeriodReader
from domain.metrics.catalog import METRICS
from domain.metrics.measures import GOODS
from domain.metrics.query import Direction, MetricQuery


def read_draft(tokens: Words, message: Normalised, setting: Setting, last: MetricQuery | None) -> Draft:
    """What the message says of a question, every token that says it marked used."""
    tokens = as_bounds(tokens)
    kinds = tokens.kinds
    draft = Draft(kinds)
    draft.asks_whether = "op" in kinds and asks_whether(tokens)
    if last is not None:
        draft.has_last, draft.is_after_stock = True, all(is_of_stock(one) for one in last.metrics)
        read_follow(tokens, draft)
    spans = [] if kinds.isdisjoint(OF_PERIODS) else PeriodReader(tokens, setting.today).read()
    if len(spans) > 1:
        spans = [span for span in spans if not _is_all_days_of_week(tokens[span.first:span.after], draft)]
    read_comparison(tokens, spans, draft, setting.today)
    for words, read in _PARTS:
        if not kinds.isdisjoint(words):
            read(tokens, draft)
    if draft.bounds and not draft.by:
        read_times_of_rows(tokens, draft)
    read_figures(tokens, draft)
    if not kinds.isdisjoint(FILTERING):
        read_filters(tokens, message, draft)
    if draft.is_shared or not kinds.isdisjoint(_QUALIFYING):
        _read_what_qualifies(tokens, draft)
    _read_what_is_more(tokens, draft, last)
    _settle(tokens, message, draft, last)
    return draft


# Each beside the kinds of words of which one must be there.
_PARTS: Sequence[tuple[frozenset[str], Callable[[Sequence[Token], Draft], None]]] = (
    (frozenset({"bound_for"}), use_destinations), (BOUNDING, read_bounds), (RANKING, read_ranks),
    (SPLITTING, read_splits))


def _settle(tokens: Sequence[Token], message: Normalised, draft: Draft, last: MetricQuery | None) -> None:
    """What could be told only once every part was read."""
    settle_rows(tokens, message, draft)
    if "that_time" in draft.kinds:
        _settle_that_time(tokens, message, draft, last)
    if draft.vague is not None and (not draft.metrics or _are_of_ads(draft)):
        _settle_vague(tokens, draft, draft.vague[1], last)
    if draft.seller:
        _read_beside(tokens, draft)
    elif draft.is_ranked and ("their" in message.text or "add" in draft.kinds):
        draft.is_beside = _ranks_before_their(tokens, draft)
    if draft.feature in STOCK_LISTS:
        _settle_when(tokens, draft)
        draft.is_beside = draft.is_beside or "beside" in draft.kinds  # 哪些货要补,算上在途
    _sort_the_same(tokens, draft, last)
    if draft.vague and not _says_nothing_beside(draft.vague[1], draft.metrics):
        token = tokens[draft.vague[0]]
        facts = {"metrics": " ".join(draft.vague[1]), "at": str(token.start), "end": str(token.end)}
        draft.object_to(Unclear("which_of", facts))


def _settle_that_time(tokens: Sequence[Token], message: Normalised, draft: Draft, last: MetricQuery | None) -> None:
    """那天退了多少: the day that was spoken of, in this message or in the question before."""
    said = next(token for token in tokens if token.has("that_time"))
    said.used = True
    spoken_of = last.period if last is not None else None
    is_known = spoken_of is not None and (spoken_of.days == 1 or not said.text.endswith(("那天", "那一天", "that day")))
    if draft.span is None and not is_known:
        rest = message.replaced(said.start, said.end, "").strip()
        times = [f"{rest} {one}" for one in ("yesterday", "last week", "last month")] if said.text.isascii() else [
            f"{one}{rest}" for one in ("昨天", "上周", "上个月")]
        draft.object_to(Unclear("vague_period", choices=tuple(times)))


_THAT = frozenset({"它", "这个", "it", "that"})


def _sort_the_same(tokens: Sequence[Token], draft: Draft, last: MetricQuery | None) -> None:
    """Lowest ROI first, of spend and ROI by campaign: the same table by that figure."""
    is_of_it = last is not None and bool(last.by) and len(draft.metrics) == 1 and draft.metrics[0] in last.metrics
    if draft.is_sorted and is_of_it:
        draft.rank_metric = draft.metrics[0]
    elif draft.is_sorted and draft.adds_figures and draft.metrics and any(token.text in _THAT for token in tokens):
        draft.rank_metric = draft.metrics[-1]  # 加上销售额,按它排


def _read_what_is_more(tokens: Sequence[Token], draft: Draft, last: MetricQuery | None) -> None:
    """Several figures, or one of several things: none that was asked for goes unanswered."""
    draft.lists_orders = "order_status" in draft.kinds and (
        draft.asks_which == "many" or any(token.text in _LISTING for token in tokens))
    if draft.where and draft.several and not (draft.by or draft.is_apiece or "no_split" in draft.kinds):
        draft.is_apiece = _asks_of_one_after_another(tokens, draft.several[0])
    if "incoming" in draft.all_events:
        for token in tokens:
            token.used = token.used or token.text in _NOT_HERE  # 路上还有多少面膜没到
    if last is not None and draft.bounds and not draft.metrics:
        draft.metrics = changed_to(tokens)
    if last is not None and not draft.metrics:
        read_unsaid(tokens, draft, last)
    if draft.events == ["spent"] and "segment" in draft.where and not any(token.text in _US for token in tokens):
        draft.metrics, draft.unmet = draft.metrics or ["revenue"], []  # 快流失的客户今年花了多少
    if draft.unmet and draft.metrics:
        _settle_unmet(draft)
    if draft.widened and (draft.sets_side_by_side or "of_them" in draft.kinds) and not draft.by:
        draft.by = [name for name in draft.widened if name != "all"][:1]  # all platforms side by side, 所有平台各自的
    if last is not None and draft.metrics and "beside" in draft.kinds:
        draft.adds = draft.adds or not says_more(draft)  # 在途也带上


_QUALIFYING = frozenset({"share_of", "again", "topic", "pace", "count", "part_of"})


def _read_what_qualifies(tokens: Sequence[Token], draft: Draft) -> None:
    """Words that say which figure, or how one stands to another."""
    if "share_of" in draft.kinds:
        read_share_of(tokens, draft)
    elif "again" in draft.kinds:
        named = next(token for token in tokens if token.has("again"))
        named.used = True
        draft.object_to(Refused("unknown_words", {"words": named.text}))  # repeat customers: only their share is kept
    if "topic" in draft.kinds:
        use_topics(tokens, draft)
    if "pace" in draft.kinds:
        use_pace(tokens, draft)
    if draft.is_shared or "count" in draft.kinds:
        read_shares(tokens, draft, EVENT_OF)
    if "part_of" in draft.kinds:
        read_ratio(tokens, draft)


_US = frozenset({"我们", "咱们", "咱", "我", "we", "i"})
_LISTING = LISTED | {"list", "show", "show me", "which"}
_NOT_HERE = frozenset({"没到", "没来", "没到货"})
_WITH = frozenset({"with", "and", "和", "及", "以及"})


def _read_beside(tokens: Sequence[Token], draft: Draft) -> None:
    """Best selling 3 products, show the margin too; 热销前5和毛利: ranked by what sells, the figure stands beside."""
    ranked = next(at for at, token in enumerate(tokens) if token.has("seller"))
    pause = next((at for at in range(ranked + 1, len(tokens)) if tokens[at].has("sep")), len(tokens))
    is_asked_too = bool(draft.asks_which) and any(  # 哪个商品卖得最好,毛利率多少
        token.has("metric") or token.has("vague") for token in tokens[pause:] if not token.names)
    draft.is_beside = bool(draft.metrics) and not draft.rank_metric and (is_asked_too or any(
        token.has("beside") or (token.text in _WITH and any(one.has("metric") for one in tokens[at + 1:at + 5]))
        for at, token in enumerate(tokens) if at > ranked and not token.names))


def _ranks_before_their(tokens: Sequence[Token], draft: Draft) -> bool:
    """Top products and their stock value; top products, also show the margin: ranked by what sells, that beside it."""
    ranked = next((at for at, token in enumerate(tokens) if token.has("rank")), len(tokens))
    added = next((at for at, token in enumerate(tokens) if token.has("add")), 0)
    their = added or next((at for at, token in enumerate(tokens) if token.text.endswith("their")), 0)
    is_named = any(token.has("metric") for token in tokens[:their])
    return ranked < their and not is_named and (added > 0 or all(is_of_stock(one) for one in draft.metrics))


_ANY_FIGURES = {"revenue", "orders", "net_profit"}  # 数据, 情况: says nothing beside a figure that was named


def _says_nothing_beside(possible: Sequence[str], metrics: Sequence[str]) -> bool:
    """成本和销售额 names two figures, of which the first may be several; 花费 beside 推广费 is that."""
    return bool(metrics) and (set(possible) == _ANY_FIGURES or not set(possible).isdisjoint(metrics))


def _is_all_days_of_week(tokens: Sequence[Token], draft: Draft) -> bool:
    """The 星期一到星期天 of 上个月星期一到星期天,按星期几看: what the rows are, and no period."""
    days = [token.senses["weekday"] for token in tokens if token.has("weekday")]
    return "split" in draft.kinds and days == ["1", "7"] and all(
        token.has("weekday") or token.has("range") for token in tokens)


def _are_of_ads(draft: Draft) -> bool:
    """Clicks and spend per campaign; what each campaign cost and its ROI."""
    figures = [METRICS[one] for one in draft.metrics]
    return "campaign" in {*draft.by, *draft.where} and all("campaign" in figure.dimensions for figure in figures)


_SPENDING = frozenset({"spend", "spending", "花费", "花销"})


def _settle_vague(tokens: Sequence[Token], draft: Draft, metrics: Sequence[str], last: MetricQuery | None) -> None:
    """花费 by campaign can only be what ads cost; 费用 after 其他费用 is that."""
    known = [one for one in metrics if last and one in last.metrics]
    if len(known) == 1 and not draft.metrics:
        is_bound = _bound_by(known[0], draft, last)
        draft.metrics, draft.vague = [] if is_bound else known, None
        draft.rank_metric = draft.rank_metric or (known[0] if draft.is_sorted else None)  # 按花费从高到低
        return
    said = {*draft.by, *draft.where, *draft.exclude, *(name for name, _ in draft.bare)} - {"goods", "person"}
    said |= {"campaign"} & {*(last.by if last and not said else ())}  # 加花费, to a list of campaigns
    is_spent = draft.vague is not None and (
        tokens[draft.vague[0]].has("event") or tokens[draft.vague[0]].text in _SPENDING)
    if is_spent and said & {"customer", "segment"} and not any(token.text in {"we", "i"} for token in tokens):
        draft.metrics, draft.vague = ["revenue"], None  # how much did loyal customers spend
        return
    possible = [metric for metric in metrics if said <= METRICS[metric].dimensions]
    if "campaign" in said and not possible:
        possible = ["ad_spend"]  # what each campaign cost
    if said and len(possible) == 1 and possible[0] not in draft.metrics:
        is_bound = _bound_by(possible[0], draft, last)
        draft.metrics += [] if is_bound else possible
        draft.vague = None


def _bound_by(figure: str, draft: Draft, last: MetricQuery | None) -> bool:
    """只看花费超过500的: of what it was found to be; and whether it only chooses rows of the last answer."""
    open_ones = [bound for bound in draft.bounds if bound.metric is None]
    for bound in open_ones:
        bound.metric = figure
    return bool(open_ones and last and last.by) and not (draft.adds or draft.adds_figures)


_AND_WHAT_OF = frozenset({"how about", "what about"})


def _asks_of_one_after_another(tokens: Sequence[Token], dimension: str) -> bool:
    """京东卖了多少,拼多多呢; 卖了多少?那拼多多呢: what is asked stands between the two, so that it is asked of each."""
    named = [at for at, token in enumerate(tokens) if token.used and (
        dimension in token.senses or any(name.dimension == dimension for name in token.names))]
    between = tokens[named[0] + 1:named[-1]] if named else ()
    are_two = any(token.text == "?" for token in between)
    is_apart = any(token.has("sep") for token in between) or (
        bool(named) and 0 < tokens[named[-1] - 1].end < tokens[named[-1]].start and tokens[-1].text == "呢")
    return are_two or (is_apart and any(
        token.has("count") or token.has("metric") or token.text in _AND_WHAT_OF
        for token in between if not token.names))


def _settle_unmet(draft: Draft) -> None:
    """每个计划花了多少钱,投产多少 and 各有多少蜡烛,在途也要: two figures, of which only the second was named."""
    said = {*draft.by, *draft.where, *(name for name, _ in draft.bare)}
    are_of_stock = {is_of_stock(metric) for metric in draft.metrics}
    for one in reversed(draft.unmet):
        is_bare = one.event is None and one.counts <= {"amount"}
        if one.event == "spent" and "campaign" in said:
            figure = "ad_spend"
        elif is_bare and not said & GOODS:
            continue
        elif one.event in {None, "left"} and are_of_stock == {True} and one.counts <= {"amount", "pieces", "goods"}:
            figure = "stock_available"
        elif one.event is None and one.counts == {"pieces"} and are_of_stock == {False}:
            figure = "units"  # 昨天多少单,多少件
        else:
            draft.object_to(Unclear("unsure_about", {"words": one.words}))
            continue
        if figure not in draft.metrics:
            draft.metrics.insert(one.place, figure)


_WHEN = frozenset({"什么时候", "几时", "多久", "哪天", "when", "when will", "how soon", "how long", *(
    f"{asked} {word}" for asked in ("how long", "how many days", "days")
    for word in ("until", "till", "before", "til"))})


def _settle_when(tokens: Sequence[Token], draft: Draft) -> None:
    """咖啡壶什么时候断货, run out in under 7 days: asks for days, not whether it is out of stock."""
    if draft.feature == "out_of_stock" and not draft.metrics and any(bound.unit == "day" for bound in draft.bounds):
        draft.feature, draft.metrics = None, ["days_of_cover"]
        return
    if any(token.text in _WHEN for token in tokens) or _asks_days_until(tokens):
        draft.feature, draft.metrics = None, ["days_of_cover"]
    elif any(token.senses.get("count") == "days" for token in tokens):
        draft.object_to(Unclear("two_questions"))  # 卖光几天了
    if draft.feature in STOCK_LISTS and draft.by == ["warehouse"] and draft.asks_which == "one" and not draft.is_ranked:
        draft.feature, draft.metrics = None, ["stock_available"]  # 哪个仓库存少
        draft.is_ranked, draft.direction = True, Direction.ASC


def _asks_days_until(tokens: Sequence[Token]) -> bool:
    """几天能卖光; 卖光几天了 asks for the days since."""
    at = next((at for at, token in enumerate(tokens) if token.has("feature")), 0)
    return any(token.senses.get("count") == "days" and not token.text.isascii() for token in tokens[:at])
