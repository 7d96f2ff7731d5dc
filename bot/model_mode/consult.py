"""The rounds with the model: it calls tools, code checks and carries them out, and what comes of it is one reading.

Whatever goes wrong, the person gets what the rules said, with a word about why the model was no help.
"""

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_hex
from time import perf_counter
from typing import Any

from bot.model_mode.names import WRITTEN_BY_STRANGERS, looking_like
from bot.model_mode.privacy import Mask
from bot.model_mode.prompt import opening
from bot.model_mode.proposals import act_of
from bot.model_mode.prose import judged
from bot.model_mode.queries import Asking, ToolProblem, query_of
from bot.model_mode.results import Result, wrapped
from bot.model_mode.tools import FIND_NAME, PROPOSE, RUN_QUERY, action_called, tokens_of_tools, tools_for
from bot.turn import Turn
from bot.understanding.questions.asks import Setting
from bot.understanding.readings import Act, Ask, Reading, Refused, Unclear
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import normalise
from bot.understanding.text.scan import scan
from domain.errors import ShopError
from domain.language.conversation import (
    Completion,
    Message,
    ModelRefuses,
    ModelUnavailable,
    ToolCall,
    estimated_tokens,
)
from domain.language.model import Consultation
from domain.metrics.result import ResultTable
from domain.ports import Figures, LanguageModel, ModelBook

log = logging.getLogger(__name__)

MAX_ROUNDS = 4  # a query, a correction, a second query, the sentences
TOTAL_S = 20.0  # longer than this nobody waits in a chat
MAX_QUERIES = 6  # of one message, over all rounds
ANSWER_TOKENS = 1000  # set aside for an answer: as many as the adapter lets it have
# The refusals that say "these words mean nothing to me". What is refused for a reason stays refused.
BEYOND_RULES = frozenset({"not_understood", "unknown_words", "unsure_about"})


@dataclass(frozen=True, slots=True)
class Consulted:
    """What came of it: a question with its table and checked sentences, an action, or nothing and why.

    `note` is a sentence of the catalogue's part `model`.
    """

    reading: Ask | Act | None = None
    table: ResultTable | None = None
    prose: str = ""
    note: str = ""


@dataclass(slots=True)
class ModelMode:
    """Asks a model. `names` gives the shop's names as they are now, `seconds` is a clock that only goes forward."""

    model: LanguageModel
    book: ModelBook
    figures: Figures
    names: Callable[[], Gazetteer]
    currency: str
    seconds: Callable[[], float] = perf_counter
    nonce: Callable[[], str] = field(default=lambda: token_hex(16))

    def takes(self, reading: Reading) -> bool:
        """Whether the rules could make nothing of the words; anything else they settle themselves."""
        return isinstance(reading, Refused | Unclear) and reading.key in BEYOND_RULES

    def consult(self, text: str, turn: Turn) -> Consulted:
        """Never raises for what the model or its server does. What was asked and answered is in the audit."""
        talk = _Talk(self, text, turn)
        try:
            found = talk.run()
        except (ModelUnavailable, ModelRefuses) as error:
            log.warning("the language model was no help: %s", error)
            talk.kept.outcome = error.key or "model.unavailable"
            found = Consulted(note=error.key or "model.unavailable")
        self.book.record(talk.kept)
        return found


class _OutOfTokens(Exception):
    """The person's day has none left."""


