"""Jobs that do the same for every connected shop: one part a shop, so that a slow shop holds up no other."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from domain.jobs import Due, Outcome
from scheduler.context import JobContext, aside

NO_SHOP = Outcome("no connected shop", key="no_shop")


async def for_each_shop(context: JobContext, due_at: datetime, need: str,
                        one: Callable[[JobContext, str], Awaitable[str]]) -> Outcome:
    """Without a part: hand out one for each shop that can do what is needed. With one: do it for that shop."""
    if context.part:
        return Outcome(await one(context, context.part))
    return await hand_out(context, due_at, await aside(context.tools.platforms.connected, need), NO_SHOP)


async def hand_out(context: JobContext, due_at: datetime, shops: Sequence[str], none: Outcome) -> Outcome:
    """A part for each of the shops; `none` is what is said where there are none."""
    if not shops:
        return none
    await context.tasks.defer([Due(context.job, due_at, shop) for shop in shops])
    return Outcome(f"handed out for {len(shops)} shops", key="handed_out", facts={"n": len(shops)})
