"""Who gets in: strangers hear one sentence, codes make them people of the shop, and nobody asks faster than is good."""

import re
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


@dataclass(frozen=True, slots=True)
class Doors:
    """Decides whether a message is answered at all."""

    bindings: Bindings
    limits: Limits

    def known(self, inbound: Inbound) -> Bound | None:
        return self.bindings.person(inbound.channel, inbound.person_id)

    def admit(self, inbound: Inbound, at: datetime) -> tuple[Reply | None, Bound | None]:
        """The person when the message is to be answered; else what is said at the door, None for silence."""
        person = self.known(inbound)
        text = inbound.text.strip()
        if found := _BIND.fullmatch(text):
            return self._bind(inbound, found[1], person, at), None
        account = f"{inbound.channel}/{inbound.person_id}"
        own = {f"person:{account}": PERSON_RATE} if person else {f"stranger:{account}": STRANGER_RATE}
        rates = {f"room:{inbound.room}": CHAT_RATE, **own}
        if not self.limits.allows(rates, at):
            return self._too_fast(inbound, person, at), None
        if person is None:
            return Reply("refused", say("people.stranger", inbound.language)), None
        if _UNBIND.fullmatch(text):
            self.bindings.unbind(inbound.channel, inbound.person_id, at)
            return Reply("done", say("people.unbound", inbound.language, name=person.name)), None
        if _START.fullmatch(text) and not inbound.is_group:
            return greeting(person, inbound.language), None
        return None, person

    def _too_fast(self, inbound: Inbound, person: Bound | None, at: datetime) -> Reply | None:
        if person is None or not self.limits.allows({f"slow:{inbound.room}": SLOW_SAID_RATE}, at):
            return None
        return Reply("refused", say("people.too_fast", inbound.language))

    def _bind(self, inbound: Inbound, code: str, person: Bound | None, at: datetime) -> Reply | None:
        """A code said in a group has been read by others; it is not taken there."""
        if inbound.is_group:
            return Reply("refused", say("people.bind_in_private", inbound.language)) if person or self.limits.allows(
                {f"stranger:{inbound.channel}/{inbound.person_id}": STRANGER_RATE}, at) else None
        if not self.limits.allows({f"code:{inbound.channel}/{inbound.person_id}": CODE_RATE}, at):
            return Reply("refused", say("people.too_many_codes", inbound.language))
        bound = self.bindings.bind(inbound.channel, inbound.person_id, code, at)
        if bound is None:
            return Reply("refused", say("people.bad_code", inbound.language))
        welcome = greeting(bound, inbound.language)
        said = say("people.bound", inbound.language, name=bound.name)
        return Reply("done", f"{said}\n\n{welcome.text}", buttons=welcome.buttons)


def greeting(person: Bound, language: str) -> Reply:
    """What the bot can do for this role, with three questions that can be tapped."""
    told = render_help(person.role, language)
    hello = say("people.hello", language, name=person.name)
    return Reply("answer", f"{hello}\n{told.text}", buttons=tuple(
        Button(button.label, button.message) for button in told.buttons[:3]))
