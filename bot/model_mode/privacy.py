"""What must not leave the machine: personal data in a message, each kept here and named to the model by a label.

A label such as [phone 1] comes back in the model's arguments, and code puts the text in its place again. When in doubt
a text stays here: a name masked without need costs an answer, a name sent is gone.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.understanding.text.normalise import Normalised
from bot.understanding.text.scan import Token

_MAIL = re.compile(r"[\w.+-]+\s?[@＠]\s?[\w-]+(?:[.．][\w-]+)+")
_DATE = re.compile(r"20\d\d([-/.年])\s?\d{1,2}\s?[-/.月]\s?\d{1,2}(?!\d)|(?<!\d)20\d\d(?:0[1-9]|1[0-2])[0-3]\d(?!\d)")
_DIGITS = re.compile(r"[+＋]?\d(?:[\s().\-－*_]{0,2}\d){6,}|[零〇一二三四五六七八九幺]{7,}|\d{3}\*{3,}\d{2,}")
_ADDRESS = re.compile(
    r"[\u4e00-\u9fff]{0,16}?[\u4e00-\u9fff](?:路|街|大道|巷|胡同|弄|村|镇|乡|小区|花园|大厦|公寓|苑)[\u4e00-\u9fff]{0,8}?"
    r"[\d一二三四五六七八九十]+\s?[-#]?\s?(?:号院|号楼|号|栋|幢|座|单元|室|弄|楼)?[\w\-#号栋幢座单元室楼层]*"
    r"|\d+\s+(?:[A-Z]\w+\s+){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Boulevard)\b\.?", re.IGNORECASE)
_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁"
    "沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱"
    "施牛洪龚汤陶黎温莫易樊乔文安殷颜庄章鲁倪庞邢俞翟蓝聂齐向申葛柴伍覃骆关焦柳欧祝纪尚毕耿芦左季管符"
    "辛苗詹曲靳祁路涂兰甘裴梅童翁霍游阮柯")
_TITLED = re.compile(rf"[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}?(?:先生|女士|小姐|太太|阿姨|同学|老师)")
_MARKED = re.compile(r"(?:收件人|收货人|联系人|姓名|名字|名叫)[是为叫:：\s]*"
                     r"([\u4e00-\u9fff·]{2,4}|[A-Z][a-z]+(?:\s[A-Z][a-z]+)?)")
_LONGEST_NAME = 3  # of a Chinese person, in characters; four-character names keep their first three here
_LEAST_HANDLE = 6  # characters of a Latin word with digits in it that may be somebody's account
_TRUSTED = frozenset({"shop", "warehouse", "product", "sku", "category", "campaign", "province"})


@dataclass(slots=True)
class Mask:
    """The texts that stay here, by their labels."""

    hidden: dict[str, str] = field(default_factory=dict)

    def hide(self, kind: str, text: str) -> str:
        """The label of the text, the same each time."""
        known = next((label for label, other in self.hidden.items() if other == text), None)
        if known is not None:
            return known
        label = f"[{kind} {sum(one.startswith(f'[{kind} ') for one in self.hidden) + 1}]"
        self.hidden[label] = text
        return label

    def restore(self, text: str) -> str:
        for label, hidden in self.hidden.items():
            text = text.replace(label, hidden)
        return text

    def cover(self, text: str) -> str:
        """A text of ours with what is hidden put behind its labels again, such as an error that quotes it."""
        for label, hidden in self.hidden.items():
            text = text.replace(hidden, label)
        return text

    def masked(self, message: Normalised, tokens: Sequence[Token]) -> str:
        """The message with labels for mail, numbers, addresses, names and accounts of people."""
        text, at, parts = message.message, 0, []
        for start, end, kind in _apart(_spans(message, tokens)):
            parts += [text[at:start], self.hide(kind, text[start:end])]
            at = end
        return "".join([*parts, text[at:]])


Span = tuple[int, int, str]  # where in the message, and what it is


def _spans(message: Normalised, tokens: Sequence[Token]) -> Iterator[Span]:
    text = message.message
    yield from ((*found.span(), "mail") for found in _MAIL.finditer(text))
    yield from ((*found.span(), "address") for found in _ADDRESS.finditer(text))
    dates = [found.span() for found in _DATE.finditer(text)]
    for found in _DIGITS.finditer(text):
        if not any(start <= found.start() and found.end() <= end for start, end in dates):
            yield (*found.span(), "number")
    yield from ((*found.span(), "name") for found in _TITLED.finditer(text))
    yield from ((*found.span(1), "name") for found in _MARKED.finditer(text))
    for at, token in enumerate(tokens):
        yield from _of_token(token, tokens[at + 1:], message)


def _of_token(token: Token, behind: Sequence[Token], message: Normalised) -> Iterator[Span]:
    start, end = message.origin[token.start], message.end_of(token.end - 1)
    said = message.message[start:end]
    if token.is_code:
        yield start, end, "code"
    elif any(name.dimension not in _TRUSTED for name in token.names):
        yield start, end, "staff"
    elif token.is_unknown and said[0] in _SURNAMES:
        yield start, _end_of_name(start, end, behind, message), "name"
    elif token.is_unknown and said.isascii():
        is_handle = len(said) >= _LEAST_HANDLE and any(one.isdigit() for one in said)
        if is_handle or (start and said[0].isupper() and not said.isupper()):
            yield start, end, "code" if is_handle else "name"


def _end_of_name(start: int, end: int, behind: Sequence[Token], message: Normalised) -> int:
    """王小 of 王小花 may be all that is unknown: single characters right behind it belong to the name."""
    end = min(end, start + _LONGEST_NAME)
    for token in behind:
        first = message.origin[token.start]
        is_character = len(token.text) == 1 and not (token.names or token.text.isascii())
        if first != end or not is_character or end - start >= _LONGEST_NAME:
            break
        end = first + 1
    return end


def _apart(spans: Iterable[Span]) -> list[Span]:
    """From left to right; those that overlap become one of the first's kind."""
    joined: list[Span] = []
    for start, end, kind in sorted(spans):
        if joined and start < joined[-1][1]:
            first, last, known = joined[-1]
            joined[-1] = (first, max(last, end), known)
        else:
            joined.append((start, end, kind))
    return joined
