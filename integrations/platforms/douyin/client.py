"""Douyin's calls: raw answers read, errors told apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.writebacks.telling import Parcel, Refused, WhyNot
from integrations.platforms.account import Account
from integrations.platforms.douyin.errors import error_of
from integrations.platforms.douyin.signing import body_of, query
from integrations.platforms.gateway import Gateway
from integrations.platforms.shipping import There

_SUCCESS = "10000"
_SENT = frozenset({"3", "5"})  # shipped, finished
_CLOSED = "4"


@dataclass(slots=True)
class DouyinClient:
    """Meets `integrations.platforms.shipping.Client`."""

    account: Account
    connection: Gateway

    async def ship(self, parcel: Parcel, carrier: str) -> None:
        """order/logisticsAdd ships the order as a whole: with the first parcel all of it counts as shipped."""
        if parcel.parcel_no > 1:
            raise Refused(WhyNot.SEVERAL_PARCELS)
        await self._call("/order/logisticsAdd", order_id=parcel.order, company_code=carrier,
                         logistics_code=parcel.waybill)

    async def correct(self, parcel: Parcel, carrier: str) -> None:
        await self._call("/order/logisticsEdit", order_id=parcel.order, company_code=carrier,
                         logistics_code=parcel.waybill)

    async def look(self, parcel: Parcel) -> There:
        order = (await self._call("/order/orderDetail", shop_order_id=parcel.order)).get("shop_order_detail") or {}
        waybills = [str(each.get("tracking_no") or "").upper() for each in order.get("logistics_info") or ()]
        ours = parcel.waybill if parcel.waybill in waybills else next(iter(waybills), "")
        status = str(order.get("order_status"))
        return There(is_shipped=status in _SENT, is_closed=status == _CLOSED, waybill=ours)

    async def carriers(self) -> Mapping[str, str]:
        listed = (await self._call("/order/logisticsCompanyList")).get("data") or ()
        return {str(each["name"]): str(each["code"]) for each in listed}

    async def _call(self, path: str, **business: str) -> Mapping[str, Any]:
        """What stands under `data`; of the list of carriers that is a list, and is wrapped."""
        body = body_of(business)
        method = path.removeprefix("/").replace("/", ".")
        answer = await self.connection.post_json(
            path, query(self.account, method, body, self.account.clock()), body)
        if str(answer.get("code")) != _SUCCESS:
            words = answer.get("sub_msg") or answer.get("msg") or ""
            raise error_of(answer, self.account.scrubbed(f"{answer.get('sub_code') or answer.get('code')} {words}"))
        data = answer.get("data")
        return data if isinstance(data, Mapping) else {"data": data}
