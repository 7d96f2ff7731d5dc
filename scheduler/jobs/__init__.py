"""The jobs, one file each: `async def run(context, due_at) -> Outcome`. A job is asked for by its file's name."""

from importlib import import_module
from pkgutil import iter_modules

from scheduler.context import Job


def load() -> dict[str, Job]:
    """Every job there is, by name."""
    return {found.name: import_module(f"{__name__}.{found.name}").run for found in iter_modules(__path__)}
