"""Sentences that teach or forget another name: 记住:小白鞋就是YS-01, call YS-01 the white one, 忘掉小白鞋.

They hold two stretches of free text, so they are read by their frame, before words of the trade are looked for.
"""

import re
from collections.abc import Iterator

from bot.understanding.readings import Act, Refused
from bot.understanding.text.gazetteer import Gazetteer
from bot.understanding.text.lexicon import lexicon
from bot.understanding.text.normalise import normalise, spelled
from bot.understanding.text.scan import YIELDS, scan

_LEAD = (r"(?:请|帮我|你|麻烦)?(?:记住|记着|记得|记一下|记下来|学一下|学会|教你一个词|教你|告诉你)"
         r"(?:了|一下)?\s*[::,,]?\s*")
_BY = r"\s*(?:以后)?(?:就是|指的就是|指的是|说的是|指|代表|等于|=|是)\s*"
_MAKE = r"(?:起|加|设|取|添加|设置)一?个?"
_SHORT = r"(?:别名|别称|小名|简称|外号|昵称)"
_ALIAS, _TARGET = r"(?P<alias>.{1,80}?)", r"(?P<target>.{1,120}?)"
_FRAMES = tuple(re.compile(pattern, re.IGNORECASE) for pattern in (
    _LEAD + _TARGET + r"\s*(?:也|又|还|以后)(?:可以)?(?:叫作|叫做|叫|称为)\s*" + _ALIAS,
    _LEAD + _ALIAS + _BY + _TARGET,
    r"(?:以后)?(?:请)?(?:把|将)\s*" + _TARGET + r"\s*(?:叫作|叫做|叫成|称为|称作|简称为|简称)\s*" + _ALIAS,
    r"(?:请)?(?:给|为)\s*" + _TARGET + rf"\s*{_MAKE}{_SHORT}\s*(?:叫|为|是|[::])?\s*" + _ALIAS,
    rf"(?:please )?(?:remember|learn|note)(?: that|:| this:)?\s+{_ALIAS}\s+(?:is|means|stands for|=)\s+{_TARGET}",
    _TARGET + r"\s+(?:is also called|is also known as|aka)\s+" + _ALIAS,
))
_CALL = re.compile(r"(?:please |from now on |let'?s )?call\s+(?!off\b|back\b)(?P<rest>.{3,200})", re.IGNORECASE)
_FORGET = re.compile(
    rf"(?:请)?(?:忘掉|忘记|忘了|删掉别名|删除别名|取消别名|去掉别名)\s*(?:{_SHORT})?\s*[::]?\s*"
    rf"(?P<zh>.{{2,80}}?)(?:这个{_SHORT})?(?:吧|了)?"
    r"|forget(?: the)?(?: name| alias)?\s+(?P<en>.{2,80})", re.IGNORECASE)
CUES = "记学教告把将给为忘删取去 remember learn note also aka call forget"
_QUOTES = " \t「」『』“”‘’\"'《》()。.!!"
# What is forgotten is nothing that was taught: parts of the last question among others.
_NOTHING = re.compile(r"it|that|this|about it|everything|它|这个|那个|吧|全部|所有"
                      r"|(?:about )?(?:the |that |this )?(?:\S+ )?(?:filters?|conditions?|thresholds?"
                      r"|cut-?offs?|limits?|comparisons?|splits?|breakdowns?)(?:,? and .*)?"
                      r"|(?:那个)?(?:筛选|条件|限制|对比|拆分|排序)", re.IGNORECASE)


def teaching_of(said: str, gazetteer: Gazetteer) -> Act | Refused | None:
    """teach_alias or forget_alias with the texts as they were typed; None when it is another sentence."""
    text = said.strip(_QUOTES)
    if forget := _FORGET.fullmatch(text):
        alias = (forget["zh"] or forget["en"]).strip(_QUOTES)
        return None if _NOTHING.fullmatch(alias) else Act("forget_alias", {"alias": alias})
    for alias, target in (*_called(text, gazetteer), *_framed(text)):
        if alias and target:
            return _teach(alias, target)
    return None


def _framed(text: str) -> Iterator[tuple[str, str]]:
    for frame in _FRAMES:
        if found := frame.fullmatch(text):
            yield found["alias"].strip(_QUOTES), found["target"].strip(_QUOTES)


def _called(text: str, gazetteer: Gazetteer) -> Iterator[tuple[str, str]]:
    """Call X Y: the longest known name at the beginning is X, else its first word."""
    found = _CALL.fullmatch(text)
    if not found:
        return
    words = found["rest"].split()
    for count in range(len(words) - 1, 0, -1):
        target, alias = " ".join(words[:count]), " ".join(words[count:])
        if spelled(target).removeprefix("the ") in gazetteer.names or count == 1:
            yield re.sub(r"^(?:the|just)\s+", "", alias.strip(_QUOTES), flags=re.IGNORECASE), target.strip(_QUOTES)
            return


def _teach(alias: str, target: str) -> Act | Refused:
    if _is_word(alias):
        return Refused("no.alias_is_word", {"alias": alias})
    return Act("teach_alias", {"alias": alias, "target": target})


def _is_word(alias: str) -> bool:
    """Whether questions are made of it: a name of that spelling would take them over."""
    if any(kind not in YIELDS for kind in lexicon().words.get(spelled(alias), {})):
        return True
    tokens = scan(normalise(alias), Gazetteer())
    return not any(token.is_unknown for token in tokens) and any(
        token.has(kind) for token in tokens for kind in ("metric", "offset", "event", "count", "split", "action"))
