"""A small tea shop whose names the tests of understanding use, and a way to talk to it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.understanding.conversation.missed import missed
from bot.understanding.readings import Act, Ask, Context, Reading, Refused, Unclear
from bot.understanding.understand import Understanding
from domain.ports import Name

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 15, tzinfo=SHANGHAI)

_PRODUCTS = {
    "龙井茶叶": ("茶饮", ("龙井", "茶叶"), {"LJ-250": "250g", "LJ-500": "500g"}),
    "手冲咖啡壶": ("厨具", ("咖啡壶",), {"KF-01": "600ml"}),
    "竹编收纳篮": ("家居", ("收纳篮",), {"SN-L": "大号", "SN-M": "中号", "SN-S": "小号"}),
    "羊毛围巾": ("配饰", ("围巾",), {"WJ-G": "灰色", "WJ-R": "红色"}),
    "七月新品凉席": ("家纺", ("7月新款凉席", "凉席"), {"XP-07": "1.8米"}),
    "520礼盒": ("礼品", ("礼盒",), {"LH-520": "标准"}),
}
_OTHERS = {
    "shop": {"青禾淘宝店": ("青禾", "淘宝店"), "青禾京东自营店": ("京东店",), "青禾抖音店": ("抖音店",),
             "Bean House": ("豆屋海外",)},
    "warehouse": {"杭州仓": ("杭州",), "成都仓": ("成都", "西南仓")},
    "staff": {"老周": ("周总",), "阿敏": (), "大刘": ("刘师傅",), "小何": (), "钱姐": ()},
}


def tea_shop() -> list[Name]:
    names: list[Name] = []
    for product, (category, aliases, skus) in _PRODUCTS.items():
        names += [Name(text, "product", product) for text in (product, *aliases)]
        names.append(Name(category, "category", category))
        for code, variant in skus.items():
            names += [Name(code, "sku", code, product), Name(variant, "sku", code, product)]
    for dimension, listed in _OTHERS.items():
        for name, aliases in listed.items():
            names += [Name(text, dimension, name) for text in (name, *aliases)]
    return names


@dataclass
class ListedNames:
    """Meets domain.ports.Names from a list that a test may add to."""

    listed: list[Name] = field(default_factory=tea_shop)

    def version(self) -> int:
        return len(self.listed)

    def all(self) -> Iterable[Name]:
        return self.listed


READER = Understanding(ListedNames())


@dataclass
class Chat:
    """One person in one chat: remembers what a dispatcher would."""

    at: datetime = MONDAY
    reader: Understanding = READER
    context: Context = field(default_factory=Context)

    def say(self, text: str) -> Reading:
        reading = self.reader.read(text, self.at, self.context).reading
        self.context.missed = missed(text, reading)
        match reading:
            case Ask():
                self.context.answered(reading)
            case Act():
                self.context.pending = None
            case Unclear():
                self.context.pending = reading
        return reading


def ask(text: str, at: datetime = MONDAY) -> Ask:
    reading = Chat(at).say(text)
    assert isinstance(reading, Ask), f"{text}: {reading}"
    return reading


def act(text: str) -> Act:
    reading = Chat().say(text)
    assert isinstance(reading, Act), f"{text}: {reading}"
    return reading


def held_back(text: str, at: datetime = MONDAY) -> Unclear | Refused:
    reading = Chat(at).say(text)
    assert isinstance(reading, Unclear | Refused), f"{text}: {reading}"
    return reading
