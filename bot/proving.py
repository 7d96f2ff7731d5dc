"""Answers that carry their proof: why a figure moved, the rows behind it, a file of them, what it means."""

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.pictures import drawn
from bot.rendering import sheets
from bot.rendering.amounts import count
from bot.rendering.answer import render_answer
from bot.rendering.definition import render_definition
from bot.rendering.details import MAX_SHOWN, asked_figure, hidden_columns, render_details
from bot.rendering.footing import footing
from bot.rendering.messages import say
from bot.rendering.reply import Reply
from bot.rendering.why import columns_of, render_why, rows_of
from bot.turn import Turn
from bot.understanding.readings import Ask, Request, Wants
from domain.metrics.catalog import METRICS
from domain.metrics.details import behind
from domain.metrics.explain import Explanation, explain
from domain.metrics.query import MetricQuery
from domain.metrics.result import ResultTable
from domain.people import Permission
from domain.ports import Details, Figures
from domain.sheets import Sheet, WriteSheet

log = logging.getLogger(__name__)


class DrawWhy(Protocol):
    """Draws a change as a picture (bot.rendering.chart_why.draw_why)."""

    def __call__(self, explanation: Explanation, language: str, at: datetime, path: Path) -> Path | None: ...


class Shelf(Protocol):
    """Where files for people are put."""

    def place(self, name: str) -> Path:
        """A path for a new file of this name; the folder is there."""


@dataclass(slots=True)
class Proving:
    """Between a question that wants more than figures and what can tell it. Rights were checked for its figures."""

    figures: Figures
    details: Details
    write: WriteSheet
    shelf: Shelf
    draw: DrawWhy
    currency: str

    def reply(self, ask: Ask, request: Request, turn: Turn) -> Reply:
        match request.wants:
            case Wants.WHY:
                return self._why(ask, request, turn)
            case Wants.DETAILS:
                return self._details(ask, turn)
            case Wants.EXPORT:
                return self._export(ask, request, turn)
            case _:
                return render_definition(self._answered(ask.query, turn), language=turn.language, at=turn.at)

    def _answered(self, query: MetricQuery, turn: Turn) -> ResultTable:
        return self.figures.answer(query, turn.at, turn.person.shops)

    def _explained(self, ask: Ask, turn: Turn) -> Explanation:
        return explain(ask.query, lambda query, at: self.figures.answer(query, at, turn.person.shops), turn.at,
                       lambda metric: turn.person.may_ask(metric, METRICS[metric].permission))

    def _why(self, ask: Ask, request: Request, turn: Turn) -> Reply:
        explanation = self._explained(ask, turn)
        reply = render_why(explanation, language=turn.language, at=turn.at, claims=request.claims)
        reply.charts = self._chart(explanation, turn)
        return reply

    def _chart(self, explanation: Explanation, turn: Turn) -> list[str]:
        if turn.only_asked_charts:
            return []
        return drawn(turn, "-why", lambda path: self.draw(explanation, turn.language, turn.at, path))

    def _details(self, ask: Ask, turn: Turn) -> Reply:
        hidden = _hidden(turn)
        table = self._figure_behind(ask, turn)
        page = self.details.page(ask.query, turn.at, MAX_SHOWN, turn.person.shops, hidden=hidden)
        if not page.count:
            return render_answer(table, language=turn.language, at=turn.at)
        return render_details(page, table, language=turn.language, at=turn.at, hidden=hidden,
                              currency=self.currency)

    def _figure_behind(self, ask: Ask, turn: Turn) -> ResultTable:
        """The figure that the rows add up to, for who may see it."""
        plain = asked_figure(behind(ask.query))
        turn.person.require(METRICS[plain.metrics[0]].permission)
        return self._answered(plain, turn)

    def _export(self, ask: Ask, request: Request, turn: Turn) -> Reply:
        match request.of:
            case Wants.DETAILS:
                table, hidden = self._figure_behind(ask, turn), _hidden(turn)
                rows = self.details.stream(ask.query, turn.at, turn.person.shops, hidden=hidden)
                sheet = sheets.sheet_of_details(rows, table, language=turn.language, at=turn.at, hidden=hidden,
                                                currency=self.currency)
                reply = Reply("answer", "", query=table.query)
                return self._written(sheet, table, reply, is_csv=request.is_csv, turn=turn)
            case Wants.WHY:
                found = self._explained(ask, turn)
                sheet = sheets.sheet_of_reasons(found, language=turn.language, at=turn.at)
                reply = Reply("answer", "", query=found.table.query, columns=columns_of(found), rows=rows_of(found))
                return self._written(sheet, found.table, reply, is_csv=request.is_csv, turn=turn)
        table = self._answered(ask.query, turn)
        if table.is_empty:
            return render_answer(table, language=turn.language, at=turn.at)
        sheet = sheets.sheet_of_answer(table, language=turn.language, at=turn.at)
        reply = Reply("answer", "", query=table.query, columns=table.columns, rows=table.rows,
                      comparison_rows=table.comparison_rows, comparison_period=table.comparison_period)
        return self._written(sheet, table, reply, is_csv=request.is_csv, turn=turn)

    def _written(self, sheet: Sheet, table: ResultTable, reply: Reply, *, is_csv: bool, turn: Turn) -> Reply:
        """The reply with the file, which its text names."""
        suffix = ".csv" if is_csv else ".xlsx"
        path = self.shelf.place(sheets.file_name(table, sheet.title, language=turn.language, at=turn.at, suffix=suffix))
        rows = self.write(path, sheet)
        lines = [say("export.done", turn.language, file=path.name, n=count(rows)),
                 *footing(table, language=turn.language, at=turn.at)]
        reply.text, reply.coverage, reply.files = "\n".join(lines), table.coverage, [str(path)]
        return reply


def _hidden(turn: Turn) -> frozenset[str]:
    """Amounts of single orders are for who sees totals or decides on refunds; receivers for who sees customers."""
    person = turn.person
    return hidden_columns(may_see_amounts=person.may(Permission.SALES) or person.may(Permission.REFUND),
                          may_see_buyers=person.may(Permission.CUSTOMERS))
