"""Exchange rates of the day. There is no source of rates yet: those that were imported stay."""

from datetime import datetime

from domain.jobs import Outcome
from scheduler.context import JobContext


async def run(context: JobContext, due_at: datetime) -> Outcome:  # noqa: ARG001  (every job takes both)
    return Outcome("no source of exchange rates is connected; the rates that were imported stay", key="no_rates")
