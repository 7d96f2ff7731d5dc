"""Reports in words, rendered when they are sent: text that says everything, a picture, buttons."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.rendering.dates import WEEKDAYS, day, span
from bot.rendering.limits import limits_line
from bot.rendering.messages import say
from bot.rendering.reply import Button, Reply
from bot.rendering.report_orders import waiting_lines
from bot.rendering.report_sales import figure_column, sales_lines, split_table
from bot.rendering.report_stock import stock_buttons, stock_lines
from domain.messaging.model import Report
from domain.metrics.periods import Period
from domain.metrics.query import MetricQuery
from domain.metrics.result import Column, Coverage, ResultTable
from domain.people import Shops
from domain.reports import (
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
Still = Callable[[StockReport, Shops], StockReport | None]


@dataclass(frozen=True, slots=True)
class _View:
    """The language, and the moment the report is of on the shop's clock."""

    language: str
    at: datetime
    shops: Shops = None

    @property
    def today(self) -> date:
        return self.at.date()


class NothingLeft(Exception):
    """Nothing of the message is true any more."""


def render_report(payload: Mapping[str, Any], language: str, *, draw: Draw | None = None,
                  chart: Path | None = None, still: Still = lambda body, _shops: body) -> Reply:
    """The payload of an outbox message of the kind "report" as a reply; the picture is drawn where a path is given.

    Warnings that waited for the end of quiet hours are told as far as they are `still` true. Raises ValueError for a
    payload that is no report, NothingLeft where there is nothing to tell.
    """
    message = _still_true(message_from(payload), still)
    reply = render_parts(message, language)
    drawn = picture(message, language, draw, chart) if draw and chart else None
    reply.charts = [str(drawn)] if drawn else []
    return reply


def _still_true(message: ReportMessage, still: Still) -> ReportMessage:
    kept: list[tuple[ReportBody, datetime]] = []
    for body, due in message.timed():
        waited = due < message.due_at and isinstance(body, StockReport) and not body.is_digest
        told = still(body, message.shops) if waited and isinstance(body, StockReport) else body
        if told is not None:
            kept.append((told, due))
    if not kept:
        raise NothingLeft
    return message.with_parts(kept)


def render_parts(message: ReportMessage, language: str, *, is_test: bool = False) -> Reply:
    """Every report of the message, one below the other."""
    blocks = ["\n".join(_timed_part(body, due, message, language)) for body, due in message.timed()]
    if message.is_late:
        blocks.insert(0, say("reporting.late", language, due=_moment(message.due_at, language)))
    if message.withheld:
        key = "reporting.withheld_private" if message.told_privately else "reporting.withheld"
        blocks.append(say(key, language, n=message.told_privately))
    if is_test:
        blocks.append(say("reporting.test", language))
    buttons = [button for body, due in message.timed() for button in _buttons(body, _View(language, due))]
    return Reply("answer", "\n\n".join(blocks), buttons=tuple(buttons[:MAX_BUTTONS]), understood_by="command")


def render_notice(payload: Mapping[str, Any], language: str) -> Reply:
    """What somebody must hear, of the kind "notice": in the language they last used, where that is known.

    Reports are called by their names.
    """
    language = payload.get("language", language)
    given: Mapping[str, Any] = payload.get("facts", {})
    facts = {name.removesuffix(f"_{language}"): value for name, value in given.items()}  # laws_zh, laws_en
    if facts.get("report") in set(Report):
        facts["report"] = say(f"report.{facts['report']}", language)
    return Reply("answer", say(str(payload.get("key")), language, **facts), understood_by="command")


def _timed_part(body: ReportBody, due: datetime, message: ReportMessage, language: str) -> list[str]:
    """One that waited says since when; a warning that waited is of the moment it is sent."""
    is_news = isinstance(body, StockReport) and not body.is_digest
    view = _View(language, message.due_at if is_news else due, message.shops)
    lines = [*_part(body, view), *_limits(body, view)]
    return lines if due >= message.due_at else [say("quiet.held", language, due=_moment(due, language)), *lines]


def _moment(at: datetime, language: str) -> str:
    """Nothing is told that is late by more than days: the year goes without saying."""
    return f"{day(at.date(), at.date(), language)} {at:%H:%M}"


def _part(body: ReportBody, view: _View) -> list[str]:
    match body:
        case SalesReport():
            period = Period(body.start, body.end)
            named = span(period, view.today, view.language)
            if period.days == 1:
                weekday = WEEKDAYS[view.language][body.start.weekday()]
                named = f"{named} {weekday}" if view.language == "zh" else f"{weekday} {named}"
            return [_title(body.report, named, view), *sales_lines(body, view.language, view.at)]
        case StockReport():
            return [_title(body.report, f"{day(view.today, view.today, view.language)} {view.at:%H:%M}", view),
                    *stock_lines(body, view.language)]
        case WaitingReport():
            title = _title(body.report, f"{day(view.today, view.today, view.language)} {view.at:%H:%M}", view)
            return [title, *waiting_lines(body, view.language, view.at, split_table(body.shops, "CNY", view.language,
                                                                                   view.today))]


def _limits(body: ReportBody, view: _View) -> str:
    """Which shops it is of, for those who are limited to some."""
    metrics = {"sales": ("net_profit",), "waiting": ("orders_to_ship",), "stock": ("stock_available",)}[body.kind]
    return limits_line(metrics, view.shops, view.language)


def _title(report: Report, when: str, view: _View) -> str:
    name = say(f"report.{report}", view.language)
    return say("reporting.title", view.language, report=name[:1].upper() + name[1:], day=when)


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
    for body, due in message.timed():
        if isinstance(body, SalesReport) and body.trend is not None:
            return draw(_series(body, body.trend), language=language, at=due, path=path)
    return None


def _series(body: SalesReport, trend: Split) -> ResultTable:
    days = Period(date.fromisoformat(str(trend.rows[0][0])), body.end)
    return ResultTable(
        MetricQuery(trend.metrics, by=("day",), period=days),
        (Column("day", "text"), *(figure_column(name, body.currency) for name in trend.metrics)), trend.rows,
        Coverage(orders=len(trend.rows)), total_rows=len(trend.rows))
