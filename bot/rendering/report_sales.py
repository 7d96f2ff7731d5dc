"""A day's or a week's figures in words: what was earned, figures against before, platforms, products, what is missing.

Apart from report.py because it is the one report that is a page of figures; each block fits a phone's width.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from bot.rendering.amounts import change, count, counted, money
from bot.rendering.dates import WEEKDAYS, clock, day
from bot.rendering.labels import dimension_name, value_label
from bot.rendering.messages import say
from bot.rendering.table import lay_out
from domain.metrics.catalog import METRICS, Unit
from domain.metrics.periods import Period
from domain.metrics.result import Cell, Column
from domain.reports import Figure, Gaps, SalesReport, Split

_ADS = frozenset({"ad_spend", "roi"})


def sales_lines(body: SalesReport, language: str, at: datetime) -> list[str]:
    """Everything below the title; `at` is the moment the report is of, on the shop's clock."""
    gaps = list(_gaps(body, language, at))
    if body.is_empty:
        return [say("reporting.nothing", language), *gaps]
    products = [line for which, split in (("best", body.best), ("worst", body.worst))
                for line in _product(which, split, body.currency, language)]
    blocks = (_headline(body, language), [_figures(body, language, at.date())],
              split_table(body.platforms, body.currency, language, at.date()), products, gaps)
    return "\n\n".join("\n".join(block) for block in blocks if block).split("\n")


def figure_column(metric: str, currency: str) -> Column:
    unit = METRICS[metric].unit
    return Column(metric, unit.value, currency if unit is Unit.MONEY else None)


def split_table(split: Split | None, currency: str, language: str, today: date) -> list[str]:
    """The small table, or nothing where there is none."""
    if split is None:
        return []
    header = [dimension_name(split.by, language), *(_head(metric, language) for metric in split.metrics)]
    rows = [[value_label(split.by, row[0], language, today), *_cells(split, row, currency, language)]
            for row in split.rows]
    return [lay_out(header, rows)]


def _headline(body: SalesReport, language: str) -> list[str]:
    """What is left of it all, which is what the phone shows of a message that is not opened yet."""
    told = {figure.metric: figure for figure in body.figures}
    profit, margin = told.get("net_profit"), told.get("net_margin")
    if profit is None or not isinstance(profit.value, int | float):
        return []
    column = figure_column("net_profit", body.currency)
    facts = {"amount": money(abs(profit.value), body.currency)}
    text = say("reporting.made" if profit.value >= 0 else "reporting.lost", language, **facts)
    if moved := change(profit.value, profit.before, column, language):
        text = say("reporting.against", language, text=text, amount=moved.amount,
                   when=say("reporting.day_before" if _is_day(body) else "reporting.week_before", language))
    if margin is not None and margin.value is not None:
        text = say("reporting.with_margin", language, text=text,
                   margin=counted(margin.value, figure_column("net_margin", body.currency), language))
    return [say("reporting.sentence", language, text=text)]


def _figures(body: SalesReport, language: str, today: date) -> str:
    """One line a figure; figures nobody knows, and ads where there are none, are left out."""
    has_further = _is_day(body) and any(figure.further is not None for figure in body.figures)
    header = ["", _period(body, language, today), say(
        "reporting.column_day_before" if _is_day(body) else "reporting.column_week_before", language,
        weekday=WEEKDAYS[language][(body.start.weekday() - 1) % 7])]
    if has_further:
        header.append(say("reporting.column_weekday", language, weekday=WEEKDAYS[language][body.start.weekday()]))
    return lay_out(header, [_figure(figure, body.currency, language)[:len(header)]
                            for figure in body.figures if _is_told(figure, body.figures)])


def _period(body: SalesReport, language: str, today: date) -> str:
    return day(body.start, today, language) if _is_day(body) else say("reporting.column_week", language)


def _figure(figure: Figure, currency: str, language: str) -> list[str]:
    column = figure_column(figure.metric, currency)
    moves = [change(figure.value, before, column, language) for before in (figure.before, figure.further)]
    return [_name(figure.metric, language), counted(figure.value, column, language),
            *(move.brief if move else "" for move in moves)]


def _is_told(figure: Figure, figures: Sequence[Figure]) -> bool:
    spent = next((one for one in figures if one.metric == "ad_spend"), None)
    has_ads = spent is not None and any((spent.value, spent.before, spent.further))
    return figure.value is not None and (figure.metric not in _ADS or has_ads)


def _cells(split: Split, row: Sequence[Cell], currency: str, language: str) -> list[str]:
    return [counted(value, figure_column(metric, currency), language)
            for metric, value in zip(split.metrics, row[1:], strict=True)]


def _product(which: str, split: Split | None, currency: str, language: str) -> Iterator[str]:
    if split is None:
        return
    figures = [say("reporting.figure", language, name=_name(metric, language), value=value)
               for metric, value in zip(split.metrics, _cells(split, split.rows[0], currency, language), strict=True)]
    is_profit = "gross_profit" in split.metrics
    yield say(f"reporting.{which}" if is_profit else f"reporting.{which}_sold", language,
              label=value_label(split.by, split.rows[0][0], language, date.min),
              figures=(",".join(figures) if language == "zh" else ", ".join(figures)))


def _gaps(body: SalesReport, language: str, at: datetime) -> Iterator[str]:
    """What the figures leave out, each in a line."""
    gaps = body.gaps
    if gaps.lines_without_cost:
        yield say("reporting.gap_cost", language, n=count(gaps.lines_without_cost),
                  amount=money(gaps.amount_without_cost, body.currency), **_unknown(body, language))
    if gaps.estimated_charges:
        yield say("reporting.gap_estimated", language, n=count(gaps.estimated_charges))
    yield from _unsynced(gaps, language, at)


def _unknown(body: SalesReport, language: str) -> Mapping[str, str]:
    """No cost is known at all: then there is no profit either, and the words say so."""
    is_unknown = any(figure.metric == "gross_profit" and figure.value is None for figure in body.figures)
    return {"so": say("reporting.gap_cost_all" if is_unknown else "reporting.gap_cost_some", language)}


def _unsynced(gaps: Gaps, language: str, at: datetime) -> Iterator[str]:
    for shop, fresh in gaps.unsynced:
        moment = clock(fresh.astimezone(at.tzinfo), at.date(), language) if fresh else ""
        yield say("reporting.gap_shop" if fresh else "reporting.gap_shop_never", language, shop=shop, moment=moment)


def _is_day(body: SalesReport) -> bool:
    return Period(body.start, body.end).days == 1


def _head(metric: str, language: str) -> str:
    """Beside revenue a column says with one word which profit it is; with two it pushes the names off the phone."""
    return say("reporting.column_gross", language) if metric == "gross_profit" else _name(metric, language)


def _name(metric: str, language: str) -> str:
    """As short as a column on a phone needs it."""
    return say(f"reporting.name.{metric}", language)
