"""Taobao's calls: raw answers read, errors told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.writebacks.telling import Parcel, Refused, WhyNot
from integrations.platforms.account import Account
from integrations.platforms.gateway import Gateway
from integrations.platforms.shipping import InDoubt, There
from integrations.platforms.taobao.errors import error_of, is_unchanged
from integrations.platforms.taobao.signing import request

_SENT = frozenset({"WAIT_BUYER_CONFIRM_GOODS", "TRADE_BUYER_SIGNED", "TRADE_FINISHED"})
_CLOSED = frozenset({"TRADE_CLOSED", "TRADE_CLOSED_BY_TAOBAO"})


@dataclass(slots=True)
class TaobaoClient:
    """Meets `integrations.platforms.shipping.Client`."""

    account: Account
    connection: Gateway

    async def ship(self, parcel: Parcel, carrier: str) -> None:
        """taobao.logistics.offline.send: the seller's own carrier. A part of an order names its lines."""
        await self._send("taobao.logistics.offline.send", parcel, carrier)

    async def correct(self, parcel: Parcel, carrier: str) -> None:
        await self._send("taobao.logistics.consign.resend", parcel, carrier)

    async def _send(self, method: str, parcel: Parcel, carrier: str) -> None:
        part = {} if parcel.is_whole else {"is_split": "1", "sub_tid": ",".join(parcel.line_ids)}
        if part and not parcel.line_ids:
            raise Refused(WhyNot.SEVERAL_PARCELS)
        answer = await self._call(method, tid=parcel.order, company_code=carrier, out_sid=parcel.waybill, **part)
        if (answer.get("shipping") or {}).get("is_success") not in {True, "true"}:
            raise InDoubt(Refused(WhyNot.REFUSED))

    async def look(self, parcel: Parcel) -> There:
        """Line by line: of an order that leaves in parts only the lines in this parcel count."""
        answer = await self._call("taobao.trade.fullinfo.get", tid=parcel.order, fields="tid,status,orders")
        trade = answer.get("trade") or {}
        lines = [line for line in _listed(trade.get("orders"), "order")
                 if parcel.is_whole or str(line.get("oid")) in parcel.line_ids]
        states = [str(line.get("status") or trade.get("status")) for line in lines] or [str(trade.get("status"))]
        waybills = {str(line["invoice_no"]).upper() for line in lines if line.get("invoice_no")}
        ours = parcel.waybill if parcel.waybill in waybills else min(waybills, default="")
        return There(is_shipped=any(state in _SENT for state in states),
                     is_closed=all(state in _CLOSED for state in states), waybill=ours)

    async def carriers(self) -> Mapping[str, str]:
        answer = await self._call("taobao.logistics.companies.get", fields="code,name")
        return {str(each["name"]): str(each["code"])
                for each in _listed(answer.get("logistics_companies"), "logistics_company")}

    async def _call(self, method: str, **business: str) -> Mapping[str, Any]:
        answer = await self.connection.post(request(self.account, method, business, self.account.clock()))
        error = answer.get("error_response")
        if isinstance(error, Mapping):
            if is_unchanged(error):
                return {"shipping": {"is_success": True}}
            words = [str(error.get(name) or "") for name in ("sub_code", "sub_msg")]
            raise error_of(error, self.account.scrubbed(
                " ".join(filter(None, words)) or f"{error.get('code')} {error.get('msg')}"))
        found = answer.get(f"{method.removeprefix('taobao.').replace('.', '_')}_response")
        return found if isinstance(found, Mapping) else {}


def _listed(wrapped: Any, name: str) -> Sequence[Mapping[str, Any]]:
    """Lists are wrapped twice; an empty one may be missing, one of one may stand alone."""
    found = wrapped.get(name) if isinstance(wrapped, Mapping) else wrapped
    if isinstance(found, Mapping):
        return [found]
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
