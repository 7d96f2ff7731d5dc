"""The port through which a platform is told of a parcel: what it is told, what it answers, how it may refuse."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel of an order, by the platform's number of it and our name of the carrier (中通).

    `is_whole`: nothing of the order goes in another parcel. `line_ids` are the platform's numbers of the order lines in
    it, empty when not all of them are known or a line is in it in part. `replaces` is the waybill number the platform
    may have been told before, of a shipment that was undone here.
    """

    order: str
    parcel_no: int
    carrier: str
    waybill: str
    is_whole: bool = True
    line_ids: tuple[str, ...] = ()
    replaces: str | None = None


class Answer(StrEnum):
    """The platform has the parcel."""

    TOLD = "told"  # from us, now
    KNOWN = "known"  # it had it already


class WhyNot(StrEnum):
    """Why a platform was not told; each has a sentence (`write_back.why`) that says what to do."""

    KEYS = "keys"  # token or keys are refused: the owner has to renew them
    CARRIER = "carrier"  # the platform has no such carrier
    SEVERAL_PARCELS = "several_parcels"  # it takes one parcel of an order, or wants line numbers that are not known
    OTHER_WAYBILL = "other_waybill"  # the order has another waybill number there
    CLOSED = "closed"  # cancelled or refunded there
    REFUSED = "refused"  # for another reason, in the platform's words
    NO_ANSWER = "no_answer"  # tried too often
    DISCONNECTED = "disconnected"  # the shop's keys were taken away before


class NotTold(Exception):
    """The platform was not told; the kinds below say what to do about it. The text is the platform's own."""


class PutOff(NotTold):
    """Too many calls; wait that long."""

    def __init__(self, said: str, wait: timedelta) -> None:
        super().__init__(said)
        self.wait = wait


class Unreachable(NotTold):
    """No answer. A call whose answer did not come may have been carried out."""

    def __init__(self, said: str, *, may_be_known: bool) -> None:
        super().__init__(said)
        self.may_be_known = may_be_known


class Busy(NotTold):
    """An error on the platform's side: this parcel may go through later."""


class Refused(NotTold):
    """The same call will never succeed."""

    def __init__(self, why: WhyNot, said: str = "") -> None:
        super().__init__(said)
        self.why = why


class Teller(Protocol):
    """One shop's way to its platform. Used as a context it keeps its connection."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None: ...

    def tell(self, parcel: Parcel) -> Awaitable[Answer]:
        """Once more does no harm: the platform knows the order. Raises NotTold."""


class Tellers(Protocol):
    """Finds the teller of a shop, by the shop's id (bot.app.tellers)."""

    def __call__(self, shop: str, /) -> Teller | None:
        """None for one that is no longer connected."""
