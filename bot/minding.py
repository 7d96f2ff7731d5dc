"""What is minded for the shop: do the books agree, what is wrong. The checks are the shop's, the words are ours."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.rendering.exceptions import render_exceptions
from bot.rendering.laws import render_verified
from bot.rendering.limits import covers
from bot.rendering.reply import Reply
from bot.turn import Turn
from domain.exceptions.kinds import KINDS, kinds_for
from domain.exceptions.model import Exceptions
from domain.invariants import LAWS, Break

Verify = Callable[[Iterable[str]], Sequence[Break]]


@dataclass(frozen=True, slots=True)
class Minding:
    """Between a turn of the conversation and what watches over the shop."""

    verify: Verify
    exceptions: Exceptions
    zone: ZoneInfo
    currency: str

    @property
    def commands(self) -> Mapping[str, Callable[[str, Turn], Reply]]:
        return {"verify": self._verified, "exceptions": self._wrong}

    def _verified(self, _: str, turn: Turn) -> Reply:
        """Only the laws whose rows the person may see are checked, and the reply says how many they are."""
        turn.person.require_every_shop()
        laws = [law.id for law in LAWS.values() if turn.person.may(law.right)]
        return render_verified(self.verify(laws), len(laws), turn.language)

    def _wrong(self, kind: str, turn: Turn) -> Reply:
        """What is open of one kind, or of all that the person may see."""
        if kind:
            turn.person.require(KINDS[kind].right)
            if not KINDS[kind].is_of_shop:
                turn.person.require_every_shop()
        shops = turn.person.shops
        kinds = (kind,) if kind else kinds_for(turn.person.rights, only_of_shops=shops is not None)
        reply = render_exceptions(self.exceptions.listing(kinds, turn.at, shops), turn.language, zone=self.zone,
                                  currency=self.currency)
        reply.text += covers(shops, turn.language)
        return reply
