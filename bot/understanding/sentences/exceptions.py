"""What is said about the inbox of exceptions: show them, show one kind, put one off, one is dealt with."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache

from bot.understanding.readings import Act, Command
from bot.understanding.text.lexicon import read_table

_SHOW = r"(?:今天|现在|目前|当前)?(?:还|都)?(?:有没有|有|看看?|查看|列出)?(?:哪些|什么|啥)?"
_LIST = re.compile(
    rf"/?exceptions?|{_SHOW}异常(?:情况|列表|清单|单)?[吗么呢]?|哪里(?:出错|有问题|不对)了?"
    r"|(?:what is|what's|whats) wrong|(?:are there )?any (?:exceptions|problems)"
    r"|(?:show |list )?(?:the |all )?(?:exceptions|problems)", re.IGNORECASE)
_OF_KIND = re.compile(
    rf"{_SHOW}(.{{2,20}}?)的?异常[吗么]?|(?:show |list )?(?:the )?exceptions?:? (?:of |about )?(.{{3,30}})",
    re.IGNORECASE)
# The one kind that is asked for by itself: 哪些订单没回传?
_SENT = r"(?:订单|单子?|包裹)?"
_NOT_TOLD = re.compile(
    rf"{_SHOW}{_SENT}(?:(?:没有?|没能|未)回传(?:成功|平台|上)?|(?:平台)?回传失败)了?的?{_SENT}(?:有哪些|有什么)?[吗么呢]?"
    r"|(?:which|what) (?:orders|shipments|parcels) (?:(?:was|were) )?the platform (?:was )?not told(?: of| about)?"
    r"|(?:which|what) (?:orders|shipments|parcels) (?:did not reach|failed to reach) the platform", re.IGNORECASE)
_CASE = r"(?:把)?异常\s*#?(\d{1,9})\s*(?:号)?\s*[,，]?\s*"
_LATER = re.compile(
    rf"{_CASE}先?(?:放到|推迟到|推到|等到)?(今天|明天|后天|大后天|下周|\d{{1,2}}天后)(?:再说|再看|再处理|处理|提醒我?)?"
    r"|(?:推迟|延后)异常\s*#?(\d{1,9})\s*号?\s*[,，]?\s*(?:推?到|至)?(明天|后天|大后天|下周|\d{1,2}天后)?"
    r"|snooze (?:exception )?#?(\d{1,9})(?: (?:until|till|to|for) (tomorrow|next week|\d{1,2} days?))?",
    re.IGNORECASE)
_DONE = re.compile(
    rf"{_CASE}(?:已经?|都)?(?:处理|解决|搞定|弄好|完成)(?:好|完)?了?"
    r"|(?:处理|解决)(?:好|完)?了?异常\s*#?(\d{1,9})\s*号?"
    r"|(?:resolve|close) (?:exception )?#?(\d{1,9})|exception #?(\d{1,9}) (?:is )?(?:done|handled|resolved)",
    re.IGNORECASE)
CUES = "异里传 exception problem wrong snooze resolve close platform"
_DAYS = {"明天": 1, "后天": 2, "大后天": 3, "下周": 7, "tomorrow": 1, "next week": 7, "今天": 0}


@cache
def _kinds() -> Mapping[str, str]:
    """What each kind is called, in lower case."""
    return {word.lower(): kind for kind, words in read_table("exceptions").items()
            for language in ("zh", "en") for word in words[language]}


def about_exceptions(text: str, at: datetime) -> Command | Act | None:
    """The reading of a message that speaks of exceptions; None for every other."""
    said = text.strip().rstrip("?？!！。. ").strip()
    if found := _LATER.fullmatch(said):
        number, when = next((found[place], found[place + 1]) for place in (1, 3, 5) if found[place])
        return Act("snooze_exception", {"exception": int(number), "until": _day(when, at)})
    if found := _DONE.fullmatch(said):
        return Act("resolve_exception", {"exception": int(next(group for group in found.groups() if group))})
    if _LIST.fullmatch(said):
        return Command("exceptions")
    if _NOT_TOLD.fullmatch(said):
        return Command("exceptions", "write_back_failed")
    if found := _OF_KIND.fullmatch(said):
        kind = _kinds().get((found[1] or found[2]).strip().lower())
        return Command("exceptions", kind) if kind else None
    return None


def _day(when: str | None, at: datetime) -> str:
    word = (when or "tomorrow").lower()
    digits = re.match(r"\d+", word)
    days = int(digits[0]) if digits else _DAYS[word]
    return (at.date() + timedelta(days=days)).isoformat()
