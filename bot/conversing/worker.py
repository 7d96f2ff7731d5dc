"""From the inbox to the conversation: taken in the order of their chats, done in one commit with their answers.

What this process receives it takes in the same transaction, and what it answers it may send from the one it is finished
in. Plain questions are answered one after the other, many to a transaction; what waits for a file or for the channel
itself is worked on beside them.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.conversing.conversation import Conversation, Hearing, Posts
from bot.conversing.inbound import Event, Inbound

TAKE_LEASE_S = 30.0  # renewed while an update is worked on; after a crash it waits as long
RENEW_S = 10.0
MOST_TAKEN = 100  # updates in hand, one a chat; the others are there for other processes
SLICE_S = 0.05  # of answering before what is answered is sent
TROUBLE_REST_S = 3.0  # while the database does not answer
LOOK_EVERY_S = 0.5  # for what other processes received or left behind; what we receive is handed over
SLOTS = 8  # updates that wait for a file or for the channel at a time
MAX_TRIES = 3  # of an update that fails
RETRY_IN = timedelta(seconds=3)

log = logging.getLogger(__name__)


class Inbox(Protocol):
    """Updates kept (storage.messaging.inbox.Inbox)."""

    def receive(self, channel: str, arrived: Sequence[Any], now: datetime, *, lasts_s: float, most: int) -> Any: ...
    def take(self, channel: str, now: datetime, lasts_s: float, limit: int) -> Sequence[Any]: ...
    def keep(self, taken: Sequence[Any], now: datetime, lasts_s: float) -> None: ...
    def finish(self, done: Sequence[tuple[Any, Posts]], now: datetime, sending: Any) -> Any: ...
    def fail(self, taken: Any, error: str, posts: Posts, now: datetime) -> None: ...
    def retry(self, taken: Any, at: datetime) -> None: ...


class Relay(Protocol):
    """Sends what is said (bot.relay.Relay)."""

    def offer(self) -> Any: ...
    def take_over(self, leased: Sequence[Any], *, is_more: bool) -> None: ...


class Updates(Protocol):
    """What a channel knows of its own updates."""

    def read(self, payload: str) -> Event | None: ...
    def is_plain(self, inbound: Inbound) -> bool: ...
    async def answer(self, event: Event | None) -> Posts: ...
    def sorry(self, payload: str) -> Posts: ...


class Worker:
    """Works through one channel's updates until it is told to stop; then finishes what it has in hand."""

    def __init__(self, channel: str, inbox: Inbox, updates: Updates, conversation: Conversation, *,
                 clock: Callable[[], datetime], relay: Relay) -> None:
        self._channel, self._inbox, self._updates, self._conversation = channel, inbox, updates, conversation
        self._clock, self._relay = clock, relay
        self._woken = asyncio.Event()
        self._is_running = self._is_stopping = False
        self._next_look = 0.0  # of the loop's time
        self._handed: list[Any] = []
        self._in_hand: dict[int, Any] = {}  # those that are worked on, too
        self._slots = asyncio.Semaphore(SLOTS)
        self._alone: set[asyncio.Task[None]] = set()

    def receive(self, arrived: Sequence[Any]) -> Any:
        """Keep updates; what comes of it is handed over then. In a thread."""
        return self._inbox.receive(self._channel, arrived, self._clock(), lasts_s=TAKE_LEASE_S, most=self._room())

    def hand_over(self, received: Any) -> None:
        """Those that were taken as they were received; behind them others may wait."""
        self._hold(received.taken)
        if len(received.taken) < len(received.fresh):
            self._next_look = 0.0
        self._woken.set()

    def stop(self) -> None:
        self._is_stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Until it is told to stop."""
        renewing = asyncio.create_task(self._renew())
        self._is_running = True
        while self._handed or not self._is_stopping:
            self._woken.clear()
            await self._look()
            if self._handed:
                taken, self._handed = self._handed, []
                await self._process(taken)
            elif not self._is_stopping:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), LOOK_EVERY_S)
        await asyncio.gather(*self._alone)
        renewing.cancel()

    async def _look(self) -> None:
        """For what nobody handed over: of other processes, of the dead, behind what was in hand."""
        now, room = asyncio.get_running_loop().time(), self._room()
        if not room or now < self._next_look:
            return
        self._next_look = now + LOOK_EVERY_S
        try:
            taken = await asyncio.to_thread(self._inbox.take, self._channel, self._clock(), TAKE_LEASE_S, room)
        except Exception:
            log.exception("the inbox cannot be read")
            await asyncio.sleep(TROUBLE_REST_S)
            return
        self._hold(taken)
        if taken:
            self._next_look = 0.0  # the next of the same chats may be free then

    def _room(self) -> int:
        is_open = self._is_running and not self._is_stopping
        return max(0, MOST_TAKEN - len(self._in_hand)) if is_open else 0

    def _hold(self, taken: Sequence[Any]) -> None:
        self._handed += taken
        self._in_hand.update((each.id, each) for each in taken)

    def _let_go(self, taken: Sequence[Any]) -> None:
        for each in taken:
            self._in_hand.pop(each.id, None)

    async def _process(self, taken: Sequence[Any]) -> None:
        """Plain questions are answered here and now; what waits for others does so beside them."""
        plain: list[tuple[Any, Inbound]] = []
        for each in taken:
            event = self._read(each)
            if isinstance(event, Inbound) and self._updates.is_plain(event):
                plain.append((each, event))
            else:
                self._begin(each, event)
        if plain:
            await self._answer_plain(plain)
            self._let_go([each for each, _ in plain])

    def _read(self, taken: Any) -> Event | Exception | None:
        """What happened; an update that cannot be read fails like one that cannot be answered."""
        try:
            return self._updates.read(taken.payload)
        except Exception as error:  # noqa: BLE001  (said where it is handled)
            return error

    async def _answer_plain(self, plain: Sequence[tuple[Any, Inbound]]) -> None:
        waiting: Sequence[tuple[Any, Any]] = plain
        answer: Callable[[Any], Any] = self._admit_and_answer
        while waiting:
            try:
                waiting, failed = await asyncio.to_thread(answer, waiting)
            except Exception as error:  # noqa: BLE001  (said in the log with each update)
                waiting, failed = [], [(taken, error) for taken, _ in waiting]
            for taken, why in failed:
                await self._failed(taken, why)
            answer = self._answer_some

    def _admit_and_answer(self, plain: Sequence[tuple[Any, Inbound]]) -> Any:
        """What is said at the door is said; the others are answered."""
        heard = self._conversation.admit([inbound for _, inbound in plain])
        both = [(taken, said) for (taken, _), said in zip(plain, heard, strict=True)]
        self._finish([(taken, said) for taken, said in both if not isinstance(said, Hearing)])
        waiting = [(taken, said) for taken, said in both if isinstance(said, Hearing)]
        return self._answer_some(waiting) if waiting else ([], [])

    def _answer_some(self, waiting: Sequence[tuple[Any, Hearing]]) -> Any:
        """Those that still wait then, and those that failed."""
        said = self._conversation.answer([hearing for _, hearing in waiting], SLICE_S)
        both = [(taken, posts) for (taken, _), posts in zip(waiting, said, strict=False)]
        self._finish([(taken, posts) for taken, posts in both if not isinstance(posts, Exception)])
        return waiting[len(said):], [(taken, error) for taken, error in both if isinstance(error, Exception)]

    def _finish(self, done: Sequence[tuple[Any, Posts]]) -> None:
        if done:
            finished = self._inbox.finish(done, self._clock(), self._relay.offer())
            self._relay.take_over(finished.leased, is_more=finished.is_more)

    def _begin(self, taken: Any, event: Event | Exception | None) -> None:
        task = asyncio.create_task(self._process_alone(taken, event))
        self._alone.add(task)
        task.add_done_callback(self._alone.discard)
        task.add_done_callback(lambda _: self._ended(taken))

    def _ended(self, taken: Any) -> None:
        """The next of its chat may be free now."""
        self._let_go([taken])
        self._next_look = 0.0
        self._woken.set()

    async def _process_alone(self, taken: Any, event: Event | Exception | None) -> None:
        async with self._slots:
            if isinstance(event, Exception):
                await self._failed(taken, event)
                return
            try:
                posts = await self._updates.answer(event)
                await asyncio.to_thread(self._finish, [(taken, posts)])
            except Exception as error:  # noqa: BLE001  (said in the log with the update)
                await self._failed(taken, error)

    async def _failed(self, taken: Any, error: Exception) -> None:
        """Tried again; then given up, and the person is told."""
        log.error("update %s could not be processed", taken.key, exc_info=error)
        try:
            if taken.attempts < MAX_TRIES:
                await asyncio.to_thread(self._inbox.retry, taken, self._clock() + RETRY_IN)
                return
            posts = self._updates.sorry(taken.payload)
            await asyncio.to_thread(self._inbox.fail, taken, repr(error), posts, self._clock())
            self._relay.take_over([], is_more=True)
        except Exception:
            log.exception("update %s is taken up again when its lease runs out", taken.key)

    async def _renew(self) -> None:
        """What is in hand stays there."""
        while True:
            await asyncio.sleep(RENEW_S)
            if self._in_hand:
                with suppress(Exception):  # tried again before the leases run out
                    await asyncio.to_thread(self._inbox.keep, list(self._in_hand.values()), self._clock(),
                                            TAKE_LEASE_S)
