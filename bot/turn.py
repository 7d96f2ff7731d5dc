"""One message with everything that decides its answer."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.understanding.readings import Context, Language
from domain.errors import NotCleared
from domain.people import ROLE_PERMISSIONS, Permission, Role, require


@dataclass(frozen=True, slots=True)
class Person:
    """Who speaks, in which role, and what may be said in the place; None: there is nobody else to hear it."""

    name: str
    role: Role
    place: frozenset[Permission] | None = None

    @property
    def rights(self) -> frozenset[Permission]:
        """What the person may see and do here."""
        own = ROLE_PERMISSIONS[self.role]
        return own if self.place is None else own & self.place

    def may(self, permission: Permission) -> bool:
        return permission in self.rights

    def require(self, permission: Permission) -> None:
        """Raise NotAllowed when the person lacks the right, NotCleared when only the place does."""
        require(self.role, permission)
        if self.place is not None and permission not in self.place:
            raise NotCleared(f"{permission.value} is not for everybody here", key="not_cleared",
                             permission=permission.value)

    @property
    def acting_role(self) -> Role:
        """The role whose eyes everything is shown to: the largest that neither the person nor the place exceeds."""
        fitting = [role for role, rights in ROLE_PERMISSIONS.items() if rights <= self.rights]
        return max(fitting, key=lambda role: len(ROLE_PERMISSIONS[role]), default=self.role)


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
