"""Reports in words, rendered when they are sent: text that says everything, a picture, buttons."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.rendering.amounts import change, counted, money
from bot.rendering.dates import WEEKDAYS, clock, day, span
from bot.rendering.labels import dimension_name, metric_name, value_label
from bot.rendering.messages import say
from bot.rendering.reply import Button, Reply
from bot.rendering.report_orders import waiting_lines
from bot.rendering.report_stock import stock_buttons, stock_lines
from bot.rendering.table import lay_out
from domain.messaging.model import Report
from domain.metrics.catalog import METRICS, Unit
from domain.metrics.periods import Period
from domain.metrics.query import MetricQuery
from domain.metrics.result import Cell, Column, Coverage, ResultTable
from domain.reports import (
    Figure,
    Gaps,
    ReportBody,
    ReportMessage,
    SalesReport,
    Split,
    StockReport,
    WaitingReport,
    message_from,
)

MAX_BUTTONS = 6  # more push the text off a phone's screen
Draw = Callable[..., Path | None]


@dataclass(frozen=True, slots=True)
class _View:
    """The language, and the moment the report is of on the shop's clock."""

    language: str
    at: datetime

    @property
    def today(self) -> date:
        return self.at.date()


def render_report(payload: Mapping[str, Any], language: str, *, draw: Draw | None = None,
                  chart: Path | None = None) -> Reply:
    """The payload of an outbox message of the kind "report" as a reply; the picture is drawn where a path is given.

    Raises ValueError for a payload that is no report.
    """
    message = message_from(payload)
    reply = render_parts(message, language)
    drawn = picture(message, language, draw, chart) if draw and chart else None
    reply.charts = [str(drawn)] if drawn else []
    return reply


def render_parts(message: ReportMessage, language: str, *, is_test: bool = False) -> Reply:
    """Every report of the message, one below the other."""
    view = _View(language, message.due_at)
    blocks = ["\n".join(_part(body, view)) for body in message.parts]
    if message.is_late:
        blocks.insert(0, say("reporting.late", language, due=f"{day(view.today, date.min, language)} {view.at:%H:%M}"))
    if message.withheld:
        key = "reporting.withheld_private" if message.told_privately else "reporting.withheld"
        blocks.append(say(key, language, n=message.told_privately))
    if is_test:
        blocks.append(say("reporting.test", language))
    buttons = [button for body in message.parts for button in _buttons(body, view)]
    return Reply("answer", "\n\n".join(blocks), buttons=tuple(buttons[:MAX_BUTTONS]), understood_by="command")


def render_notice(payload: Mapping[str, Any], language: str) -> Reply:
    """What the owner must hear, of the kind "notice"; reports are called by their names."""
    given: Mapping[str, Any] = payload.get("facts", {})
    facts = {name.removesuffix(f"_{language}"): value for name, value in given.items()}  # laws_zh, laws_en
    if facts.get("report") in set(Report):
        facts["report"] = say(f"report.{facts['report']}", language)
    return Reply("answer", say(str(payload.get("key")), language, **facts), understood_by="command")


def _part(body: ReportBody, view: _View) -> list[str]:
    match body:
        case SalesReport():
            return _sales(body, view)
        case StockReport():
            return [_title(body.report, f"{day(view.today, view.today, view.language)} {view.at:%H:%M}", view),
                    *stock_lines(body, view.language)]
        case WaitingReport():
            title = _title(body.report, f"{day(view.today, view.today, view.language)} {view.at:%H:%M}", view)
            return [title, *waiting_lines(body, view.language, view.at, _table(body.shops, "CNY", view))]


def _title(report: Report, when: str, view: _View) -> str:
    name = say(f"report.{report}", view.language)
    return say("reporting.title", view.language, report=name[:1].upper() + name[1:], day=when)


def _sales(body: SalesReport, view: _View) -> list[str]:
    period = Period(body.start, body.end)
    named = span(period, view.today, view.language)
    if period.days == 1:
        named += f" {WEEKDAYS[view.language][body.start.weekday()]}"
    lines = [_title(body.report, named, view)]
    if body.is_empty:
        lines.append(say("reporting.nothing", view.language, day=named))
    else:
        lines += [_figure(figure, body, view) for figure in body.figures]
        lines += _table(body.platforms, body.currency, view)
        lines += _product("best", body.best, body.currency, view) + _product("worst", body.worst, body.currency, view)
    return lines + _gaps(body.gaps, body.currency, view)


