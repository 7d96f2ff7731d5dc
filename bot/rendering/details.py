"""The reply to 明细: the latest rows behind a figure, how many there are, and that they add up to it."""

from datetime import date, datetime

from bot.rendering import scene
from bot.rendering.amounts import count, counted
from bot.rendering.footing import footing
from bot.rendering.labels import metric_name, value_label
from bot.rendering.messages import knows, say
from bot.rendering.reply import Reply
from bot.rendering.table import cut
from domain.metrics.catalog import METRICS, STATUS_NAMES, Unit
from domain.metrics.details import Detail, DetailPage
from domain.metrics.measures import Source
from domain.metrics.query import MetricQuery
from domain.metrics.result import Cell, Column, ResultTable

MAX_SHOWN = 10  # rows in chat: two thumbs of scrolling
_ITEM_COLUMNS = 34
_MONEY = ("paid", "refund")
_ORDERS = {Source.SALES, Source.SHIPMENTS, Source.SIGNED, Source.OPEN_ORDERS}


def render_details(page: DetailPage, table: ResultTable, *, language: str, at: datetime,
                   hidden: frozenset[str], currency: str) -> Reply:
    """`table` is the figure itself: what the rows rest on is said as with any answer. `currency` is the base one."""
    today, column = at.date(), figure_column(table, page.metric)
    facts = {**scene.setting(table.query, language, today), "name": metric_name(page.metric, language),
             "n": count(page.count), "counter": _counter(page, language), "sum": counted(page.total, column, language)}
    lines = [scene.sentence("details.heading", language, **facts)]
    if page.metric != page.query.metrics[0]:
        lines.append(say("details.behind", language, asked=metric_name(page.query.metrics[0], language),
                         name=facts["name"]))
    for number, row in enumerate(page.rows, 1):
        lines += _lines(number, row, (column, Column("paid", Unit.MONEY.value, currency)), language=language,
                        at=at)
    if page.count > len(page.rows):
        lines.append(say("details.more", language, n=count(page.count), shown=len(page.rows)))
    lines += footing(table, language=language, at=at)
    columns = columns_of(table, page.metric, hidden, currency)
    return Reply("answer", "\n".join(lines), query=table.query, columns=columns,
                 rows=tuple(tuple(_cell(row, one.id, page.metric, at) for one in columns) for row in page.rows),
                 coverage=table.coverage)


def figure_column(table: ResultTable, metric: str) -> Column:
    """How the values are written; a figure that was split before stands behind its labels."""
    return next((column for column in table.columns if column.id == metric), Column(metric, METRICS[metric].unit))


def columns_of(table: ResultTable, metric: str, hidden: frozenset[str], currency: str) -> tuple[Column, ...]:
    """record, time, shop, number, item, quantity, paid, refund, the figure, status, buyer; less what is hidden."""
    value = figure_column(table, metric)
    named = [Column(name, Unit.MONEY.value, currency) if name in _MONEY else
             Column(name, Unit.COUNT.value if name == "quantity" else "text") if name != "value" else value
             for name in Detail._fields]
    return tuple(column for column in named if column.id not in hidden)


def _cell(row: Detail, name: str, metric: str, at: datetime) -> Cell:
    value = getattr(row, "value" if name == metric and name not in Detail._fields else name)
    if isinstance(value, datetime):
        return value.astimezone(at.tzinfo).isoformat(timespec="seconds")
    cell: Cell = value.isoformat() if isinstance(value, date) else value
    return cell


def _counter(page: DetailPage, language: str) -> str:
    is_of_orders = METRICS[page.metric].sources <= _ORDERS and all(row.record == "order" for row in page.rows)
    return say("details.orders" if is_of_orders else "details.rows", language)


def _lines(number: int, row: Detail, columns: tuple[Column, Column], *, language: str, at: datetime) -> list[str]:
    """When and where, then what, how it stands, for whom, and what it adds. `columns`: the figure's, and money's."""
    column, money_column = columns
    if row.time is None:  # a balance: what it is of, where, how much
        return [f"{number}. " + " · ".join(filter(None, (row.item, row.shop, counted(row.value, column, language))))]
    record = "" if row.record == "order" else record_name(row.record, language)
    first = " ".join(part for part in (_time(row, at), record, row.shop or "", row.number or "") if part)
    rest = (cut(_clean(row.item, at, language), _ITEM_COLUMNS) if row.item else "", status_name(row.status, language),
            row.buyer or "", _weight(row, column, money_column, language))
    return [f"{number}. {first}", "   " + " · ".join(part for part in rest if part)]


def _weight(row: Detail, column: Column, money_column: Column, language: str) -> str:
    """What the row adds; where it only counts as one, the amount or the pieces say more."""
    if "orders" in column.id:
        amount = row.refund if row.record == "refund" else row.paid
        if amount is not None:
            return counted(amount, money_column, language)
        return counted(row.quantity, Column("units", Unit.COUNT.value), language) if row.quantity else ""
    return counted(row.value, column, language)


def _clean(text: str, at: datetime, language: str) -> str:
    return value_label("product", text, language, at.date())


def _time(row: Detail, at: datetime) -> str:
    if isinstance(row.time, datetime):
        return f"{row.time.astimezone(at.tzinfo):%m-%d %H:%M}"
    return f"{row.time:%m-%d}" if row.time else ""


def record_name(record: str, language: str) -> str:
    """What kind of row it is, as people call it."""
    key = f"details.record.{record}"
    return say(key, language) if knows(key, language) else record


def status_name(status: str | None, language: str) -> str:
    """An order's status, or whether a charge is an estimate."""
    if status is not None and status in STATUS_NAMES:
        return STATUS_NAMES[status][language != "zh"]
    key = f"details.certainty.{status}"
    return say(key, language) if status and knows(key, language) else status or ""


def hidden_columns(*, may_see_amounts: bool, may_see_buyers: bool) -> frozenset[str]:
    """Columns that the person has no right to."""
    return frozenset((() if may_see_amounts else _MONEY) + (() if may_see_buyers else ("buyer",)))


def asked_figure(query: MetricQuery) -> MetricQuery:
    """The figure itself without split, order and comparison."""
    return MetricQuery(query.metrics[:1], (), query.where, query.exclude, query.period)
