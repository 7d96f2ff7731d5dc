"""Sentences that limit somebody to certain shops or let them see all: 小王只看抖店旗舰店, let 小王 see all shops.

Whoever is meant is free text (a colleague or the title of a group), so they are read by their frame, as teaching is.
Without a word that says it is an order, only somebody of the shop can be meant: 今天只看抖店 is a question.
"""

import re

from bot.understanding.readings import Act
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.normalise import spelled

_WHO = r"(?:群|群组|group\s+)?[「“\"']?(?P<who>[^「」“”\"']{1,60}?)[」”\"']?"
_SHOPS = r"[「“\"']?(?P<shops>.{1,160}?)[」”\"']?(?:的(?:数据|数字)?)?"
_SEES = r"(?:以后)?(?:只(?:能|可以|许|让)?|仅(?:能|限)?)(?:看到?|查看|负责|管)\s*"
_ALL = r"(?:所有|全部|每个)(?:的)?(?:店铺|店)(?:的(?:数据|数字))?"
_FLAGS = re.IGNORECASE
_LIMITS = tuple(re.compile(pattern, _FLAGS) for pattern in (
    rf"(?:请)?(?:让|设置|规定|限制)\s*{_WHO}\s*{_SEES}{_SHOPS}",
    rf"(?:请)?(?:把|将)\s*{_WHO}\s*(?:限制|限定)(?:在|为|到|成)?\s*(?:只看)?{_SHOPS}",
    rf"(?:please )?(?:limit|restrict)\s+{_WHO}\s+to\s+{_SHOPS}",
    rf"(?:please )?let\s+{_WHO}\s+(?:only see|see only)\s+{_SHOPS}"))
_LIMITS_OF_KNOWN = tuple(re.compile(pattern, _FLAGS) for pattern in (
    rf"{_WHO}\s*{_SEES}{_SHOPS}", rf"{_WHO}\s+(?:may|can)\s+(?:only see|see only)\s+{_SHOPS}"))
_FREES = tuple(re.compile(pattern, _FLAGS) for pattern in (
    rf"(?:请)?让\s*{_WHO}\s*(?:以后)?(?:能|可以)?(?:看到?|查看)\s*{_ALL}",
    rf"(?:请)?(?:取消|解除|放开|去掉)(?:对)?\s*{_WHO}\s*的?(?:店铺)限制",
    rf"(?:please )?let\s+{_WHO}\s+see\s+(?:all|every)\s+shops?",
    rf"(?:please )?(?:remove|lift)\s+(?:the\s+)?shop\s+limits?\s+(?:of|from|for)\s+{_WHO}"))
_FREES_KNOWN = tuple(re.compile(pattern, _FLAGS) for pattern in (
    rf"{_WHO}\s*(?:以后)?(?:能|可以)(?:看到?|查看)\s*{_ALL}", rf"{_WHO}\s+(?:may|can)\s+see\s+all\s+shops"))
CUES = "只仅限所全每 limit restrict only shop"
_SPEAKER = frozenset({"我", "我们", "me", "us"})  # who asks to be shown something
_BETWEEN = re.compile(r"\s*(?:[、,,;;]|和|及|与|\band\b|\+)\s*", _FLAGS)


def limiting_of(said: str, gazetteer: Gazetteer) -> Act | None:
    """limit_shops or unlimit_shops; None when it is another sentence."""
    text = said.strip().rstrip("。.!\uff01")
    for patterns, must_be_known in ((_FREES, False), (_LIMITS, False), (_FREES_KNOWN, True), (_LIMITS_OF_KNOWN, True)):
        for pattern in patterns:
            found = pattern.fullmatch(text)
            if found and found["who"].strip() not in _SPEAKER and (
                    not must_be_known or _is_somebody(found["who"], text, gazetteer)):
                return _act(found)
    return None


def _act(found: re.Match[str]) -> Act:
    parts = found.groupdict()
    who = {"who": parts["who"].strip()}
    if "shops" not in parts:
        return Act("unlimit_shops", who)
    return Act("limit_shops", {**who, "shops": [name for name in _BETWEEN.split(parts["shops"].strip()) if name]})


def _is_somebody(who: str, text: str, gazetteer: Gazetteer) -> bool:
    """A colleague by name or alias, or a group that is called one."""
    return text.startswith("群") or text.lower().startswith("group ") or any(
        name.dimension == "staff" for name in gazetteer.names.get(spelled(who), ()))
