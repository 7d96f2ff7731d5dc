"""From the inbox to the conversation: taken in the order of their chats, done in one commit with their answers.

Plain questions are answered one after the other, many to a transaction; what waits for a file or for the channel itself
is worked on beside them.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.conversing.conversation import Conversation, Hearing, Posts
from bot.conversing.inbound import Event, Inbound

TAKE_LEASE_S = 30.0  # renewed while an update is worked on; after a crash it waits as long
RENEW_S = 10.0
MOST_TAKEN = 50  # updates in hand, one a chat; the others are there for other processes
GATHER_S = 0.005  # after as many as may be were taken, and less after fewer: what comes within is taken together
SLICE_S = 0.05  # of answering before what is answered is sent
TROUBLE_REST_S = 3.0  # while the database does not answer
LOOK_EVERY_S = 0.5  # for what other processes received; own updates wake the worker
SLOTS = 8  # updates that wait for a file or for the channel at a time
MAX_TRIES = 3  # of an update that fails
RETRY_IN = timedelta(seconds=3)

log = logging.getLogger(__name__)


class Inbox(Protocol):
    """Updates kept (storage.inbox.Inbox)."""

    def receive(self, channel: str, arrived: Sequence[Any], now: datetime) -> Any: ...
    def take(self, channel: str, now: datetime, lasts_s: float, limit: int) -> Sequence[Any]: ...
    def keep(self, taken: Sequence[Any], now: datetime, lasts_s: float) -> None: ...
    def finish(self, done: Sequence[tuple[Any, Posts]], now: datetime) -> Any: ...
    def fail(self, taken: Any, error: str, posts: Posts, now: datetime) -> None: ...
    def retry(self, taken: Any, at: datetime) -> None: ...


class Updates(Protocol):
    """What a channel knows of its own updates."""

    def read(self, payload: str) -> Event | None: ...
    def is_plain(self, inbound: Inbound) -> bool: ...
    async def answer(self, event: Event | None) -> Posts: ...
    def sorry(self, payload: str) -> Posts: ...


class Worker:
    """Works through one channel's updates until it is told to stop; then finishes what it has in hand."""

    def __init__(self, channel: str, inbox: Inbox, updates: Updates, conversation: Conversation, *,
                 clock: Callable[[], datetime], wake_relay: Callable[[], None]) -> None:
        self._channel, self._inbox, self._updates, self._conversation = channel, inbox, updates, conversation
        self._clock, self._wake_relay = clock, wake_relay
        self._woken = asyncio.Event()
        self._is_stopping = False
        self._slots = asyncio.Semaphore(SLOTS)
        self._alone: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """There is something to take."""
        self._woken.set()

    def stop(self) -> None:
        self._is_stopping = True
        self.wake()

    async def run(self) -> None:
        """Until it is told to stop."""
        while not self._is_stopping:
            self._woken.clear()
            room = MOST_TAKEN - len(self._alone)
            try:
                taken = await asyncio.to_thread(self._inbox.take, self._channel, self._clock(), TAKE_LEASE_S,
                                                room) if room else []
            except Exception:
                log.exception("the inbox cannot be read")
                await asyncio.sleep(TROUBLE_REST_S)
                continue
            if taken:
                await self._process(taken)
                await asyncio.sleep(GATHER_S * len(taken) / MOST_TAKEN)
                self._woken.set()  # the next of the same chats may be free now
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), LOOK_EVERY_S)
        await asyncio.gather(*self._alone)

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
            async with self._kept_in_hand([each for each, _ in plain]):
                await self._answer_plain(plain)

    def _read(self, taken: Any) -> Event | Exception | None:
        """What happened; an update that cannot be read fails like one that cannot be answered."""
        try:
            return self._updates.read(taken.payload)
        except Exception as error:  # noqa: BLE001  (said where it is handled)
            return error

    async def _answer_plain(self, plain: Sequence[tuple[Any, Inbound]]) -> None:
        try:
            waiting = await asyncio.to_thread(self._admitted, plain)
        except Exception as error:  # noqa: BLE001  (said in the log with each update)
            await asyncio.gather(*(self._failed(taken, error) for taken, _ in plain))
            return
        while waiting:
            try:
                size, failed = await asyncio.to_thread(self._answer_some, waiting)
            except Exception as error:  # noqa: BLE001  (said in the log with each update)
                size, failed = len(waiting), [(taken, error) for taken, _ in waiting]
            self._wake_relay()
            for taken, why in failed:
                await self._failed(taken, why)
            waiting = waiting[size:]

    def _admitted(self, plain: Sequence[tuple[Any, Inbound]]) -> list[tuple[Any, Hearing]]:
        """Those that are to be answered; what was said at the door is said."""
        heard = self._conversation.admit([inbound for _, inbound in plain])
        both = [(taken, said) for (taken, _), said in zip(plain, heard, strict=True)]
        self._finish([(taken, said) for taken, said in both if not isinstance(said, Hearing)])
        return [(taken, said) for taken, said in both if isinstance(said, Hearing)]

    def _answer_some(self, waiting: Sequence[tuple[Any, Hearing]]) -> tuple[int, list[tuple[Any, Exception]]]:
        """How many were answered, and those of them that failed."""
        said = self._conversation.answer([hearing for _, hearing in waiting], SLICE_S)
        both = [(taken, posts) for (taken, _), posts in zip(waiting, said, strict=False)]
        self._finish([(taken, posts) for taken, posts in both if not isinstance(posts, Exception)])
        return len(said), [(taken, error) for taken, error in both if isinstance(error, Exception)]

    def _finish(self, done: Sequence[tuple[Any, Posts]]) -> None:
        if done:
            self._inbox.finish(done, self._clock())

    def _begin(self, taken: Any, event: Event | Exception | None) -> None:
        task = asyncio.create_task(self._process_alone(taken, event))
        self._alone.add(task)
        task.add_done_callback(self._alone.discard)
        task.add_done_callback(lambda _: self._woken.set())

    async def _process_alone(self, taken: Any, event: Event | Exception | None) -> None:
        async with self._kept_in_hand([taken]), self._slots:
            if isinstance(event, Exception):
                await self._failed(taken, event)
                return
            try:
                posts = await self._updates.answer(event)
                await asyncio.to_thread(self._finish, [(taken, posts)])
                self._wake_relay()
            except Exception as error:  # noqa: BLE001  (said in the log with the update)
                await self._failed(taken, error)

    @asynccontextmanager
    async def _kept_in_hand(self, taken: Sequence[Any]) -> AsyncIterator[None]:
        renewing = asyncio.create_task(self._renew(taken))
        try:
            yield
        finally:
            renewing.cancel()

    async def _failed(self, taken: Any, error: Exception) -> None:
        """Tried again; then given up, and the person is told."""
        log.error("update %s could not be processed", taken.key, exc_info=error)
        try:
            if taken.attempts < MAX_TRIES:
                await asyncio.to_thread(self._inbox.retry, taken, self._clock() + RETRY_IN)
                return
            posts = self._updates.sorry(taken.payload)
            await asyncio.to_thread(self._inbox.fail, taken, repr(error), posts, self._clock())
            self._wake_relay()
        except Exception:
            log.exception("update %s is taken up again when its lease runs out", taken.key)

    async def _renew(self, taken: Sequence[Any]) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            await asyncio.to_thread(self._inbox.keep, taken, self._clock(), TAKE_LEASE_S)
