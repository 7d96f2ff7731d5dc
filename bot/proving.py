"""Answers that carry their proof: why a figure moved, the rows behind it, a file of them, what it means."""

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.rendering.definition import render_definition
from bot.rendering.reply import Reply
from bot.rendering.why import render_why
from bot.turn import Turn
from bot.understanding.readings import Ask, Request, Wants
from domain.metrics.catalog import METRICS
from domain.metrics.explain import Explanation, explain
from domain.people import may
from domain.ports import Figures

log = logging.getLogger(__name__)


class DrawWhy(Protocol):
    """Draws a change as a picture (bot.rendering.chart_why.draw_why)."""

    def __call__(self, explanation: Explanation, language: str, at: datetime, path: Path) -> Path | None: ...


@dataclass(slots=True)
class Proving:
    """Between a question that wants more than figures and what can tell it. Rights were checked for its figures."""

    figures: Figures
    draw: DrawWhy
    charts_drawn: int = 0

    def reply(self, ask: Ask, request: Request, turn: Turn) -> Reply:
        match request.wants:
            case Wants.WHY:
                return self._why(ask, request, turn)
            case _:
                return render_definition(self.figures.answer(ask.query, turn.at), language=turn.language, at=turn.at)

    def _explained(self, ask: Ask, turn: Turn) -> Explanation:
        return explain(ask.query, self.figures.answer, turn.at,
                       lambda metric: may(turn.person.role, METRICS[metric].permission))

    def _why(self, ask: Ask, request: Request, turn: Turn) -> Reply:
        explanation = self._explained(ask, turn)
        reply = render_why(explanation, language=turn.language, at=turn.at, claims=request.claims)
        reply.charts = self._chart(explanation, turn)
        return reply

    def _chart(self, explanation: Explanation, turn: Turn) -> list[str]:
        """A failure to draw costs the picture, not the answer."""
        if turn.chart_dir is None or turn.only_asked_charts:
            return []
        self.charts_drawn += 1
        target = turn.chart_dir / f"{turn.at:%Y%m%d-%H%M%S}-why-{self.charts_drawn}.png"
        try:
            path = self.draw(explanation, turn.language, turn.at, target)
        except Exception:
            log.exception("a chart of reasons could not be drawn")
            return []
        return [str(path)] if path else []
