"""Taobao's gateway as its documentation describes it: flat parameters, twice wrapped lists, errors with sub codes."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.platforms.gateway import APP_KEY, SECRET, Form, Line, RefusedError, Rules, There, clock_is_off

_COMMON = {"method", "app_key", "session", "timestamp", "format", "v", "sign_method", "sign"}
_SHIPS = ({"tid", "out_sid", "company_code"}, {"is_split", "sub_tid", "feature", "sender_id", "cancel_id"})
_METHODS = {
    "taobao.logistics.offline.send": _SHIPS,
    "taobao.logistics.consign.resend": _SHIPS,
    "taobao.trade.fullinfo.get": ({"tid", "fields"}, {"include_oaid"}),
    "taobao.logistics.companies.get": ({"fields"}, {"is_recommended", "order_mode"}),
}
_CHINA = timezone(timedelta(hours=8))


def error(code: int, message: str, sub_code: str = "", sub: str = "") -> RefusedError:
    said = {"code": code, "msg": message, "sub_code": sub_code, "sub_msg": sub, "request_id": "x"}
    return RefusedError({"error_response": {name: value for name, value in said.items() if value}})


def business(reason: str, said: str, service: str = "logistics-offline-service-error") -> RefusedError:
    return error(15, "Remote service error", f"isv.{service}:{reason}", said)


@dataclass
class Stand(Rules):
    """See the module."""

    carriers: dict[str, str] = field(default_factory=lambda: {
        "SF": "顺丰速运", "ZTO": "中通快递", "JTSD": "极兔速递", "YTO": "圆通速递"})

    def check(self, form: Form) -> None:
        if form.get("format") != "json":
            raise AssertionError("it would answer XML")
        if missing := sorted(_COMMON - set(form)):
            raise error(40, "Missing required arguments", sub=missing[0])
        if form["method"] not in _METHODS:
            raise error(22, "Invalid Method")
        if form["app_key"] != APP_KEY:
            raise error(29, "Invalid app Key")
        try:
            stamp = datetime.strptime(form["timestamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=_CHINA)
        except ValueError:
            raise error(31, "Invalid Timestamp") from None
        if clock_is_off(stamp.timestamp()):
            raise error(31, "Invalid Timestamp")
        said = "".join(name + form[name] for name in sorted(form) if name != "sign")
        if form["sign"] != hashlib.md5((SECRET + said + SECRET).encode()).hexdigest().upper():
            raise error(25, "Invalid signature")
        if form["session"] != self.token:
            raise error(27, "Invalid session", "invalid-sessionkey", "SessionKey非法")
        required, optional = _METHODS[form["method"]]
        if required - set(form):
            raise error(40, "Missing required arguments", sub=",".join(sorted(required - set(form))))
        assert not set(form) - _COMMON - required - optional, "parameters nobody knows"

    def act(self, form: Form) -> dict[str, Any]:
        if form["method"] == "taobao.logistics.companies.get":
            listed = [{"code": code, "name": name} for code, name in self.carriers.items()]
            return {"logistics_companies_get_response": {"logistics_companies": {"logistics_company": listed}}}
        order = self.orders.get(form["tid"])
        if order is None:
            raise business("B01", "订单不存在")
        if form["method"] == "taobao.trade.fullinfo.get":
            return self._trade(form, order)
        self._ship(form, order, is_correction=form["method"].endswith("resend"))
        name = form["method"].removeprefix("taobao.").replace(".", "_")
        return {f"{name}_response": {"shipping": {"is_success": True}, "request_id": "x"}}

    def _trade(self, form: Form, order: There) -> dict[str, Any]:
        lines = [{"oid": int(oid) if oid.isdecimal() else oid, "status": _state(line, order),
                  **({"invoice_no": line.waybill} if line.waybill else {})} for oid, line in order.lines.items()]
        trade = {"tid": form["tid"], "status": lines[0]["status"], "orders": {"order": lines}}
        return {"trade_fullinfo_get_response": {"trade": trade}}

    def _ship(self, form: Form, order: There, *, is_correction: bool) -> None:
        if ("is_split" in form) != ("sub_tid" in form):
            raise business("CD25", "拆单标记和子订单列表两者必须都填或者都不填")
        if form["company_code"] not in self.carriers:
            raise business("B56", "没有选择物流公司")
        wanted = form["sub_tid"].split(",") if "sub_tid" in form else list(order.lines)
        if set(wanted) - set(order.lines):
            raise business("P38", "拆单校验未通过")
        lines = [order.lines[oid] for oid in wanted]
        if order.is_closed or any(bool(line.waybill) is not is_correction for line in lines):
            raise business("B04", "订单状态不对该物流订单已经发货或者已关闭,不能重复发货")
        for line in lines:
            line.waybill, line.carrier = form["out_sid"], form["company_code"]

    def throttled(self) -> RefusedError:
        return error(7, "App Call Limited", "accesscontrol.limited-by-api-access-count",
                     "This ban will last for 1 more seconds")

    def busy(self) -> RefusedError:
        return error(15, "Remote service error", "isp.top-remote-connection-timeout", "API调用超时")

    def is_shipping(self, form: Form) -> bool:
        return form.get("method") == "taobao.logistics.offline.send"


def _state(line: Line, order: There) -> str:
    if order.is_closed:
        return "TRADE_CLOSED"
    return "WAIT_BUYER_CONFIRM_GOODS" if line.waybill else "WAIT_SELLER_SEND_GOODS"
