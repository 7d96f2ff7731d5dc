"""Pinduoduo's calls: raw answers read, errors told apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.writebacks.telling import NotTold, Parcel, Refused, WhyNot
from integrations.platforms.account import Account
from integrations.platforms.gateway import Gateway
from integrations.platforms.pdd.errors import error_of
from integrations.platforms.pdd.signing import request
from integrations.platforms.shipping import InDoubt, There

_SENT, _RECEIVED = "2", "3"
_REFUNDED = "4"
_CORRECTION = "2"  # redelivery_type: what was told before is overwritten


@dataclass(slots=True)
class PddClient:
    """Meets `integrations.platforms.shipping.Client`."""

    account: Account
    connection: Gateway

    async def ship(self, parcel: Parcel, carrier: str) -> None:
        """The platform takes one waybill of an order: with the first parcel all of it counts as shipped."""
        if parcel.parcel_no > 1:
            raise Refused(WhyNot.SEVERAL_PARCELS)
        await self._send(parcel, carrier)

    async def correct(self, parcel: Parcel, carrier: str) -> None:
        await self._send(parcel, carrier, redelivery_type=_CORRECTION)

    async def _send(self, parcel: Parcel, carrier: str, **more: str) -> None:
        answer = await self._call("pdd.logistics.online.send", order_sn=parcel.order, logistics_id=carrier,
                                  tracking_number=parcel.waybill, **more)
        if not _is_yes(answer.get("is_success")):
            raise InDoubt(Refused(WhyNot.REFUSED))

    async def look(self, parcel: Parcel) -> There:
        answer = await self._call("pdd.order.information.get", order_sn=parcel.order)
        order = answer.get("order_info") or {}
        return There(is_shipped=str(order.get("order_status")) in {_SENT, _RECEIVED},
                     is_closed=str(order.get("refund_status")) == _REFUNDED,
                     waybill=str(order.get("tracking_number") or "").upper())

    async def carriers(self) -> Mapping[str, str]:
        answer = await self._call("pdd.logistics.companies.get")
        return {str(each["logistics_company"]): str(each["id"]) for each in answer.get("logistics_companies") or ()}

    async def _call(self, method: str, **business: str) -> Mapping[str, Any]:
        form = request(self.account, method, business, self.account.clock())
        answer = await self.connection.post(form)
        if "error_response" in answer:
            raise self._error(answer["error_response"] or {})
        name = f"{method.removeprefix('pdd.').replace('.', '_')}_response"
        # of an order the answer is called order_info_get_response
        found = answer.get(name) or next((each for key, each in answer.items() if key.endswith("_response")), None)
        return found if isinstance(found, Mapping) else {}

    def _error(self, response: Mapping[str, Any]) -> NotTold | InDoubt:
        words = response.get("sub_msg") or response.get("error_msg") or ""
        return error_of(response, self.account.scrubbed(f"{response.get('error_code')} {words}"))


def _is_yes(value: Any) -> bool:
    return value in {True, "1", "true"}
