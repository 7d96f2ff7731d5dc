"""After a message that nothing came of: what goes on from the answer before it says so, or is asked about first."""

from dataclasses import replace
from difflib import SequenceMatcher

from bot.understanding.questions.draft import is_filler
from bot.understanding.questions.spoken import script_of
from bot.understanding.readings import Ask, Context, Missed, NotRead, Reading, Unclear
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import normalise
from bot.understanding.text.scan import Token, scan

# Refused, yet not as impossible: the words were not understood, and may have been meant to change the question.
_NOT_HEARD = frozenset({"not_understood", "unknown_words"})
_NOTHING_MEANT = frozenset({"nothing_said", "empty"})
_ALIKE = 0.6  # of two messages that are the same but for a slip


def missed(text: str, reading: Reading) -> Missed | None:
    """The message, where it was one and nothing came of it."""
    is_missed = isinstance(reading, NotRead) and reading.key not in _NOTHING_MEANT and not (
        isinstance(reading, Unclear) and (reading.pending or reading.missing))
    return Missed(text, reading) if is_missed and isinstance(reading, NotRead) else None


def gone_on(ask: Ask, text: str, context: Context, gazetteer: Gazetteer) -> Ask | Unclear:
    """What goes on from the answer before a message that was missed.

    Said anew, it does; so it does behind what cannot be answered anyway, or says nothing of a shop. Anything else may
    have been meant of the question that would have been asked, had the message been understood.
    """
    before = context.missed
    if before is None or context.last is None:
        return ask
    if _may_have_changed(before, gazetteer) and not _is_said_anew(text, before, gazetteer):
        return Unclear("goes_on_from_what", choices=(f"{_LEADS[script_of(text)]}{text}",))
    return replace(ask, goes_on_from=context.last.query)


_LEADS = {"zh": "接着上一个答案:", "en": "from the last answer: "}  # pointing reads them


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
