"""Deletes what is of no more use: sent messages, answered updates, expired proposals, old runs."""

from datetime import datetime

from domain.jobs import Outcome
from scheduler.context import JobContext, aside


async def run(context: JobContext, due_at: datetime) -> Outcome:
    gone = await aside(context.tools.upkeep.purge, due_at)
    return Outcome("deleted " + (", ".join(f"{n} of {table}" for table, n in gone.items() if n) or "nothing"))
