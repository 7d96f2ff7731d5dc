"""Telling a platform of a parcel, as far as it is alike with all of them: carrier, call, and a look when in doubt."""

import tomllib
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from domain.fulfilment.rules import carrier_named
from domain.writebacks.telling import Answer, NotTold, Parcel, Refused, WhyNot


class InDoubt(Exception):
    """The platform does not ship the order, perhaps because it has been: that is looked up.

    `otherwise` is what is raised when it has not; `says_shipped` holds when its words leave no other reading.
    """

    def __init__(self, otherwise: NotTold, *, says_shipped: bool = False) -> None:
        super().__init__(str(otherwise))
        self.otherwise, self.says_shipped = otherwise, says_shipped


@dataclass(frozen=True, slots=True)
class There:
    """How the order stands on the platform. An empty waybill: it does not say."""

    is_shipped: bool
    is_closed: bool
    waybill: str = ""


class Client(Protocol):
    """A platform's calls. Each may raise NotTold or InDoubt."""

    @property
    def connection(self) -> AbstractAsyncContextManager[Any]: ...

    async def ship(self, parcel: Parcel, carrier: str) -> None:
        """The first time."""

    async def correct(self, parcel: Parcel, carrier: str) -> None:
        """Another waybill for an order that has been shipped there."""

    async def look(self, parcel: Parcel) -> There: ...

    async def carriers(self) -> Mapping[str, str]:
        """The platform's own list: name → code."""


class PlatformTeller:
    """Meets `domain.writebacks.telling.Teller` with a platform's calls and its codes of our carriers."""

    def __init__(self, client: Client, carriers: Mapping[str, str]) -> None:
        self._client, self._carriers = client, dict(carriers)

    async def __aenter__(self) -> Self:
        await self._client.connection.__aenter__()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None:
        await self._client.connection.__aexit__(kind, error, trace)

    async def tell(self, parcel: Parcel) -> Answer:
        try:
            carrier = await self._code(parcel.carrier)
            try:
                await self._client.ship(parcel, carrier)
            except InDoubt as doubt:
                return await self._resolved(parcel, carrier, doubt)
        except InDoubt as doubt:  # of anything but the shipment itself there is none
            raise doubt.otherwise from doubt
        return Answer.TOLD

    async def _resolved(self, parcel: Parcel, carrier: str, doubt: InDoubt) -> Answer:
        """Shipped with our number: known. With that of a shipment undone here: corrected. Else somebody must look."""
        try:
            there = await self._client.look(parcel)
        except (Refused, InDoubt):  # the shop may not look, or the platform shows nothing: its words must do
            there = There(is_shipped=doubt.says_shipped, is_closed=False)
        if there.is_shipped and there.waybill in {parcel.waybill, "" if parcel.replaces is None else parcel.waybill}:
            return Answer.KNOWN
        if there.is_closed:
            raise Refused(WhyNot.CLOSED, str(doubt))
        if not there.is_shipped:
            raise doubt.otherwise
        if parcel.replaces is None or there.waybill not in {"", parcel.replaces}:
            raise Refused(WhyNot.OTHER_WAYBILL, there.waybill)
        await self._client.correct(parcel, carrier)
        return Answer.TOLD

    async def _code(self, carrier: str) -> str:
        """From our list; a carrier that is not in it is looked for in the platform's own."""
        if carrier not in self._carriers:
            for name, code in (await self._client.carriers()).items():
                self._carriers.setdefault(carrier_named(name) or name, code)
        if carrier not in self._carriers:
            raise Refused(WhyNot.CARRIER, carrier)
        return self._carriers[carrier]


def carriers_of(folder: Path) -> Mapping[str, str]:
    """The codes in a platform's `carriers.toml`, by our short names."""
    listed = tomllib.loads((folder / "carriers.toml").read_text(encoding="utf-8"))
    return {name: str(code) for name, code in listed["carriers"].items()}
