"""Reports wanted or not wanted any more: 我要订低库存提醒, 待发货那个提醒别推了, take me off the weekly review.

订, 推, 收 and 不要 say other things elsewhere: here they count only where, but for politeness, all else is a report.
"""

import re
from functools import cache

from bot.understanding.readings import Act
from bot.understanding.text.lexicon import lexicon
from bot.understanding.text.normalise import Normalised

_WHOM = r"(?:给|到)?(?:我们|我|咱们|群里|大家)?"
_SEND = r"(?:推送|推|发送|发|送|提醒|通知)"
_STOP_ZH = re.compile(
    rf"(?:取消|停止|停|关闭|关|撤销|撤|删除|删)(?:掉|了)?(?:订阅|{_SEND})?|停一停|退订|退掉?(?=了|吧|$)"
    rf"|(?:别|不要|不用|不想|不必|无需|不需要|不再|甭|勿|不)(?:再|想|要)*(?:给(?:我们|我|群里))?"
    rf"(?:收到|收|看|{_SEND}|来|订阅|订|需要|要)?{_WHOM}(?=了|吧|啊|,|$|[^了吧啊,])")
_START_ZH = re.compile(rf"恢复|订阅|订|关注|开通|开启|打开|开(?=一下|下|个|$)|接收|收到|收|{_SEND}{_WHOM}")
_LASTING_ZH = re.compile(r"恢复|订|推|提醒|收到|看|关|停|开通|开启|打开|关注|每[天日周]|以后|定时")
_POLITE_ZH = re.compile(
    r"订阅|推送|麻烦|帮忙?我?|请|给我们?|把|将|我们|咱们|我|以后|先|想要?|要|都|就|也|一[下个份]|下(?!单)|个(?!单)|吧|了|啊|哦|呀|哈"
    r"|(?:太|真|好)?烦(?:死|人)?|可以|能不能|谢谢|定时|按时|功能|[\s,。.!;~]|(?<=[货存报周日])那个|(?<=[货存])的(?=提醒|清单|报告|通知|预警)")
_EVERY_ZH = re.compile(r"每[天日周](?:早上|晚上|都|的)?")
_STOP_EN = re.compile(
    r"\b(?:unsubscribe(?: me| us)?(?: from)?|(?:stop|quit)(?: sending| pushing)?(?: me| us)?|(?:turn|switch) off"
    r"|disable|cancel|no more|^no"
    r"|(?:take|remove) (?:me|us) (?:off|from)|opt(?: me| us)? out of|(?:i |we )?(?:don.t|do not|no longer) "
    r"(?:want|need|send|push)(?: to (?:get|receive|see))?(?: me| us)?|get rid of)\b")
_START_EN = re.compile(
    r"\b(?:subscribe(?: me| us)?(?: to)?|sign (?:me|us) up for|(?:start )?(?:send|sending|push)(?: me| us)?"
    r"|(?:turn|switch) on|enable|(?:notify|alert|remind|tell|message|inform|email) (?:me|us)(?: (?:about|of|on|with))?"
    r"|keep (?:me|us) (?:posted|informed)(?: (?:about|of|on|with))?"
    r"|(?:i|we)(?:.d)?(?: would)? (?:want|like|need)(?: to (?:get|receive|have))?|can (?:i|we) (?:get|have)"
    r"|set (?:me|us) up with|add (?:me|us) to|opt(?: me| us)? in (?:to|for)|get me)\b")
_LASTING_EN = re.compile(
    r"subscribe|off|out|stop|quit|disable|sign|turn|switch|enable|opt|every|each|start|add|set|daily|weekly")
_POLITE_EN = re.compile(
    r"\b(?:please|pls|the|any ?more|any longer|from now on|(?:every|each) (?:day|morning|week|monday)|thanks?"
    r"|now|again|my|our|about)\b|[,.!;~]")
CUES = "醒警报周清低待 report alert review reminder digest summary notification stock ship restock unshipped toship"
_HINT = re.compile(r"提醒|预警|告警|[日周]报|周|清单|低库存|待发"
                   r"|report|alert|review|reminder|digest|summary|notification|stock|ship")
_ASKS = re.compile(r"\d|[?么呢]|吗(?!$)|(?<!可以)(?<!好)吗$|哪|多少|几|什么|怎么|没有?$")


def subscription_of(message: Normalised) -> Act | None:
    """None for everything but a report and what to do with it."""
    text = message.text.strip(" 。.!")
    if not _HINT.search(text) or _ASKS.search(text):
        return None
    stop, start, lasting, polite = (_STOP_EN, _START_EN, _LASTING_EN, _POLITE_EN) if text.isascii() else (
        _STOP_ZH, _START_ZH, _LASTING_ZH, _POLITE_ZH)
    if polite is _POLITE_ZH and not _sayable().issuperset(text):
        return None
    for action, verb in (("unsubscribe", stop), ("subscribe", start)):
        for found in verb.finditer(text):
            rest = f"{text[:found.start()]} {text[found.end():]}"
            if report := _report_in(rest, verb, polite):
                is_figure = not _is_only_report(report[0])
                if is_figure and not lasting.search(text):
                    return None  # 低库存发给我: the list of it, once; 待发货别发了: the orders, perhaps
                return Act(action, {"report": report[1]})
    return None


@cache
def _sayable() -> frozenset[str]:
    """The characters of Chinese subscriptions: those of the names of reports, and of all that is said around them."""
    named = (word for word, senses in lexicon().words.items() if "report" in senses)
    return frozenset(" ").union(*named, *(said.pattern for said in (_STOP_ZH, _START_ZH, _POLITE_ZH, _EVERY_ZH)))


def _report_in(rest: str, verb: re.Pattern[str], polite: re.Pattern[str]) -> tuple[str, str] | None:
    """(words, report) where nothing else is left of the message."""
    for without in (rest, _EVERY_ZH.sub("", rest)):
        for words in (polite.sub(" ", without), polite.sub(" ", verb.sub(" ", without))):
            said = " ".join(words.split()) if words.isascii() else "".join(words.split())
            if report := lexicon().words.get(said, {}).get("report"):
                return said, report
    return None


_ONLY_REPORTS = ("提醒", "预警", "告警", "alert", "alerts", "warning", "warnings", "reminder", "reminders",
                 "notification", "notifications")


def _is_only_report(words: str) -> bool:
    if words.endswith(_ONLY_REPORTS):
        return True
    return not any(kind in lexicon().words[words] for kind in ("metric", "feature", "order_status"))
