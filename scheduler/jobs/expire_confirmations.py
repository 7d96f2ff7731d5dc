"""Proposals that nobody answered in time are closed."""

from datetime import datetime

from domain.jobs import Outcome
from scheduler.context import JobContext, aside


async def run(context: JobContext, due_at: datetime) -> Outcome:
    closed = await aside(context.tools.upkeep.expire_confirmations, due_at)
    return Outcome(f"{closed} proposals expired", key="expired", facts={"n": closed})
