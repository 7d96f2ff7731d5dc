"""Whether a message goes on from the question before it: 那上周呢 does, 昨天京东卖了多少 does not."""

from bot.understanding.questions.counting import FITS
from bot.understanding.questions.draft import Draft, is_of_stock
from domain.metrics.catalog import METRICS
from domain.metrics.measures import GOODS
from domain.metrics.query import MetricQuery


def continues(draft: Draft, last: MetricQuery | None) -> bool:
    """Whether the message is only understood together with the question before it."""
    if last is None or draft.is_empty:
        return False
    if draft.span and draft.span.before:
        return True
    if draft.points_back and _GOODS.isdisjoint((*draft.where, *draft.by, *(name for name, _ in draft.bare))):
        return True
    if not (draft.metrics or draft.seller or draft.feature or any(bound.metric for bound in draft.bounds)):
        if _ranks_by_itself(draft, last):
            return False
        # 谁买得最多 after a question about stock is a question of its own: nothing of today's stock was bought
        return not (draft.vague or (draft.all_events and all(METRICS[name].is_of_the_moment for name in last.metrics)))
    if _is_aside(draft):
        return False
    if draft.follows or draft.adds or draft.adds_figures or draft.adds_values:
        return True
    return (draft.nests or draft.uncompared or not says_more(draft)
            or _lacks_its_goods(draft, last) or _asks_which_of_it(draft, last) or _sorts_its_rows(draft, last)
            or _is_of_its_rows(draft, last) or _is_of_each_row(draft, last) or counts_the_same(draft, last)
            or _says_no_time(draft, last))


def _is_aside(draft: Draft) -> bool:
    """对了,现在有几单待发货: a question of its own; 对了,京东呢 is none, and of goods those spoken of may be meant."""
    are_of_now = all(METRICS[one].is_of_the_moment and not is_of_stock(one) for one in draft.metrics)
    goes_on = draft.follows or draft.adds or draft.adds_figures or draft.nests or draft.points_back
    return "aside" in draft.kinds and bool(draft.metrics) and are_of_now and not goes_on


def _ranks_by_itself(draft: Draft, last: MetricQuery) -> bool:
    """Top 5 customers this year after a single figure: complete without it, and ranked by what they paid."""
    names_buyers = any(name == "customer" for name, _ in draft.bare) or draft.by == ["customer"]
    is_complete = draft.is_ranked and draft.span and "rank" in draft.kinds and "customer" not in last.by
    return bool(names_buyers and is_complete) and not (
        draft.follows or draft.adds or draft.where or draft.rank_metric)


def _lacks_its_goods(draft: Draft, last: MetricQuery) -> bool:
    """上个月卖了多少件 after 面膜还有多少: pieces of what was said before."""
    are_pieces = draft.metrics == ["units"] or (
        draft.where.keys() == {"warehouse"} and all(is_of_stock(one) for one in draft.metrics))
    is_elsewhere = draft.where.keys() <= {"warehouse"}  # 上海仓放了几条
    if draft.by == ["sku"] and "product" in last.where and not draft.where:
        return True  # 哪个颜色卖得最好
    says_of_what = draft.exclude or draft.by or draft.bare or draft.is_ranked or draft.lists_rows
    return are_pieces and is_elsewhere and not says_of_what and bool({"product", "sku"} & last.where.keys())


def _says_no_time(draft: Draft, last: MetricQuery) -> bool:
    """抖音退了几单 after 昨天哪个平台退得多: of the time that is spoken of, where the figure has one.

    So are the rows that a bound chooses: 哪些店退款率超过5%.
    """
    asks_of_sales = draft.seller and draft.asks_which and not draft.metrics and set(last.metrics) <= SALES
    sold = ("units",) if asks_of_sales else ()  # 女装里面哪款卖得最好
    figures = (*sold, *draft.metrics, *(bound.metric for bound in draft.bounds if bound.metric))
    takes_time = any(not METRICS[one].is_of_the_moment for one in figures)
    return takes_time and last.period is not None and not (draft.span or draft.other)


