"""Rules of one SKU: may it be sold before it is there, and no reorder point any more.

允许, 禁止 and 取消 say other things elsewhere; beside 预售, 超卖 or 补货点 they say what is to be done to a SKU.
"""

import re

from bot.understanding import acts
from bot.understanding.arrivals import Spread
from bot.understanding.normalise import Normalised, normalise
from bot.understanding.readings import Reading

_OUT_OF_STOCK = r"(?:缺货|无货|没货|断货)(?:也|时|还)?(?:可以?|能|继续)?"
_SELLING = rf"(?:{_OUT_OF_STOCK}(?:预售|销售|卖|下单|发货)?|超卖|预售|负库存|先卖后(?:到|补)货?)"
_BACKORDER = r"(?:back[- ]?orders?|backordering|overselling|oversell|pre[- ]?orders?|negative stock)"
_YES = r"(?:允许|可以|开启|打开|支持|开放|准许)"
_NO = r"(?:禁止|不允许|不许|不准|不可以|不可|不能|不让|不再允许|关闭|停止|别再?)"
_FORBID_EN = r"(?:forbid|disallow|disable|stop|no(?: more)?|do not allow|don't allow|turn off)"
_POINT = r"(?:补货点|预警线|警戒线|安全库存|补货线|预警值|最低库存|库存下限|订货点)"
_POINT_EN = r"(?:reorder (?:point|level)|safety stock|minimum stock|alert level)"
_FALLS = r"(?:库存)?(?:剩下?|只剩)?(?:低于|少于|不足|不到|跌到|降到|掉到|跌破)"
_TELL = r"(?:的?时候|时|了|就|,|\s)*(?:提醒|告诉|通知|告警|预警|报警)(?:我|一下|一声)*"
_VERBS = tuple((action, re.compile(pattern)) for action, pattern in (
    ("set_reorder_point", rf"{_FALLS}(?P<zh>\s*\d+)[件个条盒支袋瓶双套只包根]?{_TELL}$"),
    ("forbid_backorder", rf"{_NO}(?P<zh>[^,，。]{{0,30}}?)\s*{_SELLING}|{_SELLING}(?:功能)?\s*{_NO}"),
    ("forbid_backorder", rf"\b{_FORBID_EN} {_BACKORDER}(?: (?:of|for|on))?\b"),
    ("allow_backorder", rf"{_YES}(?P<zh>[^,，。]{{0,30}}?)\s*{_SELLING}"),
    ("allow_backorder", rf"\b(?:allow|enable|permit|turn on) {_BACKORDER}(?: (?:of|for|on))?\b"),
    ("drop_reorder_point", rf"(?:取消|删除|删掉|去掉|清除|撤掉|不要|不设)(?P<zh>.*?)的?{_POINT}"),
    ("drop_reorder_point", rf"{_POINT}(?:取消|删除|删掉|去掉|清除|撤掉|不要了|不设了)(?:掉|了)?"),
    ("drop_reorder_point", rf"\b(?:remove|drop|clear|delete|unset) (?:the )?{_POINT_EN}(?: (?:of|for))?\b"),
))
_ANY = re.compile("|".join(pattern.pattern.replace("(?P<zh>", "(?:") for _, pattern in _VERBS))
_ASKS = re.compile(r"[?？吗么]|哪|是否|是不是|能不能|可不可以|\b(?:which|is|are|does|can)\b")


def rule_of(message: Normalised, spread: Spread) -> Reading | None:
    """None when the message asks something or is about something else."""
    if not _ANY.search(message.text) or _ASKS.search(message.text):
        return None
    for action, pattern in _VERBS:
        if found := pattern.search(message.text):
            kept = found.groupdict().get("zh") or ""
            rest = f"{message.text[:found.start()]} {kept} {message.text[found.end():]}"
            return acts.read_act(action, spread(normalise(rest)))
    return None
