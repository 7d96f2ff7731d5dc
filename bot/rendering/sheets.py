"""Answers as sheets for a file: headings in the language, numbers as numbers, days as days, and what they rest on."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from bot.rendering import dates, scene
from bot.rendering.definition import definition_lines
from bot.rendering.details import columns_of as detail_columns
from bot.rendering.details import figure_column, record_name, status_name
from bot.rendering.labels import dimension_name, metric_name, moment_of, value_label
from bot.rendering.messages import say
from bot.rendering.why import REASON, columns_of, part_name, reason_name, rows_of
from domain.metrics.catalog import METRICS, Unit
from domain.metrics.details import Detail, DetailRows
from domain.metrics.explain import Explanation, Part
from domain.metrics.result import Cell, Column, ResultTable, Row
from domain.money import CURRENCY_DIGITS, minor_per_unit
from domain.sheets import CellKind, Sheet, SheetCell, SheetColumn

_KINDS = {Unit.MONEY: CellKind.MONEY, Unit.COUNT: CellKind.NUMBER, Unit.RATE: CellKind.RATE}
_TIMES = {"day": CellKind.DAY, "week": CellKind.DAY, "month": CellKind.MONTH}
_NAME_CHARS = 60  # of a file's name, before the moment
_NOT_IN_NAMES = re.compile(r"[^\w\u4e00-\u9fff-]+")


def sheet_of_answer(table: ResultTable, *, language: str, at: datetime) -> Sheet:
    """Splits, figures, the figures compared with, and the currency where there is money."""
    by = table.query.by
    columns = [SheetColumn(dimension_name(name, language), _TIMES.get(name, CellKind.TEXT)) for name in by]
    compared = table.comparison_rows is not None
    for column in table.columns[len(by):]:
        name, kind = metric_name(column.id, language), _kind(column)
        columns.append(SheetColumn(name, kind))
        if compared:
            columns.append(SheetColumn(say("sheet.before", language, name=name), kind))
    currency = _currency(table.columns)
    columns += [SheetColumn(say("sheet.currency", language), CellKind.TEXT)] if currency else []
    title = _title(table, language)
    return Sheet(title, columns, _answer_rows(table, currency, language, at.date()),
                 say("sheet.about", language), about_lines(table, title, language=language, at=at))


def _title(table: ResultTable, language: str) -> str:
    names = scene.metrics_named(table.query, language)
    if not table.query.by:
        return names
    return say("chart.by", language, metrics=names, dimensions=scene.dimensions_named(table.query, language).strip())


def _answer_rows(table: ResultTable, currency: str, language: str, today: date) -> Iterator[list[SheetCell]]:
    width = len(table.query.by)
    compared = table.comparison_rows
    for index, row in enumerate(table.rows):
        cells: list[SheetCell] = [_label(name, cell, language, today)
                                  for name, cell in zip(table.query.by, row, strict=False)]
        before = compared[index] if compared is not None else None
        for place, column in enumerate(table.columns[width:], width):
            cells.append(cell_of(row[place], column))
            if compared is not None:
                cells.append(cell_of(before[place], column) if before else None)
        yield [*cells, currency] if currency else cells


def _label(dimension: str, value: Cell, language: str, today: date) -> SheetCell:
    return (moment_of(dimension, value) if dimension in _TIMES else None) or value_label(dimension, value, language,
                                                                                         today)


def _kind(column: Column) -> CellKind:
    return CellKind.TEXT if column.type == "text" else _KINDS.get(Unit(column.type), CellKind.DECIMAL)


def cell_of(value: Cell, column: Column) -> SheetCell:
    """Money in units of its currency, exactly; rates as fractions; the unknown as an empty cell."""
    if column.type == Unit.MONEY and isinstance(value, int | float):
        digits = CURRENCY_DIGITS.get(column.currency or "", 2)
        return (Decimal(round(value)) / minor_per_unit(column.currency or "")).quantize(Decimal(1).scaleb(-digits))
    return value


def _currency(columns: Sequence[Column]) -> str:
    return next((column.currency for column in columns if column.currency), "")


def about_lines(table: ResultTable, title: str, *, language: str, at: datetime) -> list[str]:
    """Definition, period, scope, orders, freshness of every shop, coverage, and when the file was made."""
    lines = [title, *definition_lines(table, language=language, at=at)]
    if table.comparison_rows is not None:
        lines.append(say("sheet.compared", language, before=scene.before_when(table, language, at.date())))
    return [*lines, say("sheet.made", language, moment=f"{at:%Y-%m-%d %H:%M}")]


def sheet_of_reasons(explanation: Explanation, *, language: str, at: datetime) -> Sheet:
    """What a change is made of, and where it happened: each group adds up to the change."""
    columns, today = columns_of(explanation), at.date()
    name = metric_name(explanation.metric, language)
    title = say("why.title", language, name=name)
    headings = [SheetColumn(say(f"why.column.{column.id}", language), _kind(column)) for column in columns]
    currency = _currency(columns)

    def rows() -> Iterator[list[SheetCell]]:
        for row in rows_of(explanation):
            cells = [*_part_labels(row, language, today),
                     *(cell_of(cell, column) for cell, column in zip(row[2:], columns[2:], strict=True))]
            yield [*cells, currency] if currency else cells

    extra = [SheetColumn(say("sheet.currency", language), CellKind.TEXT)] if currency else []
    about = about_lines(explanation.table, title, language=language, at=at)
    return Sheet(title, [*headings, *extra], rows(), say("sheet.about", language), [*about, say("why.rule", language)])


def _part_labels(row: Row, language: str, today: date) -> list[str]:
    dimension, name = str(row[0]), str(row[1] or "")
    if dimension == REASON:
        return [say("why.reason", language), reason_name(name, language)]
    return [dimension_name(dimension, language), part_name(dimension, Part(name, None, None, 0), language, today)]


def sheet_of_details(details: DetailRows, table: ResultTable, *, language: str, at: datetime,
                     hidden: frozenset[str], currency: str) -> Sheet:
    """All rows behind a figure; amounts in the base currency."""
    columns = detail_columns(table, details.metric, hidden, currency)
    value = figure_column(table, details.metric)
    told = _currency(columns)
    headings = [SheetColumn(_heading(column.id, details.metric, language),
                            CellKind.MOMENT if column.id == "time" else _kind(column)) for column in columns]
    title = say("sheet.details", language, name=metric_name(details.metric, language))

    def rows() -> Iterator[list[SheetCell]]:
        for row in details.rows:
            cells = [_detail_cell(row, column, value, language=language, at=at) for column in columns]
            yield [*cells, told] if told else cells

    extra = [SheetColumn(say("sheet.currency", language), CellKind.TEXT)] if told else []
    return Sheet(title, [*headings, *extra], rows(), say("sheet.about", language),
                 about_lines(table, title, language=language, at=at))


def _heading(name: str, metric: str, language: str) -> str:
    if name == metric and name in METRICS:
        return metric_name(metric, language)
    return say(f"details.column.{name}", language)


def _detail_cell(row: Detail, column: Column, value: Column, *, language: str, at: datetime) -> SheetCell:
    match column.id:
        case "record":
            return record_name(row.record, language)
        case "status":
            return status_name(row.status, language)
        case "time":
            return row.time.astimezone(at.tzinfo).replace(tzinfo=None, microsecond=0) if isinstance(
                row.time, datetime) else row.time
        case value.id:
            return cell_of(row.value, value)
    return cell_of(getattr(row, column.id), column)


def file_name(table: ResultTable, title: str, *, language: str, at: datetime, suffix: str) -> str:
    """销售额按平台-上月-20261123-150000.xlsx: what it is, of when, made when."""
    when = dates.said(table.query.period, at.date(), language) if table.query.period else None
    name = "-".join(part for part in (title, (when.name or when.dates) if when else "") if part)
    return f"{_NOT_IN_NAMES.sub('_', name).strip('_')[:_NAME_CHARS]}-{at:%Y%m%d-%H%M%S}{suffix}"

