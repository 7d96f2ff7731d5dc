"""What is said of goods on their way: a transfer by a carrier, and what came of the one with that number.

在途 is a figure elsewhere and 到货 a receipt from a supplier; here they count only beside a transfer, and are cut out.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.understanding.actions import acts
from bot.understanding.actions import arguments as find
from bot.understanding.actions.arguments import Message
from bot.understanding.readings import Act, Command, Reading, Unclear
from bot.understanding.text.normalise import Normalised, normalise
from bot.understanding.text.scan import Token

Spread = Callable[[Normalised], Message]  # the words of a text, ready to be read

_BY_CARRIER_ZH = re.compile(
    r"\s*[,，]?\s*(?:要?(?:走|用|发|通过|经|按)(?:物流|货运|快运|专线|货车|卡车)(?:过去|送)?|(?:物流|货运|快运|专线|货车|卡车)(?:送|发)(?:过去)?|在途中?|还?在?路上|途中)[的了]?")
_BY_CARRIER_EN = re.compile(
    r"\s*,?\s*\b(?:in[- ]transit|on (?:its|the) way|"
    r"(?:by|via|with) (?:freight|truck|lorry|logistics|road|(?:a )?carrier))\b")
BY_CARRIER_CUES = "流运线车途路 transit way freight truck lorry logistics road carrier"
TRANSFER_CUES = "db 调 transfer"
_ALONE = re.compile(r"调拨(?:单|的货)?(?:到货|到了|收货|到仓)了?|receive (?:the |a )?transfer")
_TRANSFER_NO = re.compile(r"(?<![a-z\d])db\d{6}-\d{1,12}(?![\d-])")
COUNT = r"(?:[-负]?\d+(?:\.\d+)?|[一二两三四五六七八九十百千]+)"
_UNIT = r"\s*(?:件|个|条|盒|袋|支|罐|双|瓶|套|包|台|箱|只|pieces?|pcs|units?)?"
_LOST_ZH = r"(?:在?(?:路上|途中|运输中))?(?:丢失|遗失|丢(?!失)|损失|损耗|破损|少|缺|没到|未到)了?"
_LOST_EN = r"(?:were |was |are |is )?(?:lost|missing|damaged)"
_LOST = re.compile(
    rf"\s*[,，;；、]?\s*(?:and )?(?:(?P<first>{COUNT}){_UNIT}\s*{_LOST_EN}|{_LOST_EN}\s*(?P<behind>{COUNT}){_UNIT}"
    rf"|(?:另外?|还)?有?{_LOST_ZH}\s*(?P<counted>{COUNT}){_UNIT}"
    rf"|(?:另外?|还)?有?(?P<before>{COUNT}){_UNIT}\s*{_LOST_ZH}(?!了?\s*{COUNT}))")
_SOME_LOST = re.compile(rf"{_LOST_ZH}|\b{_LOST_EN}\b")
_SENDS = re.compile(r"[发寄送运](?:货|出)?|\b(?:send|ship)\b")
ASKS = re.compile(r"[?？吗呢]|哪|什么|怎么|多少|\b(?:where|what|when|how)\b")
ALL = re.compile(r"(?<=到)齐|全部|全都|都|全|已经?|\b(?:all|everything|complete(?:ly)?)\b")
_FRAME = re.compile(r"调拨单?|把|\btransfers?\b|\bof\b|\bfrom\b")


def sent_by_carrier(message: Normalised, spread: Spread) -> Reading | None:
    """A transfer that takes time; None for one that does not, and for what is none."""
    said = message
    for pattern in (_BY_CARRIER_ZH, _BY_CARRIER_EN):
        while mark := pattern.search(said.text):
            said = normalise(said.replaced(mark.start(), mark.end(), " "))
    if said is message:
        return None
    rest = spread(said)
    is_moved = acts.action_of(rest.tokens) != "transfer_stock"
    if is_moved:
        rest = spread(_moved(said))
        if acts.action_of(rest.tokens) != "transfer_stock" or not any(_is_place(token) for token in rest.tokens):
            return None
    reading = acts.read_act("send_transfer", rest)
    if not isinstance(reading, Unclear) or not reading.choices:
        return reading if isinstance(reading, Act) or not is_moved else None  # 运输途中压坏 moves nothing
    again = " in transit" if message.text.isascii() else " 走物流"
    return replace(reading, choices=tuple(f"{choice}{again}" for choice in reading.choices))


def _moved(message: Normalised) -> Normalised:
    """从华东仓发 10 件到华南仓: to another warehouse, sending is moving."""
    verb = _SENDS.search(message.text)
    if verb is None:
        return message
    return normalise(message.replaced(verb.start(), verb.end(), "transfer" if verb[0].isascii() else "调"))


def _is_place(token: Token) -> bool:
    return any(name.dimension == "warehouse" for name in token.names)


def of_transfer(message: Normalised, spread: Spread) -> Reading | None:
    """DB261123-7 到货 8 丢失 2; its number alone, or a question, is the list."""
    if _ALONE.fullmatch(message.text.strip(" .。!")):
        return acts.read_act("receive_transfer", spread(normalise("")))
    found = _TRANSFER_NO.search(message.text)
    if found is None:
        return None
    number = found[0].upper()
    rest = f"{message.text[:found.start()]} {message.text[found.end():]}"
    if ASKS.search(rest) or not _FRAME.sub("", rest).strip(" :：,，.。"):
        return Command("transfers", number)
    known: dict[str, Any] = {"transfer": number}
    if lost := _LOST.search(rest):
        counted: dict[str, Any] = {}
        find.quantity_as("lost")(spread(normalise(next(one for one in lost.groups() if one))), counted)
        known |= counted
        rest = f"{rest[:lost.start()]} {rest[lost.end():]}"
    elif _SOME_LOST.search(rest):
        return Unclear("ask.lost", {"action": "receive_transfer"}, (), Act("receive_transfer", known), "lost")
    rest = _FRAME.sub(" ", ALL.sub(" ", rest))
    return acts.read_act("receive_transfer", spread(normalise(rest)), known)