def _column(metric: str, currency: str) -> Column:
    unit = METRICS[metric].unit
    return Column(metric, unit.value, currency if unit is Unit.MONEY else None)


def _figure(figure: Figure, body: SalesReport, view: _View) -> str:
    """毛利 ¥1,234.00  比前一天 ↑5.2%,比上周日 ↓3.1%."""
    column = _column(figure.metric, body.currency)
    text = say("reporting.figure", view.language, name=metric_name(figure.metric, view.language),
               value=counted(figure.value, column, view.language))
    before = change(figure.value, figure.before, column, view.language)
    further = change(figure.value, figure.further, column, view.language)
    if before is None:
        return text
    is_day = (body.end - body.start).days == 1
    facts = {"figure": text, "when": say("reporting.day_before" if is_day else "reporting.week_before", view.language),
             "arrow": before.arrow}
    if further is None or not is_day:
        return say("reporting.against", view.language, **facts)
    weekday = say("reporting.same_weekday", view.language, weekday=WEEKDAYS[view.language][body.start.weekday()])
    return say("reporting.against_two", view.language, **facts, further=weekday, further_arrow=further.arrow)


def _table(split: Split | None, currency: str, view: _View) -> list[str]:
    if split is None:
        return []
    header = [dimension_name(split.by, view.language), *(metric_name(name, view.language) for name in split.metrics)]
    rows = [[value_label(split.by, row[0], view.language, view.today), *_cells(split, row, currency, view)]
            for row in split.rows]
    return [lay_out(header, rows)]


def _cells(split: Split, row: Sequence[Cell], currency: str, view: _View) -> list[str]:
    return [counted(value, _column(metric, currency), view.language)
            for metric, value in zip(split.metrics, row[1:], strict=True)]


def _product(which: str, split: Split | None, currency: str, view: _View) -> list[str]:
    if split is None:
        return []
    label = value_label(split.by, split.rows[0][0], view.language, view.today)
    figures = [say("reporting.figure", view.language, name=metric_name(name, view.language), value=value)
               for name, value in zip(split.metrics, _cells(split, split.rows[0], currency, view), strict=True)]
    return [say(f"reporting.{which}", view.language, label=label,
                figures=("," if view.language == "zh" else ", ").join(figures))]


def _gaps(gaps: Gaps, currency: str, view: _View) -> list[str]:
    """What the figures leave out, each in a line."""
    lines = []
    if gaps.lines_without_cost:
        lines.append(say("reporting.gap_cost", view.language, n=gaps.lines_without_cost,
                         amount=money(gaps.amount_without_cost, currency)))
    if gaps.estimated_charges:
        lines.append(say("reporting.gap_estimated", view.language, n=gaps.estimated_charges))
    for shop, fresh in gaps.unsynced:
        moment = clock(fresh.astimezone(view.at.tzinfo), view.today, view.language) if fresh else ""
        lines.append(say("reporting.gap_shop" if fresh else "reporting.gap_shop_never", view.language, shop=shop,
                         moment=moment))
    return lines


def _buttons(body: ReportBody, view: _View) -> list[Button]:
    match body:
        case StockReport():
            return stock_buttons(body, view.language)
        case SalesReport() if not body.is_empty and any(figure.metric == "gross_profit" for figure in body.figures):
            named = day(body.start, view.today, view.language)
            asked = {"zh": ("近30天毛利走势", f"{named}各商品毛利"),
                     "en": ("gross profit trend last 30 days", f"gross profit by product on {named}")}[view.language]
            trend, products = (say(f"reporting.{name}_button", view.language) for name in ("trend", "products"))
            is_day = body.end - body.start == timedelta(days=1)
            return [Button(trend, asked[0]), *([Button(products, asked[1])] if is_day else [])]
    return []


def picture(message: ReportMessage, language: str, draw: Draw, path: Path) -> Path | None:
    """The days up to the report as a line, of the first report that has them."""
    for body in message.parts:
        if isinstance(body, SalesReport) and body.trend is not None:
            return draw(_series(body, body.trend), language=language, at=message.due_at, path=path)
    return None


def _series(body: SalesReport, trend: Split) -> ResultTable:
    days = Period(date.fromisoformat(str(trend.rows[0][0])), body.end)
    return ResultTable(
        MetricQuery(trend.metrics, by=("day",), period=days),
        (Column("day", "text"), *(_column(name, body.currency) for name in trend.metrics)), trend.rows,
        Coverage(orders=len(trend.rows)), total_rows=len(trend.rows))