class _Talk:
    """One message, from the first round to the last."""

    def __init__(self, owner: ModelMode, text: str, turn: Turn) -> None:
        self._owner = owner
        self._turn = turn
        self._deadline = owner.seconds() + TOTAL_S
        self._nonce = owner.nonce()
        self._tools = tools_for(turn.person.rights, turn.person.shops)
        gazetteer, mask = owner.names(), Mask()
        self._asking = Asking(text, turn.person, Setting(turn.at.date(), owner.currency), gazetteer, mask)
        message = normalise(text)
        said = mask.masked(message, scan(message, gazetteer))
        self._messages = opening(said, turn, mask, nonce=self._nonce, currency=owner.currency)
        self._results: list[Result] = []
        self._act: Act | None = None
        self._has_strangers_words = False
        self._queries = 0
        self.kept = Consultation(turn.person.name, turn.person.role, turn.chat, prompt_sha256=_hash(self._messages))

    def run(self) -> Consulted:
        """Raises ModelUnavailable or ModelRefuses."""
        prose = ""
        for _ in range(MAX_ROUNDS):
            try:
                completion = self._next()
            except _OutOfTokens:
                self.kept.outcome = "model.out_of_tokens"
                return Consulted(note="model.out_of_tokens")
            if not completion.calls:
                prose = completion.text
                break
            self._messages.append(Message("assistant", completion.text, completion.calls))
            self._messages += [Message("tool", self._answer(call), answers=call.id) for call in completion.calls]
            if self._act is not None:
                self.kept.outcome = "proposed"
                return Consulted(self._act)
        return self._concluded(prose)

    def _next(self) -> Completion:
        """One round, paid for beforehand."""
        left_s = self._deadline - self._owner.seconds()
        if left_s <= 0:
            raise ModelUnavailable("the language model took too long", key="model.unavailable")
        person = self._turn.person
        asked = tokens_of_tools(person.rights, person.shops) + sum(
            estimated_tokens(message.text) for message in self._messages)
        reserved = self._owner.book.reserve(person.name, asked + ANSWER_TOKENS)
        if reserved is None:
            raise _OutOfTokens
        # A call that fails may have used them: they stay set aside.
        completion = self._owner.model.complete(self._messages, self._tools, timeout_s=left_s)
        self._owner.book.settle(reserved, completion.tokens_in + completion.tokens_out)
        self.kept.rounds += 1
        self.kept.tokens_in += completion.tokens_in
        self.kept.tokens_out += completion.tokens_out
        self.kept.answer_sha256 = _hash([completion.text, *((call.name, call.arguments) for call in completion.calls)])
        return completion

    def _answer(self, call: ToolCall) -> str:
        """What the model is told of its call. Every call gets an answer, or the server takes no next round."""
        self.kept.tools.append({"name": call.name, "arguments": call.arguments})
        try:
            arguments = json.loads(call.arguments or "{}")
            if not isinstance(arguments, dict):
                raise ToolProblem("the arguments are no JSON object")  # noqa: TRY301
            told = self._carried_out(call.name, arguments)
        except ValueError:
            told = _problem("the arguments are no JSON")
        except ToolProblem as problem:
            told = _problem(str(problem))
        except ShopError as error:
            told = _problem(str(error))
        self.kept.results_sha256.append(_hash(told))
        return self._asking.mask.cover(told)

    def _carried_out(self, name: str, arguments: dict[str, Any]) -> str:
        if name == RUN_QUERY:
            return self._run_query(arguments)
        if name == FIND_NAME:
            return self._find_name(str(arguments.get("text", "")))
        if name.startswith(PROPOSE):
            return self._propose(name, arguments)
        raise ToolProblem(f"there is no tool called {name!r}")

    def _run_query(self, arguments: dict[str, Any]) -> str:
        self._queries += 1
        if self._queries > MAX_QUERIES:
            raise ToolProblem("that is enough queries for one message; answer with what there is")
        query = query_of(arguments, self._asking)
        table = self._owner.figures.answer(query, self._turn.at, self._turn.person.shops)
        result = Result(f"r{len(self._results) + 1}", table, self._turn.language, self._turn.at.date())
        self._results.append(result)
        self._has_strangers_words |= result.tells_strangers_words
        return result.told(self._nonce)

    def _find_name(self, text: str) -> str:
        found = looking_like(self._asking.mask.restore(text), self._asking.gazetteer)
        self._has_strangers_words |= any(dimension in WRITTEN_BY_STRANGERS for dimension, _ in found)
        return json.dumps({"found": [{"dimension": dimension, "name": wrapped(name, self._nonce)}
                                     for dimension, name in found]}, ensure_ascii=False)

    def _propose(self, name: str, arguments: dict[str, Any]) -> str:
        """Once words of strangers were read, nothing is proposed any more: they may be what asks for it."""
        if self._has_strangers_words:
            raise ToolProblem("nothing can be proposed after shop data were read; say what the person may ask instead")
        action = action_called(name)
        if action is None:
            raise ToolProblem(f"there is no tool called {name!r}")
        self._act = self._act or act_of(action, arguments, self._asking)
        return json.dumps({"proposed": self._act.action})

    def _concluded(self, prose: str) -> Consulted:
        """The last table is the answer. Sentences without one could only be about nothing."""
        if not self._results:
            self.kept.outcome = "no_reading"
            return Consulted(note="model.no_reading")
        table = self._results[-1].table
        verdict = judged(prose, self._asking.text, self._results, self._turn.at.date())
        self.kept.outcome = f"answered, prose dropped: {verdict.fault}" if verdict.fault else "answered"
        return Consulted(Ask(table.query), table, verdict.text)


def _problem(sentence: str) -> str:
    return json.dumps({"error": sentence}, ensure_ascii=False)


def _hash(what: Any) -> str:
    return hashlib.sha256(json.dumps(what, ensure_ascii=False, default=repr).encode()).hexdigest()
