"""Every law the data must keep, checked at night; the owner hears of each that is broken."""

from datetime import datetime

from domain.jobs import Alarm, Outcome
from scheduler.context import JobContext, aside

MAX_TOLD = 3  # the rest shows with `zhanggui verify`


async def run(context: JobContext, due_at: datetime) -> Outcome:
    broken = await aside(context.tools.upkeep.broken_laws)
    if not broken:
        return Outcome("everything agrees", key="agrees")
    day = context.tools.calendar.day(due_at)
    alarm = Alarm(f"broken:{day}", "laws_broken", {
        "n": len(broken),
        "laws_zh": "\n".join(f"{found.law.zh} ({found.count})" for found in broken[:MAX_TOLD]),
        "laws_en": "\n".join(f"{found.law.en} ({found.count})" for found in broken[:MAX_TOLD])})
    return Outcome(f"{len(broken)} laws are broken; see zhanggui verify", alarms=(alarm,), key="broken",
                   facts={"n": len(broken)})
