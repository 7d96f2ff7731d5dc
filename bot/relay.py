"""From the outbox to the channels: leased, rendered, sent outside any transaction, and marked with the channel's id."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot import outgoing
from bot.outgoing import Outgoing, Renderers, Sender
from bot.rendering.report import NothingLeft
from bot.spacing import Spacing
from bot.together import Together

LEASE_S = 30.0  # longer than a send may take; after a crash a message waits as long before it is sent again
SEND_TIMEOUT_S = 15.0
TROUBLE_REST_S = 3.0  # while the database does not answer
LOOK_EVERY_S = 0.5  # for what other processes queued, and what waits behind what is being sent
MOST_AT_ONCE = 100  # chats: as many as get their turn while the last of them waits for its own
PATIENCE_S = 8.0  # a place in the queue this far off is waited for; one further off is given back
MAX_ATTEMPTS = 5  # of a message that the channel answers with errors
MAX_BACKOFF_S = 300.0
GIVE_UP_AFTER = timedelta(hours=24)  # of trying to reach the channel

log = logging.getLogger(__name__)


class Leased(Protocol):
    """A message in our hand (storage.messaging.outbox.Leased)."""

    @property
    def id(self) -> int: ...
    @property
    def chat(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...
    @property
    def parts_sent(self) -> int: ...
    @property
    def attempts(self) -> int: ...
    @property
    def repeats(self) -> int: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def at(self) -> datetime: ...


class Outbox(Protocol):
    """The queue (storage.messaging.outbox.Outbox)."""

    def lease(self, now: datetime, lasts_s: float, limit: int, *, paces_of: Callable[[str], Mapping[str, Any]],
              patience_s: float) -> Sequence[Any]: ...
    def book(self, rates: Mapping[str, Any], now: datetime, latest: datetime) -> datetime | None: ...
    def part_sent(self, message: Any, parts: int, *, now: datetime, lasts_s: float,
                  rates: Mapping[str, Any]) -> None: ...
    def sent(self, those: Sequence[Any]) -> None: ...
    def later(self, message: Any, not_before: datetime, *, error: str | None = None, failed: bool = True,
              may_repeat: bool = False) -> None: ...
    def slow_down(self, message: Any, key: str, rate: Any, until: datetime) -> None: ...
    def give_up(self, message: Any, error: str, now: datetime, *, is_lost: bool = True) -> None: ...
    def drop(self, message: Any, why: str) -> None: ...


class Chats(Protocol):
    """What the relay tells and asks about chats (storage.messaging.chats.Chats)."""

    def known(self, keys: Collection[str]) -> Mapping[str, Any]: ...
    def left(self, key: str, now: datetime) -> None: ...
    def moved(self, old: str, new: str, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that the channel gave an id, and the paces it was sent by (storage.messaging.outbox.Sent)."""

    message: Leased
    channel_message_id: str
    rates: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """What the relay would send at once, and by which paces (storage.messaging.outbox.Sending)."""

    lasts_s: float
    most: int
    patience_s: float
    paces_of: Callable[[str], Mapping[str, Any]]


# When a message may go out after all; None: now.
Gate = Callable[[Any, datetime], datetime | None]
# A message, and what it says if that was known at once.
Waiting = tuple[Leased, Outgoing | None]


