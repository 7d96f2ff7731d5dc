"""What an answer rests on, in a few short lines: coverage, freshness, definition."""

from datetime import date, datetime, timedelta

from bot.rendering.amounts import count, money
from bot.rendering.dates import clock, day
from bot.rendering.labels import metric_name
from bot.rendering.messages import say
from domain.metrics.catalog import METRICS
from domain.metrics.measures import GOODS
from domain.metrics.result import Coverage, ResultTable
from domain.people import Permission

# Shops synced this close together are told as one moment.
_SAME_MOMENT = timedelta(minutes=15)
_MAX_DEFINITIONS = 2  # more would outweigh the answer


def footing(table: ResultTable, *, language: str, at: datetime) -> list[str]:
    """Lines below the figures."""
    lines = [coverage_line(table, language), _base(table, language, at.date()), _of_goods(table.coverage, language),
             freshness(table.coverage, language=language, at=at), _definitions(table.query.metrics, language)]
    return [line for line in lines if line]


def coverage_line(table: ResultTable, language: str) -> str:
    """计入 86 单;3 行 ¥812.00 缺成本,成本未计入,利润偏高; empty when there is nothing to tell."""
    coverage, currency = table.coverage, _currency(table)
    parts = []
    if coverage.orders and table.query.metrics != ("orders",):
        parts.append(say("rests_on.orders", language, n=count(coverage.orders)))
    if coverage.lines_without_cost and _needs_cost(table.query.metrics):
        parts.append(say("rests_on.without_cost", language, n=count(coverage.lines_without_cost),
                         amount=_amount(coverage.amount_without_cost, currency, table.query.metrics),
                         so=say("rests_on.without_cost_so", language) if _is_too_high(table) else ""))
    if coverage.orders_excluded:
        parts.append(say("rests_on.excluded", language, n=count(coverage.orders_excluded),
                         amount=_amount(coverage.amount_excluded, currency, table.query.metrics)).rstrip(" ,"))
    if coverage.skus_without_cost and _needs_cost(table.query.metrics):
        parts.append(say("rests_on.skus_without_cost", language, n=count(coverage.skus_without_cost)))
    if coverage.estimated_charges:
        parts.append(say("rests_on.estimated", language, n=count(coverage.estimated_charges)))
    if "currency" in {*table.query.by, *table.query.where} and any(column.currency for column in table.columns):
        parts.append(say("rests_on.converted", language, currency=currency))
    return _joined(parts, language)


def _base(table: ResultTable, language: str, today: date) -> str:
    """What is compared with is known in part only."""
    if table.comparison_since is None:
        return ""
    since = day(table.comparison_since, today, language)
    return _joined([say("rests_on.comparison_since", language, since=since)], language)


def _of_goods(coverage: Coverage, language: str) -> str:
    """Which may be sold before they are there; which warehouse is at a reorder point of its own."""
    between = "、" if language == "zh" else ", "
    parts = []
    if coverage.backorder:
        parts.append(say("rests_on.backorder", language, skus=between.join(coverage.backorder)))
    if coverage.low_places:
        places = (say("rests_on.low_place", language, sku=sku, warehouse=place, available=count(available),
                      point=count(point)) for sku, place, available, point in coverage.low_places)
        parts.append(say("rests_on.low_places", language, places=between.join(places)))
    return _joined(parts, language)


def _is_too_high(table: ResultTable) -> bool:
    """A profit is told that takes in what was paid for the lines. Of goods side by side, each may have its cost."""
    width = len(table.query.by)
    profits = [width + i for i, name in enumerate(table.query.metrics)
               if {"revenue", "cost_sold"} <= METRICS[name].measures]
    return GOODS.isdisjoint(table.query.by) and any(row[i] is not None for row in table.rows for i in profits)


def _needs_cost(metrics: tuple[str, ...]) -> bool:
    return any(METRICS[name].permission in {Permission.PROFIT, Permission.STOCK_VALUE} for name in metrics)


def _amount(amount: int | None, currency: str, metrics: tuple[str, ...]) -> str:
    """Money only beside money: who asks for counts may have no right to amounts."""
    seen = any(METRICS[name].permission in {Permission.SALES, Permission.PROFIT} for name in metrics)
    return money(amount, currency) if seen and amount else ""


def _currency(table: ResultTable) -> str:
    return next((column.currency for column in table.columns if column.currency), "CNY")


def freshness(coverage: Coverage, *, language: str, at: datetime) -> str:
    """数据截至 14:03;京东旗舰店只到 11月21日 18:00: the newest moment, and only the stalest shop when it lags."""
    known = {shop: moment.astimezone(at.tzinfo) for shop, moment in coverage.fresh.items() if moment}
    never = [shop for shop, moment in coverage.fresh.items() if moment is None]
    parts = []
    if known:
        stalest = min(known, key=lambda shop: known[shop])
        newest = max(known.values())
        lags = newest - known[stalest] > _SAME_MOMENT
        told = newest if lags else known[stalest]
        parts.append(say("rests_on.fresh", language, moment=clock(told, at.date(), language)))
        if lags:
            parts.append(say("rests_on.stalest", language, shop=stalest,
                             moment=clock(known[stalest], at.date(), language)))
    if never and known:
        key = "rests_on.never" if len(never) == 1 else "rests_on.never_many"
        parts.append(say(key, language, shop=never[0], n=len(never)))
    return _joined(parts, language)


def _definitions(metrics: tuple[str, ...], language: str) -> str:
    each = [say("rests_on.one_definition", language, metric=metric_name(name, language),
                definition=METRICS[name].definition_zh if language == "zh" else METRICS[name].definition_en)
            for name in metrics[:_MAX_DEFINITIONS]]
    return _joined([say("rests_on.definition", language, definitions=(";" if language == "zh" else "; ").join(each))],
                   language)


def _joined(parts: list[str], language: str) -> str:
    if not parts:
        return ""
    text = (";" if language == "zh" else "; ").join(parts)
    return (text[0].upper() + text[1:] + ".") if language == "en" else text + "。"
