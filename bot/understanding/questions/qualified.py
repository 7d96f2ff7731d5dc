"""Figures that qualify one another: what is taken off first, a rate where a sum was named, words that say whose."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from bot.understanding.questions.draft import STOCK_LISTS, Draft, next_content
from bot.understanding.readings import Refused, Unclear
from bot.understanding.text.lexicon import lexicon
from bot.understanding.text.scan import Token
from domain.metrics.catalog import METRICS, Unit

# What is taken off × what was asked for = a figure; of other figures nothing is taken.
_TAKEN_OFF: Mapping[str, Mapping[str, str]] = {
    "refunds": {"revenue": "net_revenue", "net_revenue": "net_revenue"},
    "goods": {"net_profit": "gross_profit", "gross_profit": "gross_profit", "balance": "gross_profit"},
    "costs": {"net_profit": "net_profit", "net_margin": "net_margin", "balance": "net_profit"},
}
_OF_PROFIT = frozenset({"goods", "costs"})
_ASKS = ("多少", "多少钱", "几块", "几个钱", "几块钱")
_QUALIFIES = frozenset({"投流"})  # whose orders, clicks: no figure beside them
_APIECE = ("一", "每", "单", "平均")
_OF_ADS = ("ad_", "roi")
_COSTS = frozenset({"shipping_cost", "ad_spend", "platform_fees", "expenses", "cogs", "discount", "refund_amount"})
_INCOME = frozenset({"收入", "营收", "流水", "income", "revenue"})
# What happened that only leads up to the figure: 毛利赚了多少, 发货花了多少运费.
LEADS_TO = {"earned": frozenset({"gross_profit", "gross_margin", "net_margin"}),
            "shipped": frozenset({"shipping_cost"})}


DENYING = frozenset({"not_this", "in_place_of"})


def leave_out_denied(tokens: Sequence[Token], draft: Draft) -> None:
    """客单价,不是客户数; orders instead of revenue: the figure behind is not wanted."""
    for at, token in enumerate(tokens):
        behind = next_content(tokens, at + 1)
        is_denied = token.has("not_this") and (  # not gross sales, the net ones; by revenue, not units
            not token.text.isascii() or (draft.has_last and _stands_behind_figure(tokens, at)))
        if token.used or behind == len(tokens) or not (is_denied or token.has("in_place_of")):
            continue
        figure = tokens[behind]
        if figure.has("metric") or figure.has("vague") or figure.senses.get("count") in {"money", "orders"}:
            draft.denied += [figure.senses["metric"]] if figure.has("metric") else []
            token.used = figure.used = draft.follows = True  # 不看钱,看单量


def _stands_behind_figure(tokens: Sequence[Token], at: int) -> bool:
    """By revenue, not units: what is wanted was named before the comma."""
    before = tokens[:at] if at > 1 and tokens[at - 1].has("sep") else ()
    return any(token.has("metric") and not token.names for token in before)


def left_is_earned(tokens: Iterable[Token]) -> bool:
    """扣掉货本还剩多少: money is left then, no goods."""
    return any(token.senses.get("less") in _OF_PROFIT and not token.names for token in tokens)


def take_off(tokens: Sequence[Token], draft: Draft) -> None:
    """扣掉退款上个月卖了多少: the net figure. 扣掉退款单 takes off orders, which is not understood."""
    for at, token in enumerate(tokens):
        table = _TAKEN_OFF[token.senses["less"]] if token.has("less") and not token.names else {}
        takes_orders = at + 1 < len(tokens) and tokens[at + 1].senses.get("count") == "orders"
        if table.keys() & set(draft.metrics) and not takes_orders:
            token.used = True
            draft.metrics = [table.get(metric, metric) for metric in draft.metrics]


def _leave_out_object(tokens: Sequence[Token], draft: Draft) -> None:
    """Cash tied up in 女装 inventory: what the money is in, no figure beside it."""
    valued = next((at for at, token in enumerate(tokens) if token.senses.get("metric") == "stock_value"
                   and token.text.endswith((" in", " of"))), None)
    if valued is None or "stock_available" not in draft.metrics:
        return
    behind = next((token for token in tokens[valued + 1:] if token.has("metric") and not token.names), None)
    if behind is not None and behind.text in _STOCK:
        draft.metrics.remove("stock_available")


_STOCK = frozenset({"stock", "inventory", "the stock", "the inventory"})


_LEFT, _JOINED = frozenset({"left", "earned"}), frozenset({"metric", "event"})


_LASTING = frozenset({"stock_available", "stock_on_hand", "days_of_cover", "orders_overdue"})


def object_to_joined(tokens: Sequence[Token], draft: Draft) -> None:
    """平台收了多少广告费, 投流成交额, 扣掉运费还剩多少: the one only qualifies the other."""
    if "new_customers" in draft.metrics and (
            (len(draft.metrics) > 1 and _are_of_new_customers(tokens)) or _goes_to_new_customers(tokens)):
        draft.object_to(Unclear("which_figure_of_two", {"metric": "new_customers"}))  # 新客贡献的销售额
    if "stock_value" in draft.metrics:
        _leave_out_object(tokens, draft)
    if draft.all_events == ["lasts"] and draft.metrics and not _LASTING & set(draft.metrics) and any(
            token.text == "last" for token in tokens):
        draft.object_to(Unclear("unsure_about", {"words": "last"}))  # last net revenue
    figures = [at for at, token in enumerate(tokens) if "metric" in token.senses and at and not token.names]
    for at in figures:
        before, after = tokens[at - 2], tokens[at]
        if tokens[at - 1].text == "的" and at > 1 and not before.names and (
                before.senses.get("metric", after.senses["metric"]) != after.senses["metric"]) and (
                {before.senses["metric"], after.senses["metric"]} <= set(draft.metrics)):
            draft.object_to(Unclear("which_figure_of_two", {"metric": after.senses["metric"]}))  # 退款的订单金额
    for at in figures:
        before, after, metric = tokens[at - 1], tokens[at], tokens[at].senses["metric"]
        is_income = after.text in _INCOME and before.senses.get("metric") in _COSTS  # 运费收入, freight income
        if before.names or (before.end != after.start and not is_income) or (
                _JOINED.isdisjoint(before.senses) and before.text not in _QUALIFIES):
            continue
        named = before.senses.get("metric", metric)
        is_asked = named != metric and before.text.endswith(_ASKS)
        is_part = (before.text in _QUALIFIES and not metric.startswith(_OF_ADS)) or (
            named == "aov" != metric and before.text.startswith(_APIECE))  # 一单平均运费
        is_less = before.senses.get("event") == "charged" and before.text.startswith("扣") and (
            len(draft.metrics) > 1 or not _LEFT.isdisjoint(draft.all_events))
        if is_asked or is_part or is_less or is_income:
            draft.object_to(Unclear("which_figure_of_two", {"metric": metric}))
        elif before.text in _QUALIFIES and named in draft.metrics and draft.metrics != [named]:
            draft.metrics.remove(named)  # 投流ROI


def read_shares(tokens: Sequence[Token], draft: Draft, event_of: Mapping[str, str]) -> None:
    """毛利占比 is the margin; 京东毛利占几成 may be that or JD's part of the whole."""
    mentioned = any(name != "customer" for name, _ in draft.bare)
    is_of_part = bool(draft.by or draft.where or draft.exclude or mentioned or draft.follows)
    if draft.is_shared and not is_of_part and len(draft.metrics) == 1:
        metric = draft.metrics[0]
        event = event_of.get(metric, "")
        rate = metric if METRICS[metric].unit is Unit.RATE else lexicon().combine.get(event, {}).get("percent")
        if rate:
            draft.metrics, draft.is_shared = [rate], False
    if is_of_part and not draft.follows:
        for token in tokens:
            if token.senses.get("count") == "percent" and token.text.startswith("占"):
                draft.object_to(Unclear("unsure_about", {"words": token.text}))


