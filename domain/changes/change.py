"""What all changes have in common."""

from dataclasses import replace
from typing import Any, Self, cast


class Change:
    """One thing that an action does to the books.

    Each kind is a frozen dataclass in a module of this folder, with a `kind` of its own by which it is kept, and one
    writer in storage.ledger.
    """

    __slots__ = ()
    kind: str

    def inverse(self) -> Self | None:
        """The change that takes it back, None where there is none. Whether it still can be is for the books to say."""
        return None

    @classmethod
    def can_be_undone(cls) -> bool:
        return cls.inverse is not Change.inverse

    def orders(self) -> frozenset[int]:
        """The ids of the orders that are altered, or that something is altered for."""
        order_id: int | None = getattr(self, "order_id", None)
        return frozenset() if order_id is None else frozenset((order_id,))


class Replacement(Change):
    """Another value, `after`, where there was one, `before`."""

    __slots__ = ()

    def inverse(self) -> Self:
        values = cast("Any", self)
        inverted: Self = replace(values, before=values.after, after=values.before)
        return inverted
