"""After a message that nothing came of: what goes on from the answer before it says so, or is asked about first."""

from collections.abc import Callable
from dataclasses import replace
from difflib import SequenceMatcher

from bot.understanding.questions.draft import is_filler
from bot.understanding.questions.spoken import script_of
from bot.understanding.readings import Ask, Context, Missed, NotRead, Reading, Unclear
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import normalise
from bot.understanding.text.scan import Token, scan
from bot.understanding.time.periods import OF_PERIODS
from domain.metrics.catalog import METRICS
from domain.metrics.query import MetricQuery

# Refused, yet not as impossible: the words were not understood, and may have been meant to change the question.
_NOT_HEARD = frozenset({"not_understood", "unknown_words"})
_NOTHING_MEANT = frozenset({"nothing_said", "empty"})
_LEADS = {"zh": "接着上一个答案:", "en": "from the last answer: "}  # pointing reads them
_ALONE = {"zh": "另外问一下,", "en": "separately, "}  # so it does these
_ALIKE = 0.6  # of two messages that are the same but for a slip


def missed(text: str, reading: Reading) -> Missed | None:
    """The message, where it was one and nothing came of it."""
    is_missed = isinstance(reading, NotRead) and reading.key not in _NOTHING_MEANT and not (
        isinstance(reading, Unclear) and (reading.pending or reading.missing))
    return Missed(text, reading) if is_missed and isinstance(reading, NotRead) else None


def gone_on(ask: Ask, text: str, context: Context, gazetteer: Gazetteer, *,
            alone: Callable[[str], Reading]) -> Ask | Unclear:
    """What goes on from the answer before a message that was missed.

    Said anew, it does; so it does behind what cannot be answered anyway, or says nothing of a shop. Anything else may
    have been meant of the question that would have been asked, had the message been understood.
    """
    before = context.missed
    if before is None or context.last is None or text in before.reading.choices:
        return ask
    said = scan(normalise(text), gazetteer)
    is_anew = _is_said_anew(text, before, gazetteer)
    if (_asked_of_else(before, context.last.query, gazetteer) and not any(_names_figure(one) for one in said)) or (
            _may_have_changed(before, gazetteer) and not is_anew):
        whole = () if text in before.text else _put_together(before, text, alone)
        apart = (f"{_ALONE[script_of(text)]}{text}",) if isinstance(alone(text), Ask) else ()
        return Unclear("goes_on_from_what", choices=(*whole, f"{_LEADS[script_of(text)]}{text}", *apart))
    return replace(ask, goes_on_from=context.last.query)


def completing(text: str, context: Context, gazetteer: Gazetteer, *,
               alone: Callable[[str], Reading]) -> Unclear | None:
    """销售额, behind 抖店上周的嘎啦 that was not understood: is it the figure of that, or a question of its own?"""
    before = context.missed
    if before is None or before.reading.key in _OF_NO_SHOP:
        return None
    said = scan(normalise(text), gazetteer)
    is_within = said[0].has("within") and context.last is None  # 里面新客有多少: of what was not understood
    if not any(_names_figure(one) for one in said) or (not is_within and any(
            _content(one) and not _names_figure(one) for one in said)) or not _names_part(before.text, gazetteer):
        return None
    offered = [one for one in before.reading.choices if text in one]
    rest = normalise(text).original(said[0].end, len(text)).strip() if is_within else text
    wholes = (*offered, *(() if is_within else _told_anew(before, text)),
              *_of_the_same(before.text, rest, gazetteer))
    choices = [one for one in wholes if isinstance(alone(one), Ask)][:1]
    return Unclear("completes_what", choices=(*choices, f"{_ALONE[script_of(text)]}{text}"))


_OF_NO_SHOP = frozenset({"off_chatter", "off_secret", "off_destroy", "off_rights", "no_order_lookup", "which_order"})


def _of_the_same(before: str, text: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """京东上周退款率, after 京东上周好评率: of the part and the time that was named."""
    message = normalise(before)
    named = [message.original(token.start, token.end) for token in scan(message, gazetteer)
             if token.names or token.number is not None or not (_PARTS | OF_PERIODS).isdisjoint(token.senses)]
    return (f"{''.join(named)}{text}",) if script_of(text) == "zh" else (f"{text} {' '.join(named)}",)


def _names_part(text: str, gazetteer: Gazetteer) -> bool:
    """Whether a part of the shop or a time is named."""
    return any(not _PARTS.isdisjoint(token.senses) or (token.names and token.names[0].value)
               for token in scan(normalise(text), gazetteer))


_PARTS = frozenset({"platform", "province", "segment", "offset", "festival"})


def _names_figure(token: Token) -> bool:
    return not token.names and not is_filler(token) and any(token.has(kind) for kind in _FIGURES)


_FIGURES = ("metric", "vague", "both")


def _asked_of_else(before: Missed, last: MetricQuery, gazetteer: Gazetteer) -> bool:
    """Whether what could not be answered was asked of another figure than the last answer told."""
    said = scan(normalise(before.text), gazetteer)
    figures = {one for token in said if _names_figure(token) for kind in _FIGURES
               for one in token.senses.get(kind, "").split()}
    figures |= {one for one in before.reading.facts.get("metric", "").split() if one in METRICS}
    is_strange = before.reading.key in _NOT_KEPT and any(token.is_unknown for token in said)
    return is_strange or not figures <= set(last.metrics)


_NOT_KEPT = frozenset({"off_average", "off_not_kept"})  # figures by any name


def _put_together(before: Missed, text: str, alone: Callable[[str], Reading]) -> tuple[str, ...]:
    """What both say, where that is a question; of what else than the answer was of, if that is known."""
    figure = METRICS.get(before.reading.facts.get("metric", ""))
    is_chinese = script_of(text) == "zh"
    name = "" if figure is None else f"{figure.zh}," if is_chinese else f"{figure.en}, "
    wholes = (*_told_anew(before, text), *((f"{name}{text}",) if name else ()))
    return next(((whole,) for whole in wholes if isinstance(alone(whole), Ask)), ())


def _told_anew(before: Missed, text: str) -> tuple[str, ...]:
    """The words that were not known told anew, or the message gone on with."""
    unknown, comma = before.reading.facts.get("words", ""), "," if script_of(text) == "zh" else ", "
    asked = before.text.rstrip(" ?？。.!")
    return (*((asked.replace(unknown, text, 1),) if len(unknown) > 1 else ()), f"{asked}{comma}{text}")


def _may_have_changed(before: Missed, gazetteer: Gazetteer) -> bool:
    return isinstance(before.reading, Unclear) or (
        before.reading.key in _NOT_HEARD and bool(_contents(before.text, gazetteer)))


def _is_said_anew(text: str, before: Missed, gazetteer: Gazetteer) -> bool:
    """Whether the message says the same in other words: it names something that the one before named."""
    said = _contents(text, gazetteer)
    return not said.isdisjoint(_contents(" ".join((before.text, *before.reading.choices)), gazetteer)) or (
        SequenceMatcher(None, text.lower(), before.text.lower()).ratio() > _ALIKE)


def _contents(text: str, gazetteer: Gazetteer) -> set[str]:
    return {one for token in scan(normalise(text), gazetteer) for one in _content(token)}


def _content(token: Token) -> set[str]:
    if token.names:
        return {name.value for name in token.names}
    if token.is_unknown or is_filler(token) or token.has("end") or token.has("sep") or token.has("follow"):
        return set()
    return {token.text}
