"""Whose a waybill number is, as far as it can be told from the number."""

import re

# Only beginnings that one carrier uses: plain digits are used by several.
_BEGINNINGS = (
    ("顺丰", re.compile(r"SF\d{9,15}")),
    ("圆通", re.compile(r"YT\d{10,16}")),
    ("极兔", re.compile(r"JT\d{10,16}")),
    ("京东快递", re.compile(r"JD[A-Z]{0,2}\d{9,16}(?:-\d+)*-?")),
    ("德邦", re.compile(r"DPK\d{9,15}")),
    ("邮政", re.compile(r"[A-Z]{2}\d{9}CN")),
)


def carrier_of(waybill: str) -> str | None:
    """The carrier whose numbers look like this and nobody else's; None when it cannot be told."""
    return next((carrier for carrier, shape in _BEGINNINGS if shape.fullmatch(waybill.upper())), None)


def contradicts(waybill: str, carrier: str) -> str | None:
    """The carrier the number looks like, when it is another one than was said."""
    likely = carrier_of(waybill)
    return likely if likely is not None and likely != carrier else None
