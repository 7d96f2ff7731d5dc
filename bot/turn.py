"""One message with everything that decides its answer."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.understanding.readings import Context, Language
from domain.people import Role


@dataclass(frozen=True, slots=True)
class Person:
    """Who speaks, and in which role."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Turn:
    """`at` is on the shop's wall clock; `context` is what the conversation left behind."""

    person: Person
    at: datetime
    chat: str
    language: Language
    chart_dir: Path | None
    context: Context
    only_asked_charts: bool = False
