"""Deletes what is of no more use: sent messages, answered updates, expired proposals, old runs."""

from datetime import datetime

from domain.jobs import Outcome
from scheduler.context import JobContext, aside


async def run(context: JobContext, due_at: datetime) -> Outcome:
    gone = await aside(context.tools.upkeep.purge, due_at)
    rows = ", ".join(f"{table} {n}" for table, n in gone.items() if n)
    return Outcome(f"deleted {rows or 'nothing'}", key="purged" if rows else "purged_nothing", facts={"rows": rows})
