"""Jobs that do the same for every connected shop: one part a shop, so that a slow shop holds up no other."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from domain.jobs import Due, Outcome
from scheduler.context import JobContext, aside

NO_SHOP = "no connected shop"


async def for_each_shop(context: JobContext, due_at: datetime, need: str,
                        one: Callable[[JobContext, str], Awaitable[str]]) -> Outcome:
    """Without a part: hand out one for each shop that can do what is needed. With one: do it for that shop."""
    if context.part:
        return Outcome(await one(context, context.part))
    shops = await aside(context.tools.platforms.connected, need)
    if not shops:
        return Outcome(NO_SHOP)
    await context.tasks.defer([Due(context.job, due_at, shop) for shop in shops])
    return Outcome(f"handed out for {len(shops)} shops")
