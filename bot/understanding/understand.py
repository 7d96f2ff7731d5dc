"""From a message to its reading: sentences of a fixed form first, then its words; the last request told beside it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from bot.understanding.actions import acts
from bot.understanding.actions.arguments import Message
from bot.understanding.conversation.missed import completing, gone_on
from bot.understanding.conversation.pointed import Pointed
from bot.understanding.conversation.pointing import pointed
from bot.understanding.questions.asks import Setting
from bot.understanding.questions.spoken import language, script_of
from bot.understanding.readings import (
    Act,
    Ask,
    Command,
    Context,
    NotRead,
    Reading,
    Refused,
    Request,
    Unclear,
    Understood,
    Wants,
)
from bot.understanding.repair.codes import with_codes
from bot.understanding.rereading import MAX_LENGTH, PatientReader
from bot.understanding.sentences import exceptions, limiting, mapping_words, matching, quiet, requests, teaching
from bot.understanding.sentences.commands import answers, chosen, command_of
from bot.understanding.text.cues import Forms
from bot.understanding.text.gazetteer import Gazetteer, LiveGazetteer
from bot.understanding.text.normalise import Normalised, is_traditional, normalise
from bot.understanding.text.scan import scan
from bot.understanding.time import times_of_day
from domain.actions import actions
from domain.messaging.model import Report
from domain.ports import Names

_SPELT = re.compile(r"/subscribe(?:@\w+)?\s+(\w{1,40})\s+(\S.{0,40})", re.IGNORECASE)
_SUBSCRIBE = re.compile(r"/(subscribe|unsubscribe)\s+(\S{1,40})(?:\s.*)?", re.IGNORECASE)
_HAS_WORDS = re.compile(r"[\u4e00-\u9fff]|(?<![\w/-])[A-Za-z]{2,}(?![\w-])")


@dataclass(slots=True)
class _Turn:
    """What one message is read in: when, after what, beside which names. They are asked for once a message."""

    at: datetime
    context: Context
    gazetteer: Gazetteer
    message: Normalised


def _framed(form: Callable[[str, Gazetteer], Reading | None]) -> Callable[[Any, str, _Turn], Understood | None]:
    def read(_reader: Any, said: str, turn: _Turn) -> Understood | None:
        reading = form(said, turn.gazetteer)
        return Understood(reading, script_of(said)) if reading else None
    return read


class Understanding:
    """Reads messages. Pure but for the names it follows: the same message, moment and context give the same reading."""

    def __init__(self, names: Names, base_currency: str = "CNY") -> None:
        self._live = LiveGazetteer(names)
        self._currency = base_currency

    def read(self, text: str, at: datetime, context: Context) -> Understood:
        """The reading of one message sent at the moment, on the shop's wall clock. Never raises on any text."""
        understood = self._read(text, at, context)
        if context.language is None or context.language == understood.language or _HAS_WORDS.search(text[:MAX_LENGTH]):
            return understood
        return replace(understood, language=context.language)  # a bare order number, a slash command

    def _read(self, text: str, at: datetime, context: Context) -> Understood:
        if len(text) > MAX_LENGTH:
            return Understood(Refused("too_long", {"most": str(MAX_LENGTH)}), script_of(text[:MAX_LENGTH]))
        said = chosen(text.strip(), context) or text.strip()
        message = normalise(said.removeprefix("/"))
        # 確認 7K2: sentences of a fixed form are listed in simplified characters and standard words
        formal = message.in_own_case if message.is_dialect or is_traditional(said) else said
        if (command := command_of(formal)) and not answers(command, context):
            if command.name in acts.FRAMES:
                return self._spelt_act(command, _Turn(at, context, self._live.current(), message))
            return Understood(command, script_of(said), "command")
        turn = _Turn(at, context, self._live.current(), message)
        for form in self._FORMS.of(message.text):
            if formed := form(self, formal, turn):
                return formed
        return self._plain(said, message, turn)

    def _spelt_act(self, command: Command, turn: _Turn) -> Understood:
        """/receive_stock YS-01-M 50 华东仓: an action by its name, and what is said of it in any words."""
        verbs = (command.name.replace("_", " "), actions()[command.name].zh, "")
        sentences = (self._plain(said, normalise(said), turn).reading
                     for said in (f"{verb} {command.argument}".strip() for verb in verbs))
        reading = next((each for each in sentences if _is_of(each, command.name)), None)
        if reading is None:
            said = normalise(command.argument)
            reading = acts.read_act(command.name, Message(
                scan(said, turn.gazetteer), said, turn.gazetteer, turn.at.date(), self._currency))
            if isinstance(reading, Unclear):
                reading = replace(reading, choices=tuple(f"/{command.name} {each}" for each in reading.choices))
        return Understood(reading, script_of(command.argument), "command")

    def _plain(self, said: str, message: Normalised, turn: _Turn) -> Understood:
        """The message where it points at something in the conversation, and whatever else it says."""
        meant = pointed(message, turn.context, turn.gazetteer)
        if isinstance(meant, NotRead):
            return Understood(meant, script_of(said))
        found = self._on_what_is_meant(meant, said, turn) if meant else self._in_words(said, message, turn)
        if turn.context.missed is None or not isinstance(found.reading, Ask) or (meant and meant.is_sure):
            return found
        alone = self._in_words(said, message, replace(turn, context=Context())).reading
        read = partial(self.alone, at=turn.at)
        asked = completing(said, turn.context, turn.gazetteer, alone=read)
        if asked or found.reading == alone:
            return replace(found, reading=asked) if asked else found
        return replace(found, reading=gone_on(found.reading, said, turn.context, turn.gazetteer, alone=read))

    def _on_what_is_meant(self, meant: Pointed, said: str, turn: _Turn) -> Understood:
        """What is left of a message once it is known what it points at, which may point once more."""
        if meant.says_no_more and meant.context.last is not None:
            return Understood(meant.context.last, script_of(said))
        context = replace(meant.context, missed=None)
        return self._plain(meant.rest, normalise(meant.rest), replace(turn, context=context))

    def _in_words(self, said: str, message: Normalised, turn: _Turn) -> Understood:
        tokens = scan(message, turn.gazetteer)
        if (respelled := with_codes(message, tokens, turn.gazetteer)) is not message:
            message, tokens = respelled, scan(respelled, turn.gazetteer)
        reading = PatientReader(Setting(turn.at.date(), self._currency), turn.context, turn.gazetteer,
                                partial(self.alone, at=turn.at)).read(message, tokens)
        named = _SUBSCRIBE.fullmatch(said) if said.startswith("/") else None
        if named and isinstance(reading, NotRead):  # the desk says which reports there are
            reading = Act(named[1].lower(), {"report": named[2]})
        return Understood(reading, language(tokens, message))

    def _requested(self, said: str, turn: _Turn) -> Understood | None:
        """The question that is left, or the one before, with what is wanted of it."""
        # without the word that tells a dialect, what is left would not be read as one
        message = normalise(said.removeprefix("/")) if turn.message.is_dialect else turn.message
        wanted = requests.requested(message)
        if wanted is None:
            return None
        (request, rest), spoken = wanted, script_of(said)
        if not rest:
            return Understood(_of_last(request, turn.context), spoken)
        found = self._plain(rest, normalise(rest.removeprefix("/")), turn)
        if not isinstance(found.reading, Ask) and (figure := requests.as_figure(rest)):
            found = self._plain(figure, normalise(figure.removeprefix("/")), turn)
        if _orders(found.reading):  # 为什么不给我发日报 orders nothing; 减2件,原因是破损 does
            whole = self._plain(turn.message.message, turn.message, turn)
            return whole if _orders(whole.reading) else Understood(Refused("not_understood"), spoken)
        is_split = request.wants is Wants.DETAILS and isinstance(found.reading, Ask) and bool(found.reading.query.by)
        if not isinstance(found.reading, Ask) or is_split:  # 各平台手续费明细
            return found
        return Understood(replace(found.reading, request=request), spoken)

    def _timed_subscription(self, said: str, turn: _Turn) -> Understood | None:
        """每周一9点17分发周报: day and time are taken out, and what is left must be a subscription by itself.

        The day is not for choosing: the weekly report comes on Mondays and all others daily.
        """
        weekday = times_of_day.take_weekday(said)
        taken = times_of_day.take_time(weekday.rest if weekday else said)
        rest = taken.rest if taken else weekday.rest if weekday else None
        if rest is None:
            return None
        found = self._plain(rest, normalise(rest.removeprefix("/")), replace(turn, context=Context()))
        act = found.reading
        if not isinstance(act, Act) or act.action != "subscribe":
            return None
        if weekday and not (weekday.is_monday and act.arguments["report"] == Report.WEEKLY_REVIEW):
            return replace(found, reading=Refused("report_day"))
        return replace(found, reading=Act(act.action, {**act.arguments, **({"at": taken.at} if taken else {})}))

    def _about_exceptions(self, said: str, turn: _Turn) -> Understood | None:
        meant = exceptions.about_exceptions(said, turn.at)
        return Understood(meant, script_of(said), "command") if meant else None

    def _about_quiet(self, said: str, turn: _Turn) -> Understood | None:
        meant = quiet.about_quiet(said, partial(self._report_named, turn))
        return Understood(meant, script_of(said)) if meant else None

    def _spelt_subscription(self, said: str, _turn: _Turn) -> Understood | None:
        """/subscribe daily_profit 9: what stands behind a report's id is its time; the desk says when it is none."""
        spelt = _SPELT.fullmatch(said)
        if spelt is None or spelt[1].lower() not in set(Report):
            return None
        return Understood(Act("subscribe", {"report": spelt[1].lower(), "at": spelt[2]}), script_of(said))

    def _report_named(self, turn: _Turn, words: str) -> str | None:
        """The report that the words name, as it would be subscribed to."""
        if words.lower() in set(Report):
            return words.lower()
        verb = "subscribe to " if words.isascii() else "订阅"
        asked = f"{verb}{words}"
        act = self._plain(asked, normalise(asked), replace(turn, context=Context())).reading
        is_report = isinstance(act, Act) and act.action == "subscribe"
        return act.arguments.get("report") if is_report and isinstance(act, Act) else None

    def alone(self, text: str, at: datetime) -> Reading:
        """The reading of a text outside any conversation."""
        return self.read(text, at, Context()).reading

    def gazetteer(self) -> Gazetteer:
        """The shop's names as they are now."""
        return self._live.current()

    # Whole sentences that are known before their words are, and what is wanted besides figures.
    _FORMS: ClassVar[Forms[Callable[[Any, str, _Turn], Understood | None]]] = Forms(
        (exceptions.CUES, _about_exceptions),
        (quiet.CUES, _about_quiet),
        (times_of_day.CUES, _timed_subscription),
        ("subscribe", _spelt_subscription),
        (mapping_words.CUES, _framed(mapping_words.mapping_forgotten)),
        (teaching.CUES, _framed(teaching.teaching_of)),
        (limiting.CUES, _framed(limiting.limiting_of)),
        (matching.CUES, _framed(matching.matching_of)),
        (requests.CUES, _requested))


def _is_of(reading: Reading, action: str) -> bool:
    act = reading.pending if isinstance(reading, Unclear) else reading
    return isinstance(act, Act) and act.action == action


def _orders(reading: Reading) -> bool:
    """Whether something is to be done, though an argument of it may be missing."""
    return isinstance(reading, Act) or (isinstance(reading, Unclear) and isinstance(reading.pending, Act))


def _of_last(request: Request, context: Context) -> Ask | Unclear:
    """What is wanted of the answer just given; of a list of details or of reasons, a file is wanted of that."""
    last = context.last
    if last is None:
        return Unclear(f"nothing_before_{request.wants}")
    given = last.request.wants if last.request else Wants.FIGURES
    if request.wants is Wants.EXPORT and request.of is Wants.FIGURES and given in {Wants.DETAILS, Wants.WHY}:
        request = replace(request, of=given)
    return replace(last, request=request)
