"""The inbox of exceptions in words: how many of each kind, the most urgent, and what to do about them."""

from zoneinfo import ZoneInfo

from bot.rendering.amounts import count, money
from bot.rendering.messages import knows, say
from bot.rendering.reply import Button, Reply
from domain.exceptions.kinds import KINDS, NOT_TOLD
from domain.exceptions.model import Listing, OpenCase
from domain.writebacks.model import WriteBackState

MAX_BUTTONS = 3


def render_exceptions(listing: Listing, language: str, *, zone: ZoneInfo, currency: str) -> Reply:
    """Nothing wrong is said, too; a number is what 「异常 12 已处理」 takes."""
    total = sum(listing.counts.values())
    lines = [_heading(listing, total, language)]
    kind = None
    for case in listing.urgent:
        if case.kind != kind:
            kind, about = case.kind, KINDS[case.kind]
            lines.append(say("exceptions.todo", language, kind=_name(kind, language),
                             todo=about.todo_zh if language == "zh" else about.todo_en))
        lines.append(_line(case, language, zone, currency))
    if listing.snoozed:
        lines.append(say("exceptions.snoozed", language, cases=listing.snoozed))
    if listing.urgent:
        lines.append(say("exceptions.how", language, id=listing.urgent[0].id))
    return Reply("answer", "\n".join(lines), buttons=_buttons(listing, language))


def _heading(listing: Listing, total: int, language: str) -> str:
    if not total:
        return say(_none(listing), language, parcels=(listing.write_backs or {}).get(WriteBackState.QUEUED, 0))
    kinds = say("exceptions.between", language).join(
        say("exceptions.count", language, kind=_name(kind, language), cases=number)
        for kind, number in listing.counts.items())
    return say("exceptions.open" if total == len(listing.urgent) else "exceptions.open_first", language, cases=total,
               kinds=kinds, first=len(listing.urgent))


def _none(listing: Listing) -> str:
    """Who asks which orders the platform was not told of wants to hear what became of all of them."""
    states = listing.write_backs
    if states is None or listing.snoozed or WriteBackState.FAILED in states:
        return "exceptions.none"
    if WriteBackState.QUEUED in states:
        return "exceptions.none_failed"
    return "exceptions.all_told" if states else "exceptions.none_to_tell"


def _line(case: OpenCase, language: str, zone: ZoneInfo, currency: str) -> str:
    amount = "" if case.amount is None else (
        money(case.amount, currency) if case.kind == "negative_margin" else count(abs(case.amount)))
    detail = say(_why(case), language) if case.kind == NOT_TOLD and knows(_why(case), language) else case.detail
    since = case.since.astimezone(zone).strftime("%m-%d %H:%M") if case.since else ""
    key = f"exceptions.{case.kind}"
    unsent = f"{key}_unsent"  # what is to be said where no parcel has left
    said = unsent if not case.detail and knows(unsent, language) else key
    return say(said, language, id=case.id, label=case.label, place=case.place,
               detail=detail, amount=amount, since=since)


def _why(case: OpenCase) -> str:
    return f"write_back.why.{case.detail}"


def _name(kind: str, language: str) -> str:
    return say(f"exception_kind.{kind}", language)


def _buttons(listing: Listing, language: str) -> tuple[Button, ...]:
    if len(listing.counts) > 1:
        return tuple(Button(_name(kind, language), say("exceptions.show", language, kind=_name(kind, language)))
                     for kind in list(listing.counts)[:MAX_BUTTONS])
    return tuple(Button(f"✔ {case.id}", say("exceptions.handled", language, id=case.id))
                 for case in listing.urgent[:MAX_BUTTONS])
