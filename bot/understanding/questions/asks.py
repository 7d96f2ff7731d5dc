"""A question from its parts: what was left unsaid is filled in by the shop's conventions, or asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bot.understanding.questions.comparisons import base_for, kind_of, kind_of_same_span
from bot.understanding.questions.draft import REORDER_LISTS, STOCK_LISTS, Bound, Draft, is_of_stock
from bot.understanding.readings import Refused, Unclear
from bot.understanding.time import almanac
from bot.understanding.time.periods import Span
from domain.metrics.catalog import DIMENSIONS, METRICS, Unit
from domain.metrics.measures import GOODS, Source
from domain.metrics.periods import Grain, Period
from domain.metrics.query import REORDER_POINT, Compare, Direction, Having, ImpossibleQuery, MetricQuery, Order, check
from domain.money import to_minor

# The rows of which those of a dimension are made up.
WITHIN: Mapping[str, tuple[str, ...]] = {"category": ("product", "sku"), "product": ("sku",), "platform": ("shop",)}
TREND_DAYS = 30  # 走势 without a period
DEFAULT_LIMIT = 10
LONGEST_BY_DAY = 92  # days of a chart by the day; what is longer is by the month
# Where costs of the whole shop cannot be told apart, the profit before them can.
NEAREST = {"net_profit": "gross_profit", "net_margin": "gross_margin"}
_GOODS = {"product", "sku", "goods"}
_BUYING = {"customer", "segment", "person"}
_HANDED_OUT = {Source.SHIPMENTS, Source.SIGNED}
_UNIT_METRICS = {"order": "orders", "person": "customers", "day": "days_of_cover", "hour": "ship_hours"}


class Trouble(Exception):
    """The question cannot be completed; what to say instead."""

    def __init__(self, reading: Unclear | Refused) -> None:
        super().__init__(reading.key)
        self.reading = reading


@dataclass(slots=True)
class Setting:
    """What every question is asked in: the day it is, the base currency."""

    today: date
    currency: str


def question(draft: Draft, setting: Setting) -> MetricQuery:
    """The typed question of a message that stands alone. Raises Trouble."""
    _answer_whether(draft)
    metrics = _metrics(draft)
    by = _by(draft, metrics)
    if set(metrics) <= {"customers", "orders"} and "hour" in by and (draft.asks_which or draft.is_ranked):
        metrics = ["orders"]  # 几点下单的人最多: whose orders they are is not kept by the hour
    if metrics == ["net_profit"] and "earned" in draft.all_events and {*by, *draft.where, *draft.exclude} & GOODS:
        metrics = ["gross_profit"]  # 最赚钱的商品: ads and other expenses are of no goods
    if by and draft.lists_losers:
        draft.bounds.append(Bound("<", Decimal(0), None, "net_profit"))
    bounds = _bounds(draft, metrics, by, setting)
    period = period_of(draft, metrics, by, setting)
    if draft.wants_chart and period and not (by or draft.compare or draft.is_versus or draft.other or draft.same_unit):
        by = _along(period)  # draw me a chart of revenue for the last 14 days
    query = MetricQuery(
        metrics=tuple(metrics), by=tuple(by), where=_frozen(draft.where), exclude=_frozen(draft.exclude), period=period,
        compare=comparison(draft, period), having=tuple(bounds), order=_order(draft, metrics, by),
        limit=_limit(draft))
    return checked(query)


def _along(period: Period) -> list[str]:
    """What a chart of one figure shows it by."""
    return [] if period.days <= 1 else ["day"] if period.days <= LONGEST_BY_DAY else ["month"]


def _answer_whether(draft: Draft) -> None:
    """Did revenue exceed 20k yesterday: the figure says so, where no rows are asked for that it could hold of."""
    if not draft.asks_whether:
        return
    names_rows = draft.by or draft.bare or draft.several or draft.is_ranked or draft.asks_which or draft.feature
    figures = [bound.metric for bound in draft.bounds if bound.metric]
    if len(figures) == len(draft.bounds) == 1 and not names_rows:
        draft.metrics, draft.bounds = draft.metrics or figures, []


def checked(query: MetricQuery) -> MetricQuery:
    """The question itself. Raises Trouble when no data can answer it."""
    try:
        check(query)
    except ImpossibleQuery as error:
        facts = {name: str(fact) for name, fact in error.facts.items()}
        key = error.key or "impossible"
        if key == "not_by" and (gross := NEAREST.get(facts.get("metric", ""))) and (
                facts["dimension"] in METRICS[gross].dimensions):
            key = "net_not_by"
        raise Trouble(Refused(key, facts)) from error
    return query


def _frozen(filters: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {dimension: tuple(values) for dimension, values in filters.items()} if filters else {}


def _metrics(draft: Draft) -> list[str]:
    """The figures that were named; else those that the bounds are on; else the one that the rest implies."""
    if draft.metrics and not draft.rank_metric:
        beside = [*_implied(draft)[:1], *draft.metrics] if draft.is_beside else draft.metrics
        return list(dict.fromkeys(beside))
    bounded = list(dict.fromkeys(bound.metric for bound in draft.bounds if bound.metric))
    metrics = list(draft.metrics) or bounded or _implied(draft)
    if not metrics and draft.bounds:
        metrics = [_metric_of_unit(draft.bounds[0], draft)]
    if not (metrics or draft.rank_metric):
        raise Trouble(Unclear("which_figure"))
    if draft.rank_metric and draft.rank_metric not in metrics:
        metrics.append(draft.rank_metric)
    return metrics


def _implied(draft: Draft) -> list[str]:
    """断货 is about stock, 热销 about units, 花钱最多的客户 about what they paid."""
    rows = _rows_named(draft)
    is_top = draft.is_ranked and draft.direction is not Direction.ASC
    if draft.feature in STOCK_LISTS:
        return ["stock_available"]
    if draft.implied:
        return [draft.implied]
    if draft.is_ranked and rows & _GOODS and draft.span is None and (
            "warehouse" in {*rows, *draft.where} or {"on_hand", "left"} & set(draft.events)):
        return ["stock_available"]  # 哪个仓货最多, 哪种货压得最多
    if draft.seller or (is_top and rows & _GOODS):
        are_shops = any(len(draft.where.get(one, ())) > 1 for one in ("platform", "shop"))
        return ["revenue" if are_shops and not rows & _GOODS else "units"]  # JD or Douyin, who sold more
    if "rank" in draft.kinds and is_top and "customer" in rows and not (draft.all_events or "extreme" in draft.kinds):
        return ["revenue"]  # top 10 customers
    is_most_bought = draft.events == ["bought"] and is_top and not rows  # who bought the most
    if is_most_bought or ({"spent", "bought"} & set(draft.events) and rows & {*_BUYING, "province"}):
        return ["revenue"]
    if "spent" in draft.events and "campaign" in {*rows, *draft.where}:
        return ["ad_spend"]
    if (draft.asks_amount or draft.is_apiece or "warehouse" in draft.by) and not (draft.all_events or draft.span) and (
            {"warehouse", "product", "sku"} & {*(rows if draft.asks_amount or draft.is_apiece else ()), *draft.where}):
        return ["stock_available"]  # 华东仓有多少YS-01-M, 口红在哪个仓
    if "account" in {*rows, *draft.where} and not (draft.all_events or draft.span):
        return ["balance"]  # what's in each account
    return ["orders"] if rows == {"order_status"} else []


def _rows_named(draft: Draft) -> set[str]:
    return {*draft.by, *(name for name, _ in draft.bare), *([draft.said_of[0]] if draft.said_of else ())}


def _metric_of_unit(bound: Bound, draft: Draft) -> str:
    """少于10件 without a figure is about what is left; 超过50单 about orders."""
    metric = _UNIT_METRICS.get(bound.unit or "")
    if metric is None and (bound.unit == "piece" or "left" in draft.events):
        metric = "units" if draft.span and draft.span.before is None else "stock_available"
    if metric is None:
        raise Trouble(Unclear("which_figure"))
    return metric


def _by(draft: Draft, metrics: list[str]) -> list[str]:
    if not (draft.by or draft.bare or draft.wants_trend or draft.asks_which or draft.is_versus or draft.lists_rows):
        return []
    many = draft.several
    if "person" in draft.by and many:  # 京东和拼多多谁的毛利率高: one of the two
        draft.by, draft.asks_which = many[:1], "one"
    by = [_dimension(name, metrics, draft) for name in draft.by]
    if draft.wants_trend and not any(DIMENSIONS[name].is_time for name in by):
        by.insert(0, "day")
    if draft.lists_rows and not by:
        by = [_dimension(name, metrics, draft) for name, _ in draft.bare]
    if by and many and draft.is_apiece and {many[0], *WITHIN.get(many[0], ())}.isdisjoint(by):
        by.insert(0, many[0])  # 耳机和充电器各卖几件,分平台; but 女装和男装里断货的SKU各在途多少
    if not by and many and (draft.is_apiece or draft.asks_which or draft.is_versus):
        by = many[:1]  # 天猫和京东哪个卖得多
    if draft.is_apiece and not by:
        by = _apiece(draft, metrics)
    if not by and (draft.is_shared or (draft.is_apiece and len(metrics) < 2)):
        raise Trouble(Unclear("which_split"))
    lists_goods = draft.asks_which == "many" and all(is_of_stock(metric) for metric in metrics)  # 没到货的有哪些
    if not by and (lists_goods or draft.is_ranked or draft.is_sorted or draft.bounds or draft.feature):
        by = _default_by(draft, metrics)
    return _each_sku(by) if draft.feature in REORDER_LISTS else list(dict.fromkeys(by))


def _each_sku(by: list[str]) -> list[str]:
    """Reorder points are of SKUs: 快卖完的有哪些,分仓看 is each of them by warehouse."""
    return by if "sku" in by else ["sku", *(name for name in by if name == "warehouse")]


def _apiece(draft: Draft, metrics: list[str]) -> list[str]:
    """What 各是多少 is said of, where no split is named."""
    if draft.said_of:
        return [draft.said_of[0]]  # 六个店上月各卖了多少
    if len(draft.exclude) == 1:
        return list(draft.exclude)  # 除了独立站,其他店铺各是多少
    return ["account"] if metrics == ["balance"] else []


def _dimension(name: str, metrics: list[str], draft: Draft) -> str:
    """货 is a SKU in the warehouse and a product in sales; 谁 hands parcels out or buys."""
    if name == "goods":
        return "sku" if is_of_stock(metrics[0]) else "product"
    if name == "person":
        if METRICS[metrics[0]].sources & _HANDED_OUT:
            return "staff"
        if not {"bought", "spent", "ordered", "refunded"} & set(draft.all_events):
            raise Trouble(Unclear("who"))
        return "customer"
    return name


def _default_by(draft: Draft, metrics: list[str]) -> list[str]:
    if draft.feature or all(is_of_stock(metric) for metric in metrics):
        return ["sku"]
    is_of_goods = metrics[0] in {"units", "gross_margin"}
    if draft.is_ranked and draft.asks_which == "one" and "category" in draft.where:
        return ["product"]  # 男装里销量最差的是哪个
    if draft.seller or (draft.bounds and is_of_goods) or (draft.limit and metrics[0] == "units"):  # 销量top5
        return ["product"]
    if "spent" in draft.events or draft.events == ["bought"]:
        return ["customer"]
    raise Trouble(Unclear("which_split"))


def _bounds(draft: Draft, metrics: list[str], by: list[str], setting: Setting) -> list[Having]:
    if not (draft.bounds or draft.feature):
        return []
    if any(_may_be_pieces(bound, metrics, draft) for bound in draft.bounds):
        raise Trouble(Unclear("bound_misfit"))
    found = [Having(metric, bound.op, bound_value(bound, metric, setting))
             for bound in draft.bounds for metric in [bound.metric or _bounded_metric(bound, metrics)]]
    if draft.feature == "out_of_stock":
        found.append(Having("stock_available", "<=", 0))
    elif draft.feature in REORDER_LISTS:
        found.append(Having("stock_available", REORDER_LISTS[draft.feature], REORDER_POINT))
    if found and not by:
        raise Trouble(Unclear("which_split"))
    return found


_FEW = 1000


def _may_be_pieces(bound: Bound, metrics: list[str], draft: Draft) -> bool:
    """Products that sold over 100: pieces or money?"""
    is_bare = bound.unit is None and bound.metric is None and bound.value < _FEW
    return is_bare and metrics == ["revenue"] and "sold" in draft.all_events and "metric" not in draft.kinds and bool(
        {*draft.by, *(name for name, _ in draft.bare)} & _GOODS)


def _bounded_metric(bound: Bound, metrics: list[str]) -> str:
    """The metric that is counted in the unit of the bound."""
    wanted = {"money": Unit.MONEY, "percent": Unit.RATE, "day": Unit.DAYS, "hour": Unit.HOURS,
              "piece": Unit.COUNT, "order": Unit.COUNT, "person": Unit.COUNT}.get(bound.unit or "")
    for metric in metrics:
        if wanted is None or METRICS[metric].unit is wanted:
            return metric
    raise Trouble(Unclear("bound_misfit"))


def bound_value(bound: Bound, metric: str, setting: Setting) -> float | int:
    unit = METRICS[metric].unit
    fits = {Unit.MONEY: {None, "money"}, Unit.RATE: {None, "percent"}, Unit.RATIO: {None, "percent"},
            Unit.DAYS: {None, "day"}, Unit.HOURS: {None, "hour"}, Unit.COUNT: {None, "piece", "order", "person"}}[unit]
    if bound.unit not in fits:
        raise Trouble(Unclear("bound_misfit"))
    if unit is Unit.MONEY:
        return to_minor(bound.value, setting.currency)
    if bound.unit == "percent" or (unit is Unit.RATE and bound.value > 1):
        return float(bound.value / 100)
    return int(bound.value) if bound.value == bound.value.to_integral_value() else float(bound.value)


def period_of(draft: Draft, metrics: list[str], by: Sequence[str], setting: Setting) -> Period | None:
    """The period said, or the one that convention gives; None for figures of the moment."""
    moments = [METRICS[metric].is_of_the_moment for metric in metrics]
    is_lately = draft.span is not None and draft.span.problem == "vague_lately"
    if is_lately and not all(moments):
        raise Trouble(Unclear("vague_period"))
    if all(moments):
        if draft.span and not is_lately and not _is_today(draft, setting):
            raise Trouble(Refused("no_history", {"metric": metrics[0]}))
        is_beside = draft.is_versus and (draft.several or draft.said_of)
        if (draft.compare and not is_beside) or draft.other or draft.same_unit:
            raise Trouble(Refused("no_history", {"metric": metrics[0]}))
        return None
    if any(moments):
        raise Trouble(Unclear("mixed_time"))
    if draft.span and draft.span.before is None:
        return draft.span.period(setting.today)
    if draft.other and draft.other.before != "any":
        return base_for(draft.other, setting.today)
    if draft.lists_orders and _OPEN.issuperset(draft.where.get("order_status", ["none"])):
        raise Trouble(Unclear("vague_period"))  # held since when? hardly since this morning
    if draft.same_unit in {"week", "month", "year_month"}:
        (start, end), grain = almanac.unit(draft.same_unit.removeprefix("year_"), 0, setting.today)
        return Span(0, 0, start, end, grain).period(setting.today)  # 比上月同期多卖了多少
    return _usual_period(by, setting.today)


_OPEN = frozenset({"held", "after_sale", "partly_shipped"})


def _is_today(draft: Draft, setting: Setting) -> bool:
    return bool(draft.span and draft.span.start == setting.today and draft.span.grain is Grain.DAY)


def _usual_period(by: Sequence[str], today: date) -> Period:
    if "day" in by:
        return Period(today - timedelta(days=TREND_DAYS), today)
    if {"week", "month", "weekday"} & set(by):
        raise Trouble(Unclear("vague_period"))
    return Period(today, today + timedelta(days=1), Grain.DAY)


def comparison(draft: Draft, period: Period | None) -> Compare | None:
    """What the figures are set beside. Raises Trouble for periods that are neither the one before nor a year before."""
    if period is None:
        return None
    kind = draft.compare
    if draft.is_versus and (draft.several or draft.said_of or draft.is_beside_each_other) and not draft.other:
        return None  # 京东比拼多多, 两个仓对比一下, 各店销售额对比: side by side, not beside another time
    if draft.other:
        kind = kind_of(period, draft.other)
    elif draft.same_unit:
        kind = kind_of_same_span(period, draft.same_unit)
    elif draft.is_versus and not kind:
        kind = Compare.PREVIOUS_PERIOD
    if kind is None and (draft.other or draft.same_unit):
        raise Trouble(Unclear("compare_kinds"))
    return kind


def _order(draft: Draft, metrics: list[str], by: list[str]) -> tuple[Order, ...]:
    direction = direction_of(draft, draft.rank_metric or metrics[0])
    if direction is None or not by:
        return ()
    return (Order(draft.rank_metric or metrics[0], direction),)


def direction_of(draft: Draft, metric: str) -> Direction | None:
    """Largest or smallest first. The best refund rate may be the lowest: asked."""
    if draft.quality:
        if METRICS[metric].rising_is_good is False:
            raise Trouble(Unclear("best_or_most", {"metric": metric}))
        return Direction.DESC if draft.quality == "best" else Direction.ASC
    if draft.direction is None and (draft.is_ranked or draft.is_sorted or draft.limit):
        return Direction.DESC
    if draft.direction and "lost" in draft.all_events:  # 亏得最多 is the lowest profit
        return Direction.DESC if draft.direction is Direction.ASC else Direction.ASC
    return draft.direction


def _limit(draft: Draft) -> int | None:
    if not draft.is_ranked:
        return None
    return draft.limit or (1 if draft.asks_which == "one" else DEFAULT_LIMIT)


