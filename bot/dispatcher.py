"""A message in, a reply out: who asks, what is meant, may they, what is the answer."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Protocol

from bot.acting import Acting
from bot.model_mode.consult import Consulted
from bot.pictures import drawn
from bot.proving import Proving
from bot.rendering.answer import render_answer
from bot.rendering.limits import limits_line
from bot.rendering.messages import say
from bot.rendering.reply import Reply, Timing
from bot.rendering.scene import went_on
from bot.rendering.talk import render_error, render_help, render_not_allowed, render_refused, render_unclear
from bot.sessions import Sessions
from bot.turn import Person, Turn
from bot.understanding.conversation.missed import missed
from bot.understanding.readings import (
    MOST_SHOWN,
    Act,
    Ask,
    Command,
    Context,
    Language,
    Reading,
    Refused,
    Shown,
    Unclear,
    Understood,
)
from domain.errors import NotAllowed, ShopError
from domain.metrics.catalog import METRICS
from domain.metrics.result import ResultTable
from domain.ports import Figures

log = logging.getLogger(__name__)


class Reader(Protocol):
    """Understands messages (bot.understanding.Understanding, or a stand-in of another language)."""

    def read(self, text: str, at: datetime, context: Context) -> Understood: ...


# Answers one command; what stands behind its name, and the turn it is said in.
Handler = Callable[[str, Turn], Reply]
# Is told how the rules read each message, and never stops the answer.
Listener = Callable[[str, Reading, Turn], None]
# Reads what is no sentence, such as a pasted list; None: it is one.
FirstReader = Callable[[str], Understood | None]


class Draw(Protocol):
    """Draws a table as a picture (bot.rendering.chart.draw)."""

    def __call__(self, table: ResultTable, *, language: str, at: datetime, path: Path) -> Path | None: ...


class BeyondRules(Protocol):
    """Reads what the rules cannot (bot.model_mode.consult.ModelMode)."""

    def takes(self, reading: Reading) -> bool: ...

    def consult(self, text: str, turn: Turn) -> Consulted: ...


@dataclass(slots=True)
class Dispatcher:
    """Answers messages. Holds running conversations, nothing else."""

    reader: Reader
    figures: Figures
    acting: Acting
    proving: Proving
    draw: Draw
    commands: Mapping[str, Handler] = field(default_factory=dict)  # of rooms of their own, by name
    first_readers: Sequence[FirstReader] = ()
    sessions: Sessions = field(default_factory=Sessions)
    beyond: BeyondRules | None = None
    hear: Listener = lambda _text, _reading, _turn: None

    def reply(self, text: str, *, person: Person, at: datetime, chat: str, chart_dir: Path | None = None,
              only_asked_charts: bool = False, language: Language | None = None) -> Reply:
        """Never raises for what a person typed. A message without a chat is a conversation of its own.

        `language` is the person's own: a new conversation is in it until words tell another.

        Pictures are drawn into `chart_dir` for every answer that has a shape, or only where one was asked for.
        """
        start = perf_counter()
        context = self.sessions.context(chat, person.name, at) if chat else Context()
        context.language = context.language or language
        timing = Timing()
        understood = self._read(text, at, context)
        timing.understand = _ms_since(start)
        context.language = understood.language
        turn = Turn(person, at, chat, understood.language, chart_dir, context, only_asked_charts)
        try:
            reply = self._beyond_rules(text, understood, turn, timing) or self._answer(understood, turn, timing)
        except NotAllowed as error:
            reply = render_not_allowed(error, understood.language)
        except ShopError as error:
            reply = render_error(error, understood.language)
        except Exception as error:  # the edge of the process: whatever fails, the person gets a sentence
            log.exception("a message could not be answered")
            reply = render_error(error, understood.language)
        if reply.query is not None and reply.kind == "answer":
            reply.text += limits_line(reply.query.metrics, turn.person.shops, turn.language)
        self._remember(text, understood.reading, reply, turn)
        timing.total = _ms_since(start)
        reply.timing = timing
        if reply.understood_by != "model":
            reply.understood_by = understood.by
            self.hear(text, understood.reading, turn)
        return reply

    def _remember(self, text: str, reading: Reading, reply: Reply, turn: Turn) -> None:
        """Whether anything came of the message; of an answer, which one it goes on from."""
        turn.context.missed = missed(text, reading) if reply.kind in {"refused", "clarify"} else None
        if reply.kind == "answer" and isinstance(reading, Ask) and reading.goes_on_from is not None:
            reply.text = f"{went_on(reading.goes_on_from, turn.language, turn.at.date())}\n{reply.text}"

    def _read(self, text: str, at: datetime, context: Context) -> Understood:
        try:
            first = (read(text) for read in self.first_readers)
            return next(filter(None, first), None) or self.reader.read(text, at, context)
        except Exception:
            log.exception("a message could not be read")
            return Understood(Refused("not_understood"), "zh")

    def _beyond_rules(self, text: str, understood: Understood, turn: Turn, timing: Timing) -> Reply | None:
        """What a language model makes of words that mean nothing to the rules; None where it is not asked."""
        if self.beyond is None or not self.beyond.takes(understood.reading):
            return None
        start = perf_counter()
        try:
            found = self.beyond.consult(text, turn)
        except Exception:
            log.exception("a language model could not be asked")
            found = Consulted(note="model.unavailable")
        timing.understand += _ms_since(start)
        match found.reading:
            case Act() as act:
                turn.context.pending = None
                reply = self.acting.propose(act, turn)
            case Ask() as ask if found.table is not None:
                reply = self._shown(ask, found.table, turn, timing)
                parts = [found.prose, reply.text, say("model.understood", turn.language)]
                reply.text = "\n".join(part for part in parts if part)
            case _:
                reply = self._answer(understood, turn, timing)
                reply.text = f"{reply.text}\n{say(found.note, turn.language)}"
                return reply
        reply.understood_by = "model"
        return reply

    def _answer(self, understood: Understood, turn: Turn, timing: Timing) -> Reply:
        match understood.reading:
            case Ask() as ask:
                return self._ask(ask, turn, timing)
            case Act() as act:
                turn.context.pending = None
                return self.acting.propose(act, turn)
            case Unclear() as unclear:
                return self._unclear(unclear, turn)
            case Refused() as refused:
                if refused.choices:  # a number chooses among them, too; what was asked before is still asked
                    before = turn.context.pending or Unclear(refused.key)
                    turn.context.pending = replace(before, choices=refused.choices)
                return render_refused(refused, turn.language)
            case Command(name="help"):
                return render_help(turn.person.acting_role, turn.language)
            case Command(name="thanks"):
                return Reply("answer", say("help.welcome", turn.language))
            case Command(name=name, argument=argument) if name in self.commands:
                return self.commands[name](argument, turn)
            case Command() as command:
                turn.context.pending = None
                return self.acting.command(command, turn)

    def _ask(self, ask: Ask, turn: Turn, timing: Timing) -> Reply:
        for metric in (*ask.query.metrics, *(bound.metric for bound in ask.query.having)):
            turn.person.require(METRICS[metric].permission)
        turn.person.require_shops_of(ask.query)
        start = perf_counter()
        if ask.request is not None:
            reply = self.proving.reply(ask, ask.request, turn)
            turn.context.answered(ask, turn.context.shown)
            timing.query = _ms_since(start)
            return reply
        table = self.figures.answer(ask.query, turn.at, turn.person.shops)
        timing.query = _ms_since(start)
        return self._shown(ask, table, turn, timing)

    def _shown(self, ask: Ask, table: ResultTable, turn: Turn, timing: Timing) -> Reply:
        turn.context.answered(ask, _shown(table))
        start = perf_counter()
        reply = render_answer(table, language=turn.language, at=turn.at, shows_shares=ask.wants_shares)
        reply.charts = self._chart(ask, table, turn)
        timing.render = _ms_since(start)
        return reply

    def _unclear(self, unclear: Unclear, turn: Turn) -> Reply:
        if unclear.pending is not None:
            refusal = self.acting.refusal(unclear.pending, turn)
            if refusal is not None:
                return refusal
        turn.context.pending = unclear
        return render_unclear(unclear, turn.language)

    def _chart(self, ask: Ask, table: ResultTable, turn: Turn) -> list[str]:
        if table.is_empty or (turn.only_asked_charts and not ask.wants_chart):
            return []
        return drawn(turn, "", lambda path: self.draw(table, language=turn.language, at=turn.at, path=path))


def _shown(table: ResultTable) -> Shown | None:
    """The rows that 第二名 and 那家店 may mean."""
    if len(table.query.by) != 1:
        return None
    return Shown(table.query.by[0], tuple(str(row[0]) for row in table.rows[:MOST_SHOWN]))


def _ms_since(start: float) -> float:
    return (perf_counter() - start) * 1000
