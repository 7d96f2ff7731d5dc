"""What every queue of parts keeps, held against the one in the process and the one in PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from domain.jobs import Due, Outcome
from scheduler.context import JobContext
from scheduler.in_process import InProcessTasks
from scheduler.shop_by_shop import for_each_shop
from storage.engine import Database, open_database
from storage.jobs.task_queue import PostgresTasks
from tests.scheduler.world import AT, MINUTE, World, often

SHOPS = tuple(f"shop {n}" for n in range(12))


class Hands:
    """A queue with somebody who works on it; `work` returns when nothing waits any more."""

    def __init__(self, world: World, queue: InProcessTasks | PostgresTasks) -> None:
        self.world, self.queue = world, queue
        world.tasks = queue
        self.runner = world.runner()
        queue.serve(self.runner.run_due)

    async def work(self, workers: int = 1) -> None:
        if isinstance(self.queue, PostgresTasks):
            await asyncio.gather(*(self.queue.work(4, until_empty=True) for _ in range(workers)))


@pytest.fixture(params=["in process", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database(kind: str, request: pytest.FixtureRequest) -> Any:
    opened = open_database(request.getfixturevalue("sqlite_url" if kind == "in process" else "postgres_url"))
    yield opened
    opened.close()


@asynccontextmanager
async def hands(database: Database, done: list[str]) -> AsyncIterator[Hands]:
    async def one(_: JobContext, shop: str) -> str:
        if shop == "shop 3" and "shop 3" not in done:
            done.append(shop)
            raise ConnectionError("the platform is away")
        done.append(shop)
        return f"synced {shop}"

    class Connected:
        def connected(self, _: str) -> Sequence[str]:
            return SHOPS

    async def sync(context: JobContext, due_at: Any) -> Outcome:
        return await for_each_shop(context, due_at, "orders", one)

    world = World(database, (often("sync_orders"),), {"sync_orders": sync}, now=AT)
    queue = InProcessTasks() if database.is_sqlite else PostgresTasks(database)
    if isinstance(queue, PostgresTasks):
        await queue.open()
    made = Hands(world, queue)
    object.__setattr__(made.runner.tools, "platforms", Connected())
    try:
        yield made
    finally:
        if isinstance(queue, PostgresTasks):
            await queue.close()


def test_every_part_runs_once_and_a_part_that_fails_stops_no_other(database: Database) -> None:
    done: list[str] = []

    async def story() -> World:
        async with hands(database, done) as at_work:
            await at_work.runner.run_due(Due("sync_orders", AT))
            await at_work.work()
            return at_work.world

    world = asyncio.run(story())
    assert sorted(done) == sorted(SHOPS)
    states = dict(world.rows("job_runs", "part", "state"))
    assert states.pop("shop 3") == "failed"
    assert set(states.values()) == {"done"}
    assert len(states) == len(SHOPS), "the job itself and all parts but the failed one"


def test_deferred_twice_a_part_still_runs_once(database: Database) -> None:
    """A job whose process died after handing out is taken up and hands out again."""
    done: list[str] = []

    async def story() -> None:
        async with hands(database, done) as at_work:
            dues = [Due("sync_orders", AT, shop) for shop in SHOPS]
            await asyncio.gather(at_work.queue.defer(dues), at_work.queue.defer(dues))
            await at_work.work(workers=2)

    asyncio.run(story())
    assert sorted(done) == sorted(SHOPS)


def test_a_part_that_failed_is_tried_again_when_its_time_comes(database: Database) -> None:
    done: list[str] = []

    async def story() -> World:
        async with hands(database, done) as at_work:
            await at_work.queue.defer([Due("sync_orders", AT, "shop 3")])
            await at_work.work()
            at_work.world.now = AT + 2 * MINUTE
            for claim in await at_work.runner.take_over():
                await at_work.runner.run_claimed(claim)
            return at_work.world

    world = asyncio.run(story())
    assert world.rows("job_runs", "state", "attempts", "said") == [("done", 2, "synced shop 3")]


def test_nothing_to_hand_out_is_no_trouble(database: Database) -> None:
    async def story() -> None:
        async with hands(database, []) as at_work:
            await at_work.queue.defer([])
            await at_work.work()

    asyncio.run(story())
