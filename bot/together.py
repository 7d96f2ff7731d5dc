"""Many small calls as few large ones: what is asked for while one runs is done by the next, all of it at once.

A transaction costs as much for thirty rows as for one, and with thirty chats at a time there are thirty to write.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

T = TypeVar("T")
MOST = 200  # of one call: one statement's worth


class Together(Generic[T]):
    """`await together(item)` returns when `work`, in a thread, has done a list of items with this one in it.

    Before that, `then` is given what came of the list.
    """

    def __init__(self, work: Callable[[Sequence[T]], Any], then: Callable[[Any], None] = lambda _: None) -> None:
        self._work, self._then = work, then
        self._waiting: list[tuple[T, asyncio.Future[None]]] = []
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, item: T) -> None:
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        await done

    async def end(self) -> None:
        """Return when nothing of what was asked for is left to do, whether or not somebody still waits for it."""
        if self._running is not None:
            await self._running

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            failed: Exception | None = None
            try:
                self._then(await asyncio.to_thread(self._work, [item for item, _ in batch]))
            except Exception as error:  # noqa: BLE001  (handed to everybody who asked)
                failed = error
            for _, done in batch:
                if done.done():  # whoever asked has gone
                    continue
                if failed is None:
                    done.set_result(None)
                else:
                    done.set_exception(failed)
