"""Proposals and what came of them, in words: the sentence, the table of before and after, and what to answer."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.rendering.amounts import count, money
from bot.rendering.messages import knows, say
from bot.rendering.reply import Button, Reply, with_choices
from domain.actions import Fact, Note, Value, Word, actions
from domain.confirmations import Done, Missing, NotPossible, Proposal
from domain.money import Money


def render_proposal(proposal: Proposal, language: str, zone: ZoneInfo) -> Reply:
    """What would happen, and the code that makes it happen."""
    lines = [say("confirmation.changed", language, replaces=proposal.replaces)] if proposal.replaces else []
    lines.append(say("acting.proposed", language,
                     what=_sentence(f"propose.{proposal.action}", proposal.action, proposal.said, language, zone=zone)))
    lines += _details(proposal.facts, proposal.notes, language, zone)
    lines.append(say("acting.how_to_confirm", language, code=proposal.code))
    buttons = tuple(Button(say(f"acting.{verb}", language), f"{say(f'acting.{verb}', language)} {proposal.code}")
                    for verb in ("confirm", "cancel"))
    return Reply("proposal", "\n".join(lines), buttons=buttons,
                 action=_action(proposal.action, proposal.arguments, proposal.code))


def render_done(done: Done, language: str, zone: ZoneInfo) -> Reply:
    """What was done, and how long it can be taken back."""
    lines = [_sentence(done.key, done.action, done.said, language, zone=zone)]
    lines += _details(done.facts, done.notes, language, zone)
    buttons: tuple[Button, ...] = ()
    if done.undo_until is not None:
        lines.append(say("acting.how_to_undo", language, code=done.code, until=_value(done.undo_until, language, zone)))
        undo = say("acting.undo", language)
        buttons = (Button(undo, f"{undo} {done.code}"),)
    return Reply("done", "\n".join(lines), action=_action(done.action, done.arguments, None), buttons=buttons)


def render_missing(missing: Missing, language: str) -> Reply:
    """Asks for exactly what is missing."""
    return Reply("clarify", say(f"ask.{missing.parameter.name}", language),
                 action=_action(missing.action, missing.arguments, None))


def render_not_possible(outcome: NotPossible, language: str, zone: ZoneInfo) -> Reply:
    """Why nothing was done, with the nearest names."""
    text, choices = _sentence(outcome.key, outcome.action, outcome.said, language, zone=zone), outcome.choices
    if outcome.key == "no.unknown_report":  # its id alone is no message that can be sent back
        choices = tuple(f"/{outcome.action} {report}" for report in choices)
    if "answer" in outcome.said:  # a code alone is no message either
        answer = say(f"acting.{outcome.said['answer']}", language)
        choices = tuple(f"{answer} {code}" for code in choices)
    offer = outcome.key.replace("no.", "offer.", 1)  # what can be done instead
    if offer != outcome.key and knows(offer, language):
        choices = (_sentence(offer, outcome.action, outcome.said, language, zone=zone),)
    return Reply("refused", with_choices(text, choices), choices=choices)


def _action(name: str, arguments: Mapping[str, Any], code: str | None) -> dict[str, Any]:
    return {"name": name, "arguments": dict(arguments), "confirmation": code}


def _sentence(key: str, action: str, said: Mapping[str, Value], language: str, *, zone: ZoneInfo) -> str:
    words = {name: _value(value, language, zone) for name, value in said.items()}
    verb = actions().get(action)
    if verb is not None:
        words.setdefault("verb", verb.zh if language == "zh" else verb.en)
    return say(key, language, **words)


def _details(facts: Sequence[Fact], notes: Sequence[Note], language: str, zone: ZoneInfo) -> list[str]:
    rows = [say("acting.fact", language, fact=say(f"fact.{fact.key}", language),
                subject=_value(fact.subject, language, zone), before=_value(fact.before, language, zone),
                after=_value(fact.after, language, zone)) for fact in facts]
    return rows + [say(f"note.{note.key}", language, **{name: _value(value, language, zone)
                                                       for name, value in note.facts.items()}) for note in notes]


def _value(value: Value, language: str, zone: ZoneInfo) -> str:
    match value:
        case None:
            return "—"
        case Money():
            return money(value.amount_minor, value.currency)
        case Word():
            return say(value.key, language, **{name: _value(each, language, zone) for name, each in value.facts})
        case datetime():
            return f"{value.astimezone(zone):%H:%M}"
        case date():
            return value.isoformat()
        case int():
            return count(value)
    return value
