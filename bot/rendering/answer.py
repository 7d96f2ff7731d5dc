"""From a table of figures to the reply: what was read, the figures, what they rest on, what to ask next."""

from datetime import date, datetime

from bot.rendering import scene
from bot.rendering.amounts import UNKNOWN, change, counted
from bot.rendering.figures_table import comparison_table, figures_table
from bot.rendering.follow_ups import follow_ups
from bot.rendering.footing import footing, freshness
from bot.rendering.labels import metric_name, value_label
from bot.rendering.messages import say
from bot.rendering.reply import Reply, Timing
from bot.rendering.series import summary
from domain.metrics.catalog import METRICS
from domain.metrics.measures import Source
from domain.metrics.query import Direction, MetricQuery
from domain.metrics.result import Cell, Column, ResultTable


def render_answer(table: ResultTable, *, language: str, at: datetime, understood_by: str = "rules",
                  timing: Timing | None = None, shows_shares: bool = False) -> Reply:
    """The reply to a question; `at` is the moment it was asked, on the shop's wall clock.

    `shows_shares`: of every figure; else of a figure alone.
    """
    today = at.date()
    buttons = follow_ups(table.query, language, today)
    if _is_empty(table):
        buttons = buttons[:1]  # splitting nothing shows nothing; a longer period may show something
        lines = [_nothing(table, language, today), freshness(table.coverage, language=language, at=at)]
    else:
        lines = [_figures(table, language, today, shows_shares=shows_shares), *footing(table, language=language, at=at)]
    return Reply(
        "answer", "\n".join(line for line in lines if line), query=table.query, columns=table.columns, rows=table.rows,
        comparison_rows=table.comparison_rows, comparison_period=table.comparison_period, coverage=table.coverage,
        buttons=buttons, understood_by=understood_by, timing=timing or Timing())


def _is_empty(table: ResultTable) -> bool:
    """No fact at all; or waiting orders of which there is none, which is worth more than a naked 0."""
    width = len(table.query.by)
    return table.is_empty or (_waiting_only(table.query) and all(not any(row[width:]) for row in table.rows))


def _sources(query: MetricQuery) -> frozenset[Source]:
    return frozenset().union(*(METRICS[name].sources for name in query.metrics))


def _waiting_only(query: MetricQuery) -> bool:
    return _sources(query) == {Source.OPEN_ORDERS} and not query.having


def _nothing(table: ResultTable, language: str, today: date) -> str:
    """What was looked for and not found, never a zero."""
    if table.lacking is not None:
        return say(f"empty.no_{table.lacking}_yet", language)
    query, facts = table.query, scene.setting(table.query, language, today)
    if query.having and query.by:
        # a shelf that is not empty is good news; few good sellers are not
        key = "empty.having_good" if Source.STOCK in _sources(query) else "empty.having"
        return scene.sentence(key, language, **facts, conditions=scene.conditions(query, table.columns, language),
                              dimension=scene.dimensions_named(query, language))
    if query.metrics == ("reorder_quantity",) and query.by:
        return scene.sentence("empty.reorder", language, **facts)
    sources = METRICS[query.metrics[0]].sources
    source = Source.SALES if Source.SALES in sources else min(sources)  # no profit: no orders, not no advertising
    names = ("、" if language == "zh" else " or ").join(metric_name(name, language) for name in query.metrics)
    return scene.sentence(f"empty.{source}", language, **facts, metric=names)


def _figures(table: ResultTable, language: str, today: date, *, shows_shares: bool) -> str:
    query = table.query
    if not query.by:
        return _single(table, language, today)
    if _is_superlative(table):
        return _superlative(table, language, today)
    lines = [_heading(table, language, today), figures_table(table, language, today, shows_shares=shows_shares),
             summary(table, language, today)]
    return "\n".join(line for line in lines if line)


