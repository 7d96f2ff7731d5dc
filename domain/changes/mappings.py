"""What an action does to what is remembered of imports, as data."""

from dataclasses import dataclass, replace
from typing import Literal, Self

from domain.changes.change import Change
from domain.importing.model import KeptMapping


@dataclass(frozen=True, slots=True)
class MappingChange(Change):
    """Whether it is remembered which headers of a table are which columns."""

    number: int
    mapping: KeptMapping
    is_kept: bool = False
    kind: Literal["mapping"] = "mapping"

    def inverse(self) -> Self:
        return replace(self, is_kept=not self.is_kept)