def counts_the_same(draft: Draft, last: MetricQuery) -> bool:
    """拼多多的有几单, 一共多少单 after 还有几单没付款: of the figure just given, which is counted so."""
    of_else = (draft.span, draft.by, draft.bare, draft.bounds, draft.feature, draft.all_events, draft.is_ranked)
    is_told = draft.where or not says_more(draft)
    return bool(draft.counted and is_told) and FITS[draft.counted or ""](last.metrics[0]) and not any(of_else)


def _sorts_its_rows(draft: Draft, last: MetricQuery) -> bool:
    """By units, please: the list just given by another figure."""
    of_else = (draft.span, draft.where, draft.exclude, draft.by, draft.bare, draft.bounds, draft.feature)
    return bool(draft.rank_metric and last.by) and set(draft.metrics) == {draft.rank_metric} and not any(of_else)


def _is_of_its_rows(draft: Draft, last: MetricQuery) -> bool:
    """Only the ones with ROI under 2, lowest ROI of those: of the rows just given, where none are named."""
    of_else = (draft.span, draft.where, draft.exclude, draft.feature, draft.seller, draft.other)
    figures = {*draft.metrics, *(bound.metric for bound in draft.bounds if bound.metric)}
    if rows := {*draft.by, *(name for name, _ in draft.bare)}:  # only campaigns with ROI above 3
        return bool(draft.bounds) and rows <= {*last.by} and figures <= {*last.metrics} and not any(of_else)
    is_kind = all(METRICS[one].is_of_the_moment is METRICS[last.metrics[0]].is_of_the_moment for one in figures)
    return bool(last.by and (draft.bounds or draft.is_ranked) and figures) and is_kind and not any(of_else)


def _is_of_each_row(draft: Draft, last: MetricQuery) -> bool:
    """每个毛利率多少: of each row just given."""
    of_else = (draft.span, draft.where, draft.exclude, draft.by, draft.bare, draft.bounds, draft.feature, draft.other,
               draft.compare, draft.is_ranked, draft.is_shared, draft.said_of)
    return bool(draft.is_apiece and last.by) and not any(of_else)


_GOODS = GOODS | {"goods"}
SALES = frozenset({"revenue", "orders", "units"})
SELLING = SALES | {"net_revenue", "customers", "gross_profit", "net_profit"}


def _asks_which_of_it(draft: Draft, last: MetricQuery) -> bool:
    """哪个商品卖得最多 after 上周抖音卖了几件: which part of what was just asked about, named or not."""
    if "person" in draft.by and draft.all_events and tuple(draft.metrics) == last.metrics and not draft.span:
        return not (draft.where or draft.exclude or draft.bounds)  # 谁发的 after 昨天发了多少单
    is_same = bool(draft.metrics) and tuple(draft.metrics) == last.metrics and not draft.rank_metric
    if is_same and draft.asks_which and draft.is_ranked and not (
            draft.span or draft.where or draft.exclude or draft.other or draft.is_versus):
        return True  # 哪个店退款率最高 after 上周退款率
    is_verb = (draft.seller or draft.all_events == ["sold"]) and set(draft.metrics) <= SALES
    of_else = (draft.span, draft.where, draft.exclude, draft.bounds, draft.feature, draft.compare, draft.other,
               draft.is_versus, draft.wants_trend)
    return bool(is_verb and draft.asks_which and draft.is_ranked) and not any(of_else) and (
        not last.by and set(last.metrics) <= SALES)


def says_more(draft: Draft) -> bool:
    """Whether more than figures is said."""
    return any((draft.span, draft.where, draft.exclude, draft.by, draft.bounds, draft.is_ranked, draft.is_sorted,
                draft.feature, draft.wants_trend, draft.compare, draft.other, draft.is_versus, draft.bare,
                draft.is_apiece, draft.is_shared))
