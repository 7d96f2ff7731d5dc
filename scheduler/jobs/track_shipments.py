"""Where the parcels of every connected shop are, one part a shop."""

from datetime import datetime

from domain.errors import OperatorMustAct
from domain.jobs import Outcome
from scheduler.context import JobContext
from scheduler.shop_by_shop import for_each_shop


async def run(context: JobContext, due_at: datetime) -> Outcome:
    return await for_each_shop(context, due_at, "shipments", _one)


async def _one(_: JobContext, shop: str) -> str:
    raise OperatorMustAct(f"the shop {shop} has no connector for shipments")
