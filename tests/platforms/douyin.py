"""Douyin's gateway as its documentation describes it: method in the path, one JSON body, signed in the query."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from tests.platforms.gateway import APP_KEY, SECRET, Form, RefusedError, Rules, clock_is_off

_REQUIRED = {"app_key", "method", "access_token", "timestamp", "v", "sign", "sign_method", "param_json", "path"}
_SHIPS = {"order_id", "company_code", "logistics_code"}
_METHODS = {"/order/logisticsAdd": _SHIPS, "/order/logisticsEdit": _SHIPS, "/order/orderDetail": {"shop_order_id"},
            "/order/logisticsCompanyList": set[str]()}


def error(code: int, message: str, sub_code: str, sub: str) -> RefusedError:
    return RefusedError({"code": code, "msg": message, "sub_code": sub_code, "sub_msg": sub, "log_id": "x"})


def business(reason: int, said: str) -> RefusedError:
    return error(50002, "业务处理失败", f"isv.business-failed:{reason}", said)


@dataclass
class Stand(Rules):
    """See the module."""

    carriers: dict[str, str] = field(default_factory=lambda: {
        "shunfeng": "顺丰速运", "zhongtong": "中通快递", "jtexpress": "极兔速递"})

    def check(self, form: Form) -> None:
        if missing := sorted(_REQUIRED - set(form)):
            raise error(40002, "缺少必选参数", f"isv.missing-parameter:{missing[0]}", missing[0])
        if form["path"] not in _METHODS or form["method"] != form["path"][1:].replace("/", "."):
            raise error(30001, "", "isv.method-invalid", "method不存在")
        if not form["timestamp"].isdecimal() or clock_is_off(int(form["timestamp"])):
            raise error(40003, "非法的参数", "isv.timestamp-invalid", "timestamp超过10分钟")
        if form["app_key"] != APP_KEY:
            raise error(40003, "非法的参数", "isv.app-id-invalid", "app_key不存在")
        signed = "".join(name + form[name] for name in ("app_key", "method", "param_json", "timestamp", "v"))
        mac = hmac.new(SECRET.encode(), (SECRET + signed + SECRET).encode(), hashlib.sha256).hexdigest()
        if form["sign_method"] != "hmac-sha256" or form["sign"] != mac:
            raise error(40003, "Invalid signature", "isv.signature-invalid:1", "签名错误")
        if form["access_token"] != self.token:
            raise error(40003, "非法的参数", "isv.access-token-expired", "access_token已过期")
        said = json.loads(form["param_json"])
        if set(said) != _METHODS[form["path"]] or not all(isinstance(value, str) for value in said.values()):
            raise error(40004, "非法的参数", "isv.parameter-invalid:50049", "参数错误")

    def act(self, form: Form) -> dict[str, Any]:
        said = json.loads(form["param_json"])
        if form["path"] == "/order/logisticsCompanyList":
            return _well([{"id": number, "name": name, "code": code}
                          for number, (code, name) in enumerate(self.carriers.items())])
        order = self.orders.get(said.get("order_id") or said.get("shop_order_id"))
        if order is None:
            raise business(60033, "订单不存在,请仔细检查后重试。")
        (line,) = order.lines.values()
        if form["path"] == "/order/orderDetail":
            status = 4 if order.is_closed else 3 if line.waybill else 2
            sent = [{"tracking_no": line.waybill, "company": line.carrier}] if line.waybill else []
            return _well({"shop_order_detail": {"order_status": status, "logistics_info": sent}})
        if order.is_closed:
            raise business(60021, "订单已取消,禁止发货。")
        if said["company_code"] not in self.carriers:
            raise business(60018, "暂不支持该物流公司或物流商已失效,请检查。")
        is_correction = form["path"] == "/order/logisticsEdit"
        if bool(line.waybill) is not is_correction:
            raise business(60110, "订单已发货,不允许再次执行发货。")
        line.waybill, line.carrier = said["logistics_code"], said["company_code"]
        return _well({"pack_id": "1"})

    def throttled(self) -> RefusedError:
        return error(80000, "", "isv.api-call-limited", "接口调用超过限流")

    def busy(self) -> RefusedError:
        return error(20000, "系统错误", "isp.service-error:10005", "系统繁忙,请稍后重试。")

    def is_shipping(self, form: Form) -> bool:
        return form.get("path") == "/order/logisticsAdd"


def _well(data: Any) -> dict[str, Any]:
    return {"code": 10000, "msg": "success", "data": data, "sub_code": "", "sub_msg": "", "log_id": "x"}
