"""What is remembered of the headers of imported tables, for those who may import."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.rendering.mappings import render_mappings
from bot.rendering.reply import Reply
from bot.turn import Turn
from domain.importing.model import Mappings
from domain.people import Permission

MOST_LISTED = 10  # lines a phone shows at once


@dataclass(frozen=True, slots=True)
class MappingMemory:
    """Between a turn of the conversation and what was once answered about columns."""

    mappings: Mappings

    @property
    def commands(self) -> Mapping[str, Callable[[str, Turn], Reply]]:
        return {"mappings": self._listed}

    def _listed(self, _: str, turn: Turn) -> Reply:
        turn.person.require(Permission.IMPORT)
        turn.person.require_every_shop()
        return render_mappings(self.mappings.listing(MOST_LISTED), turn.language)
