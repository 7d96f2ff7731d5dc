"""Carriers and their waybills."""

import re
from collections.abc import Mapping

# Short name → other names people and platforms use, in lower case.
CARRIERS: Mapping[str, tuple[str, ...]] = {
    "顺丰": ("顺丰速运", "顺丰快递", "sf", "sf express", "shunfeng"),
    "中通": ("中通快递", "zto", "zto express", "zhongtong"),
    "圆通": ("圆通速递", "圆通快递", "yto", "yto express", "yuantong"),
    "申通": ("申通快递", "sto", "sto express", "shentong"),
    "韵达": ("韵达快递", "韵达速递", "yunda", "yunda express"),
    "极兔": ("极兔速递", "极兔快递", "jtsd", "j&t", "j&t express", "jt"),
    "京东快递": ("京东物流", "京东", "jd", "jd logistics", "jd express"),
    "邮政": ("中国邮政", "ems", "邮政快递", "邮政包裹", "china post", "postb"),
    "德邦": ("德邦快递", "德邦物流", "dbl", "deppon"),
}
_BY_NAME = {text: name for name, others in CARRIERS.items() for text in (name, *others)}
_WAYBILL = re.compile(r"[A-Z0-9][A-Z0-9-]{5,39}")  # the carriers' numbers have 8 to 25 letters and digits


def carrier_named(text: str) -> str | None:
    """The carrier's short Chinese name, or None for one nobody knows."""
    return _BY_NAME.get(text.strip().lower())


def is_waybill(text: str) -> bool:
    """Whether it looks like a waybill number."""
    return _WAYBILL.fullmatch(text.upper()) is not None
