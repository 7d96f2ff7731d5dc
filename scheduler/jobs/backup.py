"""A sealed backup of the whole database, every night; the oldest beyond those kept go."""

from datetime import datetime

from domain.jobs import Outcome
from scheduler.context import JobContext, aside


async def run(context: JobContext, due_at: datetime) -> Outcome:
    """The file is named by the due time: a run that is taken up again writes the same one."""
    written = await aside(context.tools.upkeep.backup, due_at)
    return Outcome(f"written: {written}", key="backup", facts={"file": written})