def use_topics(tokens: Sequence[Token], draft: Draft) -> None:
    """推广 in 推广费花了多少推广: explained when its figure is asked for."""
    for at, token in enumerate(tokens):
        if token.used or not token.has("topic"):
            continue
        topic = token.senses["topic"]
        near = next_content(tokens, at + 1)
        beside = tokens[near].senses.get("metric", "") if near < len(tokens) else ""
        is_of_ads = any(metric.startswith(_OF_ADS) for metric in (beside, *draft.metrics))
        if not draft.metrics and topic == "ad_spend" and draft.by == ["campaign"]:
            draft.metrics.append(topic)  # 推广按计划拆一下
        token.used = topic in draft.metrics or (topic == "ad_spend" and is_of_ads)


_BROUGHT = ("贡献", "带来")  # 新客贡献的销售额: a part of the second figure, not two


def _are_of_new_customers(tokens: Sequence[Token]) -> bool:
    """新客贡献的销售额, revenue from new customers: not two figures."""
    return any(token.text.startswith(_BROUGHT) for token in tokens) or any(
        before.text in _PREPOSITIONS and after.senses.get("metric") == "new_customers"
        for before, after in pairwise(tokens))


def _goes_to_new_customers(tokens: Sequence[Token]) -> bool:
    """How much did we sell to new customers: not how many they were."""
    at = next((at for at, token in enumerate(tokens) if token.senses.get("metric") == "new_customers"), 0)
    return at > 0 and tokens[at - 1].text == "to" and any(token.text == "how much" for token in tokens[:at])


_PREPOSITIONS = frozenset({"from", "of", "by", "for"})


_OF_PACE = frozenset({"days_of_cover", "reorder_quantity"})


def use_pace(tokens: Sequence[Token], draft: Draft) -> None:
    """照这么卖 beside how long it lasts; 照这么卖这个月卖多少 asks for a forecast."""
    is_meant = (bool(draft.metrics) and set(draft.metrics) <= _OF_PACE) or (
        draft.feature in STOCK_LISTS and not draft.metrics)
    for token in tokens:
        if token.has("pace") and not token.names:
            token.used = True
            if not is_meant:
                draft.object_to(Refused("off_forecast"))
