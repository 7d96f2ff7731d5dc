"""Pinduoduo's gateway as its documentation describes it; numbers of errors as of 2026-11."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from tests.platforms.gateway import APP_KEY, SECRET, Form, RefusedError, Rules, clock_is_off

_REQUIRED = {"type", "client_id", "timestamp", "sign", "data_type", "access_token"}
_METHODS = {
    "pdd.logistics.online.send": ({"order_sn", "logistics_id", "tracking_number"}, {"redelivery_type", "feature"}),
    "pdd.order.information.get": ({"order_sn"}, set()),
    "pdd.logistics.companies.get": (set(), set()),
}


def error(code: int, message: str, sub: str = "") -> RefusedError:
    return RefusedError({"error_response": {"error_msg": message, "sub_msg": sub, "sub_code": None,
                                            "error_code": code, "request_id": "15440104776643887"}})


@dataclass
class Stand(Rules):
    """See the module."""

    carriers: dict[str, str] = field(default_factory=lambda: {
        "44": "顺丰速运", "115": "中通快递", "384": "极兔速递", "85": "圆通速递"})

    def check(self, form: Form) -> None:
        if missing := sorted(_REQUIRED - set(form)):
            raise error(10001, f"公共参数错误:{missing[0]}")
        if form["type"] not in _METHODS:
            raise error(10017, "type错误")
        if not form["timestamp"].isdecimal() or clock_is_off(int(form["timestamp"])):
            raise error(10001, "公共参数错误:timestamp")
        if form["client_id"] != APP_KEY:
            raise error(10016, "client_id错误")
        said = "".join(name + form[name] for name in sorted(form) if name != "sign")
        if form["sign"] != hashlib.md5((SECRET + said + SECRET).encode()).hexdigest().upper():
            raise error(20004, "签名sign校验失败")
        if form["access_token"] != self.token:
            raise error(10019, "access_token已过期")
        required, optional = _METHODS[form["type"]]
        given = set(form) - _REQUIRED - {"version"}
        if given - required - optional or required - given:
            raise error(21002, f"参数错误:{sorted((given ^ required) - optional)}")

    def act(self, form: Form) -> dict[str, Any]:
        if form["type"] == "pdd.logistics.companies.get":
            listed = [{"id": int(code), "logistics_company": name, "code": "", "available": 1}
                      for code, name in self.carriers.items()]
            return {"logistics_companies_get_response": {"logistics_companies": listed}}
        order = self.orders.get(form["order_sn"])
        if order is None:
            raise error(50001, "业务服务错误", "订单不存在")
        if form["type"] == "pdd.logistics.online.send":
            return self._send(form)
        (line,) = order.lines.values()
        return {"order_info_get_response": {"order_info": {
            "order_sn": form["order_sn"], "order_status": 2 if line.waybill else 1,
            "refund_status": 4 if order.is_closed else 1, "tracking_number": line.waybill,
            "logistics_id": int(line.carrier or 0), "pay_amount": 54.8}}}

    def _send(self, form: Form) -> dict[str, Any]:
        order = self.orders[form["order_sn"]]
        (line,) = order.lines.values()
        if form["logistics_id"] not in self.carriers:
            raise error(50001, "业务服务错误", "快递公司编号不存在")
        if order.is_closed:
            raise error(50001, "业务服务错误", "订单已退款,不能发货")
        is_correction = form.get("redelivery_type") == "2"
        if bool(line.waybill) is not is_correction:
            raise error(50001, "业务服务错误", "订单状态错误")
        line.waybill, line.carrier = form["tracking_number"], form["logistics_id"]
        return {"logistics_online_send_response": {"is_success": True, "request_id": "x"}}

    def throttled(self) -> RefusedError:
        return error(52101, "当前接口被限流,请稍后重试")

    def busy(self) -> RefusedError:
        return error(52001, "服务超时")

    def is_shipping(self, form: Form) -> bool:
        return form.get("type") == "pdd.logistics.online.send"