def _single(table: ResultTable, language: str, today: date) -> str:
    """One row of figures as a sentence; several with a comparison as a small table."""
    query, facts = table.query, scene.setting(table.query, language, today)
    if table.comparison_rows is not None and len(query.metrics) > 1:
        heading = scene.sentence("answer.against", language, **facts, metrics=scene.metrics_named(query, language),
                                 before_when=scene.before_when(table, language, today))
        return f"{heading}\n{comparison_table(table, language)}"
    before = table.comparison_rows[0] if table.comparison_rows else None
    figures = [_figure(value, column, language) for value, column in zip(table.rows[0], table.columns, strict=True)]
    if table.comparison_rows is not None:
        figures = [_compared(table, before[0] if before else None, language, today)]
    said = (" ," if language == "en" else ",")[-1:] + (" " if language == "en" else "")
    text = scene.sentence("answer.subject", language, **facts, figures=said.join(figures))
    return say("answer.end", language, sentence=text)


def _figure(value: Cell, column: Column, language: str) -> str:
    shown = say("answer.unknown", language) if value is None else counted(value, column, language)
    if column.id == "stock_available" and isinstance(value, int | float) and value <= 0:
        shown += say("answer.sold_out", language)
    return say("answer.figure", language, name=metric_name(column.id, language), value=shown)


def _compared(table: ResultTable, before: Cell, language: str, today: date) -> str:
    value, column = table.rows[0][0], table.columns[0]
    moved = change(value, before, column, language)
    facts = {"name": metric_name(column.id, language), "value": counted(value, column, language),
             "before_when": scene.before_when(table, language, today)}
    if moved is None:
        return say("answer.nothing_to_compare", language, **facts)
    key = "answer.compared" if moved.amount and value != before else "answer.compared_short"
    return say(key, language, **facts, before=counted(before, column, language), arrow=moved.arrow, amount=moved.amount)


def _is_superlative(table: ResultTable) -> bool:
    query = table.query
    return query.limit == 1 and len(table.rows) == 1 and len(query.order) == 1 and query.order[0].by in query.metrics


def _superlative(table: ResultTable, language: str, today: date) -> str:
    """Which one is the most or the least, as a sentence."""
    query, row, width = table.query, table.rows[0], len(table.query.by)
    labels = [value_label(name, value, language, today) for name, value in zip(query.by, row, strict=False)]
    values = [_value_and_change(table, width + i, language) for i in range(len(query.metrics))]
    if len(values) > 1:
        values = [f"{metric_name(name, language)} {value}" for name, value in zip(query.metrics, values, strict=True)]
    return scene.sentence(
        f"answer.{_end(query)}_one", language, **scene.setting(query, language, today), n=1,
        metric=metric_name(query.order[0].by, language), dimension=scene.dimensions_named(query, language),
        label=" · ".join(labels), value=scene.between(language).join(values))


def _value_and_change(table: ResultTable, index: int, language: str) -> str:
    value, column = table.rows[0][index], table.columns[index]
    before = table.comparison_rows[0] if table.comparison_rows else None
    moved = change(value, before[index], column, language) if before else None
    shown = UNKNOWN if value is None else counted(value, column, language)
    return f"{shown}({moved.arrow})" if moved else shown


def _end(query: MetricQuery) -> str:
    return "highest" if query.order[0].direction is Direction.DESC else "lowest"


def _heading(table: ResultTable, language: str, today: date) -> str:
    """What the table shows: the split, the ranking or the condition, and what it is compared with."""
    query, facts = table.query, scene.setting(table.query, language, today)
    names = {"metrics": scene.metrics_named(query, language), "dimensions": scene.dimensions_named(query, language)}
    if query.having:
        return scene.sentence("answer.having", language, **facts, n=table.total_rows or len(table.rows),
                              conditions=scene.conditions(query, table.columns, language),
                              dimension=names["dimensions"])
    if table.comparison_rows is not None:
        return scene.sentence("answer.against_by", language, **facts, **names,
                              before_when=scene.before_when(table, language, today))
    ranking = scene.ranking(table, language)
    if ranking:
        return scene.sentence("answer.ranking", language, **facts, ranking=ranking)
    return scene.sentence("answer.by", language, **facts, **names)
