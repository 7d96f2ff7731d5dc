"""What Douyin's codes mean for us: `isp.` is a fault of theirs, `isv.` one of ours or of the order."""

from collections.abc import Mapping
from typing import Any

from domain.writebacks.telling import Busy, NotTold, PutOff, Refused, WhyNot
from integrations.platforms.gateway import USUAL_WAIT
from integrations.platforms.shipping import InDoubt

_LIMITED = ("limit", "too-many", "frequent")
_KEYS = ("access-token", "signature", "app-id", "app-key", "permission", "invalid_ip", "access-denied")
_BUSINESS = "isv.business-failed:"
_SHIPPED, _FINISHED = "60110", "60113"
_CLOSED = frozenset({"60021", "60068"})  # cancelled, refunded
_CARRIER = "60018"
# "busy, later" among the faults of the order, and its risk check, which takes an hour or two
_LATER = frozenset({"60109", "60114", "60118", "60121", "60125", "70009", "120018", "120032"})


def error_of(answer: Mapping[str, Any], said: str) -> NotTold | InDoubt:
    """The error to raise."""
    sub_code = str(answer.get("sub_code") or "")
    if any(word in sub_code for word in _LIMITED):
        return PutOff(said, USUAL_WAIT)
    if any(word in sub_code for word in _KEYS):
        return Refused(WhyNot.KEYS, said)
    reason = sub_code.removeprefix(_BUSINESS) if sub_code.startswith(_BUSINESS) else ""
    if reason in _LATER or sub_code.startswith("isp."):
        return Busy(said)
    if reason in {_SHIPPED, _FINISHED}:
        return InDoubt(Refused(WhyNot.REFUSED, said), says_shipped=True)
    why = WhyNot.CLOSED if reason in _CLOSED else WhyNot.CARRIER if reason == _CARRIER else WhyNot.REFUSED
    return Refused(why, said)
