"""What Taobao's error codes mean for us."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from domain.writebacks.telling import Busy, NotTold, PutOff, Refused, WhyNot
from integrations.platforms.gateway import USUAL_WAIT, number
from integrations.platforms.shipping import InDoubt

_LIMITED = 7
_BAN = re.compile(r"last for (\d{1,5}) more second")
_QUOTA = "limited-by-app-access-count"  # of the day: used up until midnight in China
_QUOTA_WAIT = timedelta(hours=1)
_KEYS = frozenset({11, 12, 13, 25, 26, 27, 28, 29, 44, 53})  # rights, signature, session, app key
_OF_SESSION = ("session", "invalid-permission")
_OFFLINE = "isv.logistics-offline-service-error:"
# The order's state does not fit: shipped already (B04, in words that also stand for closed), or not ready
_OF_STATE = frozenset({"B02", "B04", "B27", "B55"})
_LATER = frozenset({"B150", "S01"})
_UNCHANGED = "isv.logistics-update-company-or-mailno-error:P07"


def error_of(response: Mapping[str, Any], said: str) -> NotTold | InDoubt:
    """The error to raise: `isp.` is a fault of theirs, `isv.` one of ours or of the order."""
    code, sub_code = number(response.get("code")), str(response.get("sub_code") or "")
    if code == _LIMITED or sub_code == "isp.call-limited":
        return PutOff(said, _wait(sub_code, said))
    if code in _KEYS or any(part in sub_code for part in _OF_SESSION):
        return Refused(WhyNot.KEYS, said)
    reason = sub_code.removeprefix(_OFFLINE).strip() if sub_code.startswith(_OFFLINE) else ""
    if reason in _LATER or sub_code.startswith("isp."):
        return Busy(said)
    otherwise = Refused(WhyNot.REFUSED, said)
    return InDoubt(otherwise, says_shipped=reason == "B04") if reason in _OF_STATE else otherwise


def is_unchanged(response: Mapping[str, Any]) -> bool:
    """The correction of a waybill found it as it should be."""
    return str(response.get("sub_code") or "") == _UNCHANGED


def _wait(sub_code: str, said: str) -> timedelta:
    if _QUOTA in sub_code:
        return _QUOTA_WAIT
    told = _BAN.search(said)
    return timedelta(seconds=int(told[1]) + 1) if told else USUAL_WAIT
