"""Quiet hours in a message: 这个群晚上10点到早上8点别推送, /quiet 22:00-08:00, no reports from 10pm to 8am."""

import re
from collections.abc import Callable

from bot.understanding.readings import Act, Command
from bot.understanding.time.times_of_day import take_span
from domain.messaging.quiet import OFF, USUAL_WORD

_SLASH = re.compile(r"/quiet(?:@\w+)?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_NAMED = (r"(?:消息)?(?:免打扰|勿扰|静默)(?:模式|时间段?|时段)?|不打扰(?:时间段?|时段)"
          r"|\b(?:quiet hours?|do not disturb|dnd)\b")
# Said without the hours' name, and only beside a span of time.
_HUSHED = (r"(?:先|都)?(?:别|不要|不用|勿|不|停止|暂停)再?(?:给(?:我|我们|群里))?(?:推送|推|发送|发|通知|提醒|打扰|吵)"
           r"|\b(?:don'?t|do not|never|stop)\s+(?:send(?:ing)?|push(?:ing)?|disturb(?:ing)?|notify(?:ing)?)\b"
           r"|\b(?:no|without)\b(?=\s+(?:reports?|messages?|notifications?|warnings?|pushe?s?)\b)|\bmute\b|\bquiet\b")
_HINT = re.compile(rf"{_NAMED}|{_HUSHED}", re.IGNORECASE)
CUES = "扰静别不勿停 quiet disturb dnd send push notify no without mute"
_TITLE = re.compile(_NAMED, re.IGNORECASE)
_OFF = re.compile(r"(?:关[闭掉了]?|取消|解除|去掉|不要|停用|off|none)|\b(?:turn off|disable|cancel|no|remove|stop)\b",
                  re.IGNORECASE)
_USUAL = re.compile(r"(?:恢复|改回|用)?(?:默认|usual|default)", re.IGNORECASE)
_FILLER = re.compile(
    r"这个?群里?|本群|群里|群|这里|给?我们?|每[天晚日]|的时候|之间|期间|时间段?|时段|请|帮我|把|给|设置?|设定|定|改|[为成]|开启|打开|开"
    r"|查看|看看?|现在|是什么|是多少|是几点|有没有|了|的|再|和|在|一下|任何|所有|全部|报告|消息|推送|通知|提醒|吧|[吗呢]"
    r"|\b(?:this|group|chat|here|please|any|all|the|my|our|reports?|messages?|notifications?|warnings?|pushe?s|pushing|me"
    r"|us|from|between|every|each|daily|day|night|set|turn on|enable|to|at|for|of|in|are|is|what|show|be|during|hours?"
    r"|and)\b|[\s,，。.:：、!！'\"]", re.IGNORECASE)
_NAME = re.compile(r"\b(?:daily report|daily profit)\b", re.IGNORECASE)  # its first word is a filler, too


def about_quiet(text: str, report_of: Callable[[str], str | None]) -> Act | Command | None:
    """The action, or `quiet` to show what is set; None for every other message.

    `report_of` gives the report that some words name.
    """
    said = text.strip().rstrip("?？!！。. ")
    slash = _SLASH.fullmatch(said)
    if slash is None and not _HINT.search(said):
        return None
    taken = take_span(slash[1] or "" if slash else said)
    rest, hours = (taken.rest, taken.at) if taken else (slash[1] or "" if slash else said, None)
    if slash is None and not (_TITLE.search(rest) or hours):
        return None
    left = _TITLE.sub(" ", rest) if slash or _TITLE.search(rest) else _HINT.sub(" ", rest)
    for word, pattern in ((OFF, _OFF), (USUAL_WORD, _USUAL)) if hours is None else ():
        if pattern.search(left):
            hours, left = word, pattern.sub(" ", left, count=1)
            break
    return _meant(hours, left, report_of, is_slash=slash is not None)


def _meant(hours: str | None, left: str, report_of: Callable[[str], str | None], *,
           is_slash: bool) -> Act | Command | None:
    """What is left beside the hours must be a report, or nothing that matters."""
    bare = _bare(left)
    report = report_of(bare) if bare else None
    if bare and report is None and not is_slash:
        return None
    if hours is None:  # what a command was given must be hours: the desk says what is wrong with it
        return Act("quiet", {"hours": left.strip()}) if is_slash and left.strip() and not report else Command("quiet")
    if bare and report is None:
        return Act("quiet", {"hours": hours, "report": bare})
    return Act("quiet", {"hours": hours, **({"report": report} if report else {})})


def _bare(left: str) -> str:
    named = _NAME.search(left)
    without = left if named is None else left[:named.start()] + left[named.end():]
    words = _FILLER.sub(" ", without)
    return " ".join([*([named[0]] if named else []), *words.split()])

