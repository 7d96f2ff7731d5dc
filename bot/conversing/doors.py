"""Who gets in: strangers hear one sentence, codes make them people of the shop, and nobody asks faster than is good."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.conversing.inbound import Inbound
from bot.conversing.ports import Bindings, Bound, Limits
from bot.rendering.messages import say
from bot.rendering.reply import Button, Reply
from bot.rendering.talk import render_help
from domain.messaging.pacing import Rate

# A person types a question in three seconds and pastes ten at once; a script does more.
PERSON_RATE = Rate(every_s=2, burst=30)
CHAT_RATE = Rate(every_s=1, burst=60)
STRANGER_RATE = Rate(every_s=120, burst=5)  # enough to try /start, ask, and bind
CODE_RATE = Rate(every_s=720, burst=5)  # five guesses, then five an hour
SLOW_SAID_RATE = Rate(every_s=60)  # 「太快了」 once a minute
_BIND = re.compile(r"(?:/bind|/start|bind|绑定)(?:@\w+)?\s*[:：]?\s*([0-9a-z]{4,40})", re.IGNORECASE)
_UNBIND = re.compile(r"(?:/unbind(?:@\w+)?|解绑|解除绑定|unbind)[。.]?", re.IGNORECASE)
_START = re.compile(r"/start(?:@\w+)?", re.IGNORECASE)

# What is said at the door, None for silence; and the person, when the message is to be answered.
Admission = tuple[Reply | None, Bound | None]


@dataclass(frozen=True, slots=True)
class Doors:
    """Decides whether a message is answered at all."""

    bindings: Bindings
    limits: Limits

    def known(self, inbound: Inbound) -> Bound | None:
        return self._people([inbound]).get(inbound.person_id)

    def changes_accounts(self, inbound: Inbound) -> bool:
        """Whether somebody may be bound or unbound by it."""
        text = inbound.text.strip()
        return _BIND.fullmatch(text) is not None or _UNBIND.fullmatch(text) is not None

    def admit(self, those: Sequence[Inbound], at: datetime) -> list[Admission]:
        """Of each message of a channel: is it answered, and by whom was it said?"""
        people = self._people(those)
        counted = [_rates(each, people.get(each.person_id)) for each in those]
        within = self.limits.allow(counted, at)
        return [self._admit(each, people.get(each.person_id), at, is_within=is_within)
                for each, is_within in zip(those, within, strict=True)]

    def _people(self, those: Sequence[Inbound]) -> Mapping[str, Bound]:
        return self.bindings.people(those[0].channel, {each.person_id for each in those}) if those else {}

    def _admit(self, inbound: Inbound, person: Bound | None, at: datetime, *, is_within: bool) -> Admission:
        text = inbound.text.strip()
        if found := _BIND.fullmatch(text):
            return self._bind(inbound, found[1], person, at), None
        if not is_within:
            return self._too_fast(inbound, person, at), None
        if person is None:
            return Reply("refused", say("people.stranger", inbound.language)), None
        if _UNBIND.fullmatch(text):
            self.bindings.unbind(inbound.channel, inbound.person_id, at)
            return Reply("done", say("people.unbound", inbound.language, name=person.name)), None
        if _START.fullmatch(text) and not inbound.is_group:
            return greeting(person, inbound.language), None
        return None, person

    def _allows(self, key: str, rate: Rate, at: datetime) -> bool:
        return self.limits.allow([{key: rate}], at)[0]

    def _too_fast(self, inbound: Inbound, person: Bound | None, at: datetime) -> Reply | None:
        if person is None or not self._allows(f"slow:{inbound.room}", SLOW_SAID_RATE, at):
            return None
        return Reply("refused", say("people.too_fast", inbound.language))

    def _bind(self, inbound: Inbound, code: str, person: Bound | None, at: datetime) -> Reply | None:
        """A code said in a group has been read by others; it is not taken there."""
        if inbound.is_group:
            return Reply("refused", say("people.bind_in_private", inbound.language)) if person or self._allows(
                f"stranger:{inbound.channel}/{inbound.person_id}", STRANGER_RATE, at) else None
        if not self._allows(f"code:{inbound.channel}/{inbound.person_id}", CODE_RATE, at):
            return Reply("refused", say("people.too_many_codes", inbound.language))
        bound = self.bindings.bind(inbound.channel, inbound.person_id, code, at)
        if bound is None:
            return Reply("refused", say("people.bad_code", inbound.language))
        welcome = greeting(bound, inbound.language)
        said = say("people.bound", inbound.language, name=bound.name)
        return Reply("done", f"{said}\n\n{welcome.text}", buttons=welcome.buttons)


def _rates(inbound: Inbound, person: Bound | None) -> dict[str, Rate]:
    """Codes have a count of their own."""
    if _BIND.fullmatch(inbound.text.strip()):
        return {}
    account = f"{inbound.channel}/{inbound.person_id}"
    own = {f"person:{account}": PERSON_RATE} if person else {f"stranger:{account}": STRANGER_RATE}
    return {f"room:{inbound.room}": CHAT_RATE, **own}


def greeting(person: Bound, language: str) -> Reply:
    """What the bot can do for this role, with three questions that can be tapped."""
    told = render_help(person.role, language)
    hello = say("people.hello", language, name=person.name)
    return Reply("answer", f"{hello}\n{told.text}", buttons=tuple(
        Button(button.label, button.message) for button in told.buttons[:3]))
