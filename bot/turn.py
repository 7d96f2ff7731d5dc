"""One message with everything that decides its answer."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.understanding.readings import Context, Language
from domain.errors import NotCleared
from domain.metrics.limits import OutsideShops, all_shops, can_tell, limited
from domain.metrics.query import MetricQuery
from domain.people import ROLE_PERMISSIONS, Permission, Role, Shops, common, require


@dataclass(frozen=True, slots=True)
class Person:
    """Who speaks, in which role, and what may be said in the place; None: there is nobody else to hear it.

    `own_shops` are those that the person is limited to, `place_shops` those that the place is.
    """

    name: str
    role: Role
    place: frozenset[Permission] | None = None
    own_shops: Shops = None
    place_shops: Shops = None

    @property
    def shops(self) -> Shops:
        """The shops that everything said here is limited to; None: all."""
        return common(self.own_shops, self.place_shops)

    def alone(self) -> "Person":
        """The same person where nobody else hears."""
        return replace(self, place=None, place_shops=None)

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

    def may_ask(self, metric: str, permission: Permission) -> bool:
        """Whether the figure, which takes the right, can be told here at all."""
        return self.may(permission) and can_tell(metric, self.shops)

    def require_shops_of(self, query: MetricQuery) -> None:
        """Raise OutsideShops for a question beyond the person's shops, NotCleared when only beyond the place's."""
        try:
            limited(query, self.shops)
        except OutsideShops as error:
            limited(query, self.own_shops)
            raise NotCleared(str(error), key="not_cleared") from error

    def require_every_shop(self) -> None:
        """Raise for somebody, or in a place, limited to certain shops: it is about all of them together."""
        if self.own_shops is not None:
            raise all_shops(self.own_shops)
        if self.place_shops is not None:
            raise NotCleared("it is about all shops", key="not_cleared")

    def require_all_that_the_place_hears(self) -> None:
        """Raise OutsideShops for somebody who would have more said here than they may see: a report to a group."""
        if self.place is not None and self.own_shops is not None and self.shops != self.place_shops:
            raise all_shops(self.own_shops)

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