class Relay:
    """Sends what waits until it is told to stop; then finishes what it has in hand."""

    name = "relay"

    def __init__(self, outbox: Outbox, chats: Chats, senders: Mapping[str, Sender], renderers: Renderers, *,
                 clock: Callable[[], datetime], lease_s: float = LEASE_S,
                 gate: Gate = lambda _message, _now: None) -> None:
        self._lease_s = lease_s
        self._outbox, self._chats, self._senders, self._renderers = outbox, chats, senders, renderers
        self._clock, self._gate = clock, gate
        self._mark_sent = Together(outbox.sent)
        self._woken = asyncio.Event()
        self._is_stopping = False
        self._spacing = defaultdict[str, Spacing](Spacing)  # by the key of what is paced
        self._looking: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sending: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._looking = asyncio.create_task(self._look())

    async def stop(self) -> None:
        self._is_stopping = True
        self._woken.set()
        if self._looking is not None:
            await self._looking
        await asyncio.gather(*self._sending)

    def offer(self) -> Offer:
        """On these terms messages may be leased for us while they are queued, to be taken over then."""
        return Offer(self._lease_s, self._room(), PATIENCE_S, self._rates)

    def take_over(self, leased: Sequence[Any], *, is_more: bool) -> None:
        """Send what was leased on our offer, and look for what was not if there is more. From any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._begin_all, [self._in_hand(each) for each in leased], is_more)

    def problem(self) -> str | None:
        return "the relay has stopped" if self._looking is None or self._looking.done() else None

    async def _look(self) -> None:
        """For what nobody hands over: other processes' messages, those for later, those of the dead."""
        while not self._is_stopping:
            self._woken.clear()
            await self._begin_waiting()
            await self._rest()
        await self._begin_waiting()  # what the last updates in hand were answered with

    async def _begin_waiting(self) -> None:
        """Take what waits, as much as there is room for."""
        if not self._room():
            return
        try:
            waiting = await asyncio.to_thread(self._take)
        except Exception:
            log.exception("the outbox cannot be read")
            await asyncio.sleep(TROUBLE_REST_S)
            return
        self._begin_all(waiting, is_more=False)

    def _take(self) -> list[Waiting]:
        return [self._in_hand(message) for message in self._outbox.lease(
            self._clock(), self._lease_s, self._room(), paces_of=self._rates, patience_s=PATIENCE_S)]

    def _room(self) -> int:
        return max(0, MOST_AT_ONCE - len(self._sending))

    def _in_hand(self, message: Leased) -> Waiting:
        """What was rendered when it was said is unpacked at once; a report is drawn when its turn comes."""
        if message.kind == outgoing.ANSWER:
            with suppress(Exception):  # rendered once more by itself, where the failure is said
                return message, self._renderers.render(message.kind, message.chat, message.payload, "zh")
        return message, None

    def _rates(self, chat: str) -> Mapping[str, Any]:
        sender = self._senders.get(chat.partition(":")[0])
        return sender.rates(chat) if sender is not None else {}

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), LOOK_EVERY_S)

    def _begin_all(self, waiting: Sequence[Waiting], is_more: bool) -> None:  # noqa: FBT001  (called by the loop)
        for each in waiting:
            task = asyncio.create_task(self._deliver(*each))
            self._sending.add(task)
            task.add_done_callback(self._ended)
        if is_more:
            self._woken.set()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if not self._room():  # more may wait than there was room for
            self._woken.set()
        self._sending.discard(task)

    async def _deliver(self, message: Leased, rendered: Outgoing | None) -> None:
        try:
            if message.repeats:
                log.warning("message %s to %s was in hand when a process died; it may arrive twice", message.id,
                            message.chat)
            await self._send(message, rendered)
        except Exception:
            log.exception("message %s could not be delivered; it is tried again when its lease runs out", message.id)

    async def _send(self, message: Leased, rendered: Outgoing | None) -> None:
        sender = self._senders.get(message.chat.partition(":")[0])
        if sender is None:  # a channel that this process does not run: left for one that does
            later = self._clock() + timedelta(seconds=self._lease_s)
            await self._call(self._outbox.later, message, later, failed=False)
            return
        if rendered is None and (until := await self._call(self._gate, message, self._clock())):
            await self._call(self._outbox.later, message, until, failed=False)
            return
        try:
            if rendered is None:
                rendered = await asyncio.to_thread(self._rendered, message)
        except NothingLeft:
            await self._call(self._outbox.drop, message, "nothing of it was true any more")
            return
        except Exception as error:
            log.exception("message %s cannot be rendered", message.id)
            await self._call(self._outbox.give_up, message, f"cannot be rendered: {error!r}", self._clock())
            return
        try:
            await self._send_parts(message, rendered, sender)
        except outgoing.SendError as error:
            await self._failed(message, error, sender)

    def _rendered(self, message: Leased) -> Outgoing:
        chat = self._chats.known({_room(message)}).get(_room(message))
        language = chat.language if chat is not None else "zh"
        return self._renderers.render(message.kind, message.chat, message.payload, language)

    async def _send_parts(self, message: Leased, rendered: Outgoing, sender: Sender) -> None:
        parts, rates = sender.parts(rendered), sender.rates(message.chat)
        for done in range(message.parts_sent, len(parts)):
            if not await self._is_our_turn(message, rates, is_next=done == message.parts_sent):
                return
            try:
                async with self._place(rates), asyncio.timeout(SEND_TIMEOUT_S):
                    channel_id = await sender.send(rendered, parts[done], self._clock())
            except TimeoutError as error:
                raise outgoing.Unreachable("no answer in time", may_have_arrived=True) from error
            except outgoing.SendError:
                raise
            except Exception as error:  # an answer that cannot be read, say: not for ever, as a lost lease would be
                log.exception("message %s could not be sent", message.id)
                raise outgoing.SendError(repr(error)) from error
            if done + 1 < len(parts):
                await self._call(self._outbox.part_sent, message, done + 1, now=self._clock(), lasts_s=self._lease_s,
                                 rates=rates)
        await self._mark_sent(Sent(message, channel_id, rates, self._clock()))

    async def _is_our_turn(self, message: Leased, rates: Mapping[str, Any], *, is_next: bool) -> bool:
        """Wait for a place in the pace of chat and bot; a message that would wait for long is given back."""
        now = self._clock()
        at: datetime | None = message.at  # the next part's place was booked when it was leased
        if not is_next:
            at = await self._call(self._outbox.book, rates, now, now + timedelta(seconds=PATIENCE_S))
        if at is None:
            await self._call(self._outbox.later, message, now + timedelta(seconds=PATIENCE_S / 2), failed=False)
            return False
        await asyncio.sleep(max(0.0, (at - now).total_seconds()))
        return True

    def _place(self, rates: Mapping[str, Any]) -> AbstractAsyncContextManager[None]:
        """Among all that shares the fastest of its paces, which is that of the channel."""
        if not rates:
            return nullcontext()
        key = min(rates, key=lambda each: float(rates[each].every_s))
        return self._spacing[key].place(rates[key])

    async def _failed(self, message: Leased, error: outgoing.SendError, sender: Sender) -> None:
        now = self._clock()
        log.warning("message %s to %s was not sent: %s: %s", message.id, message.chat, type(error).__name__, error)
        match error:
            case outgoing.SlowDown(retry_after_s=wait_s):
                key, rate = next(iter(sender.rates(message.chat).items()))
                await self._call(self._outbox.slow_down, message, key, rate, now + timedelta(seconds=wait_s))
            case outgoing.Moved(chat=new):
                await self._call(self._chats.moved, _room(message), new, now)
                await self._call(self._outbox.later, message, now, failed=False)
            case outgoing.Gone():
                await self._call(self._chats.left, _room(message), now)
                await self._call(self._outbox.give_up, message, str(error), now)
            case outgoing.Unreachable() if now - message.created_at < GIVE_UP_AFTER:
                await self._call(self._outbox.later, message, now + _backoff(message.attempts), error=str(error),
                                 may_repeat=error.may_have_arrived)
            case outgoing.OverTaken():
                await self._call(self._outbox.give_up, message, str(error), now, is_lost=False)
            case outgoing.Refused() | outgoing.Unreachable():
                await self._call(self._outbox.give_up, message, str(error), now)
            case _ if message.attempts + 1 >= MAX_ATTEMPTS:
                await self._call(self._outbox.give_up, message, str(error), now)
            case _:
                await self._call(self._outbox.later, message, now + _backoff(message.attempts), error=str(error))

    async def _call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        return await asyncio.to_thread(function, *arguments, **named)


def _room(message: Leased) -> str:
    """The chat without its topic."""
    return message.chat.partition("/")[0]


def _backoff(attempts: int) -> timedelta:
    return timedelta(seconds=min(MAX_BACKOFF_S, 2.0 ** min(attempts, 10)))
