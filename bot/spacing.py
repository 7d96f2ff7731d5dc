"""When the next message may leave this process: a while after the one before, and only so many on their way at once.

Places are booked apart in the database, but a process, a net or a channel that is held up bunches what was apart. What
has left and is not answered yet may arrive at any moment, so it counts with what was answered a moment ago: in no
second does the channel get more than its pace allows, however long each message took on its way.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.outgoing import Unreachable
from domain.messaging.pacing import Rate

SECOND_S = 1.0  # what channels count in
NO_ANSWER_S = 5.0  # all that may be on its way is, and nothing of it is answered: the channel does not answer


class Spacing:
    """The places of all messages that share one pace."""

    def __init__(self) -> None:
        self._next_place = 0.0
        self._on_the_way = 0
        self._answered: deque[float] = deque()

    @asynccontextmanager
    async def place(self, rate: Rate) -> AsyncIterator[None]:
        """Send within it. Raises Unreachable, with nothing sent, when too much is on its way for too long."""
        now = _time()
        place = max(now, self._next_place)
        self._next_place = place + rate.every_s
        if place > now:
            await asyncio.sleep(place - now)
        await self._room(rate)
        self._on_the_way += 1
        try:
            yield
        finally:
            self._on_the_way -= 1
            self._answered.append(_time())

    async def _room(self, rate: Rate) -> None:
        most, deadline = max(1, int(rate.burst + SECOND_S / rate.every_s)), _time() + NO_ANSWER_S
        while self._on_the_way + self._just_answered() >= most:
            if _time() > deadline:
                raise Unreachable("what was sent before is not answered")
            await asyncio.sleep(rate.every_s)

    def _just_answered(self) -> int:
        while self._answered and self._answered[0] < _time() - SECOND_S:
            self._answered.popleft()
        return len(self._answered)


def _time() -> float:
    return asyncio.get_running_loop().time()
