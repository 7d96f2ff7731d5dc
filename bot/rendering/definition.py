"""The reply to 口径: what a figure means and everything it rests on, in full; answers carry the short form of it."""

from datetime import datetime

from bot.rendering import dates
from bot.rendering.amounts import count
from bot.rendering.footing import coverage_line
from bot.rendering.labels import metric_name, part_of_shop
from bot.rendering.messages import say
from bot.rendering.reply import Reply
from domain.metrics.catalog import METRICS
from domain.metrics.result import ResultTable


def render_definition(table: ResultTable, *, language: str, at: datetime) -> Reply:
    """Definition of each metric, period with dates, shops, orders counted, freshness of every shop, coverage."""
    return Reply("answer", "\n".join(definition_lines(table, language=language, at=at)), query=table.query,
                 columns=table.columns, rows=table.rows, comparison_rows=table.comparison_rows,
                 comparison_period=table.comparison_period, coverage=table.coverage)


def definition_lines(table: ResultTable, *, language: str, at: datetime) -> list[str]:
    """One fact a line; the sheet beside an exported table has the same."""
    today, query, coverage = at.date(), table.query, table.coverage
    lines = [say("definition.title", language, name=metric_name(name, language), definition=meaning(name, language))
             for name in query.metrics]
    if query.period:
        lines.append(say("definition.period", language, period=dates.said(query.period, today, language),
                         first=query.period.start, last=query.period.last))
    else:
        lines.append(say("definition.moment", language, moment=f"{at:%Y-%m-%d %H:%M}"))
    part = part_of_shop(query.where, query.exclude, language, today)
    lines.append(say("definition.part" if part else "definition.all_shops", language, part=part))
    if coverage.orders:
        lines.append(say("definition.orders", language, n=count(coverage.orders)))
    lines.append(coverage_line(table, language))
    if coverage.lines_without_cost == 0 and _speaks_of_cost(query.metrics):
        lines.append(say("definition.known_cost", language))
    return [line for line in (*lines, *_freshness(table, language, at)) if line]


def meaning(metric: str, language: str) -> str:
    known = METRICS[metric]
    return known.definition_zh if language == "zh" else known.definition_en


def _speaks_of_cost(metrics: tuple[str, ...]) -> bool:
    return any("cost_sold" in METRICS[name].measures for name in metrics)


def _freshness(table: ResultTable, language: str, at: datetime) -> list[str]:
    """Every shop with the moment up to which its data are known."""
    if not table.coverage.fresh:
        return []
    lines = [say("definition.fresh", language)]
    for shop, moment in table.coverage.fresh.items():
        shown = f"{moment.astimezone(at.tzinfo):%Y-%m-%d %H:%M}" if moment else say("definition.never", language)
        lines.append(say("definition.fresh_shop", language, shop=shop, moment=shown))
    return lines
