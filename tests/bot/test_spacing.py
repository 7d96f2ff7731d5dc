"""How close messages follow each other, and how many are on their way; in a loop whose time passes by itself."""

import asyncio
import selectors
from typing import Any

import pytest

from bot.outgoing import Unreachable
from bot.spacing import Spacing
from domain.messaging.pacing import Rate

RATE = Rate(every_s=0.25, burst=1)  # five may be on their way or answered within a second


class _Impatient(selectors.DefaultSelector):
    """Waits for nothing: the time is later then."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        self.now += timeout or 0
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._own = _Impatient()
        super().__init__(self._own)

    def time(self) -> float:
        return self._own.now


def sent(count: int, takes_s: float) -> tuple[list[float], list[Any]]:
    """When each of so many messages left, all asked for at once; and what came of them."""
    left: list[float] = []

    async def send(places: Spacing) -> None:
        async with places.place(RATE):
            left.append(asyncio.get_running_loop().time())
            await asyncio.sleep(takes_s)

    async def all_of_them() -> list[Any]:
        places = Spacing()
        return await asyncio.gather(*(send(places) for _ in range(count)), return_exceptions=True)

    with asyncio.Runner(loop_factory=_Loop) as runner:
        return left, runner.run(all_of_them())


def test_messages_leave_a_while_after_each_other() -> None:
    left, ended = sent(6, takes_s=0.01)
    assert left == pytest.approx([0, 0.25, 0.5, 0.75, 1, 1.25])
    assert ended == [None] * 6


def test_what_is_not_answered_may_arrive_at_any_moment_and_is_waited_for() -> None:
    left, ended = sent(7, takes_s=3)
    assert left[:5] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert left[5] > 4  # the first was answered after three seconds: it may have arrived just then
    assert ended == [None] * 7


def test_a_channel_that_answers_nothing_is_not_sent_more() -> None:
    left, ended = sent(6, takes_s=60)
    assert len(left) == 5
    assert isinstance(ended[5], Unreachable)
