"""What Pinduoduo's error codes mean for us."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from domain.writebacks.telling import Busy, NotTold, PutOff, Refused, WhyNot
from integrations.platforms.gateway import USUAL_WAIT, number
from integrations.platforms.shipping import InDoubt

_TOO_OFTEN = frozenset({52101, 52102, 52103, 70031})
_BLOCKED = frozenset({70032, 70033, 70034, 70035, 70036})  # for a while, after too many errors
_BLOCKED_FOR = timedelta(minutes=10)
# client, token and its end, signature, address not on the white list, right to the method
_KEYS = frozenset({10016, 10019, 20004, 20005, 20031, 20032})
_ARGUMENTS = frozenset({10000, 10001, 10017, 21001, 21002, 52004})
_OF_BUSINESS = 50001
_ON_THEIR_SIDE = range(50000, 53000)
_SHIPPED = ("已发货", "重复发货")


def error_of(response: Mapping[str, Any], said: str) -> NotTold | InDoubt:
    """The error to raise. Codes from 50000 on are a fault of theirs; 50001 with words of its own is the order's."""
    code = number(response.get("error_code"))
    if code in _TOO_OFTEN:
        return PutOff(said, USUAL_WAIT)
    if code in _BLOCKED:
        return PutOff(said, _BLOCKED_FOR)
    if code in _KEYS:
        return Refused(WhyNot.KEYS, said)
    if code in _ARGUMENTS:
        return Refused(WhyNot.REFUSED, said)
    is_theirs = code in _ON_THEIR_SIDE and not (code == _OF_BUSINESS and response.get("sub_msg"))
    otherwise = Busy(said) if is_theirs else Refused(WhyNot.REFUSED, said)
    return InDoubt(otherwise, says_shipped=any(words in said for words in _SHIPPED))
